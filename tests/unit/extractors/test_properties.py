"""What holds for every text: offsets are exact, nothing is raised, and the cost is linear."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extractors.statements import extract
from storage.values import About, Measure, Op, Role

PATIENCE = 5.0  # CPU seconds: far below what a square or worse would cost
ABOUT = About(year=2024)
WORDS = """
    地区生产总值 新建 公园 项目 增长 下降 达到 分别 从 提高到 、 和 ， 。 ； （ ） “ ” 以上 左右 控制在 近 超 余 等
    的 5% ３％ 4.5%—5% 100亿元 1,070 6个 8.7萬畝 三成 翻一番 两位数增长 区(qū)
    与经济增长同步 高于全市平均水平 2025年 到2030年 “十五五” 今后五年 微克/立方米 ?！皟绍嚒 [3] 主要预期目标是：
"""
BREAKS = ["一、2023年工作回顾\n", "二、2024年工作安排\n", "\n", " ", "\u3000", "\t", "\r\n", "\ufffd"]
PIECES = st.sampled_from([*WORDS.split(), *BREAKS])
TEXTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=200))


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.sampled_from([None, 2024]))
def test_offsets_are_exact_and_every_statement_is_whole(text: str, year: int | None) -> None:
    at = 0
    for statement in extract(text, About(year=year)):
        assert text[statement.start : statement.end] == statement.text
        assert statement.sentence_start <= statement.start < statement.end <= statement.sentence_end
        assert statement.start >= at, "statements come in order and do not overlap"
        at = statement.end
        assert statement.role in Role
        assert (statement.measure is Measure.RELATIVE) == (statement.op in (Op.IN_STEP, Op.ABOVE, Op.BELOW))
        assert (statement.op is Op.RANGE) == (statement.value_hi is not None)
        assert statement.rules


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_extracting_twice_gives_the_same(text: str) -> None:
    assert extract(text, ABOUT) == extract(text, ABOUT)


REPEATED = """
    1 1% 6个 （ “ 《 、 ， 分别 和 百 一 从1% 新建、 等5个 与同步 高于全国 2024年 分别增长1%、 （1个 1- 主要目标 增长
    1,234,     [1] 万亿 百分之 “十五五” 不 ？ 1个1
"""


@pytest.mark.parametrize("piece", [*REPEATED.split(), " ", "\n", "a "], ids=repr)
def test_a_hundred_kilobytes_of_one_thing_are_read_soon(piece: str) -> None:
    text = piece * (100_000 // len(piece.encode()))
    started = time.process_time()
    extract(text, ABOUT)
    assert time.process_time() - started < PATIENCE
