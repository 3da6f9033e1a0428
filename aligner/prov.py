"""W3C PROV of a collation: what was made of what, by whom, with which settings (PROV-JSON and PROV-N)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aligner.errors import SettingError
from aligner.model import Collation, Witness
from aligner.tei.header import PROGRAM, agents, is_program
from aligner.tei.place import name_id

__all__ = ["to_prov_json", "to_provn"]

_NAMESPACE = "urn:x-muqabala:"


def to_prov_json(collation: Collation) -> bytes:
    """Give the provenance as PROV-JSON.

    Raises:
        SettingError: the prov package is not installed.
    """
    import json

    made = json.loads(_document(collation).serialize(format="json"))
    return (json.dumps(made, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")


def to_provn(collation: Collation) -> bytes:
    """Give the provenance as PROV-N, for reading."""
    text: str = _document(collation).get_provn()
    return (text + "\n").encode("utf-8")


def _document(collation: Collation) -> Any:
    try:
        from prov.model import ProvDocument
    except ImportError as error:
        raise SettingError("PROV needs the prov package", remedy="pip install muqabala[prov]") from error
    document = ProvDocument()
    document.add_namespace("mq", _NAMESPACE)
    document.agent(
        f"mq:{PROGRAM}",
        {
            "prov:type": document.valid_qualified_name("prov:SoftwareAgent"),
            "mq:signature": str(collation.signature),
        },
    )
    document.activity("mq:collate", endTime=_time(collation.made))
    document.wasAssociatedWith("mq:collate", f"mq:{PROGRAM}", identifier="mq:collate-by")
    names = [_witness(document, witness) for witness in (collation.source, collation.target) if witness]
    document.entity("mq:state.0", {"prov:label": "the machine's result"})
    document.wasGeneratedBy("mq:state.0", "mq:collate", identifier="mq:collate-made")
    for name in names:
        document.used("mq:collate", name, identifier=f"{name}-used")
        document.wasDerivedFrom("mq:state.0", name, identifier=f"{name}-into")
    if collation.source:
        document.wasDerivedFrom(names[1], names[0], identifier="mq:translation-of")
    _decisions(document, collation)
    return document


def _witness(document: Any, witness: Witness) -> str:
    name = f"mq:text.{name_id(witness.siglum)}"
    bibl = witness.bibl
    facts = {
        "mq:sha256": witness.sha256,
        "mq:text-sha256": witness.text_sha256,
        "mq:origin": witness.origin,
        "mq:reader": witness.reader,
        "mq:language": witness.language,
        "mq:title": bibl.title,
        "mq:outlet": bibl.outlet,
        "mq:published": bibl.published,
        "mq:retrieved": bibl.retrieved,
        "prov:location": bibl.url,
    }
    document.entity(name, {key: value for key, value in facts.items() if value})
    return name


def _decisions(document: Any, collation: Collation) -> None:
    """Each decision is an activity of its agent that revises one state of the collation into the next."""
    names = agents(collation)
    for who, name in names.items():
        kind = "prov:SoftwareAgent" if is_program(who, collation.signature) else "prov:Person"
        document.agent(f"mq:{name}", {"prov:type": document.valid_qualified_name(kind), "prov:label": who})
    for number, decision in enumerate(collation.decisions, 1):
        activity, state, before = f"mq:ch.{number}", f"mq:state.{number}", f"mq:state.{number - 1}"
        about = {"prov:type": str(decision.act), "mq:on": decision.on}
        if decision.note:
            about["mq:note"] = decision.note
        document.activity(activity, endTime=_time(decision.when), other_attributes=about)
        if decision.who:
            document.wasAssociatedWith(activity, f"mq:{names[decision.who]}", identifier=f"{activity}-by")
        document.entity(state)
        document.wasGeneratedBy(state, activity, identifier=f"{activity}-made")
        document.used(activity, before, identifier=f"{activity}-used")
        document.wasRevisionOf(state, before, activity=activity, identifier=f"{activity}-revised")


def _time(when: str) -> datetime | None:
    try:
        return datetime.fromisoformat(when) if len(when) > 10 else None
    except ValueError:
        return None
