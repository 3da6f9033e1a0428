"""Files from within the app: every form of export, collating another pair, opening, saving, leaving."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tui_made import app_on, drive, made, press, still, told

from aligner import tei
from aligner.errors import InputError
from aligner.forms import FORMS
from aligner.journal import journal_path
from aligner.model import Collation
from tui.app import ReviewApp
from tui.desk import Desk
from tui.screens import Ask, Choose, Working

PLACES = {form.name: number for number, form in enumerate(FORMS)}


def run(app: ReviewApp, *steps: str) -> ReviewApp:
    """Take steps, each a row of keys, waiting for the background after each."""

    async def act(pilot: Any) -> None:
        for keys in steps:
            await press(pilot, keys)
            await still(pilot)

    drive(app, act)
    return app


def downs(name: str) -> str:
    return "down " * PLACES[name]


@pytest.mark.parametrize("form", FORMS, ids=[form.name for form in FORMS])
def test_every_form_is_exported_with_all_decisions_and_as_the_command_line_does(tmp_path: Path, form: Any) -> None:
    if form.name == "parquet":
        pytest.importorskip("pyarrow", reason="an extra")
    app = run(app_on(made(8), tmp_path), "m", f"ctrl+e {downs(form.name)} enter enter")
    written = tmp_path / f"made{form.suffix}"
    assert written.read_bytes() == form.write(app.session.collation)
    if form.name != "parquet":
        text = written.read_text(encoding="utf-8-sig")
        assert not any("\ufb50" <= char <= "\ufdff" or "\ufe70" <= char <= "\ufefc" for char in text)


def test_a_file_that_is_there_is_replaced_only_on_yes(tmp_path: Path) -> None:
    goal = tmp_path / "made.tmx"
    goal.write_text("precious", encoding="utf-8")
    app = app_on(made(6), tmp_path)
    asked: list[object] = []

    async def act(pilot: Any) -> None:
        await press(pilot, f"ctrl+e {downs('tmx')} enter enter")
        asked.append(pilot.app.screen)
        await press(pilot, "enter")
        asked.append(pilot.app.screen)
        await press(pilot, "escape")
        await still(pilot)

    drive(app, act)
    assert isinstance(asked[0], Choose) and isinstance(asked[1], Ask), "no is the first answer, then another name"
    assert goal.read_text(encoding="utf-8") == "precious"
    run(app_on(made(6), tmp_path), f"ctrl+e {downs('tmx')} enter enter 1")
    assert b"<tmx" in goal.read_bytes()


@pytest.mark.parametrize("where", ["{FOLDER/nowhere/made.tmx}", "{FOLDER}", "{/proc/made.tmx}"])
def test_a_bad_path_is_told_and_can_be_mended(tmp_path: Path, where: str) -> None:
    app = app_on(made(6), tmp_path)
    words = where.replace("FOLDER", str(tmp_path))
    run(app, f"ctrl+e {downs('tmx')} enter {words} enter", f"{{{tmp_path}/good.tmx}} enter")
    assert any("cannot write" in each for each in told(app))
    assert (tmp_path / "good.tmx").exists()


def test_the_record_itself_is_never_exported_over(tmp_path: Path) -> None:
    app = app_on(made(6), tmp_path)
    before = app.desk.path.read_bytes()
    run(app, f"ctrl+e {downs('tmx')} enter {{{app.desk.path}}} enter 1", "escape")
    assert any("under review itself" in each for each in told(app)) and app.desk.path.read_bytes() == before


def test_what_a_form_cannot_hold_is_told(tmp_path: Path) -> None:
    whole = made(6)
    app = run(app_on(Collation(whole.target, whole.target_segments), tmp_path),
              f"ctrl+e {downs('ladder')} enter enter", "escape")  # fmt: skip
    assert any("no ladder without a source" in each for each in told(app))
    assert not (tmp_path / "made.ladder").exists()


def pair(folder: Path) -> tuple[Path, Path]:
    texts = folder / "en.txt", folder / "ar.txt"
    for path in texts:
        path.write_text("words\n", encoding="utf-8")
    return texts


def other(n: int = 5) -> Collation:
    return replace(made(n), edits=())


def collating(tmp_path: Path, collate: Any) -> tuple[ReviewApp, str]:
    """Open a record, and give the keys that collate another pair."""
    app = app_on(made(8), tmp_path)
    app.collate = collate
    source, target = pair(tmp_path)
    return app, f"ctrl+n {{{source}}} enter {{{target}}} enter enter"


def test_another_pair_is_collated_from_within_and_shown(tmp_path: Path) -> None:
    given: list[tuple[Path, ...]] = []

    def collate(texts: tuple[Path, ...], progress: Callable[[str, int, int], None]) -> Collation:
        given.append(texts)
        progress("align", 1, 2)
        return other()

    app, keys = collating(tmp_path, collate)
    run(app, "j j j", keys, "m")
    assert given == [pair(tmp_path)] and app.desk.path == tmp_path / "ar.xml"
    assert tei.read(tmp_path / "ar.xml") == other()
    assert len(app.view.rows) == 4 and [str(d.act) for d in app.session.collation.decisions] == ["merged"]
    assert run(ReviewApp(Desk(tmp_path / "made.xml"), app.plan, app.memory, who="nour")).view.row == 3


def test_the_translation_alone_is_collated_from_within(tmp_path: Path) -> None:
    whole, given = made(5), []

    def collate(texts: tuple[Path, ...], progress: object) -> Collation:
        given.append(len(texts))
        return Collation(whole.target, whole.target_segments)

    app = app_on(made(8), tmp_path)
    app.collate = collate
    run(app, f"ctrl+n enter {{{pair(tmp_path)[1]}}} enter enter", "right")
    assert given == [1] and app.view.rows.columns.source == 0 and app.view.cursor.head(app.view.side)


def test_while_it_collates_the_app_answers_and_escape_goes_back(tmp_path: Path) -> None:
    goes_on, began, seen = threading.Event(), threading.Event(), []

    def slow(texts: object, progress: Callable[[str, int, int], None]) -> Collation:
        began.set()
        goes_on.wait(30)
        progress("align", 1, 2)
        return other()

    app, keys = collating(tmp_path, slow)

    async def act(pilot: Any) -> None:
        await press(pilot, keys)
        began.wait(30)
        seen.append(type(pilot.app.screen))
        await press(pilot, "escape j m")
        seen.append([str(decision.act) for decision in app.session.collation.decisions])
        goes_on.set()
        await still(pilot)

    drive(app, act)
    assert seen == [Working, ["merged"]]
    assert not (tmp_path / "ar.xml").exists() and app.desk.path == tmp_path / "made.xml"


def test_a_collation_that_fails_within_is_told_and_the_record_stays(tmp_path: Path) -> None:
    def fail(texts: object, progress: object) -> Collation:
        raise InputError("the file is empty")

    app, keys = collating(tmp_path, fail)
    run(app, keys, "m")
    assert "the file is empty" in told(app)[0] and len(app.view.rows) == 7


@pytest.mark.parametrize("keys", ["{/no/such.txt} enter", "{EN} enter {/no/such.txt} enter"])
def test_texts_that_are_not_there_are_told(tmp_path: Path, keys: str) -> None:
    app, _ = collating(tmp_path, lambda texts, progress: other())
    source, target = pair(tmp_path)
    last = source if keys.startswith("{/no") else target
    run(app, "ctrl+n " + keys.replace("EN", str(source)), f"{{{last}}} enter")
    assert told(app) == ["there is no file /no/such.txt"], "and what was asked is asked again"
    assert len(app.view.rows) == 8


def test_a_pair_is_never_collated_over_a_record(tmp_path: Path) -> None:
    (tmp_path / "ar.xml").write_text("precious", encoding="utf-8")
    app, keys = collating(tmp_path, lambda texts, progress: other())
    run(app, keys, "escape")
    assert "is there already" in told(app)[0] and (tmp_path / "ar.xml").read_text(encoding="utf-8") == "precious"


def test_another_record_is_opened_and_unsaved_decisions_are_asked_about(tmp_path: Path) -> None:
    tei.write(other(), tmp_path / "other.xml")
    app = run(app_on(made(8), tmp_path), "m", f"ctrl+o {{{tmp_path}/other.xml}} enter", "1")
    assert len(app.view.rows) == 5 and len(tei.read(tmp_path / "made.xml").decisions) == 1


def test_a_record_that_cannot_be_opened_leaves_the_one_that_is_open(tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_text("<TEI/>", encoding="utf-8")
    app = run(app_on(made(8), tmp_path), f"ctrl+o {{{tmp_path}/bad.xml}} enter", "m ctrl+s",
              f"ctrl+o {{{tmp_path}/made.xml}} enter")  # fmt: skip
    assert told(app) == ["this record is open already"]
    assert len(app.view.rows) == 7


def test_leaving_with_unsaved_decisions_asks_and_either_answer_keeps_them(tmp_path: Path) -> None:
    record = tmp_path / "made.xml"
    app = run(app_on(made(8), tmp_path), "m q escape j")
    assert app.view.row == 1, "escape stays"
    run(app_on(made(8), tmp_path), "m q 1")
    assert len(tei.read(record).decisions) == 1 and not journal_path(record).exists()
    run(app_on(made(8), tmp_path), "m ctrl+q 2")
    assert tei.read(record).decisions == () and journal_path(record).exists()
    assert len(run(ReviewApp(Desk(record), app.plan, app.memory, who="nour")).session.collation.decisions) == 1


def test_collating_runs_in_a_worker_and_can_be_stopped(tmp_path: Path) -> None:
    made_now = made(6)

    async def wait(pilot: Any) -> None:
        await still(pilot)

    app = app_on(made_now, tmp_path)
    app.desk.path.unlink()
    app._texts, app.collate = (Path("ar.txt"),), lambda texts, progress: (progress("align", 1, 2), made_now)[1]
    drive(app, wait)
    assert tei.read(app.desk.path) == made_now and len(app.view.rows) == 6


def test_a_collation_that_fails_is_told_when_the_app_has_gone(tmp_path: Path) -> None:
    def fail(texts: object, progress: object) -> Collation:
        raise InputError("the file is empty")

    async def wait(pilot: Any) -> None:
        await pilot.pause()

    app = app_on(made(6), tmp_path)
    app._texts, app.collate = (Path("ar.txt"),), fail
    drive(app, wait)
    assert isinstance(app.failure, InputError) and app.return_code == 1


def test_escape_stops_collating_and_nothing_is_written(tmp_path: Path) -> None:
    goes_on = threading.Event()

    def slow(texts: object, progress: Callable[[str, int, int], None]) -> Collation:
        goes_on.wait(10)
        progress("align", 1, 2)
        return made(6)

    async def stop(pilot: Any) -> None:
        assert isinstance(pilot.app.screen, Working)
        await pilot.press("escape")
        goes_on.set()
        await pilot.pause()

    app = app_on(made(6), tmp_path)
    app.desk.path.unlink()
    app._texts, app.collate = (Path("ar.txt"),), slow
    drive(app, stop)
    assert not app.desk.path.exists() and not app.is_running
