"""Load and validate the files of ``data/``; the only opener of that folder.

A row that cannot work is refused with the file, the row and the remedy: forms with presentation glyphs,
stray direction marks or tashkeel would never match, and a form listed twice in one section is a slip.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import yaml

from aligner.errors import ResourceError
from aligner.text import normalise_word

__all__ = [
    "Device",
    "Evaluation",
    "Label",
    "Lexicon",
    "NameCue",
    "Reporting",
    "data_bytes",
    "demo_folder",
    "load_lexicon",
    "load_table",
    "load_words",
]

LANGUAGES = ("en", "ar")
HEDGE_KINDS = ("naming", "self", "reportive", "claim", "doubt", "epistemic", "degree")
STANCES = (
    "neutral", "claim", "accuse", "endorse", "vouch", "reveal", "concede", "deny", "insist", "hostile_manner", "none",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    """A hedge or a counterpart of hedges: ``distance`` 0..3, how far it holds its content off.

    A counterpart with ``only`` answers no device but those that have one of these words.
    """

    id: str
    language: str
    kind: str
    forms: tuple[str, ...]
    distance: int = 0
    rule: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """One rank of a scale of labels for one kind of referent; ``value`` -3..+3, what it says of it."""

    id: str
    scale: str
    rank: int
    value: int
    en: tuple[str, ...]
    ar: tuple[str, ...]

    def forms(self, language: str) -> tuple[str, ...]:
        """Give the forms in one of the two languages."""
        return self.en if language == "en" else self.ar


@dataclass(frozen=True, slots=True)
class Reporting:
    """A reporting verb, its stance towards the speaker, and its distance from what is said (-3..3)."""

    id: str
    language: str
    lemma: str
    stance: str
    forms: tuple[str, ...]
    distance: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Modifiers that evaluate: ``value`` -3..+3."""

    id: str
    value: int
    en: tuple[str, ...]
    ar: tuple[str, ...]

    def forms(self, language: str) -> tuple[str, ...]:
        """Give the forms in one of the two languages."""
        return self.en if language == "en" else self.ar


@dataclass(frozen=True, slots=True)
class NameCue:
    """Words after which a quotation is a name, a title or speech, not a scare quote."""

    id: str
    language: str
    kind: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)  # a key of caches: hashed by identity, not row by row
class Lexicon:
    """The whole framing lexicon; ``sha256`` is of the bytes of all files it was loaded from."""

    hedges: tuple[Device, ...]
    counterparts: tuple[Device, ...]
    labels: tuple[Label, ...]
    reporting: tuple[Reporting, ...]
    evaluative: tuple[Evaluation, ...]
    names: tuple[NameCue, ...]
    sha256: str


