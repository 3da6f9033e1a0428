"""Many pairs: nothing stops the rest, nothing is done twice, the same bytes whoever does the work."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aligner.batch import FAILURES, LOG, RESULTS, Job, Progress, Tally, find_pairs, jobs_of, read_manifest, run
from aligner.batch.pool import in_processes
from aligner.batch.work import Task
from aligner.errors import InputError, SettingError, WriteError
from tests.batch_work import Fake, Moody

TEXTS = {
    "en": "A strike at the port\n\nDockers stopped work on Monday morning. The {0} minister said nothing.\n",
    "ar": "إضراب في الميناء\n\nتوقف العمال عن العمل صباح الإثنين. ولم يقل الوزير شيئاً {0}.\n",
}


def pairs(folder: Path, n: int = 4) -> tuple[Job, ...]:
    folder.mkdir()
    for k in range(n):
        for language, text in TEXTS.items():
            (folder / f"p{k}.{language}.txt").write_text(text.format("x" * k), encoding="utf-8")
    return jobs_of(folder)


def orders(folder: Path, *texts: str) -> tuple[Job, ...]:
    folder.mkdir(exist_ok=True)
    for n, text in enumerate(texts):
        (folder / f"p{n:03}.ar.txt").write_text(text, encoding="utf-8")
    return find_pairs(folder)


def contents(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_folder_gives_pairs_by_name(tmp_path: Path) -> None:
    for name in ("a.en.txt", "a.ar.html", "b.ar.txt", "c.en.txt", "a.en.html", "note.txt", "d.fr.txt"):
        (tmp_path / name).touch()
    jobs = find_pairs(tmp_path)
    assert [(j.id, j.source and j.source.name, j.target.name) for j in jobs] == [
        ("a", "a.en.html", "a.ar.html"),
        ("b", None, "b.ar.txt"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.tsv", "id\tsource\ttarget\toutlet\nx\te.txt\ta.txt\tPost\ny\t\tb.txt\t\n"),
        ("m.csv", '\ufeffid,source,target,outlet\r\nx,e.txt,"a.txt",Post\r\ny,,b.txt,\r\n'),
        ("m.jsonl", '{"id": "x", "source": "e.txt", "target": "a.txt", "outlet": "Post"}\n\n'
         '{"id": "y", "source": null, "target": "b.txt", "outlet": ""}\n'),
    ],
)  # fmt: skip
def test_manifests_of_three_kinds_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    assert read_manifest(path) == (
        Job("x", tmp_path / "e.txt", tmp_path / "a.txt", (("outlet", "Post"),)),
        Job("y", None, tmp_path / "b.txt", (("outlet", ""),)),
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('"id"x,source,target\n', "m.csv:1: "),
        ("id,source\nx,y\n", "m.csv:1: no column target"),
        ("id,source,target\n../x,a,b\n", "m.csv:2: an id is letters"),
        ("id,source,target\nx,a,b\nX,c,d\n", "m.csv:3: id 'X' stands twice"),
        ("id,source,target\nx,a,\n", "m.csv:2: no target"),
        ('id,source,target\nx,a,"b\n', "m.csv:2: "),
        ("id,source,target\n", "m.csv: no pairs in it"),
    ],
)
def test_wrong_manifest_is_named_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "m.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(InputError) as found:
        jobs_of(path)
    assert str(found.value).removeprefix(f"{tmp_path}/").startswith(what)


def test_records_are_those_of_single_collations_with_the_stated_facts(tmp_path: Path) -> None:
    from aligner import tei

    pairs(tmp_path / "in", 1)
    manifest = tmp_path / "in" / "m.tsv"
    manifest.write_text("id\tsource\ttarget\toutlet\tsource_author\np\tp0.en.txt\tp0.ar.txt\tAl-Mina\tM. Lind\n")
    assert run(jobs_of(manifest), tmp_path / "out", Fake()) == Tally(1, 0, 0)
    made = tei.read(tmp_path / "out" / "p.xml")
    assert made.source is not None and made.ladder is not None
    assert (made.target.bibl.outlet, made.source.bibl.author) == ("Al-Mina", "M. Lind")
    (row,) = table(tmp_path / "out" / RESULTS)
    assert row["status"] == "done" and row["meta_outlet"] == "Al-Mina"
    assert row["beads"] == str(made.ladder.n_beads)
    assert row["sha256"] == hashlib.sha256((tmp_path / "out" / "p.xml").read_bytes()).hexdigest()


def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    jobs = pairs(tmp_path / "in")
    for workers in (1, 2):
        assert run(jobs, tmp_path / str(workers), Fake(), workers=workers) == Tally(4, 0, 0)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_bad_pairs_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", "ok", "wrong", "bug", "die", "die once", "ok", "ok")
    jobs = (*jobs, Job("gone", None, tmp_path / "in" / "none.txt"))
    notes = tmp_path / "notes"
    notes.mkdir()
    assert run(jobs, tmp_path / "out", Moody(notes), workers=2) == Tally(4, 4, 0)
    lost = {row["id"]: (row["error"], row["reason"]) for row in table(tmp_path / "out" / FAILURES)}
    assert {name: error for name, (error, _) in lost.items()} == {
        "p001": "InputError", "p002": "ZeroDivisionError", "p003": "WorkerDied", "gone": "InputError",
    }  # fmt: skip
    assert lost["p001"][1] == "p001.ar.txt: there is no text; give one"
    assert (notes / "p003.done").read_text().count("die") in (3, 4)
    assert sorted(p.name for p in (tmp_path / "out").glob("*.xml")) == [f"p00{n}.xml" for n in (0, 4, 5, 6)]


def test_resume_does_only_what_is_missing(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", "ok", "ok", "wrong", "ok")
    notes = tmp_path / "notes"
    notes.mkdir()
    run(jobs, tmp_path / "out", Moody(notes))
    before = contents(tmp_path / "out")
    (tmp_path / "out" / "p001.xml").write_text("spoiled")
    (tmp_path / "out" / ".p001.xml.x1.part").write_text("half")
    assert run(jobs, tmp_path / "out", Moody(notes), resume=True) == Tally(3, 1, 2)
    done = {p.name: p.read_text().count("\n") for p in notes.iterdir()}
    assert done == {"p000.done": 1, "p001.done": 2, "p002.done": 2, "p003.done": 1}
    assert contents(tmp_path / "out") == before


def test_new_input_or_signature_is_done_again(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", "ok", "ok")
    notes = tmp_path / "notes"
    notes.mkdir()
    run(jobs, tmp_path / "out", Moody(notes))
    orders(tmp_path / "in", "ok", "changed")
    assert run(jobs, tmp_path / "out", Moody(notes), resume=True) == Tally(2, 0, 1)
    assert run(jobs, tmp_path / "out", Moody(notes, "other"), resume=True) == Tally(2, 0, 0)


def test_log_cut_off_in_a_line_is_read_up_to_there(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", "ok", "ok")
    notes = tmp_path / "notes"
    notes.mkdir()
    run(jobs, tmp_path / "out", Moody(notes))
    log = tmp_path / "out" / LOG
    log.write_bytes(log.read_bytes()[:-20])
    assert run(jobs, tmp_path / "out", Moody(notes), resume=True) == Tally(2, 0, 1)


def test_folder_with_a_batch_is_not_overwritten_unasked(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", "ok")
    run(jobs, tmp_path / "out", Moody(tmp_path))
    with pytest.raises(SettingError, match="there is a batch in it already"):
        run(jobs, tmp_path / "out", Moody(tmp_path))


def test_progress_tells_rate_and_rest(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", "ok", "ok", "wrong", "ok")
    told: list[Progress] = []
    ticks = iter(range(100))
    run(jobs, tmp_path / "out", Moody(tmp_path), tell=told.append, clock=lambda: 2.0 * next(ticks))
    assert [(p.done, p.total) for p in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    failed = [p.failed for p in told]  # which of several workers is first is not ours to say
    assert failed == sorted(failed) and failed[-1] == 1
    assert (told[1].rate, told[1].remaining) == (0.5, 4.0)


def test_tasks_are_read_as_they_are_needed(tmp_path: Path) -> None:
    asked = []

    def endless() -> Iterator[Task]:
        for n in range(10**9):
            asked.append(n)
            yield Task(f"p{n}", "", None, b"ok")

    outcomes = in_processes(Moody(tmp_path), endless(), workers=1)
    assert next(outcomes).record is not None
    assert len(asked) <= 3
    outcomes.close()


RUN = """
import sys
from pathlib import Path
from aligner.batch import jobs_of, run
from tests.batch_work import Fake
if __name__ == "__main__":
    run(jobs_of(Path(sys.argv[1])), Path(sys.argv[2]), Fake(), workers=2, resume=True,
        tell=lambda p: print(p.done, p.kept, flush=True))
