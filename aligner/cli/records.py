"""Commands that begin with records: export, verify, report, score, compare-versions, standoff, bind, merge."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aligner.cli.settings import FILE, OUT, TEXT, emit, summary
from aligner.errors import InputError
from aligner.forms import EXCHANGE, form_named

if TYPE_CHECKING:
    from aligner.model import Collation
    from aligner.score import Pairing

__all__ = ["COMMANDS"]

_FORMS = tuple(form.name for form in EXCHANGE)


@click.command()
@click.argument("record", type=FILE)
@click.option("--to", "form", required=True, type=click.Choice(_FORMS), help="The form to write.")
@click.option("-o", "--out", type=OUT, help="The file to write; standard output by default.")
@click.option("--sentences", "lines", nargs=2, type=OUT, metavar="SOURCE TARGET",
              help="With a ladder: write the segments it counts, too, one a line.")  # fmt: skip
def export(record: Path, form: str, out: Path | None, lines: tuple[Path, Path] | None) -> None:
    """Write a record in another form: for aligners, translation tools, spreadsheets, W3C PROV.

    What the form cannot hold is counted on standard error. A ladder is read again with the files of --sentences.
    """
    from aligner import forms, tei

    if lines and form != "ladder":
        raise click.UsageError("--sentences goes with --to ladder only")
    collation = tei.read(record)
    data = form_named(form).write(collation)
    for path, side in zip(lines or (), forms.sentences(collation) if lines else (), strict=True):
        emit(side, path)
    emit(data, out)
    if lost := forms.left_out(collation, form):
        click.echo(f"{form}: not carried: {lost}; the record keeps them", err=True)


@click.command("import")
@click.argument("alignment", type=FILE)
@click.argument("sentences", nargs=-1, type=FILE, metavar="[SOURCE TARGET]")
@click.option("--from", "form", required=True, type=click.Choice(["tmx", "tsv", "ladder"]), help="What it is.")
@click.option("-o", "--out", type=OUT, required=True, help="The TEI file to write.")
def import_(alignment: Path, sentences: tuple[Path, ...], form: str, out: Path) -> None:
    """Read an alignment made elsewhere into a record; a ladder needs its two sentence files."""
    from aligner import tei
    from aligner.ingest import check_scripts

    if len(sentences) != (2 if form == "ladder" else 0):
        raise click.UsageError("give SOURCE and TARGET with a ladder, and only then")
    collation = _imported(alignment, sentences, form)
    if collation.source:
        check_scripts([collation.source.text], [collation.target.text], where=str(alignment))
    tei.write(collation, out)
    for note in collation.target.notes[1:]:
        click.echo(f"warning: {alignment}: {note}", err=True)
    click.echo(f"{summary(collation)}\nwritten: {out}", err=True)


def _imported(alignment: Path, sentences: tuple[Path, ...], form: str) -> Collation:
    from aligner.foreign import from_ladder, from_tmx, from_tsv
    from aligner.ingest import read_sentences
    from aligner.ingest.decode import decode
    from aligner.ingest.files import read_bytes

    if form == "ladder":
        sides = (read_sentences(path) for path in sentences)
        return from_ladder(_beads(alignment), *sides, origin=alignment.name)
    data = read_bytes(alignment)
    if form == "tmx":
        return from_tmx(data, origin=alignment.name)
    return from_tsv(decode(data, where=str(alignment)).text, origin=alignment.name)


@click.command()
@click.argument("record", type=FILE)
@click.option("--tei-all", type=FILE, help="Validate with the full TEI schema (tei_all.rng) too.")
@click.option("--source", type=FILE, help="The file the source was read from: compare its bytes.")
@click.option("--target", type=FILE, help="The file the translation was read from: compare its bytes.")
def verify(record: Path, tei_all: Path | None, source: Path | None, target: Path | None) -> None:
    """Check a record: schema, pointers, beads, spans, hashes, responsibilities."""
    from aligner.verify import verify

    faults = verify(record, tei_all=tei_all, source=source, target=target)
    for fault in faults:
        click.echo(str(fault))
    if faults:
        click.echo(f"{record}: {len(faults)} fault{'s' if len(faults) > 1 else ''}", err=True)
        sys.exit(1)
    click.echo(f"{record}: no faults found", err=True)


@click.command()
@click.argument("record", type=FILE)
@click.option("-o", "--out", type=OUT, required=True, help="The HTML page to write.")
def report(record: Path, out: Path) -> None:
    """Write a collation as one self-contained page to read: both texts, flags, reasons."""
    from aligner import tei

    emit(form_named("html").write(tei.read(record)), out)


@click.command()
@click.argument("gold", type=FILE)
@click.argument("predicted", type=FILE)
def score(gold: Path, predicted: Path) -> None:
    """Score a ladder against gold: strict and lax precision, recall and F1, by kind of bead.

    A dash stands where there is nothing to measure.
    """
    from aligner.score import score

    click.echo(score(_beads(gold), _beads(predicted)).table())


def _beads(path: Path) -> tuple[Pairing, ...]:
    from aligner.score import read_ladder

    beads = read_ladder(path)
    if not beads:
        raise InputError("there is no bead in it", where=str(path), remedy="give lines such as [0, 1]:[2]")
    return beads


@click.command("compare-versions")
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@click.option("-o", "--out", type=OUT, help="The TSV to write; standard output by default.")
def compare(first: Path, second: Path, out: Path | None) -> None:
    """Compare two translations of one source, given as records: chrF and TER per bead."""
    from aligner import tei
    from aligner.versions import comparison

    emit(comparison(tei.read(first), tei.read(second), where=(str(first), str(second))), out)


@click.command()
@click.argument("record", type=FILE)
@click.option("-o", "--out", type=OUT, required=True, help="The record without texts to write.")
def standoff(record: Path, out: Path) -> None:
    """Take the article texts out of a record, so that it can be shared.

    Titles, the attribution line and short quotations in rationales stay readable.
    """
    from aligner import tei

    emit(form_named("standoff").write(tei.read(record)), out)


@click.command()
@click.argument("record", type=FILE)
@click.argument("texts", nargs=-1, required=True, type=TEXT, metavar="[SOURCE] TARGET")
@click.option("-o", "--out", type=OUT, required=True, help="The full record to write.")
@click.option("--reanchor", is_flag=True, help="Accept texts that differ in white space and line ends only.")
def bind(record: Path, texts: tuple[Path, ...], out: Path, reanchor: bool) -> None:
    """Put the texts back into a record without texts, after checking their hashes."""
    from aligner import tei
    from aligner.ingest import read_witness
    from aligner.tei.standoff import bind

    if len(texts) > 2:
        raise click.UsageError("give SOURCE and TARGET, or TARGET alone")
    source = read_witness(texts[0], siglum="en") if len(texts) == 2 else None
    target = read_witness(texts[-1], siglum="ar")
    bound = bind(tei.read_bytes(record), source, target, where=str(record), reanchor=reanchor)
    tei.write(bound.collation, out)
    for moved in bound.moved:
        click.echo(str(moved))
    click.echo(f"segments that stand elsewhere: {len(bound.moved)}\nwritten: {out}", err=True)


@click.command()
@click.argument("base", type=FILE)
@click.argument("mine", type=FILE)
@click.argument("theirs", type=FILE)
@click.option("-o", "--out", type=OUT, required=True, help="The joined record to write.")
def merge(base: Path, mine: Path, theirs: Path, out: Path) -> None:
    """Join the decisions of two people on two copies of one record; conflicts are listed, none is dropped."""
    from aligner import tei
    from aligner.merge import merge

    where = str(base), str(mine), str(theirs)
    merged = merge(*map(tei.read, where), where=where)
    tei.write(merged.collation, out)
    for conflict in merged.conflicts:
        click.echo(str(conflict))
    click.echo(f"taken: {merged.n_taken}, agreed: {merged.n_agreed}, conflicts: {len(merged.conflicts)}", err=True)
    sys.exit(1 if merged.conflicts else 0)


COMMANDS = (export, import_, verify, report, score, compare, standoff, bind, merge)
