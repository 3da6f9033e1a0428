from __future__ import annotations

from pathlib import Path

import pytest

from tui.bidi.mirrors import mirror
from tui.bidi.uax9 import REMOVED, levels, reorder


def _faults(path: Path) -> tuple[int, list[str]]:
    n_lines, faults = 0, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        codes, base, para, wanted, order = line.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        expected = [REMOVED if level == "x" else int(level) for level in wanted.split()]
        found = levels(text, None if base == "2" else int(base))
        n_lines += 1
        if found != (int(para), expected) or reorder(found[1]) != [int(index) for index in order.split()]:
            faults.append(line)
    return n_lines, faults


@pytest.mark.shared
def test_every_line_of_unicodes_own_conformance_test_passes(shared_unicode: Path) -> None:
    n_lines, faults = _faults(shared_unicode)
    assert (n_lines, faults[:5]) == (91_707, [])


@pytest.mark.parametrize(
    ("text", "base", "shown"),
    [
        ("abc", 0, "abc"),
        ("أبج", 1, "جبأ"),
        ("قال BBC اليوم", 1, "مويلا BBC لاق"),
        ("(لندن) BBC", 1, "BBC (ندنل)"),
        ("في 2016-04-08 قال", 1, "لاق 08-04-2016 يف"),
        ("في ١٢٬٥ بالمئة", 1, "ةئملاب ١٢٬٥ يف"),
        ("«أ»", 1, "«أ»"),
        ("a (ب) c", 0, "a (ب) c"),
    ],
)
def test_a_line_reads_from_left_to_right_as_unicode_orders_it(text: str, base: int, shown: str) -> None:
    _, found = levels(text, base)
    picture = "".join(mirror(text[k]) if found[k] & 1 else text[k] for k in reorder(found))
    assert picture == shown


def test_canonical_equivalents_of_a_bracket_pair_with_each_other() -> None:
    assert levels("أ\u2329a\u3009", 1)[1] == levels("أ\u3008a\u3009", 1)[1]


def test_an_isolate_does_not_touch_the_text_around_it() -> None:
    inside, outside = "\N{RIGHT-TO-LEFT ISOLATE}أ b\N{POP DIRECTIONAL ISOLATE}", "x {} y"
    _, found = levels(outside.format(inside), 0)
    assert found == [0, 0, 0, 1, 1, 2, 0, 0, 0]


def test_unfinished_and_surplus_controls_do_no_harm() -> None:
    for text in ("\u202c\u2069", "\u202b" * 200 + "a", "\u2067" * 200 + "ب\u2069", "a\u2029"):
        para, found = levels(text)
        assert len(found) == len(text) and para in (0, 1)


@pytest.mark.parametrize(("one", "two"), ["()", "[]", "{}", "<>", "«»", "‹›", "≤≥", "⟨⟩", "（）"])
def test_mirrors_come_in_pairs(one: str, two: str) -> None:
    assert (mirror(one), mirror(two)) == (two, one)


def test_letters_and_typographic_quotes_have_no_mirror() -> None:
    assert [mirror(char) for char in "aب”“\"'5"] == list("aب”“\"'5")
