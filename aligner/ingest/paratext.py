"""Which lines of a text are not the article: attribution, byline, caption, page furniture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from aligner.ingest.layout import is_prose
from aligner.ingest.tables import table
from aligner.model import Role
from aligner.text import normalise

__all__ = ["roles"]

_CITATION = re.compile(r"[\W_]*(?:https?://|www\.)|[\W_]{0,3}[\"“”«»„‟‘']|.{0,120}[A-Za-z]")
# A line under a bare cue is the claim itself: title, outlet, author, date; longer is the article.
_LONGEST_CLAIM = 220
# What a cue leaves on its own line when the claim stands in the next.
_BARE = 45


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    role: Role
    where: str
    longest: int
    pattern: re.Pattern[str]
    continues: int = 0
    opens: bool = False
    cuts: bool = False

    def matches(self, folded: str) -> bool:
        return len(folded) <= self.longest and self.pattern.match(folded) is not None


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            row["id"],
            Role(row["role"]),
            row["where"],
            row["longest"],
            re.compile(row["pattern"], re.IGNORECASE),
            row.get("continues", 0),
            row.get("opens", False),
            row.get("cuts", False),
        )
        for row in table("paratext.yaml")["rules"]
    )


def roles(lines: Sequence[str]) -> tuple[Role | None, ...]:
    """Give the role of each line, None for a line of the article.

    Form alone does not decide: most patterns count only before the first or after the last line of
    prose that no pattern matches, so a sentence that begins with "المصدر" inside the text stays.

    >>> roles(["A headline", "By Jane Doe", "It rained in the north for a week.", "Leave a comment"])
    (None, <Role.BYLINE: 'byline'>, None, <Role.FURNITURE: 'furniture'>)
    """
    matches = [_matching(line) for line in lines]
    continued = _continuations(lines, matches)
    if len(lines) == 1:  # whatever it looks like, it is all there is
        return (None,)
    end = _comments(lines, matches)
    unmatched = [i for i in range(end) if not matches[i] and i not in continued]
    prose = [i for i in unmatched if is_prose(lines[i])] or unmatched
    first, last = (prose[0], prose[-1]) if prose else (len(lines), -1)
    found: list[Role | None] = []
    opened = False
    for i, rules in enumerate(matches):
        role, opens = _decided(rules, is_head=i < first, is_tail=i > last)
        if role is None and i in continued and found[continued[i]] is Role.ATTRIBUTION:
            role = Role.ATTRIBUTION
        if role is None and opened:
            role = Role.FURNITURE
        opened = opened or opens
        found.append(role)
    return tuple(found)


def _matching(line: str) -> tuple[_Rule, ...]:
    longest = max(rule.longest for rule in _rules())
    if len(line) > 2 * longest:  # marks that fold to nothing make a line longer, hardly twice as long
        return ()
    folded = normalise(line).text.strip()
    return tuple(rule for rule in _rules() if rule.matches(folded))


def _comments(lines: Sequence[str], matches: Sequence[tuple[_Rule, ...]]) -> int:
    """Where readers' comments begin, prose though they are; the number of lines where there are none.

    The article must be the larger part, lest a line that looks like the form costs the text.
    """
    lengths = [len(line) for line in lines]
    total, before = sum(lengths), 0
    for i, rules in enumerate(matches):
        if any(rule.cuts for rule in rules) and 2 * before >= total:
            return i
        before += lengths[i]
    return len(lines)


def _continuations(lines: Sequence[str], matches: Sequence[tuple[_Rule, ...]]) -> dict[int, int]:
    """Lines that complete a bare cue above them ("مترجم من", then title and outlet): line to cue."""
    found: dict[int, int] = {}
    for i, rules in enumerate(matches):
        if len(lines[i]) > _BARE:
            continue
        for k in range(i + 1, i + 1 + max((rule.continues for rule in rules), default=0)):
            if k >= len(lines) or matches[k] or len(lines[k]) > _LONGEST_CLAIM:
                break
            if not _CITATION.match(lines[k]):
                break
            found[k] = i
    return found


def _decided(rules: tuple[_Rule, ...], *, is_head: bool, is_tail: bool) -> tuple[Role | None, bool]:
    zones = {"anywhere"} | ({"head", "edge"} if is_head else set()) | ({"tail", "edge"} if is_tail else set())
    for rule in rules:
        if rule.where in zones:
            return rule.role, rule.opens
    return None, False
