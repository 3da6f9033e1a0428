from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from tui_texts import mixed

from tui.bidi.arabic import Writing, cell_width, clusters, is_attached

SHAPED = Writing()
ZWJ, ZWNJ = "\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"
FATHATAN, SHADDA = "\N{ARABIC FATHATAN}", "\N{ARABIC SHADDA}"


def glyphs(text: str, writing: Writing = SHAPED) -> list[str]:
    return [cluster.glyph for cluster in clusters(text, writing)]


def names(text: str) -> list[str]:
    """Say which form every glyph has, from the names of the characters."""
    forms = ("INITIAL", "MEDIAL", "FINAL", "ISOLATED")
    shown = [unicodedata.name(glyph[0]) for glyph in glyphs(text) if glyph]
    return [next((form for form in forms if form in name), name) for name in shown]


def test_letters_join_by_place_in_the_word() -> None:
    assert names("ببب ب") == ["INITIAL", "MEDIAL", "FINAL", "SPACE", "ISOLATED"]


def test_letters_that_never_join_onwards_break_the_stroke() -> None:
    assert names("باب") == ["INITIAL", "FINAL", "ISOLATED"]


@pytest.mark.parametrize("alef", ["ا", "أ", "إ", "آ"])
def test_lam_and_alef_share_one_cell(alef: str) -> None:
    (cluster,) = clusters("ل" + alef)
    assert (cluster.start, cluster.end, cluster.width) == (0, 2, 1)
    assert unicodedata.normalize("NFKC", cluster.glyph) == "ل" + alef


def test_lam_and_alef_keep_their_marks_in_the_shared_cell() -> None:
    (cluster,) = clusters(f"ل{SHADDA}ا{FATHATAN}")
    assert cluster.glyph[1:] == SHADDA + FATHATAN and cluster.end == 4


def test_a_joiner_or_a_non_joiner_keeps_lam_and_alef_apart() -> None:
    assert len(clusters(f"ل{ZWNJ}ا")) == len(clusters(f"ل{ZWJ}ا")) == 2


def test_marks_do_not_break_the_stroke_and_stay_on_their_letter() -> None:
    shown = glyphs(f"ب{SHADDA}ب")
    assert [glyph[1:] for glyph in shown] == [SHADDA, ""]
    assert names(f"ب{SHADDA}ب") == ["INITIAL", "FINAL"]


def test_marks_can_be_hidden_without_changing_the_offsets() -> None:
    bare = clusters(f"ب{SHADDA}ب", Writing(tashkeel=False))
    assert [(c.start, c.end, len(c.glyph)) for c in bare] == [(0, 2, 1), (2, 3, 1)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"ه{ZWJ}", ["INITIAL"]),
        (f"{ZWJ}ه", ["FINAL"]),
        (f"ب{ZWNJ}ب", ["ISOLATED", "ISOLATED"]),
        (f"ه{ZWJ}{ZWNJ}ب", ["INITIAL", "ISOLATED"]),
        (f"ا{ZWJ}ب", ["ISOLATED", "FINAL"]),
        ("ب\N{RIGHT-TO-LEFT MARK}ب", ["INITIAL", "FINAL"]),
        ("ب\N{POP DIRECTIONAL ISOLATE}ب", ["ISOLATED", "ISOLATED"]),
    ],
)
def test_joiners_act_and_are_not_sent(text: str, wanted: list[str]) -> None:
    assert names(text) == wanted
    assert all(not is_attached(char) for glyph in glyphs(text) for char in glyph)


def test_a_tatweel_carries_the_stroke() -> None:
    tatweel = "\N{ARABIC TATWEEL}"
    shown = glyphs(f"ب{tatweel}ب")
    assert shown[1] == tatweel
    assert "INITIAL" in unicodedata.name(shown[0]) and "FINAL" in unicodedata.name(shown[2])


def test_a_mark_without_a_letter_stands_on_a_dotted_circle() -> None:
    assert glyphs(SHADDA + "ب")[0] == "\N{DOTTED CIRCLE}" + SHADDA


def test_an_isolated_alef_wasla_is_sent_as_the_letter() -> None:
    assert glyphs("ٱ") == ["ٱ"]


@pytest.mark.parametrize("char", ["\x1b", "\x00", "\x9b", "\ud800", "\uffff", "\n", "\t", "\u2028"])
def test_what_a_terminal_would_act_on_is_never_sent(char: str) -> None:
    (cluster,) = clusters(char)
    assert cluster.width == 1
    assert char not in cluster.glyph and cluster.glyph.isprintable()
    cluster.glyph.encode("utf-8")


def test_unshaped_writing_sends_the_letters_themselves() -> None:
    assert glyphs("سلام", Writing(shaped=False, ligatures=False)) == list("سلام")


@given(mixed())
@settings(max_examples=300, deadline=None)
def test_clusters_cover_the_text_without_gap_or_overlap(text: str) -> None:
    for writing in (Writing(), Writing(False, False)):
        made = clusters(text, writing)
        ends = [0, *(cluster.end for cluster in made)]
        assert [cluster.start for cluster in made] == ends[:-1] and ends[-1] == len(text)
        assert all(cluster.start <= cluster.at < cluster.end for cluster in made)


def test_widths_agree_with_those_the_screen_library_counts() -> None:
    cells = pytest.importorskip("rich.cells", reason="rich comes with the review extra")
    odd = []
    for code in (*range(0x1160), *range(0x1200, 0xD7B0), *range(0xD800, 0x11000), *range(0x1F000, 0x1FB00)):
        char = chr(code)
        if unicodedata.category(char) == "Cn":
            continue
        (cluster,) = clusters(char)
        if cells.cell_len(cluster.glyph) != cluster.width:
            odd.append(f"{code:04X}")
    assert odd == []


def test_shaping_agrees_with_arabic_reshaper() -> None:
    reshaper = pytest.importorskip("arabic_reshaper", reason="a development dependency")
    oracle = reshaper.ArabicReshaper({"delete_harakat": False, "ARABIC LIGATURE ALLAH": False})
    letters = [chr(code) for code in range(0x0621, 0x064B) if chr(code).isalpha()]
    letters.remove("\N{ARABIC LETTER ALEF MAKSURA}")  # joins on both sides in Unicode, on one in the oracle
    words = [one + two + three for one in letters for two in letters for three in "بالم"]
    words += ["محمد رسول", "والإسلاميين", f"جندي{FATHATAN}ا", "بعثة", "أفئدة", "لآلئ"]
    differing = [word for word in words if "".join(glyphs(word)) != oracle.reshape(word)]
    assert differing == []


def test_the_pure_core_needs_only_the_standard_library() -> None:
    code = (
        "import sys; import tui.bidi.layout, tui.bidi.terminal; "
        "known = set(sys.stdlib_module_names) | {'tui', '__main__'}; "
        "print(*sorted({name.split('.')[0] for name in sys.modules} - known))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_wide_characters_take_two_cells() -> None:
    assert [cell_width(char) for char in "界a٣\N{ARABIC FATHA}"] == [2, 1, 1, 0]