"""


def start(script: Path, *arguments: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, script, *arguments], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    )


def test_killed_run_goes_on_without_doing_anything_twice(tmp_path: Path) -> None:
    """Kill -9 of the run after its third pair; the second run keeps what the log of the first says."""
    jobs = pairs(tmp_path / "in", 12)
    run(jobs, tmp_path / "whole", Fake())
    script = tmp_path / "go.py"
    script.write_text(RUN)
    with start(script, tmp_path / "in", tmp_path / "out") as first:
        assert first.stdout is not None
        for _ in range(3):
            first.stdout.readline()
        first.kill()
    lines = (tmp_path / "out" / LOG).read_bytes().split(b"\n")
    finished = [json.loads(line)["id"] for line in lines if line.endswith(b"}")]
    assert 3 <= len(finished) <= 12
    with start(script, tmp_path / "in", tmp_path / "out") as second:
        assert second.stdout is not None
        told = [tuple(map(int, line.split())) for line in second.stdout]
    assert told[-1] == (12, len(finished))
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_run_survives_the_death_of_a_worker(tmp_path: Path) -> None:
    """Kill -9 of a worker from outside in the middle of the run."""
    jobs = pairs(tmp_path / "in", 8)
    run(jobs, tmp_path / "whole", Fake())
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.done == 2:
            killed.append(children()[-1])
            os.kill(killed[0], signal.SIGKILL)

    assert run(jobs, tmp_path / "out", Fake(), workers=2, tell=kill_one) == Tally(8, 0, 0)
    assert len(killed) == 1
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def children() -> list[int]:
    """The spawned workers of this process; multiprocessing's tracker is none of them."""
    import multiprocessing

    return [child.pid for child in multiprocessing.active_children() if child.pid]


def test_record_that_cannot_be_written_ends_the_run_and_loses_nothing(tmp_path: Path) -> None:
    jobs = orders(tmp_path / "in", "ok", "ok", "ok", "ok")
    (tmp_path / "out" / "p002.xml").mkdir(parents=True)
    with pytest.raises(WriteError, match=r"p002\.xml: cannot write"):
        run(jobs, tmp_path / "out", Moody(tmp_path))
    (tmp_path / "out" / "p002.xml").rmdir()
    tally = run(jobs, tmp_path / "out", Moody(tmp_path), resume=True)
    assert (tally.done, tally.kept) == (4, 2)
