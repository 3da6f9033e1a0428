"""A record under examination, and what is found wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aligner.model import Collation
from aligner.tei.read import Text, collation_of, full_texts, is_standoff
from aligner.tei.xml import XML_ID

__all__ = ["Case", "Fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a record: the rule it breaks, where, what, and what to do.

    >>> str(Fault("beads", "a.xml:12", "al.3 says 2-1 and has 1-1", "restore it"))
    'a.xml:12: beads: al.3 says 2-1 and has 1-1; restore it'
    """

    rule: str
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}: {self.what}; {self.remedy}"


@dataclass(slots=True)
class Case:
    """A record under examination."""

    path: Path
    data: bytes
    root: Any
    given: Mapping[str, Path | None] = field(default_factory=dict)
    _ids: dict[str, Any] | None = None
    _texts: dict[str, Text] | None = None
    _collation: Collation | None = None

    @property
    def ids(self) -> dict[str, Any]:
        """Every element that has an id, by it."""
        if self._ids is None:
            self._ids = {node.get(XML_ID): node for node in self.root.iter("*") if node.get(XML_ID)}
        return self._ids

    @property
    def texts(self) -> dict[str, Text]:
        """The text layers by side; none for a stand-off record."""
        if self._texts is None:
            self._texts = {} if is_standoff(self.root) else full_texts(self.root, where=str(self.path))
        return self._texts

    @property
    def collation(self) -> Collation | None:
        """The collation; None for a stand-off record, which cannot give one."""
        if self._collation is None and not is_standoff(self.root):
            self._collation = collation_of(self.root, where=str(self.path), texts=self.texts)
        return self._collation

    def fault(self, rule: str, node: Any, what: str, remedy: str = "restore it from a copy") -> Fault:
        """Make a fault at an element or a line."""
        line = node if isinstance(node, int) else (node.sourceline or 1)
        return Fault(rule, f"{self.path}:{line}", what, remedy)
