"""The provenance of a collation in W3C terms: the same bytes each time, read by the library that defines it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from invented import decided, marked, reviewable
from strategies import reviewed

from aligner.model import Collation
from aligner.prov import to_prov_json, to_provn

prov_model = pytest.importorskip("prov.model")


def test_witnesses_people_and_revisions_are_there() -> None:
    made = json.loads(to_prov_json(decided()))
    assert {"mq:text.en", "mq:text.ar", "mq:state.0", "mq:state.4"} <= made["entity"].keys()
    assert made["entity"]["mq:text.en"]["mq:sha256"] == reviewable().source.sha256  # type: ignore[union-attr]
    assert made["agent"]["mq:who.nour"]["prov:label"] == "nour"
    assert made["activity"]["mq:ch.1"]["prov:type"] == "merged"
    assert len(made["wasDerivedFrom"]) == 3 + 4
    assert made["wasAssociatedWith"]["mq:ch.1-by"] == {"prov:activity": "mq:ch.1", "prov:agent": "mq:who.nour"}


def test_translation_alone_is_derived_from_nothing_known() -> None:
    made = json.loads(to_prov_json(marked()))
    assert "mq:text.en" not in made["entity"]
    assert len(made["wasDerivedFrom"]) == 1


def test_program_that_decides_is_software() -> None:
    from dataclasses import replace

    collation = decided()
    named = replace(collation, decisions=tuple(replace(d, who="muqabala") for d in collation.decisions))
    assert "SoftwareAgent" in str(json.loads(to_prov_json(named))["agent"]["mq:who.muqabala"])


@given(reviewed())
@settings(max_examples=25, deadline=None)
def test_provenance_is_read_back_and_the_same_each_time(pair: tuple[Collation, Collation]) -> None:
    data = to_prov_json(pair[1])
    assert data == to_prov_json(pair[1])
    document = prov_model.ProvDocument.deserialize(content=data.decode("utf-8"), format="json")
    assert len(document.get_records()) > 4
    assert to_provn(pair[1]).startswith(b"document\n")
