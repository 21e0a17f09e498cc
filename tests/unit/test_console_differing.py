"""Two texts side by side."""

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from monitor.console.comparing import folded
from monitor.console.differing import LONG, Pair, differences

REPORT = """政府工作报告
过去一年，地区生产总值增长5.6%，新建改造幼儿园28所。
今年发展的主要预期目标是：地区生产总值增长6%左右。
各位代表，让我们携手奋斗！"""


def changed(pairs: list[Pair]) -> list[tuple[list[str], list[str]]]:
    """What went and what came, of each pair that is not the same."""
    return [
        ([one.text for one in pair.before if one.changed], [one.text for one in pair.after if one.changed])
        for pair in pairs
        if not pair.same
    ]


def test_the_same_text_has_no_differences() -> None:
    assert changed(differences(REPORT, REPORT.replace("\n", "\n\n　　"))) == []


def test_a_number_changes_as_a_whole() -> None:
    assert changed(differences(REPORT, REPORT.replace("28所", "23所").replace("5.6%", "5.9%"))) == [
        (["5.6%", "28"], ["5.9%", "23"])
    ]


def test_a_paragraph_that_came_stands_alone_where_it_came() -> None:
    pairs = differences(REPORT, REPORT.replace("今年", "一是抓好项目。\n今年"))
    assert changed(pairs) == [([], ["一是抓好项目。"])]
    assert [pair.same for pair in pairs] == [True, True, False, True, True]


def test_a_paragraph_that_moved_away_is_told_as_gone() -> None:
    assert changed(differences(REPORT, "\n".join(REPORT.splitlines()[:-1]))) == [(["各位代表，让我们携手奋斗！"], [])]


def test_a_paragraph_that_was_written_again_stands_beside_what_it_was() -> None:
    now = REPORT.replace("今年发展的主要预期目标是：", "综合考虑，今年发展的主要预期目标建议为：")
    (pair,) = [pair for pair in differences(REPORT, now) if not pair.same]
    assert pair.before
    assert pair.after
    assert changed([pair])[0][1] == ["综合考虑，", "建议为"]


def test_other_paragraphs_are_not_put_beside_each_other() -> None:
    pairs = differences("培育规上工业企业五十户", "持续改善生态环境质量")
    assert sorted(changed(pairs)) == [([], ["持续改善生态环境质量"]), (["培育规上工业企业五十户"], [])]


def test_a_text_in_one_line_is_taken_by_its_sentences() -> None:
    line = "".join(f"第{number}项工作全面完成。" for number in range(400))
    assert len(line) > LONG
    assert changed(differences(line, line.replace("第7项", "第七项"))) == [(["7"], ["七"])]


def test_paragraphs_that_are_the_same_are_counted() -> None:
    now = REPORT.replace("28所", "23所")
    assert [row if isinstance(row, int) else "changed" for row in folded(differences(REPORT, now))] == [1, "changed", 2]


@given(*[st.text(alphabet="目标6%8.。\n 增长", max_size=60)] * 2)
def test_both_texts_are_shown_whole_and_in_order(before: str, after: str) -> None:
    pairs = differences(before, after)
    for text, side in ((before, "before"), (after, "after")):
        shown = "".join(piece.text for piece in chain.from_iterable(getattr(pair, side) for pair in pairs))
        assert shown == "".join(line.strip() for line in text.splitlines())
