from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tui_made import made

from aligner import tei
from aligner.errors import RecordError
from aligner.model import Act, Status
from tui import operations
from tui.desk import RecordDesk
from tui.export import flags_table, rows_table
from tui.session import Session

WHO = "nour"
Opened = Callable[[Path], tuple[RecordDesk, Session, str]]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "pair.xml"
    tei.write(made(8), path)
    return path


@pytest.fixture
def opened() -> Iterator[Callable[[Path], tuple[RecordDesk, Session, str]]]:
    desks: list[RecordDesk] = []

    def open_it(record: Path) -> tuple[RecordDesk, Session, str]:
        desks.append(RecordDesk(record))
        return (desks[-1], *desks[-1].open(WHO))

    yield open_it
    for desk in desks:
        desk.close()


def merged(record: Path, times: int) -> None:
    """Take decisions and die without saving."""
    desk = RecordDesk(record)
    session, _ = desk.open(WHO)
    for _ in range(times):
        session.do(Act.MERGED, "al.1", operations.merge(session.collation, 0, who=WHO))
    assert desk._open is not None
    desk._open.close()


def test_what_was_decided_and_not_saved_is_there_again(record: Path, opened: Opened) -> None:
    merged(record, 3)
    desk, session, message = opened(record)
    assert session.collation.ladder and session.collation.ladder.n_beads == 5
    assert message.startswith("3 decisions") and not session.is_saved
    desk.save(session)
    desk.close()
    assert session.is_saved and sorted(each.name for each in record.parent.iterdir()) == ["pair.xml"]
    _, again, message = opened(record)
    assert again.collation == session.collation and message == ""


def test_a_line_torn_by_a_crash_is_left_out(record: Path, opened: Opened) -> None:
    merged(record, 2)
    journal = record.with_name("pair.xml.journal")
    journal.write_bytes(journal.read_bytes()[:-9])
    _, session, message = opened(record)
    assert session.collation.ladder and session.collation.ladder.n_beads == 7
    assert message.startswith("1 decisions")
    session.do(Act.CONFIRMED, "al.1", operations.judge(session.collation, [0], Status.ACCEPTED, who=WHO))
    assert journal.read_bytes().count(b"\n") == 2


def test_a_crash_between_saving_and_emptying_the_journal_counts_nothing_twice(record: Path, opened: Opened) -> None:
    merged(record, 3)
    journal = record.with_name("pair.xml.journal")
    before = journal.read_bytes()
    desk, session, _ = opened(record)
    desk.save(session)
    desk.close()
    journal.write_bytes(before)
    _, again, message = opened(record)
    assert again.collation == session.collation and message == ""


def test_a_broken_journal_is_told_and_kept(record: Path) -> None:
    journal = record.with_name("pair.xml.journal")
    journal.write_bytes(b"{}\n")
    with pytest.raises(RecordError, match=r"pair\.xml\.journal:1"):
        RecordDesk(record).open(WHO)
    assert journal.read_bytes() == b"{}\n"


def test_two_people_cannot_review_one_record_at_once(record: Path) -> None:
    desk = RecordDesk(record)
    desk.open(WHO)
    with pytest.raises(RecordError, match="somebody else"):
        RecordDesk(record).open("amal")
    desk.close()


_DECIDE_FOR_EVER = """
import sys
from pathlib import Path
from aligner.model import Act, Status
from tui import operations
from tui.desk import RecordDesk
desk = RecordDesk(Path(sys.argv[1]))
session, _ = desk.open("nour")
for n in range(10_000):
    status = (Status.ACCEPTED, Status.PROPOSED)[n % 2]
    session.do(Act.CONFIRMED, "al.1", operations.judge(session.collation, [n // 2 % 8], status, who="nour"))
    print(len(session.collation.decisions), flush=True)
    if n % 7 == 6:
        desk.save(session)
"""


@pytest.mark.parametrize("lines", [1, 5, 6, 7, 8, 13, 20])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(record: Path, lines: int, opened: Opened) -> None:
    child = subprocess.Popen([sys.executable, "-c", _DECIDE_FOR_EVER, str(record)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(lines):
        child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    acknowledged = [int(line) for line in child.stdout.read().splitlines()] or [lines]
    child.stdout.close()
    child.wait()
    _, session, _ = opened(record)
    n = len(session.collation.decisions)
    assert acknowledged[-1] <= n <= acknowledged[-1] + 1
    tei.loads(tei.dumps(session.collation))


def test_no_display_text_reaches_a_file(record: Path) -> None:
    desk = RecordDesk(record)
    session, _ = desk.open(WHO)
    written = [desk.export(session, form) for form in desk.exports()]
    desk.close()
    texts = [path.read_text(encoding="utf-8") for path in (record, *written)]
    assert len(texts) == 4 and all("مسلحون" in text for text in texts)
    assert not any("\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc" for text in texts for char in text)


def test_tables_have_a_line_for_every_bead_and_flag() -> None:
    rows, flags = rows_table(made(8)).splitlines(), flags_table(made(8)).splitlines()
    assert (len(rows), len(flags)) == (9, 2)
    assert rows[4].split("\t") == ["4", "1-1", "0.1100", "proposed", "Armed men took part in the protest.",
                                   "شارك «مسلحون» في الاحتجاج."]  # fmt: skip
    assert flags[1].split("\t")[:8] == ["4", "scare-quote", "added", "0.8300", "proposed", "", "Armed men", "«مسلحون»"]
