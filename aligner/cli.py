"""The command line: one short function per command over the calls of the library.

stdout is data, stderr is talk. Exit 0 done, 1 some inputs failed or a check found faults, 2 usage,
130 interrupted. Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aligner import __version__
from aligner.errors import AlignerError, RecordError, ResourceError

if TYPE_CHECKING:
    from aligner.embed import Embedder
    from aligner.model import Collation, Witness
    from aligner.pipeline import Options, Progress

__all__ = ["cli", "main"]

_FILE = click.Path(dir_okay=False, path_type=Path)
_OUT = click.Path(path_type=Path)


def main() -> None:
    """Run the command line and turn errors into a message and an exit status."""
    try:
        cli(standalone_mode=False)
    except AlignerError as error:
        click.echo(f"muqabala: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("muqabala: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="muqabala")
def cli() -> None:
    """Collate an Arabic translation with its English source, flag framing edits, keep the record in TEI.

    \b
    muqabala demo                                      see it work on a bundled pair
    muqabala collate en.txt ar.txt -o pair.xml         two texts to one TEI record
    muqabala collate ar.txt --no-source -o pair.xml    the translation alone: marks, no edits
    """


def _model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose and place the sentence encoder."""
    decorators = (
        click.option("--model", default="use-m3", show_default=True, help="Sentence encoder, or a folder."),
        click.option("--threads", default=1, show_default=True, type=click.IntRange(1, 64), help="BLAS threads."),
        click.option("--cache/--no-cache", default=True, help="Keep vectors on disk between runs."),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


def _frame_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose checks and lexicon."""
    decorators = (
        click.option("--lexicon", type=_FILE, help="Add rows of your own to the framing lexicon (YAML)."),
        click.option("--checks", default="", help="Checks to run, comma-separated; -name leaves one out."),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@cli.command()
@click.argument("texts", nargs=-1, required=True, type=_FILE, metavar="[SOURCE] TARGET")
@click.option("-o", "--out", type=_OUT, required=True, help="The TEI file to write.")
@click.option("--no-source", is_flag=True, help="The source is missing: read the translation alone.")
@click.option("--links", type=click.Choice(["all", "flagged", "none"]), default="all", show_default=True,
              help="Which word links the record keeps.")  # fmt: skip
@click.option("--date", default="", help="Date to write into the record (ISO 8601); none by default.")
@_frame_options
@_model_options
def collate(texts: tuple[Path, ...], out: Path, no_source: bool, **given: Any) -> None:
    """Align a translation with its source, flag framing edits, write a TEI record."""
    from aligner import tei

    if len(texts) != (1 if no_source else 2):
        raise click.UsageError("give SOURCE and TARGET, or TARGET with --no-source")
    collation = _collate(texts, no_source=no_source, **given)
    tei.write(collation, out)
    click.echo(f"{_summary(collation)}\nwritten: {out}", err=True)


def _collate(
    texts: tuple[Path, ...], *, no_source: bool = False, told: Progress | None = None, **given: Any
) -> Collation:
    from aligner.ingest import check_sides, read_witness
    from aligner.pipeline import collate

    target = read_witness(texts[-1], siglum="ar")
    source: Witness | None = None
    if not no_source:
        source = read_witness(texts[0], siglum="en")
        check_sides(source, target)
    embedder = _embedder(given["model"], given["threads"], given["cache"])
    with _Bar() as progress:
        return collate(source, target, embedder, _options(given), progress=told or progress)


def _options(given: dict[str, Any]) -> Options:
    from aligner.frame import parse_checks
    from aligner.pipeline import Options

    return Options(
        checks=parse_checks(given["checks"]) if given.get("checks") else None,
        lexicon=given.get("lexicon"),
        links=given.get("links", "all"),
        made=given.get("date", ""),
    )


def _embedder(model: str, threads: int, cache: bool) -> Embedder:
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


def _summary(collation: Collation) -> str:
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


@cli.command()
@click.argument("source", type=_FILE)
@click.argument("target", type=_FILE)
@click.option("-o", "--out", type=_OUT, help="The ladder to write; standard output by default.")
@_model_options
def align(source: Path, target: Path, out: Path | None, model: str, threads: int, cache: bool) -> None:
    """Align two files of one sentence a line; write a ladder, one bead a line: [0, 1]:[2]."""
    from aligner.ingest import read_sentences
    from aligner.pipeline import align_sentences
    from aligner.score import format_ladder, pairings

    sides = read_sentences(source), read_sentences(target)
    ladder = align_sentences(*sides, _embedder(model, threads, cache))
    _emit(format_ladder(pairings(ladder)), out)


@cli.command()
@click.argument("pairs", type=_FILE)
@click.option("-o", "--out", type=_OUT, help="The JSONL to write; standard output by default.")
@_frame_options
@_model_options
def frame(pairs: Path, out: Path | None, model: str, threads: int, cache: bool, **given: Any) -> None:
    """Flag framing edits in sentence pairs: JSONL rows {"id", "source", "target"}, one row out for each."""
    from aligner.ingest import read_pairs
    from aligner.pipeline import frame_pairs
    from aligner.rows import json_line, pair_row

    rows = list(read_pairs(pairs))
    found = frame_pairs(rows, _embedder(model, threads, cache), _options(given))
    written = (pair_row(r.id, r.source, r.target, edits) for r, edits in zip(rows, found, strict=True))
    _emit("".join(map(json_line, written)), out)


@cli.command()
@click.argument("record", type=_FILE)
@click.option("--to", "form", required=True, type=click.Choice(["ladder", "jsonl"]), help="The form to write.")
@click.option("-o", "--out", type=_OUT, help="The file to write; standard output by default.")
def export(record: Path, form: str, out: Path | None) -> None:
    """Write a record in another form."""
    from aligner import tei
    from aligner.rows import collation_rows, json_line
    from aligner.score import format_ladder, pairings

    collation = tei.read(record)
    if form == "jsonl":
        _emit("".join(map(json_line, collation_rows(collation))), out)
    elif collation.ladder is None:
        raise RecordError("there is no ladder without a source", where=str(record), remedy="export jsonl")
    else:
        _emit(format_ladder(pairings(collation.ladder)), out)


@cli.command()
@click.argument("record", type=_FILE)
@click.option("--tei-all", type=_FILE, help="Validate with the full TEI schema (tei_all.rng) too.")
def verify(record: Path, tei_all: Path | None) -> None:
    """Check a record: schema, pointers, beads, spans, hashes, responsibilities."""
    from aligner.verify import verify

    faults = verify(record, tei_all=tei_all)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"{record}: {len(faults)} faults", err=True)
        sys.exit(1)
    click.echo(f"{record}: no faults found", err=True)


@cli.command()
@click.argument("gold", type=_FILE)
@click.argument("predicted", type=_FILE)
def score(gold: Path, predicted: Path) -> None:
    """Score a ladder against gold: strict and lax precision, recall and F1, by kind of bead."""
    from aligner.score import read_ladder, score

    click.echo(score(read_ladder(gold), read_ladder(predicted)).table())


@cli.command("compare-versions")
@click.argument("first", type=_FILE)
@click.argument("second", type=_FILE)
@click.option("-o", "--out", type=_OUT, help="The TSV to write; standard output by default.")
def compare(first: Path, second: Path, out: Path | None) -> None:
    """Compare two translations of one source, given as records: chrF and TER per bead."""
    from aligner import tei
    from aligner.versions import comparison

    _emit(comparison(tei.read(first), tei.read(second), where=(str(first), str(second))), out)


@cli.command()
@click.argument("record", type=_FILE)
@click.option("-o", "--out", type=_OUT, required=True, help="The HTML page to write.")
def report(record: Path, out: Path) -> None:
    """Write a collation as one self-contained page to read: both texts, flags, reasons."""
    from aligner import tei
    from aligner.report import render

    _emit(render(tei.read(record)), out)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="RECORD | SOURCE TARGET")
@click.option("-o", "--out", type=_OUT, help="Where SOURCE and TARGET are collated to; TARGET.xml by default.")
@click.option("--who", default="", help="The reviewer's name; git's user.name by default.")
@click.option("--bidi", default="auto", show_default=True, help="auto, app, app+lro, terminal or plain.")
@_frame_options
@_model_options
def review(files: tuple[Path, ...], out: Path | None, who: str, bidi: str, **given: Any) -> None:
    """Review a record on the terminal; given SOURCE and TARGET, collate them first."""
    if len(files) > 2:
        raise click.UsageError("give RECORD, or SOURCE and TARGET")
    try:
        from tui.app import run
    except ModuleNotFoundError as error:
        what = f"the review app needs {error.name}"
        raise ResourceError(what, where="review", remedy="pip install 'muqabala[review]'") from error
    if len(files) == 1:
        run(files[0], who=who, bidi=bidi)
        return
    record = out or files[1].with_suffix(".xml")
    run(record, make=lambda progress: _collate(files, told=progress, **given), who=who, bidi=bidi)


@cli.command()
@click.option("-o", "--out", type=_OUT, default=Path("muqabala-demo.xml"), show_default=True)
@_model_options
def demo(out: Path, **given: Any) -> None:
    """Collate the bundled pair, an invented story, and show the flags."""
    from aligner import tei
    from aligner.resources import demo_folder

    folder = demo_folder()
    collation = _collate((folder / "en.txt", folder / "ar.txt"), checks="", **given)
    tei.write(collation, out)
    for edit in collation.edits:
        click.echo(f"{edit.category} {edit.direction} ({edit.confidence:.2f}): {edit.rationale}")
    click.echo(f"{_summary(collation)}\nwritten: {out}", err=True)


def _emit(text: str, out: Path | None) -> None:
    from aligner.store import write_bytes

    if out is None:
        click.echo(text, nl=False)
    else:
        write_bytes(out, text.encode("utf-8"))


if __name__ == "__main__":
    main()
