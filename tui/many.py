"""Acts on many beads or flags at once, each one decision, to be undone as one; see ``aligner.acts``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aligner.errors import SettingError
from aligner.model import Act, Collation, Decision, Ladder, Status
from aligner.patch import diff

__all__ = ["accept_edits", "judge_beads"]

_ACTS = {Status.ACCEPTED: Act.CONFIRMED}


def judge_beads(
    collation: Collation, beads: Iterable[int], status: Status, *, who: str, when: str = "", note: str = ""
) -> Decision:
    """Set where these beads stand between machine and person; the machine's confidence stays."""
    if collation.ladder is None:
        raise SettingError("the source is missing", remedy="there is no alignment to judge")
    chosen = sorted(beads)
    judgements = [bead.judgement for bead in collation.ladder.beads]
    for number in chosen:
        judgements[number] = replace(judgements[number], status=status, by=who)
    ladder = Ladder(collation.ladder.rungs, tuple(judgements))
    changed = diff(collation, replace(collation, ladder=ladder))
    return Decision(when, who, _ACTS.get(status, Act.CHANGED), f"al.{chosen[-1] + 1}", *changed, note)


def accept_edits(collation: Collation, numbers: Iterable[int], *, who: str, when: str = "", note: str = "") -> Decision:
    """Accept these flags together."""
    chosen, edits = sorted(numbers), list(collation.edits)
    for number in chosen:
        edits[number] = replace(edits[number], status=Status.ACCEPTED, by=who)
    changed = diff(collation, replace(collation, edits=tuple(edits)))
    return Decision(when, who, Act.ACCEPTED, f"fe.{chosen[0] + 1}", *changed, note)