_SECTIONS: Mapping[str, type] = {
    "hedges": Device,
    "counterparts": Device,
    "labels": Label,
    "reporting": Reporting,
    "evaluative": Evaluation,
    "names": NameCue,
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, in C where the wheel has it
_ALIASES = {"lang": "language", "dist": "distance", "val": "value"}
_Row = TypeVar("_Row")


def data_bytes(name: str) -> bytes:
    """Read one file of ``data/``.

    Raises:
        ResourceError: the file is not part of this installation.
    """
    path = resources.files("aligner").joinpath("data", *name.split("/"))
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResourceError("a data file of muqabala is missing", where=name, remedy="install it again") from error


def demo_folder() -> Path:
    """Find the bundled demo: inside an installed package, or in ``corpora/`` of a checkout.

    Raises:
        ResourceError: neither is there.
    """
    package = Path(str(resources.files("aligner")))
    for folder in (package / "data" / "demo", package.parent / "corpora" / "demo"):
        if (folder / "en.txt").is_file():
            return folder
    raise ResourceError("the demo texts are missing", where=str(package / "data/demo"), remedy="install muqabala again")


@lru_cache(maxsize=8)
def load_lexicon(extra: Path | None = None) -> Lexicon:
    """Load the framing lexicon, with a user's rows of the same format added where a file is given.

    Raises:
        ResourceError: a file cannot be read, is no YAML, or a row is wrong.

    >>> load_lexicon().labels[0].scale
    'armed_actor'
    """
    parts = [("framing.yaml", data_bytes("framing.yaml"))]
    if extra is not None:
        parts.append((str(extra), _read_user_file(extra)))
    rows: dict[str, list[Any]] = {name: [] for name in _SECTIONS}
    for where, data in parts:
        for section, found in _parse(where, data).items():
            rows[section].extend(found)
    digest = hashlib.sha256(b"\0".join(data for _, data in parts)).hexdigest()
    return Lexicon(**{name: tuple(found) for name, found in rows.items()}, sha256=digest)


@lru_cache(maxsize=16)
def load_table(name: str) -> dict[str, Any]:
    """Load a YAML table of ``data/`` once; whoever asks only reads it.

    >>> load_table("taxonomy.yaml")["version"]
    '1'
    """
    loaded: dict[str, Any] = yaml.load(data_bytes(name), Loader=_LOADER)
    return loaded


@lru_cache(maxsize=64)
def load_words(name: str) -> frozenset[str]:
    """Load a word list of ``data/``: one folded form a line, ``#`` starts a comment.

    >>> "the" in load_words("function-words.en.txt")
    True
    """
    lines = data_bytes(name).decode("utf-8").splitlines()
    words = (line.partition("#")[0].split() for line in lines)
    return frozenset(normalise_word(word) for line in words for word in line)


def _read_user_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResourceError(
            f"the lexicon cannot be read ({error.strerror})", where=str(path), remedy="check the path"
        ) from error


def _parse(where: str, data: bytes) -> dict[str, list[Any]]:
    try:
        tree = yaml.load(data, Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ResourceError(f"this is no YAML: {error}", where=where, remedy="correct it") from error
    if not isinstance(tree, dict):
        raise ResourceError("a lexicon is a mapping of sections", where=where, remedy=_sections_remedy())
    found: dict[str, list[Any]] = {}
    for section, rows in tree.items():
        if section == "version":
            continue
        if section not in _SECTIONS or not isinstance(rows, list):
            raise ResourceError(f"{section!r} is no section", where=where, remedy=_sections_remedy())
        found[section] = [_row(_SECTIONS[section], row, f"{where}: {section}") for row in rows]
        _refuse_duplicates(found[section], f"{where}: {section}")
    return found


def _sections_remedy() -> str:
    return "the sections are " + ", ".join(_SECTIONS)


def _row(kind: type[_Row], row: object, where: str) -> _Row:
    if not isinstance(row, dict):
        raise ResourceError(f"a row is a mapping, not {row!r}", where=where, remedy="write {id: …, …}")
    place = f"{where}: {row.get('id', row)}"
    values = {_ALIASES.get(str(key), str(key)): _value(key, value, place) for key, value in row.items()}
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(values) - known:
        raise ResourceError(f"unknown keys {sorted(unknown)}", where=place, remedy=f"known: {sorted(known)}")
    for key, allowed in (("language", LANGUAGES), ("stance", STANCES)):
        if key in values and values[key] not in allowed:
            raise ResourceError(f"{key} {values[key]!r}", where=place, remedy=f"one of {allowed}")
    if kind is Device and values.get("kind") not in HEDGE_KINDS:
        raise ResourceError(f"kind {values.get('kind')!r}", where=place, remedy=f"one of {HEDGE_KINDS}")
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name in values:
            _check_type(values[field.name], str(field.type), f"{place}: {field.name}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ResourceError(f"the row is incomplete: {error}", where=place, remedy="add the key") from error


def _check_type(value: object, declared: str, where: str) -> None:
    """Refuse a text where a list is wanted, and the other way round; a nested row or nothing at all."""
    if isinstance(value, tuple) != declared.startswith("tuple"):
        wanted = "a list of texts" if declared.startswith("tuple") else "one value"
        raise ResourceError(f"{value!r} is not {wanted}", where=where, remedy="correct it")
    if declared == "str" and not isinstance(value, str):
        raise ResourceError(f"{value!r} is no text", where=where, remedy="quote it")


def _value(key: object, value: object, where: str) -> Any:
    if isinstance(value, list):
        for form in value:
            _check_form(form, where)
        if len(set(value)) != len(value):
            twice = sorted({str(form) for form in value if value.count(form) > 1})
            raise ResourceError(f"listed twice: {twice}", where=where, remedy="keep one")
        return tuple(value)
    if key in ("dist", "val", "rank") and (isinstance(value, bool) or not isinstance(value, int)):
        raise ResourceError(f"{key} is a whole number, not {value!r}", where=where, remedy="correct it")
    return value


def _check_form(form: object, where: str) -> None:
    if not isinstance(form, str) or not form.strip():
        raise ResourceError(f"a form is a non-empty text, not {form!r}", where=where, remedy="quote it")
    words = form.split()
    if "*" in (words[0], words[-1]):
        raise ResourceError(
            f"{form!r} has a gap at its edge", where=where, remedy="write words before and after the gap *"
        )
    for char in form:
        code = ord(char)
        if 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFE:
            raise ResourceError(
                f"presentation glyph {unicodedata.name(char, hex(code))} in {form!r}",
                where=where,
                remedy="write the plain letters",
            )
        if unicodedata.category(char) in ("Cf", "Mn"):
            raise ResourceError(
                f"{unicodedata.name(char, hex(code))} in {form!r} would never match",
                where=where,
                remedy="leave out tashkeel and direction marks",
            )


def _refuse_duplicates(rows: Iterable[Any], where: str) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise ResourceError(f"id {row.id} stands twice", where=where, remedy="give one a new id")
        seen.add(row.id)
