from hypothesis import given
from hypothesis import strategies as st

from aligner.lexicon import Matcher, inflections
from aligner.resources import load_lexicon
from aligner.text import tokens

HEDGES = {
    language: Matcher([(row.id, row.forms) for row in load_lexicon().hedges if row.language == language])
    for language in ("en", "ar")
}


def found(language: str, text: str) -> list[tuple[str, str]]:
    return [(m.row, m.span.of(text)) for m in HEDGES[language].find(tokens(text))]


def test_a_hedge_is_found_behind_clitics_and_tashkeel() -> None:
    assert found("ar", "وقعوا اتفاقاً فيما يُسمى بمحاربة التهريب") == [("h001", "فيما يُسمى ب")]
    assert found("ar", "دفعوا مالاً لما يُعرف بمكافحة الفساد") == [("h002", "لما يُعرف ب")]
    assert found("ar", "وفق ما يُعرف ب”مؤشر السعادة“") == [("h002", "ما يُعرف ب")]


def test_a_gap_holds_the_speaker() -> None:
    assert found("ar", "ما تسميه وزارة الدفاع الروسية بالعملية")[0] == (
        "h001",
        "ما تسميه وزارة الدفاع الروسية ب",
    )
    assert found("en", "what the defence ministry calls stability")[0] == (
        "h033",
        "what the defence ministry calls",
    )


def test_the_longest_form_wins() -> None:
    assert found("ar", "ما وصفه بأنه عدوان") == [("h005", "ما وصفه بأنه")]


def test_kama_is_no_hedge() -> None:
    assert found("ar", "كما يسمى الطريق باسمه الجديد") == []


def test_english_hedges() -> None:
    assert found("en", "The so-called reform, allegedly") == [("h033", "so-called"), ("h035", "allegedly")]


def test_inflections_join_number_and_gender() -> None:
    assert {"مسلحون", "مسلحين", "مسلحة"} <= inflections("مسلح")
    assert "parties" in inflections("party")


@given(st.text(alphabet=st.sampled_from("ماي سمى بكلفعرُ«»“”,. \n"), max_size=40))
def test_matches_are_ordered_and_inside(text: str) -> None:
    end = 0
    for match in HEDGES["ar"].find(tokens(text)):
        assert end <= match.span.start < match.span.end <= len(text)
        end = match.span.start + 1


def test_rows_found_apart_may_share_words() -> None:
    rows = [("verb", ("claims",)), ("phrase", ("claims responsibility", "claims")), ("none", ("denies",))]
    sequence = tokens("He claims responsibility and claims more")
    apart = Matcher(rows).find_apart(sequence)
    assert {row: [(m.first, m.last) for m in found] for row, found in apart.items()} == {
        "verb": [(1, 2), (4, 5)],
        "phrase": [(1, 3), (4, 5)],
    }
    for row, forms in rows:
        assert tuple(apart.get(row, ())) == Matcher([(row, forms)]).find(sequence)
