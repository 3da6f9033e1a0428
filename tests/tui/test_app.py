"""Every operation of the review app through its keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList
from tui_made import PAIRS, app_on, drive, made, press, screen_of

from aligner import tei
from aligner.journal import journal_path
from aligner.model import Act, Category, Collation, Direction, Side, Status
from tui.app import ReviewApp
from tui.bidi.layout import Mode
from tui.bidi.terminal import Answers, Plan, choose
from tui.desk import Desk
from tui.keys import ACTIONS, named
from tui.memory import Memory
from tui.screens import Ask, Choose, DisplayCheck, Help

FLAGGED = 3


def types(app: ReviewApp) -> list[str]:
    ladder = app.session.collation.ladder
    assert ladder
    return [bead.type for bead in ladder.beads]


def acts(app: ReviewApp) -> list[str]:
    return [str(decision.act) for decision in app.session.collation.decisions]


@pytest.fixture
def on(tmp_path: Path) -> Callable[..., ReviewApp]:
    """Run the app on a made-up collation, press keys, give it back as it was left."""

    def go(keys: str, then: Callable[[ReviewApp, Any], Awaitable[None]] | None = None, n: int = 8,
           collation: Collation | None = None, size: tuple[int, int] = (100, 30), **named: Any) -> ReviewApp:  # fmt: skip
        app = app_on(collation or made(n), tmp_path, **named)

        async def act(pilot: Any) -> None:
            for key in keys.split():
                await pilot.press(key)
                await pilot.pause()
            if then is not None:
                await then(app, pilot)

        drive(app, act, size)
        return app

    return go


On = Callable[..., ReviewApp]


def test_rows_are_walked_by_letters_arrows_and_pages(on: On) -> None:
    assert on("j down j k up").view.row == 1
    assert on("G").view.row == 7
    assert on("G g").view.row == 0
    assert on("end home").view.row == 0
    assert on("pagedown", n=60).view.row > 5
    assert on("pagedown pagedown pageup pageup", n=60).view.row == 0


@pytest.mark.parametrize("keys", ["colon 7 enter", "ctrl+g 7 enter"])
def test_a_row_is_gone_to_by_number(on: On, keys: str) -> None:
    assert on(keys).view.bead == 6


def test_the_arabic_keyboard_works_like_the_latin_one(on: On) -> None:
    assert on("ت ت ن").view.row == 1
    assert types(on("ة"))[0] == "2-2"


def test_every_letter_key_has_the_arabic_letter_on_it(on: On) -> None:
    assert named("merge").aliases == ("ة",) and named("next_row").aliases == ("ت",)
    bound = [key for action in ACTIONS for key in (*action.keys, *action.aliases)]
    assert len(bound) == len(set(bound)), "a key means two things"
    app = on("")
    assert all(hasattr(app, f"action_{action.name}") for action in ACTIONS)


def test_enter_confirms_and_goes_to_the_next_unconfirmed(on: On) -> None:
    app = on("j enter k k enter")
    assert app.view.row == 2
    assert [b.judgement.status for b in app.view.rows.beads[:3]] == [Status.ACCEPTED, Status.ACCEPTED, Status.PROPOSED]
    assert acts(app) == ["confirmed", "confirmed"]
    assert app.view.rows.beads[0].judgement.by == "nour"


def test_confirming_row_by_row_passes_none_over_when_only_the_unconfirmed_are_shown(on: On) -> None:
    app = on("v 4 enter enter enter", n=6)
    assert [b.judgement.status is Status.ACCEPTED for b in app.view.rows.beads] == [True] * 3 + [False] * 3
    done = on("v 4 enter enter enter enter", n=4)
    assert len(done.view.rows) == 4, "with nothing left to show, all is shown again"


def test_the_current_flag_stays_when_it_is_judged(on: On) -> None:
    app = on("n right plus 2 1 f a")
    assert [edit.status for edit in app.session.collation.edits] == [Status.PROPOSED, Status.ACCEPTED]
    assert app.view.flag == 1


def test_all_above_are_confirmed_at_once_and_undone_at_once(on: On) -> None:
    app = on("j j A")
    assert [b.judgement.status for b in app.view.rows.beads].count(Status.ACCEPTED) == 3
    assert on("j j A u").session.collation.ladder == made(8).ladder


def test_a_row_is_doubted_and_the_mark_taken_off(on: On) -> None:
    assert on("r").view.rows.beads[0].judgement.status is Status.REJECTED
    assert on("r z").view.rows.beads[0].judgement.status is Status.PROPOSED


def test_rows_are_merged_split_unlinked_and_linked(on: On) -> None:
    assert types(on("m"))[0] == "2-2"
    assert types(on("m s 1"))[:2] == ["1-1", "1-1"]
    assert types(on("m s enter"))[:2] == ["1-1", "1-1"]
    assert types(on("d"))[:2] == ["1-0", "0-1"]
    assert types(on("d space j space")) == ["1-1"] * 8
    assert types(on("j space space")) == ["1-1"] * 8


def test_a_single_sentence_row_is_not_split(on: On) -> None:
    app = on("s")
    assert acts(app) == [] and types(app) == ["1-1"] * 8


def test_sentences_move_on_the_active_side(on: On) -> None:
    assert types(on("J"))[:2] == ["0-1", "2-1"]
    assert types(on("tab J"))[:2] == ["1-0", "1-2"]
    assert types(on("tab shift+down j K"))[:2] == ["1-1", "1-1"]
    assert acts(on("K")) == []


def test_what_stands_alone_is_marked_as_omission_or_addition(on: On) -> None:
    lost, new = on("d o").session.collation.edits[-1], on("d j o").session.collation.edits[-1]
    assert (lost.category, new.category) == (Category.OMISSION, Category.ADDITION)
    assert lost.source and lost.source.of(made(8).source.text) == "Talks on the river resume"  # type: ignore[union-attr]


def test_a_sentence_is_split_at_the_word_cursor_and_joined_again(on: On) -> None:
    app = on("j right right right e")
    assert types(app)[1] == "2-1"
    assert on("j right right right e escape E").session.collation.source_segments == made(8).source_segments


def test_on_the_arabic_side_left_is_onwards(on: On) -> None:
    app = on("j tab left left left e")
    words = [each.span.of(app.session.collation.target.text) for each in app.session.collation.target_segments[1:3]]
    assert words == ["قال الوزير", "إنّ السدّ آمن."]


def test_the_split_dialog_shows_the_whole_sentence_before_the_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_made.PAIRS", tuple((one, f"{two} " * 3 + "انتهى") for one, two in PAIRS))
    app = app_on(made(6), tmp_path)

    async def go(pilot: Any) -> None:
        await press(pilot, "m m s")
        collation = app.session.collation
        sentences = [each.span.of(collation.target.text) for each in collation.target_segments[:3]]
        prompts = [str(option.prompt).split("\n", 1) for option in app.screen.query_one(OptionList).options]
        shown = {cut.split("  ", 1)[1]: " ".join(words.split()) for cut, words in prompts}
        assert shown["1-1 | 2-2"] == sentences[0] and shown["2-2 | 1-1"] == sentences[1]
        assert shown["1-0 | 2-3"] == PAIRS[0][0]
        assert sum("ﻰﻬﺘﻧﺍ" in line for line in screen_of(app)) > 2

    drive(app, go)


def test_a_sentence_is_split_at_a_numbered_place(on: On) -> None:
    app = on("j j j j e 1")
    assert app.session.collation.source_segments[4].span.of(app.session.collation.source.text) == "Nobody was hurt,"  # type: ignore[union-attr]


def test_flags_are_accepted_and_rejected(on: On) -> None:
    assert on("n a").session.collation.edits[0].status is Status.ACCEPTED
    app = on("n x")
    assert (app.session.collation.edits[0].status, app.session.collation.edits[0].by) == (Status.REJECTED, "nour")


def test_category_and_direction_are_changed(on: On) -> None:
    edit = on("n c 2 t 2").session.collation.edits[0]
    assert (edit.category, edit.direction, edit.status) == (Category.HEDGE, Direction.REMOVED, Status.CORRECTED)


def test_a_category_that_does_not_have_the_direction_asks_for_one(on: On) -> None:
    app = on("n c 3 2")
    edit = app.session.collation.edits[0]
    assert (edit.category, edit.direction) == (Category.LABEL, Direction.STRENGTHENED)
    assert acts(app) == ["changed"]
    assert acts(on("n c 3 escape")) == []


def test_a_category_with_one_direction_takes_it(on: On) -> None:
    edit = on("n c 5").session.collation.edits[0]
    assert (edit.category, edit.direction) == (Category.OMISSION, Direction.REMOVED)


def test_a_note_is_written_in_arabic(on: On) -> None:
    app = on("n w م ل ا ح ظ ة enter")
    assert app.session.collation.edits[0].note == "ملاحظة"
    assert acts(app) == ["noted"]


def test_a_flag_is_added_on_words_selected_on_both_sides(on: On) -> None:
    collation = on("j right right shift+right tab left left plus 3 1").session.collation
    edit = collation.edits[-1]
    assert (edit.category, edit.direction, edit.status) == (Category.LABEL, Direction.SOFTENED, Status.ACCEPTED)
    assert edit.source and edit.source.of(collation.source.text) == "minister said"  # type: ignore[union-attr]
    assert edit.target and edit.target.of(collation.target.text) == "الوزير"


def test_without_a_selection_no_flag_is_added(on: On) -> None:
    assert acts(on("plus")) == []


def test_a_group_is_accepted_only_when_confirmed(on: On) -> None:
    assert acts(on("n ctrl+a 2", n=20)) == []
    app = on("n ctrl+a 1", n=20)
    assert {edit.status for edit in app.session.collation.edits} == {Status.ACCEPTED}
    assert acts(app) == ["accepted"] and len(app.session.collation.edits) == 3


def test_a_group_is_limited_to_the_rows_shown(on: On) -> None:
    collation = made(20)
    app = on("n a v 3 n ctrl+a 1", collation=collation)
    assert [edit.status for edit in app.session.collation.edits] == [Status.ACCEPTED] * 3


def test_open_flags_and_low_confidence_are_found_in_turn(on: On) -> None:
    assert on("n", n=20).view.bead == FLAGGED
    assert on("n n", n=20).view.bead == 9
    assert on("N", n=20).view.bead == 15
    assert on("n a n a n a n", n=20).view.bead == 15
    low = on("l", n=20)
    confidence = low.view.rows.beads[low.view.bead].judgement.confidence
    assert confidence is not None and confidence < 0.6


def test_search_ignores_diacritics_and_letter_forms(on: On) -> None:
    app = on("slash ا ل س د enter")
    assert app.view.bead == 1 and len(app.view.hits) == 2
    assert all(hit.side is Side.TARGET for hit in app.view.hits)
    assert on("slash ا ل س د enter f3").view.bead == 7
    assert on("slash ا ل س د enter f3 f3").view.bead == 1
    assert on("slash ا ل س د enter shift+f3").view.bead == 7
    assert on("slash d a m enter").view.hits[0].side is Side.SOURCE
    assert on("slash d a m enter escape").view.hits == ()


def test_filters_narrow_the_rows_and_escape_shows_all(on: On) -> None:
    app = on("v 2", n=20)
    assert [app.view.rows.bead_number(row) for row in range(len(app.view.rows))] == [3, 9, 15]
    assert len(on("v 2 escape", n=20).view.rows) == 20
    assert len(on("v 6", n=20).view.rows) == 20, "a filter that admits nothing is refused"
    assert len(on("enter v 4", n=20).view.rows) == 19
    assert len(on("m v 6", n=20).view.rows) == 1


def test_undo_and_redo_go_all_the_way(on: On) -> None:
    app = on("m d r u u u")
    assert app.session.collation.ladder == made(8).ladder
    assert types(on("m d u u U U"))[:2] == ["2-0", "0-2"]
    assert acts(on("u")) == [] and acts(on("U")) == []
    assert on("m ctrl+z").session.collation.ladder == made(8).ladder


def test_copying_gives_the_words_of_the_witnesses(on: On) -> None:
    assert on("n y").clipboard == "Armed men took part in the protest.\tشارك «مسلحون» في الاحتجاج."
    assert on("n tab left left shift+left shift+left y").clipboard == "«مسلحون»"


def test_the_words_linked_to_the_one_under_the_cursor_light_up(on: On) -> None:
    app = on("n right")
    linked = app.view.cursor.linked(Side.TARGET)
    assert [span.of(app.session.collation.target.text) for span in linked] == ["مسلحون"]
    assert on("n right escape").view.cursor.linked(Side.TARGET) == []


def test_arabic_is_shown_in_four_ways(on: On) -> None:
    shown: dict[Mode, str] = {}

    async def look(app: ReviewApp, pilot: Any) -> None:
        for _ in range(4):
            shown[app.mode] = screen_of(app)[3]
            await pilot.press("f2")
            await pilot.pause()

    app = on("", look)
    assert app.mode is Mode.APP
    assert "\ufea9\ufe97\ufe8e" not in shown[Mode.APP] and "ﺮﻳﺯﻮﻟﺍ" in shown[Mode.APP]
    assert "\u202d" in shown[Mode.APP_LRO] and "ﺮﻳﺯﻮﻟﺍ" in shown[Mode.APP_LRO]
    assert "\u2067قال الوزير إنّ السدّ آمن.\u2069" in shown[Mode.TERMINAL]
    assert "قال الوزير إنّ السدّ آمن." in shown[Mode.PLAIN] and "\u2067" not in shown[Mode.PLAIN]


def test_vowel_marks_can_be_hidden(on: On) -> None:
    lines: list[str] = []

    async def look(app: ReviewApp, pilot: Any) -> None:
        lines.append(screen_of(app)[3])

    assert "\N{ARABIC SHADDA}" in str(on("", look) and lines)
    on("h", look)
    assert "\N{ARABIC SHADDA}" not in lines[-1]


def test_the_display_check_is_remembered_for_the_terminal(on: On, tmp_path: Path) -> None:
    app = on("f4 3")
    assert app.mode is Mode.TERMINAL
    assert Memory(tmp_path / "state.json").get("display", "") == "terminal"
    assert on("f4 0").mode is Mode.PLAIN
    assert isinstance(_open_screen(on, "f4"), DisplayCheck)


def _open_screen(on: On, keys: str) -> object:
    found: list[object] = []

    async def look(app: ReviewApp, pilot: Any) -> None:
        found.append(app.screen)

    on(keys, look)
    return found[0]


@pytest.mark.parametrize(
    ("key", "screen"),
    [("f1", Help), ("question_mark", Help), ("slash", Ask), ("v", Choose), ("colon", Ask)],
)
def test_questions_open_and_escape_closes_them(on: On, key: str, screen: type) -> None:
    assert isinstance(_open_screen(on, key), screen)
    assert not isinstance(_open_screen(on, f"{key} escape"), screen)


def test_help_names_all_keys(on: On) -> None:
    lines: list[str] = []

    async def look(app: ReviewApp, pilot: Any) -> None:
        lines.extend(screen_of(app))

    on("f1", look, size=(120, 90))
    text = "\n".join(lines)
    assert all(action.does in text for action in ACTIONS)


def test_the_palette_offers_every_action(on: On) -> None:
    app = on("")
    offered = {command.title for command in app.get_system_commands(None)}  # type: ignore[arg-type]
    assert {action.does for action in ACTIONS} <= offered


def test_saving_folds_the_journal_into_the_record(on: On, tmp_path: Path) -> None:
    app = on("m ctrl+s")
    assert app.session.is_saved and tei.read(tmp_path / "made.xml") == app.session.collation
    assert not journal_path(tmp_path / "made.xml").exists()


def test_every_decision_is_kept_the_moment_it_is_taken(on: On, tmp_path: Path) -> None:
    kept: list[int] = []

    async def look(app: ReviewApp, pilot: Any) -> None:
        kept.append(journal_path(app.desk.path).read_bytes().count(b"\n"))

    app = on("m n a u", look)
    assert [decision.act for decision in app.session.collation.decisions] == [Act.MERGED, Act.ACCEPTED, Act.UNDONE]
    assert kept == [1 + 3] and not app.session.is_saved


def test_what_was_not_saved_is_recovered_with_a_message(on: On, tmp_path: Path) -> None:
    on("m n a")
    path = tmp_path / "made.xml"
    app = ReviewApp(Desk(path), Plan(Mode.APP, ""), Memory(tmp_path / "state.json"), who="nour")
    told: list[str] = []

    async def look(pilot: Any) -> None:
        told.extend(note.message for note in app._notifications)

    drive(app, look)
    assert acts(app) == ["merged", "accepted"]
    assert told == ["2 decisions of a session that was not saved are here again"]


def test_a_decision_that_cannot_be_kept_is_told_and_not_shown(on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fill(app: ReviewApp, pilot: Any) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("aligner.journal.chain.os.fsync", full)
        await pilot.press("m")
        await pilot.pause()
        assert any("No space left" in note.message for note in app._notifications)

    app = on("", fill)
    assert types(app) == ["1-1"] * 8 and acts(app) == []


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
def test_one_starts_where_one_stopped(on: On, key: str) -> None:
    on(f"j j j {key}")
    assert on("").view.row == 3


def test_the_terminals_notice_is_told(tmp_path: Path) -> None:
    app = app_on(made(6), tmp_path, notice="kitty: force_ltr")
    told: list[str] = []

    async def look(pilot: Any) -> None:
        told.extend(note.message for note in app._notifications)

    drive(app, look)
    assert told == ["kitty: force_ltr"]


def test_the_theme_is_switched_and_remembered(on: On, tmp_path: Path) -> None:
    assert on("f5").theme == "muqabala-light"
    assert on("").theme == "muqabala-light"


def test_a_translation_alone_shows_one_column_and_its_marks(on: On) -> None:
    whole = made(6)
    app = on("j right right", collation=Collation(whole.target, whole.target_segments))
    assert app.view.side is Side.TARGET and app.view.rows.columns.source == 0
    assert acts(on("m d r", collation=Collation(whole.target, whole.target_segments))) == []


def test_the_mouse_puts_the_cursor_on_the_word_shown(on: On) -> None:
    async def click(app: ReviewApp, pilot: Any) -> None:
        line = screen_of(app)[7]
        await pilot.click("#bitext", offset=(line.index("ﺭﺎﺷ") + 1, 6))
        await pilot.pause()

    app = on("", click)
    span = app.view.cursor.span(Side.TARGET)
    assert app.view.bead == FLAGGED and span
    assert span.of(app.session.collation.target.text) == "شارك"


def test_resizing_wraps_again_and_keeps_the_row_on_the_screen(on: On) -> None:
    async def shrink(app: ReviewApp, pilot: Any) -> None:
        await pilot.resize_terminal(60, 20)
        await pilot.pause()

    app = on("G", shrink, n=40)
    top = app.view.rows.tops[app.view.row] - app.view.scroll_offset.y
    assert 0 <= top < 20 and app.view.rows.columns.source < 25


def test_every_open_flag_of_a_row_is_visited(on: On) -> None:
    collation = made(8)
    first = collation.edits[0]
    twice = replace(collation, edits=(first, replace(first, category=Category.HEDGE, target=None)))
    assert on("n", collation=twice).view.flag == 0
    app = on("n n", collation=twice)
    assert (app.view.bead, app.view.flag) == (FLAGGED, 1)
    assert on("n n n", collation=twice).view.flag == 0, "and round again"
    assert on("n n N", collation=twice).view.flag == 0
    assert on("n a n x n", collation=twice).session.collation.edits[1].status is Status.REJECTED


def test_a_click_on_a_flag_makes_it_the_current_one(on: On) -> None:
    collation = made(8)
    first = collation.edits[0]
    words = replace(first, category=Category.HEDGE, source=None, target=collation.target_segments[3].span)
    collation = replace(collation, edits=(replace(first, target=None), words))

    async def click(app: ReviewApp, pilot: Any) -> None:
        assert app.view.flag == 0
        line = screen_of(app)[7]
        await pilot.click("#bitext", offset=(line.index("ﺭﺎﺷ") + 1, 6))
        await pilot.pause()

    app = on("n", click, collation=collation)
    assert app.view.flag == 1


def test_filters_add_up_and_the_same_again_takes_one_off(on: On) -> None:
    app = on("v 3 v 5", n=40)
    assert str(app.view.filter) == "open flags, low confidence"
    shown = [app.view.rows.bead_number(row) for row in range(len(app.view.rows))]
    assert shown and all(app.view.rows.edits(bead) for bead in shown)
    assert all((app.view.rows.beads[bead].judgement.confidence or 0) < 0.6 for bead in shown)
    assert str(on("v 3 v 5 v 3", n=40).view.filter) == "low confidence"
    assert str(on("v a", n=40).view.filter) == "scare-quote flags"
    assert str(on("v ش", n=40).view.filter) == "scare-quote flags", "the letter on an Arabic keyboard"
    assert str(on("v 3 v 1", n=40).view.filter) == "all rows"


def test_a_group_that_does_the_same_is_accepted_together(on: On) -> None:
    collation = made(20)
    grouped = [replace(edit, group="men" if k < 2 else "") for k, edit in enumerate(collation.edits)]
    app = on("n ctrl+a 3", collation=replace(collation, edits=tuple(grouped)))
    assert [edit.status for edit in app.session.collation.edits] == [Status.ACCEPTED] * 2 + [Status.PROPOSED]


def test_the_display_is_asked_about_where_nothing_is_known_and_only_once(on: On, tmp_path: Path) -> None:
    app = app_on(made(6), tmp_path)
    app.plan = choose({}, Answers())
    seen: list[object] = []

    async def look(pilot: Any) -> None:
        seen.append(pilot.app.screen)
        await pilot.press("3")
        await pilot.pause()

    drive(app, look)
    saved = Memory(tmp_path / "state.json").get("display", "")
    assert isinstance(seen[0], DisplayCheck) and app.mode is Mode.TERMINAL and saved == "terminal"
    plan = choose({}, Answers(), saved=saved)
    assert plan.mode is Mode.TERMINAL and not plan.is_guess


def test_escape_leaves_the_display_as_it_is_for_good(tmp_path: Path) -> None:
    app = app_on(made(6), tmp_path)
    app.plan = choose({}, Answers())

    async def escape(pilot: Any) -> None:
        await pilot.press("escape")
        await pilot.pause()

    drive(app, escape)
    saved = Memory(tmp_path / "state.json").get("display", "")
    assert app.mode is Mode.APP and saved == "auto" and not choose({}, Answers(), saved=saved).is_guess


def test_the_panel_names_the_keys_of_use_on_the_row(on: On) -> None:
    lines: list[str] = []

    async def look(app: ReviewApp, pilot: Any) -> None:
        lines[:] = screen_of(app)

    on("n", look)
    assert any("a accept · x reject" in line for line in lines)
    on("", look)
    assert any("Enter confirm · m merge" in line for line in lines)


def test_the_palette_runs_what_the_keys_run(on: On) -> None:
    assert types(on("ctrl+p M e r g e space t h e space r o w enter enter"))[0] == "2-2"


def test_each_sample_of_the_display_check_is_sent_in_the_order_of_its_mode(on: On) -> None:
    lines: list[str] = []

    async def look(app: ReviewApp, pilot: Any) -> None:
        lines.extend(screen_of(app))

    on("f4", look)
    samples = [next(line for line in lines if f"│ {number}   " in line) for number in (1, 2, 3)]
    assert "ﻡﻼﺳ ﻻ" in samples[0] and "\u202d" not in samples[0]
    assert "ﻡﻼﺳ ﻻ" in samples[1] and "\u202d" in samples[1]
    assert "\u2067«لا سلام» (BBC) 2016\u2069" in samples[2]
