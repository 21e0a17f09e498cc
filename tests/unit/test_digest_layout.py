"""Plain text in columns."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.layout import table, width, wrap


def test_a_chinese_character_takes_two_columns() -> None:
    assert width("目标6%") == 6


def test_a_line_does_not_begin_with_a_closing_mark() -> None:
    lines = wrap("全市地区生产总值增长，财政收入增长", 20)
    assert lines == ["全市地区生产总值增", "长，财政收入增长"]


def test_words_are_not_broken_and_addresses_stay_whole() -> None:
    assert wrap("about six percent growth", 12) == ["about six", "percent", "growth"]
    url = "https://www.yunxi.example/a/very/long/address/that/is/longer.html"
    assert wrap(url, 30) == [url]


def test_a_table_gives_way_in_its_first_column() -> None:
    lines = table(["指标", "目标"], [["社会消费品零售总额增长及其他很长的指标名称", "6.5%"]], columns=32)
    assert max(map(width, lines)) <= 32
    assert lines[2].endswith("6.5%")


@given(
    st.text(alphabet=st.characters(exclude_categories=["C", "Z", "M"]) | st.just(" "), max_size=200),
    st.integers(10, 72),
)
def test_wrapping_keeps_every_character_and_the_width(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(
        width(line) <= columns or line.lstrip().startswith(("http://", "https://", "file:///")) for line in lines
    )
