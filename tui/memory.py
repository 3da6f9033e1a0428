"""What the app remembers between runs: where one stopped, how Arabic reads here, the theme."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from aligner.store import write_bytes

__all__ = ["Memory", "reviewer"]

_FILE = "review.json"


@dataclass
class Memory:
    """A small file of the user's; without one, or with a broken one, nothing is remembered."""

    path: Path = field(default_factory=lambda: user_state_path("muqabala") / _FILE)
    _kept: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        try:
            kept = json.loads(self.path.read_bytes())
        except (OSError, ValueError):
            return
        self._kept = kept if isinstance(kept, dict) else {}

    def get(self, kind: str, key: str) -> str:
        """Give what was remembered, empty where nothing was."""
        there = self._kept.get(kind)
        return str(there.get(key, "")) if isinstance(there, dict) else ""

    def put(self, kind: str, key: str, value: str) -> None:
        """Remember from now on."""
        there = self._kept.setdefault(kind, {})
        there[key] = value
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(self.path, json.dumps(self._kept, ensure_ascii=False, indent=1, sort_keys=True).encode())


def reviewer() -> str:
    """Give the reviewer's name as git knows it, else the user's name."""
    import getpass
    import subprocess

    try:
        done = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
    except OSError:
        return getpass.getuser()
    return done.stdout.strip() or getpass.getuser()
