"""Commands that begin with texts: collate, align, frame, review, demo."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aligner.cli.settings import (
    FILE,
    OUT,
    TEXT,
    collate_files,
    embedder,
    emit,
    frame_options,
    model_options,
    options,
    summary,
    warn_of_strangers,
)
from aligner.errors import ResourceError

if TYPE_CHECKING:
    from aligner.model import Collation

__all__ = ["COMMANDS"]


def _dated(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Refuse what TEI could not state as a date; a year or month alone is no date of a collation."""
    from aligner.tei.header import when

    if value and (len(value) < len("2026-11-26") or "when" not in when(value)):
        raise click.BadParameter(f"{value!r} is no ISO 8601 date; write 2026-11-26 or 2026-11-26T19:40:00Z")
    return value


@click.command()
@click.argument("texts", nargs=-1, required=True, type=TEXT, metavar="[SOURCE] TARGET")
@click.option("-o", "--out", type=OUT, required=True, help="The TEI file to write.")
@click.option("--no-source", is_flag=True, help="The source is missing: read the translation alone.")
@click.option("--links", type=click.Choice(["all", "flagged", "none"]), default="all", show_default=True,
              help="Which word links the record keeps.")  # fmt: skip
@click.option("--date", default="", callback=_dated, help="Date to write into the record (ISO 8601); none by default.")
@frame_options
@model_options
def collate(texts: tuple[Path, ...], out: Path, no_source: bool, **given: Any) -> None:
    """Align a translation with its source, flag framing edits, write a TEI record."""
    from aligner import tei

    if len(texts) != (1 if no_source else 2):
        raise click.UsageError("give SOURCE and TARGET, or TARGET with --no-source")
    collation = collate_files(texts, no_source=no_source, **given)
    warn_of_strangers(collation)
    tei.write(collation, out)
    click.echo(f"{summary(collation)}\nwritten: {out}", err=True)


@click.command()
@click.argument("source", type=FILE)
@click.argument("target", type=FILE)
@click.option("-o", "--out", type=OUT, help="The ladder to write; standard output by default.")
@click.option("--pivot", type=FILE, help="A machine translation of SOURCE, one line a sentence: further evidence.")
@model_options
def align(
    source: Path, target: Path, out: Path | None, pivot: Path | None, model: str, threads: int, cache: bool
) -> None:
    """Align two files of one sentence a line; write a ladder, one bead a line: [0, 1]:[2]."""
    from aligner.ingest import check_scripts, read_sentences
    from aligner.pipeline import align_sentences
    from aligner.score import format_ladder, pairings

    sides = read_sentences(source), read_sentences(target)
    check_scripts(*sides, where=f"{source}, {target}")
    lines = read_sentences(pivot) if pivot else None
    ladder = align_sentences(*sides, embedder(model, threads, cache), pivot=lines)
    emit(format_ladder(pairings(ladder)), out)


@click.command()
@click.argument("pairs", type=FILE)
@click.option("-o", "--out", type=OUT, help="The JSONL to write; standard output by default.")
@frame_options
@model_options
def frame(pairs: Path, out: Path | None, model: str, threads: int, cache: bool, **given: Any) -> None:
    """Flag framing edits in sentence pairs: JSONL rows {"id", "source", "target"}, one row out for each."""
    from aligner.ingest import check_scripts, read_pairs
    from aligner.pipeline import frame_pairs
    from aligner.rows import json_line, pair_row

    rows = list(read_pairs(pairs))
    check_scripts([row.source for row in rows], [row.target for row in rows], where=str(pairs))
    found = frame_pairs(rows, embedder(model, threads, cache), options(given))
    written = (pair_row(r.id, r.source, r.target, edits) for r, edits in zip(rows, found, strict=True))
    emit("".join(map(json_line, written)), out)


@click.command()
@click.argument("files", nargs=-1, required=True, type=TEXT, metavar="RECORD | SOURCE TARGET")
@click.option("-o", "--out", type=OUT, help="Where SOURCE and TARGET are collated to; TARGET.xml by default.")
@click.option("--who", default="", help="The reviewer's name; git's user.name by default.")
@click.option("--bidi", default="auto", show_default=True, help="auto, app, app+lro, terminal or plain.")
@frame_options
@model_options
def review(files: tuple[Path, ...], out: Path | None, who: str, bidi: str, **given: Any) -> None:
    """Review a record on the terminal; given SOURCE and TARGET, collate them first."""
    if len(files) > 2:
        raise click.UsageError("give RECORD, or SOURCE and TARGET")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("the review app needs a terminal; `muqabala report` makes a page to read")
    try:
        from tui.app import run
    except ModuleNotFoundError as error:
        what = f"the review app needs {error.name}"
        raise ResourceError(what, where="review", remedy="pip install 'muqabala[review]'") from error

    def collate(texts: tuple[Path, ...], told: Callable[[str, int, int], None]) -> Collation:
        return collate_files(texts, no_source=len(texts) == 1, told=told, **given)

    record, texts = (files[0], ()) if len(files) == 1 else (out or files[1].with_suffix(".xml"), files)
    run(record, texts=texts, collate=collate, who=who, bidi=bidi)


@click.command()
@click.option("-o", "--out", type=OUT, default=Path("muqabala-demo.xml"), show_default=True)
@model_options
def demo(out: Path, **given: Any) -> None:
    """Collate the bundled pair, an invented story, and show the flags."""
    from aligner import tei
    from aligner.resources import demo_folder

    folder = demo_folder()
    collation = collate_files((folder / "en.txt", folder / "ar.txt"), **given)
    tei.write(collation, out)
    for edit in collation.edits:
        click.echo(f"{edit.category} {edit.direction} ({edit.confidence:.2f}): {edit.rationale}")
    click.echo(f"{summary(collation)}\nwritten: {out}", err=True)


COMMANDS = (collate, align, frame, review, demo)
