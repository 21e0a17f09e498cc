"""A page may hold its report twice: what the second copy says was said before."""

from monitor.extractors.statements import extract
from storage.values import About

REPORT = """二、2024年工作安排
今年地区生产总值增长6%以上，一般公共预算收入增长4%左右。
新建改造幼儿园9所，新增公办学位2700个以上。
"""


def test_a_doubled_report_states_everything_once() -> None:
    once = extract(REPORT, About(year=2024))
    assert extract(REPORT + REPORT, About(year=2024)) == once
    assert len(once) == 4


def test_short_sentences_may_be_said_again() -> None:
    text = "二、2024年工作安排\n力争增长5%。\n工业投资有新进展。力争增长5%。"
    assert len(extract(text, About(year=2024))) == 2
