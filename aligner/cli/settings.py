"""What several commands share: options, the encoder, progress, the summary, output."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from aligner.embed import Embedder
    from aligner.model import Collation, Witness
    from aligner.pipeline import Options, Progress

__all__ = [
    "FILE",
    "OUT",
    "TEXT",
    "collate_files",
    "embedder",
    "emit",
    "encoder_options",
    "frame_options",
    "model_options",
    "options",
    "sparing_inputs",
    "summary",
    "warn_of_strangers",
]

_WRITTEN = ("out", "lines", "codebook")  # parameters that name files a command writes

FILE = click.Path(dir_okay=False, path_type=Path)
TEXT = click.Path(path_type=Path)  # a file, or the folder of a page saved by a browser
OUT = click.Path(path_type=Path)


def _all(*decorators: Callable[..., Any]) -> Callable[..., Any]:
    """Make one decorator of several; their options are shown in this order."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        return reduce(lambda inner, decorator: decorator(inner), reversed(decorators), command)

    return decorated


encoder_options = _all(
    click.option("--model", default="use-m3", show_default=True, help="Sentence encoder, or a folder."),
    click.option("--cache/--no-cache", default=True, help="Keep vectors on disk between runs."),
)
"""Add the options that choose the sentence encoder and whether its vectors are kept."""

model_options = _all(
    encoder_options,
    click.option("--threads", default=1, show_default=True, type=click.IntRange(1, 64), help="BLAS threads."),
)
"""Add the options of one encoder in this process."""

frame_options = _all(
    click.option("--lexicon", type=FILE, help="Add rows of your own to the framing lexicon (YAML)."),
    click.option("--checks", help="Checks to run, comma-separated; -name leaves one out; all by default."),
)
"""Add the options that choose checks and lexicon."""


def collate_files(
    texts: tuple[Path, ...], *, no_source: bool = False, told: Progress | None = None, **given: Any
) -> Collation:
    """Read one or two texts and collate them; progress goes to ``told``, or to a bar on a terminal."""
    from aligner.ingest import check_sides, read_witness
    from aligner.pipeline import collate

    target = read_witness(texts[-1], siglum="ar")
    source: Witness | None = None
    if not no_source:
        source = read_witness(texts[0], siglum="en")
    check_sides(source, target)
    encoder = embedder(given["model"], given["threads"], given["cache"])
    with _Bar() as progress:
        return collate(source, target, encoder, options(given), progress=told or progress)


def options(given: dict[str, Any]) -> Options:
    """Turn what was given on the command line into the pipeline's options."""
    from aligner.errors import SettingError
    from aligner.frame import parse_checks
    from aligner.model import Category
    from aligner.pipeline import Options

    checks = given.get("checks")
    if checks is not None and not checks.strip(", "):
        names = ", ".join(category.value for category in Category)
        remedy = f"leave it out for all, or name some of {names}"
        raise SettingError("no check is named", where="--checks", remedy=remedy)
    return Options(
        checks=None if checks is None else parse_checks(checks),
        lexicon=given.get("lexicon"),
        links=given.get("links", "all"),
        made=given.get("date", ""),
    )


def embedder(model: str, threads: int, cache: bool) -> Embedder:
    """Load the sentence encoder, with its cache on disk if wanted."""
    from aligner.embed import CachedEmbedder, load_embedder

    inner = load_embedder(model, threads=threads)
    return CachedEmbedder(inner) if cache else inner


class _Bar:
    """A progress bar on a terminal's stderr, nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __enter__(self) -> Progress:
        return self._tell if sys.stderr.isatty() else _quiet

    def __exit__(self, *exception: object) -> None:
        if self._bar is not None:
            self._bar.finish()
            click.echo(err=True)

    def _tell(self, stage: str, done: int, of: int) -> None:
        if stage != self._stage:
            self.__exit__()
            self._bar = click.progressbar(length=max(of, 1), label=stage, file=sys.stderr)
            self._bar.render_progress()
            self._stage = stage
        self._bar.update(done - self._bar.pos)


def _quiet(stage: str, done: int, of: int) -> None:
    """Show nothing."""


def summary(collation: Collation) -> str:
    """Say in a few lines what was found: segments, beads by kind, flags by category."""
    from aligner.model import EditKind

    lines = []
    if collation.source and collation.ladder:
        beads = Counter(bead.type for bead in collation.ladder.beads)
        kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(beads.items(), key=lambda x: (-x[1], x[0])))
        lines.append(f"segments: {len(collation.source_segments)} source, {len(collation.target_segments)} target")
        lines.append(f"beads: {collation.ladder.n_beads} ({kinds})")
    else:
        lines.append(f"segments: {len(collation.target_segments)} target; no source, so marks and no edits")
    name = "edits" if collation.source else "marks"
    flags = Counter(
        f"{e.category} {e.direction}" if e.kind is EditKind.EDIT else str(e.category) for e in collation.edits
    )
    found = ", ".join(f"{flag} {n}" for flag, n in sorted(flags.items()))
    lines.append(f"{name}: {len(collation.edits)}" + (f" ({found})" if found else ""))
    return "\n".join(lines)


def warn_of_strangers(collation: Collation) -> None:
    """Say on stderr that hardly anything was paired: the two may be texts of different things."""
    from aligner.doubt import doubt, n_paired

    source, ladder = collation.source, collation.ladder
    if source and ladder and (found := doubt(ladder.n_beads, n_paired(ladder))):
        target = collation.target.origin or "the target"
        remedy = f"check that {target} is the translation of {source.origin or 'the source'}"
        click.secho(f"warning: {target}: {found}; {remedy}", err=True, fg="yellow", bold=True)


def sparing_inputs(run: Callable[..., None]) -> Callable[..., None]:
    """Let a command refuse to write over a file that it reads: a text or a record would be gone."""

    @wraps(run)
    def refusing(**given: Any) -> None:
        written = [path for name in _WRITTEN for path in _files(given.get(name))]
        read = [path for name, value in given.items() if name not in _WRITTEN for path in _files(value)]
        for out in written:
            if any(path.samefile(out) for path in read):
                raise click.UsageError(f"{out} is read by this command and would be lost; name another file to write")
        run(**given)

    return refusing


def _files(value: object) -> list[Path]:
    """Give the paths in an argument that are files already."""
    values = value if isinstance(value, tuple) else (value,)
    return [path for path in values if isinstance(path, Path) and path.is_file()]


def emit(data: str | bytes, out: Path | None) -> None:
    """Write data to a file, whole or not at all, or to standard output."""
    from aligner.store import write_bytes

    raw = data.encode("utf-8") if isinstance(data, str) else data
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(raw)
    else:
        write_bytes(out, raw)
