"""Commands over many pairs and records: batch, audit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from aligner.cli.settings import OUT, emit, encoder_options, frame_options, options

__all__ = ["COMMANDS"]


@click.command()
@click.argument("pairs", type=click.Path(path_type=Path), metavar="MANIFEST | FOLDER")
@click.option("--out", type=OUT, required=True, help="The folder for records, results and failures.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes of this machine.")
@click.option("--scheduler", default="", help="Address of a Dask scheduler, instead of processes.")
@click.option("--resume", is_flag=True, help="Go on with a run: what is finished from the same inputs stays.")
@encoder_options
@click.option("--vectors", type=OUT, help="The folder they are kept in; the user's cache by default.")
@frame_options
def batch(
    pairs: Path, out: Path, workers: int, scheduler: str, resume: bool, vectors: Path | None, cache: bool, **given: Any
) -> None:
    """Collate many pairs, unattended: one record each, a table of results, a log of failures.

    A manifest is TSV, CSV or JSONL with id, source, target and any metadata; a folder is read by name
    (x.en.html, x.ar.html).
    """
    from aligner.batch import RESULTS, Collating, Progress, jobs_of, lone_sources, run
    from aligner.embed import cache_folder

    def tell(progress: Progress) -> None:
        rest = f", {progress.remaining:.0f} s left" if progress.remaining is not None else ""
        words = f"{progress.done}/{progress.total} pairs, {progress.failed} failed{rest}"
        click.echo(f"\r{words:<60}" if sys.stderr.isatty() else words, nl=not sys.stderr.isatty(), err=True)

    kept = (vectors or cache_folder()) if cache else None
    work = Collating(model=given.pop("model"), cache=kept, options=options(given))
    for path in lone_sources(pairs):
        remedy = f"name it {path.name.rpartition('.en.')[0]}.ar.txt or .html"
        click.echo(f"warning: {path}: left out, there is no translation beside it; {remedy}", err=True)
    tally = run(jobs_of(pairs), out, work, workers=workers, scheduler=scheduler, resume=resume, tell=tell)
    click.echo(f"done: {tally.done}, failed: {tally.failed}, kept: {tally.kept}; see {out}", err=True)
    if tally.doubtful:
        told = f"warning: in {tally.doubtful} of them hardly anything pairs"
        click.secho(f"{told}; see the column 'warning' of {out / RESULTS}", err=True, fg="yellow", bold=True)
    sys.exit(1 if tally.failed else 0)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("-o", "--out", type=OUT, required=True, help="The page to write; reports go into a folder beside it.")
@click.option("--tables", type=OUT, help="Folder for the tables (CSV and Parquet).")
@click.option("--codebook", type=OUT, help="Write the codebook for coders as a page of its own, too.")
@click.option("--by", default="outlet,translator,date,term", show_default=True, help="Facts to compare by.")
@click.option("--term", "terms", multiple=True, help="A source term to follow; the most flagged by default.")
@click.option("--reports/--no-reports", default=True, help="Write a page for every record.")
def audit(
    folder: Path, out: Path, tables: Path | None, codebook: Path | None, by: str, terms: tuple[str, ...], reports: bool
) -> None:
    """Audit a folder of records: rates with intervals, terms, agreement, every number with its flags."""
    from aligner import audit as audits

    if codebook:
        emit(audits.codebook(), codebook)
    facts = tuple(fact.strip() for fact in by.split(",") if fact.strip())
    corpus = audits.audit(folder, out, by=facts, terms=terms, tables=tables, reports=reports)
    for term in audits.absent_terms(corpus.documents, terms):
        remedy = "give whole words, spelt as the sources spell them"
        click.echo(f"warning: --term {term}: no source in {folder} mentions it; {remedy}", err=True)
    for fault in corpus.faults:
        click.echo(str(fault), err=True)
    click.echo(f"records: {len(corpus.documents)}, unreadable: {len(corpus.faults)}\nwritten: {out}", err=True)
    sys.exit(1 if corpus.faults else 0)


COMMANDS = (batch, audit)
