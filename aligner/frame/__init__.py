"""The table of framing checks: one small function per category, decided from both sides of a bead.

``detect`` runs every check of the table over one bead; ``marks`` reads the translation alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from aligner.errors import SettingError
from aligner.frame import content, hedges, labels, quotes, reporting
from aligner.frame.assurance import judged
from aligner.frame.document import Passage, inconsistencies
from aligner.frame.functions import quotations_alone, quotations_of
from aligner.frame.view import BeadView, SideView
from aligner.link import Vectors
from aligner.model import Category, Edit
from aligner.resources import Lexicon

__all__ = [
    "CHECKS",
    "BeadView",
    "Passage",
    "SideView",
    "detect",
    "inconsistencies",
    "marks",
    "parse_checks",
    "quotations_alone",
    "quotations_of",
    "unjudged",
    "view",
]

CHECKS: Mapping[Category, Callable[[BeadView], Iterator[Edit]]] = {
    Category.SCARE_QUOTE: quotes.check,
    Category.HEDGE: hedges.check,
    Category.LABEL: labels.check,
    Category.ATTRIBUTION: reporting.check,
    Category.OMISSION: content.omissions,
    Category.ADDITION: content.additions,
}
_MARKS: Mapping[Category, Callable[[SideView], Iterator[Edit]]] = {
    Category.SCARE_QUOTE: quotes.marks,
    Category.HEDGE: hedges.marks,
}


def view(
    source: str, target: str, lexicon: Lexicon, vectors: Vectors, languages: tuple[str, str] = ("en", "ar")
) -> BeadView:
    """Give both sides of a bead as the checks see them; offsets count from the start of each string."""
    return BeadView(SideView(source, languages[0], lexicon), SideView(target, languages[1], lexicon), vectors)


def detect(bead: BeadView, checks: Iterable[Category] | None = None) -> tuple[Edit, ...]:
    """Run the checks over one bead and keep what is sure enough; spans are offsets in the two strings of the view."""
    found = (judged(bead, edit) for edit in unjudged(bead, checks))
    return tuple(sorted((edit for edit in found if edit), key=lambda edit: edit.order))


def unjudged(bead: BeadView, checks: Iterable[Category] | None = None) -> tuple[Edit, ...]:
    """Give everything that the checks find in one bead, however unsure."""
    chosen = CHECKS if checks is None else [c for c in CHECKS if c in set(checks)]
    found: list[Edit] = []
    for category in chosen:
        found += [edit for edit in CHECKS[category](bead) if not _is_said_already(edit, found)]
    return tuple(found)


def _is_said_already(edit: Edit, found: Iterable[Edit]) -> bool:
    """What an earlier check explains better is no omission or addition: a hedge is not also an added word."""
    if edit.category not in (Category.OMISSION, Category.ADDITION):
        return False
    spans = [(e.source, edit.source) if edit.source else (e.target, edit.target) for e in found]
    return any(a and b and a.overlaps(b) for a, b in spans)


def marks(side: SideView, checks: Iterable[Category] | None = None) -> tuple[Edit, ...]:
    """Read a translation alone: devices that hold content off, never called edits."""
    chosen = _MARKS if checks is None else [c for c in _MARKS if c in set(checks)]
    found = [edit for category in chosen for edit in _MARKS[category](side)]
    return tuple(sorted(found, key=lambda edit: edit.order))


def parse_checks(names: str) -> tuple[Category, ...]:
    """Read a comma-separated list of categories; ``-name`` takes one out of all.

    Raises:
        SettingError: a name is no category.

    >>> parse_checks("hedge,label")
    (<Category.HEDGE: 'hedge'>, <Category.LABEL: 'label'>)
    >>> Category.HEDGE in parse_checks("-hedge")
    False
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {category.value: category for category in Category}
    for name in wanted:
        if name.removeprefix("-") not in known:
            raise SettingError(f"{name!r} is no check", where="--checks", remedy=f"known: {', '.join(known)}")
    out = {known[name[1:]] for name in wanted if name.startswith("-")}
    chosen = [known[name] for name in wanted if not name.startswith("-")] or list(Category)
    return tuple(category for category in chosen if category not in out)
