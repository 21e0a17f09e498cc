"""The cost of a text is in proportion to its length, whatever its characters: no page can hold the daemon up."""

import random
import time
from collections.abc import Callable

import pytest

from monitor.extractors.explain import explain
from monitor.extractors.statements import extract
from storage.values import About

ABOUT = About(year=2024)
PATIENCE = 5.0  # CPU seconds: far above what it takes, far below what a square would; `make bench-extract` measures
LENGTH = 50_000  # characters: 50 to 150 KB
MARKS = """
    0 9 一 〇 二 百 万 亿 % ‰ 年 月 . , ， 、 。 ； ： （ ） ( ) [ ] 《 》 “ ” ‘ ’ — - ~ / 第 分别 从 到 与 和
    其中 的 增长 个 项 元 以上 余 超
"""
PATTERNS = {
    "what is built on": "在1个基础上",
    "gaps": "高于全国1个百分点、",
    "digits": "0123456789",
    "Chinese numerals": "〇一二三四五六七八九十百千万亿",
    "decimals": "1.1.1.",
    "thousands": "1,234,567,",
    "open brackets": "（",
    "brackets": "（）",
    "nested brackets": "（《“‘",
    "quotes": "“‘’”",
    "open quotes": "“‘",
    "shares": "%",
    "dealing": "分别",
    "dealt": "分别1%、2%和3%，",
    "lists": "、",
    "years": "年",
    "year after year": "2024年",
    "ranges": "1—2—",
    "from and to": "从1%到",
    "half a heading": "一、",
    "headings": "一、2023年工作回顾\n",
    "relations": "与经济增长",
    "no break": "地区生产总值增长",
    "spaces": " 1 ",
    "spaces in numbers": "米1 ",
    "full-width thousands": "1，000",
    "what it is per": "每人每月每立方米1微克、",
    "at least": "至少新增",
    "heads of tables": "指标\t单位\t2025年\n",
    "heads of bars": "|指标|单位|2025|\n",
    "heads of two rows": "指标\t单位\t2025年\t\n\t\t计划\t实际\n",
    "heads of one space": "指标 单位 2025年 属性\n",
    "heads of lines": "指标\n单位\n2025年\n",
    "a table": "指标\t单位\t2025年\n" + "公园\t个\t3\n" * 40,
    "a table of dashes": "指标\t单位\t2025年\n" + "公园\t个\t—\n" * 4000,
    "rows of one cell": "指标\t单位\t2025年\n" + "公园\n" * 4000,
}


def mixed(seed: int) -> str:
    """Any of the marks in any order, some of them many times over."""
    chance = random.Random(seed)
    marks = [*MARKS.split(), " ", "\n"]
    return "".join(chance.choice(marks) * chance.choice((1, 1, 1, 2, 5, 40)) for _ in range(3000))


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds, the best of two."""
    taken = []
    for _ in range(2):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def of_length(pattern: str, length: int) -> str:
    return (pattern * (length // len(pattern) + 1))[:length]


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_twice_the_length_takes_twice_the_time(pattern: str) -> None:
    once = seconds(lambda: extract(of_length(pattern, LENGTH // 4), ABOUT))
    twice = seconds(lambda: extract(of_length(pattern, LENGTH // 2), ABOUT))
    assert twice < 3 * once + 0.3


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_a_hundred_kilobytes_of_one_thing_are_read_soon(pattern: str) -> None:
    assert seconds(lambda: extract(of_length(pattern, LENGTH), ABOUT)) < PATIENCE


@pytest.mark.parametrize("seed", range(8))
def test_mixtures_are_read_soon_and_in_twice_the_time_for_twice_the_length(seed: int) -> None:
    text = mixed(seed)
    once = seconds(lambda: extract(of_length(text, LENGTH // 2), ABOUT))
    twice = seconds(lambda: extract(of_length(text, LENGTH), ABOUT))
    assert twice < PATIENCE
    assert twice < 3 * once + 0.3


@pytest.mark.parametrize("seed", range(3))
def test_every_place_of_a_mixture_can_be_explained(seed: int) -> None:
    text = mixed(seed)[:400]
    for offset in range(0, len(text), 7):
        found = explain(text, ABOUT, offset)
        assert found.statement is not None or found.why
        assert found.start <= offset or found.statement is not None
