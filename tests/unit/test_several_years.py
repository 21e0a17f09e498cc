"""An outturn of several years is no year's."""

from dataclasses import replace

import pytest

from monitor.comparing.ledger import Verdict, reckon
from monitor.comparing.several_years import is_over_years
from storage.values import Measure, Op, Role
from tests.statements import stated

GROWTH, LEVEL, RATIO, DELTA = Measure.GROWTH, Measure.LEVEL, Measure.RATIO, Measure.DELTA


def over(sentence: str, measure: Measure) -> bool:
    """Whether the number in 〔〕 is of several years; the year is 2025."""
    at = sentence.index("〔")
    data = stated("指标", 9, measure=measure, role=Role.OUTTURN).data
    return is_over_years(replace(data, start=500 + at, sentence_start=500), sentence.replace("〔", ""), 2025)


@pytest.mark.parametrize(("sentence", "measure"), [
    ("一般公共预算收入累计完成3万亿元，5年增长〔18.7%。", GROWTH),
    ("预计单位地区生产总值能耗较2020年下降〔11.7%。", GROWTH),
    ("分别比2005年增长97％和〔67％；存款余额", GROWTH),
    ("２０２０年以来城镇新增就业〔116万人。", LEVEL),
    ("累计建成1096个数字化车间和〔183个智能工厂", LEVEL),
    ("累计完成林分优化1105万亩、森林抚育〔1111万亩", LEVEL),
    ("五年来，我们狠抓项目，固定资产投资增长〔52%。", GROWTH),
    ("居民收入五年平均增长〔8%。", GROWTH),
    ("财政收入544亿元，按可比口径年均增长〔10％。", GROWTH),
    ("二○二一年到二○二五年五年间的收成好，粮食为〔一千亿斤。", LEVEL),
    ("“十四五”时期，地区生产总值增长〔31%。", GROWTH),
    ("城镇就业五年新增〔316万人", LEVEL),
])  # fmt: skip
def test_what_several_years_made_is_known_by_its_words(sentence: str, measure: Measure) -> None:
    assert over(sentence, measure)


@pytest.mark.parametrize(("sentence", "measure"), [
    ("地区生产总值增长〔5.5%，五年来首次高于全省。", GROWTH),
    ("工业增加值比2024年增长〔6.2%。", GROWTH),
    ("地区生产总值比2019年同期增长〔6.2%。", GROWTH),
    ("五年来，经济总量翻番。去年地区生产总值增长〔5%。", GROWTH),
    ("五年来稳中有进，2025年地区生产总值增长〔5%。", GROWTH),
    ("全年累计新增就业〔9万人。", LEVEL),
    ("新建绿道〔137公里、累计达到2136公里。", LEVEL),
    ("一年来，全市上下同心，粮食产量〔1350亿斤", LEVEL),
    ("空气优良天数连续6年稳定在〔325天", LEVEL),
    ("城镇化率从2020年的53.2%提升到2025年的〔57.7%", RATIO),
    ("PM2.5年均浓度下降〔7.4%", GROWTH),
    ("累计新增就业9万人，城镇调查失业率〔5.1%", RATIO),
    ("地区生产总值五年年均增长6%；财政收入增长〔7%", GROWTH),
])  # fmt: skip
def test_what_one_year_made_is_not_taken_for_more(sentence: str, measure: Measure) -> None:
    assert not over(sentence, measure)


def test_a_target_is_answered_by_a_years_outturn_or_not_told() -> None:
    target = stated("一般公共预算收入", 3, key="revenue", year=2025, op=Op.AT_LEAST)
    five, one = (
        stated("一般公共预算收入", value, key="revenue", role=Role.OUTTURN, period="2025") for value in (18.7, 2.1)
    )
    said = {five.id: "5年增长18.7%", one.id: "收入增长2.1%"}
    shifted = [replace(one_, data=replace(one_.data, start=one_.data.sentence_start + 4)) for one_ in (five, one)]
    (entry,) = reckon([target, shifted[0]], sentences=lambda _: said)
    assert (entry.verdict, entry.outturn) == (Verdict.NOT_TOLD, None)
    (entry,) = reckon([target, *shifted], sentences=lambda _: said)
    assert (entry.verdict, entry.outturn) == (Verdict.MISSED, shifted[1])
