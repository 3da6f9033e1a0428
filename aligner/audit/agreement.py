"""How far two or more people agree who judged the flags of one pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from aligner.audit.corpus import CONFIRMED, Corpus, Document
from aligner.model import Act, Edit, Status

__all__ = ["Agreement", "agreement", "alpha", "judgements", "kappa"]

_ACTS = {Act.ACCEPTED: "flag", Act.REJECTED: "no flag", Act.CHANGED: "flag", Act.ADDED: "flag"}


def alpha(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for nominal values; each unit holds the values given to it, by any number.

    Units with fewer than two values say nothing of agreement and are left out; None where all values
    are one and the same, or nothing can be paired (Krippendorff 2011, Computing Krippendorff's
    Alpha-Reliability, section C; its example follows).

    >>> a, b = "aabbdcccedda", "babbbcccedddx"
    >>> round(alpha(zip(a, b)), 3)
    0.692
    """
    pairable = [Counter(unit) for unit in units if len(unit) > 1]
    totals: Counter[Hashable] = Counter()
    for unit in pairable:
        totals.update(unit)
    n = totals.total()
    expected = n * n - sum(c * c for c in totals.values())
    if not expected:
        return None
    observed = sum((u.total() ** 2 - sum(c * c for c in u.values())) / (u.total() - 1) for u in pairable)
    return 1 - (n - 1) * observed / expected


def kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa of two people; None where chance alone would make them agree on everything.

    >>> votes = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    >>> round(kappa(votes), 3)
    0.4
    """
    both = Counter(pairs)
    n = both.total()
    if not n:
        return None
    rows: Counter[Hashable] = Counter()
    columns: Counter[Hashable] = Counter()
    for (a, b), count in both.items():
        rows[a] += count
        columns[b] += count
    by_chance = sum(rows[value] * columns[value] for value in rows) / n**2
    observed = sum(count for (a, b), count in both.items() if a == b) / n
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people who judged the same pairs came to; kappa for every two of them."""

    people: tuple[str, ...]
    pairs: int
    flags: int
    alpha: float | None
    kappas: tuple[tuple[str, str, int, float | None], ...]


def agreement(corpus: Corpus) -> Agreement | None:
    """Compare the judgements of all who read a pair that another also read; None where there is none."""
    units = [u for u in judgements(corpus).values() if len(u) > 1]
    if not units:
        return None
    people = sorted({who for unit in units for who in unit})
    kappas = tuple(_kappa(a, b, units) for a, b in combinations(people, 2))
    files = {key[:2] for key, unit in judgements(corpus).items() if len(unit) > 1}
    return Agreement(
        tuple(people),
        len(files),
        len(units),
        alpha([tuple(unit.values()) for unit in units]),
        tuple(k for k in kappas if k[2]),
    )


def _kappa(a: str, b: str, units: Sequence[Mapping[str, str]]) -> tuple[str, str, int, float | None]:
    shared = [(unit[a], unit[b]) for unit in units if a in unit and b in unit]
    return a, b, len(shared), kappa(shared)


Key = tuple[str, str, object, object, object, object]


def judgements(corpus: Corpus) -> dict[Key, dict[str, str]]:
    """Give for every flag of every pair what each reader of that pair made of it: ``flag`` or ``no flag``.

    A flag is the same in two records when texts, category and both stretches are; one that a reader's
    record does not have counts as ``no flag`` by a reader who left nothing there unjudged.
    """
    groups: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in corpus.readings:
        groups[document.texts].append(document)
    found: dict[Key, dict[str, str]] = {}
    for readings in groups.values():
        keys = {_key(d, e) for d in readings for e in d.edits}
        for key in sorted(keys, key=str):
            found[key] = {who: value for d in readings for who, value in _values(d, key).items()}
    return found


def _key(document: Document, edit: Edit) -> Key:
    return (*document.texts, edit.category, edit.direction, edit.source, edit.target)


def _values(document: Document, key: Key) -> dict[str, str]:
    for number, edit in enumerate(document.edits, 1):
        if _key(document, edit) == key:
            return _said(document, number, edit)
    return dict.fromkeys(document.reviewers, "no flag") if document.is_reviewed else {}


def _said(document: Document, number: int, edit: Edit) -> dict[str, str]:
    """The last word of everyone on a flag: the decisions, then the state for whom it names."""
    said = {d.who: _ACTS[d.act] for d in document.decisions if d.on == f"fe.{number}" and d.act in _ACTS}
    if edit.by and edit.status is not Status.PROPOSED:
        said[edit.by] = "flag" if edit.status in CONFIRMED else "no flag"
    return said
