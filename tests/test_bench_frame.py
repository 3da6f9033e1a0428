"""The scorer of the framing checks, with stub detectors, and the set that ships with it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from aligner.errors import InputError
from aligner.model import Category, Direction, Edit, Side, Span
from bench import frame
from bench.frameset import (
    CLEAN,
    EDITED,
    NEAR_MISS,
    NOTED,
    Case,
    Expectation,
    Op,
    Pair,
    apply_ops,
    data_hash,
    read_notes,
    read_set,
    set_files,
)

NEEDS_TEXTS = pytest.mark.skipif(not frame.TEXTS.is_dir(), reason="the texts of ../shared are not here")
SOURCE, TARGET = "He said the war on terror is over.", "قال إن الحرب على الإرهاب انتهت."


def flag(category: Category, direction: Direction, source: Span | None, target: Span | None) -> Edit:
    return Edit(category, direction, source, target, 0.5, "because", "stub")


def perfect(cases: Iterable[Case]) -> frame.Detector:
    answers = {
        case.pair.id: tuple(flag(e.category, e.directions[0], e.source, e.target) for e in case.expected)
        for case in cases
    }

    def detector(pairs: Iterable[Pair]) -> Iterator[tuple[Edit, ...]]:
        return (answers[pair.id] for pair in pairs)

    return detector


def silent(pairs: Iterable[Pair]) -> Iterator[tuple[Edit, ...]]:
    return (() for _ in pairs)


def noisy(pairs: Iterable[Pair]) -> Iterator[tuple[Edit, ...]]:
    alarm = flag(Category.LABEL, Direction.SOFTENED, Span(0, 1), Span(0, 1))
    return ((alarm,) for _ in pairs)


def write_set(folder: Path, **changes: object) -> tuple[Path, Path]:
    """Write a set: two documents of one pair, one edit and one near miss; ``changes`` go into the edit."""
    texts = folder / "texts"
    texts.mkdir()
    documents, pairs = [], []
    for name, split in (("a", "dev"), ("b", "heldout")):
        digests = []
        for language, text in (("en", SOURCE), ("ar", TARGET)):
            path = texts / f"{name}.{language}.txt"
            path.write_bytes(f"{name}\n{text}".encode())
            digests += [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
        documents.append("\t".join([name, *digests, split]))
        pairs.append(f"p{name}\t{name}\t2\t{2 + len(SOURCE)}\t2\t{2 + len(TARGET)}\t")
    header = "document\tsource\tsource_sha256\ttarget\ttarget_sha256\tsplit"
    (folder / "documents.tsv").write_text("\n".join([header, *documents, ""]), encoding="utf-8")
    header = "id\tdocument\tsource_start\tsource_end\ttarget_start\ttarget_end\treal"
    (folder / "pairs.tsv").write_text("\n".join([header, *pairs, ""]), encoding="utf-8")
    at = TARGET.index("الحرب")
    edit = {
        "id": "e1", "pair": "pa", "category": "hedge", "direction": "added", "side": "target",
        "ops": [{"side": "target", "start": at, "end": at, "replacement": "ما يسمى "}],
        "expect": {"source": None, "target": {"start": at, "end": at + 7}}, "split": "dev", "note": "",
    }  # fmt: skip
    miss = {
        "id": "n1", "pair": "pb", "category": None, "direction": None, "side": "target",
        "ops": [{"side": "target", "start": 0, "end": 3, "replacement": "أكد"}],
        "expect": {"source": None, "target": None}, "split": "heldout", "note": "",
    }  # fmt: skip
    lines = [json.dumps(row, ensure_ascii=False) for row in (edit | changes, miss)]
    (folder / "edits.jsonl").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder, texts


def overall(verdicts: tuple[frame.Verdict, ...]) -> frame.Score:
    return frame.scores(verdicts)["", ""]


def test_set_is_read_with_its_edits_applied(tmp_path: Path) -> None:
    cases = read_set(*write_set(tmp_path))
    assert [case.role for case in cases] == [CLEAN, CLEAN, EDITED, NEAR_MISS]
    assert cases[0].pair == Pair("pa", SOURCE, TARGET)
    assert cases[2].pair.target == TARGET.replace("الحرب", "ما يسمى الحرب")
    assert cases[2].expected[0].target is not None
    assert cases[2].expected[0].target.of(cases[2].pair.target) == "ما يسمى"
    assert cases[3].pair.target.startswith("أكد إن")


@pytest.mark.parametrize(
    "change",
    [
        {"expect": {"source": None, "target": {"start": 0, "end": 999}}},
        {"expect": {"source": None, "target": None}},
        {"ops": [{"side": "target", "start": 0, "end": 999, "replacement": ""}]},
        {"category": "mood"},
        {"direction": "sideways"},
        {"pair": "nobody"},
        {"split": "heldout"},
    ],
)
def test_edit_that_does_not_fit_is_refused_with_its_line(tmp_path: Path, change: dict[str, object]) -> None:
    folder, texts = write_set(tmp_path, **change)
    with pytest.raises(InputError, match=r"edits\.jsonl:1: .*does not fit"):
        read_set(folder, texts)


def test_text_of_another_version_is_refused(tmp_path: Path) -> None:
    folder, texts = write_set(tmp_path)
    (texts / "a.en.txt").write_text("something else", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.en\.txt.*not the text"):
        read_set(folder, texts)
    (texts / "a.en.txt").unlink()
    with pytest.raises(InputError, match="--texts"):
        read_set(folder, texts)


def test_ops_that_overlap_are_refused() -> None:
    ops = [Op(Side.TARGET, 0, 2, "x"), Op(Side.TARGET, 1, 3, "y")]
    with pytest.raises(ValueError, match="overlaps"):
        apply_ops("abc", ops, Side.TARGET)
    with pytest.raises(ValueError, match="something to do"):
        Op(Side.TARGET, 1, 1, "")


def test_perfect_detector_scores_one_and_silent_one_recalls_nothing(tmp_path: Path) -> None:
    cases = read_set(*write_set(tmp_path))
    best = overall(frame.evaluate(perfect(cases), cases))
    assert (best.precision, best.recall, best.f1) == (1.0, 1.0, 1.0)
    none = overall(frame.evaluate(silent, cases))
    assert (none.hits, none.expected, none.false, none.recall) == (0, 1, 0, 0.0)


def test_noisy_detector_gets_each_false_alarm_of_a_pair_counted_once(tmp_path: Path) -> None:
    cases = read_set(*write_set(tmp_path))
    verdicts = frame.evaluate(noisy, cases)
    assert [len(verdict.wrong) for verdict in verdicts] == [1, 1, 1, 1]
    # the two of document a show the same words, so they are one; the near miss of b shows another letter
    assert frame.scores(verdicts)["label", "softened"].false == 3
    lines = list(frame.report(verdicts, "both"))
    assert "false alarms per 100 clean pairs: 100.00 (2 in 2)" in lines
    assert "false alarms per 100 near misses: 100.00 (1 in 1)" in lines


def case_of(expected: Expectation, *real: str) -> Case:
    return Case(Pair("x", SOURCE, TARGET), "x", "d", "dev", EDITED, (expected,), frozenset(real))


def test_flag_needs_category_direction_and_overlap_on_the_changed_side() -> None:
    wanted = Expectation(Category.HEDGE, (Direction.REMOVED,), Side.SOURCE, Span(3, 7), Span(0, 4))
    case = case_of(wanted)
    right = flag(Category.HEDGE, Direction.REMOVED, Span(6, 9), None)
    assert frame.judge(case, (right,)).met == (wanted,)
    for wrong in (
        flag(Category.HEDGE, Direction.ADDED, Span(6, 9), None),
        flag(Category.LABEL, Direction.REMOVED, Span(6, 9), None),
        flag(Category.HEDGE, Direction.REMOVED, Span(20, 22), Span(0, 4)),
    ):
        verdict = frame.judge(case, (wrong,))
        assert (verdict.missed, verdict.misnamed, verdict.wrong) == ((wanted,), (wrong,), ())
    elsewhere = flag(Category.HEDGE, Direction.REMOVED, Span(20, 22), Span(9, 12))
    assert frame.judge(case, (elsewhere,)).wrong == (elsewhere,)


def test_omission_is_compared_on_the_source_and_addition_on_the_target() -> None:
    spans = (Span(3, 7), Span(0, 4))
    omission = Expectation(Category.OMISSION, (Direction.REMOVED,), Side.TARGET, *spans)
    addition = Expectation(Category.ADDITION, (Direction.ADDED,), Side.SOURCE, *spans)
    assert (omission.anchor, addition.anchor) == (Side.SOURCE, Side.TARGET)
    gone = Expectation(Category.HEDGE, (Direction.REMOVED,), Side.TARGET, Span(3, 7), None)
    assert gone.anchor is Side.SOURCE


def test_flag_of_a_real_shift_counts_nowhere() -> None:
    wanted = Expectation(Category.HEDGE, (Direction.ADDED,), Side.TARGET, None, Span(0, 4))
    alarm = flag(Category.LABEL, Direction.SOFTENED, Span(20, 22), Span(9, 12))
    for real in ("label", "*"):
        verdict = frame.judge(case_of(wanted, real), (alarm,))
        assert (verdict.wrong, verdict.misnamed) == ((), ())
    assert frame.judge(case_of(wanted, "omission"), (alarm,)).wrong == (alarm,)


def test_marked_shift_excuses_its_own_words_and_is_counted(tmp_path: Path) -> None:
    folder, texts = write_set(tmp_path)
    at, first = TARGET.index("الحرب"), SOURCE.split()[0]
    mark = {"pair": "pa", "category": "label", "direction": "softened", "source": None}
    rows = [
        mark | {"target": {"start": at, "end": at + 5}, "sure": True},
        mark | {"target": {"start": 0, "end": len(TARGET)}, "sure": False},
    ]
    (folder / "shifts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    clean, _, edited, _ = read_set(folder, texts)
    moved = Span(at + 8, at + 13)  # behind the words put in
    assert [shift.target for shift in (*clean.shifts, *edited.shifts)] == [Span(at, at + 5), moved]
    there = flag(Category.LABEL, Direction.STRENGTHENED, Span(0, len(first)), Span(at, at + 2))
    elsewhere = flag(Category.LABEL, Direction.SOFTENED, Span(0, len(first)), Span(0, 2))
    other = flag(Category.HEDGE, Direction.ADDED, None, Span(at, at + 2))
    verdict = frame.judge(clean, (there, elsewhere, other))
    assert (verdict.wrong, verdict.found) == ((elsewhere, other), clean.shifts)
    assert "marked shifts of clean pairs that are flagged: 1 of 1" in list(frame.report((verdict,), "one"))
    assert set_files(folder)[-1].name == "shifts.jsonl"


def test_command_prints_tables_hash_and_errors_of_dev_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, texts = write_set(tmp_path)
    arguments = ["--set", str(folder), "--texts", str(texts), "--errors", "9"]
    assert frame.main(arguments, detector=noisy) == 0
    printed = capsys.readouterr().out
    names = ("documents.tsv", "pairs.tsv", "edits.jsonl")
    assert printed.startswith(f"data {data_hash([folder / name for name in names])}\n")
    assert "dev: 1 documents" in printed and "heldout: 1 documents" in printed
    assert "missed e1" in printed and "wrong pa" in printed and "wrong pb" not in printed
    assert frame.main([*arguments, "--split", "heldout"], detector=noisy) == 0
    assert "wrong pb" in capsys.readouterr().out


def test_command_reports_a_set_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, texts = write_set(tmp_path, pair="nobody")
    assert frame.main(["--set", str(folder), "--texts", str(texts)], detector=silent) == 1
    assert "edits.jsonl:1" in capsys.readouterr().err


def test_notes_become_cases(tmp_path: Path) -> None:
    (tmp_path / "d.en.sent").write_text("The war.\nMany died.", encoding="utf-8")
    (tmp_path / "d.ar.sent").write_text("”الحرب“.\nمات كثيرون.", encoding="utf-8")
    rows = [
        "doc\tunit\ten_idx\tar_idx\ttype\ten_span\tar_span\tcomment\tstrength",
        "d\ts\t0\t0\tquotes_added\tThe war\t”الحرب“\t\tstrong",
        "d\ts\t1\t1\tvoice\tdied\tمات\t\tweak",
        "gone\ts\t0\t0\tquotes_added\tx\ty\t\tstrong",
    ]
    path = tmp_path / "notes.tsv"
    path.write_text("\n".join(rows), encoding="utf-8")
    quoted, voice = read_notes(path, tmp_path, {"d": "heldout"})
    assert (quoted.role, quoted.split, quoted.expected[0].target) == (NOTED, "heldout", Span(0, 7))
    assert (voice.expected, voice.real) == ((), frozenset("*"))


@pytest.fixture(scope="module")
def ours() -> tuple[Case, ...]:
    return read_set(frame.HERE / "framing", frame.TEXTS)


@NEEDS_TEXTS
@pytest.mark.shared
def test_our_set_applies_cleanly_and_a_perfect_detector_scores_one(ours: tuple[Case, ...]) -> None:
    for case in ours:
        for expected in case.expected:
            for span, text in ((expected.source, case.pair.source), (expected.target, case.pair.target)):
                assert span is None or span.of(text).strip() == span.of(text) != ""
    best = overall(frame.evaluate(perfect(ours), ours))
    assert (best.precision, best.recall) == (1.0, 1.0)


@NEEDS_TEXTS
@pytest.mark.shared
def test_every_edit_of_our_set_changes_its_pair(ours: tuple[Case, ...]) -> None:
    clean = {case.base: case.pair for case in ours if case.role == CLEAN}
    for case in ours:
        if case.role != CLEAN:
            pair = clean[case.base]
            assert (pair.source, pair.target) != (case.pair.source, case.pair.target)


def test_our_set_is_large_enough_and_split_by_document() -> None:
    folder = frame.HERE / "framing"
    rows = [json.loads(line) for line in (folder / "edits.jsonl").read_text(encoding="utf-8").splitlines()]
    counts = Counter((row["category"], row["direction"]) for row in rows)
    pairs = (folder / "pairs.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(pairs) >= 700 and len(pairs) - len({row["pair"] for row in rows}) >= 300
    assert counts[None, None] >= 100
    assert counts["scare-quote", "added"] >= 60 and counts["scare-quote", "removed"] >= 40
    assert counts["hedge", "added"] >= 60 and counts["hedge", "removed"] >= 40
    for category, least in (("label", 50), ("attribution", 50), ("omission", 40), ("addition", 40)):
        assert sum(n for (name, _), n in counts.items() if name == category) >= least
    assert len({row["id"] for row in rows}) == len(rows)
    for line in (folder / "documents.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, split = line.split("\t")[0], line.split("\t")[-1]
        even = hashlib.sha256(f"bench/framing{name}".encode()).digest()[0] % 2 == 0
        assert split == ("dev" if even else "heldout")


def test_our_set_stores_no_sentence() -> None:
    folder = frame.HERE / "framing"
    for line in (folder / "edits.jsonl").read_text(encoding="utf-8").splitlines():
        assert all(len(op["replacement"]) <= 60 for op in json.loads(line)["ops"])
