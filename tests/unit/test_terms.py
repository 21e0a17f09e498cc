"""By what texts are found: what shares terms with what, and where a word stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.comparing.terms import MOST, NothingToLookFor, pattern, places, terms, words_of


def test_chinese_is_found_by_pairs_and_the_rest_by_whole_words_and_numbers() -> None:
    assert terms("GDP增长6.5%以上，R&D") == {"gdp", "增长", "6.5", "以上", "r", "d"}
    assert terms("５Ｇ基站") == {"5", "g", "基站"}
    assert terms("新 能\n源") == {"新能", "能源"}
    assert terms("GDP growth") == {"gdp", "growth"}


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("生产总值", "地区生产总值增长"), ("生产总值", "生产 总\n值"), ("6.5", "增长6.5%"),
        ("增长6.5%", "增长６．５％左右"),
        ("gdp", "人均GDP达到"), ("５Ｇ", "建成5G基站"), ("6%左右", "增长6%左右。"),
    ],
)  # fmt: skip
def test_a_word_is_found_whatever_its_width_case_and_spaces(word: str, text: str) -> None:
    assert terms(word) <= terms(text)
    assert list(places(word, text))


@pytest.mark.parametrize(
    ("word", "text"),
    [("6.5", "16.5%"), ("6.5", "6.51%"), ("6", "6.5%"), ("5", "6.5%"), ("gdp", "GDPR"), ("值增", "产值，增")],
)
def test_a_part_of_a_number_or_of_a_latin_word_is_not_it(word: str, text: str) -> None:
    assert list(places(word, text)) == []


@given(
    before=st.text(max_size=20),
    word=st.text("地区生产总值增长左右新能源车", min_size=2, max_size=8),
    after=st.text(max_size=20),
)
def test_whatever_stands_in_a_text_is_found_there(before: str, word: str, after: str) -> None:
    text = f"{before}{word}{after}"
    assert terms(word) <= terms(text)
    assert (len(before), len(before) + len(word)) in list(places(word, text)) or word in before + word[:-1]


@given(st.text())
def test_any_text_has_terms_and_any_words_can_be_looked_for(text: str) -> None:
    for term in terms(text):
        assert pattern(term).search(text), "a term stands in its text"
        assert '"' not in term


def test_what_cannot_be_found_is_refused_with_what_can() -> None:
    for asked in ("", "  ", "碳", "％", "专精 特"):
        with pytest.raises(NothingToLookFor, match="give"):
            words_of(asked)
    assert words_of(" 专精特新  企业 专精特新 ") == ["专精特新", "企业"]
    assert len(words_of(" ".join(f"{number}" for number in range(40)))) <= MOST
