"""Why a place of a report states something, or nothing."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.extractors.decoys import DECOYS
from monitor.extractors.explain import Explanation, explain, explain_numbers
from monitor.extractors.reasons import RULES, reason
from monitor.extractors.statements import extract
from storage.values import About, Role

TEXT = """澄溪市政府工作报告
一、2025年工作回顾
地区生产总值增长5.6%，粮食产量从10万吨提高到12万吨，总投资10亿元的青泉 项目开工，建成“5个一批”工程，抓好三个方面。
二、2026年工作安排
主要预期目标是：地区生产总值增长6% 以上，居民收入增长与经济增长基本同步。培育50亿元以上企业3家。文件共12页半。
编辑：某某 共12个版面
"""
ABOUT = About(year=2026)


def at(words: str, text: str = TEXT) -> Explanation:
    return explain(text, ABOUT, text.index(words))


@pytest.mark.parametrize("words", ["5.6%", ".6%", "%，粮食"])
def test_every_character_of_a_number_leads_to_its_statement(words: str) -> None:
    found = at(words)
    assert found.statement == extract(TEXT, ABOUT)[0]
    assert TEXT[found.start : found.end] == "5.6%"
    assert found.why == ""


def test_a_hedge_explains_the_number_it_belongs_to() -> None:
    found = at("以上，居民")
    assert found.statement is not None
    assert found.statement.text == "6%"


def test_a_relative_target_is_explained_though_it_has_no_number() -> None:
    found = at("同步")
    assert found.statement is not None
    assert "relative: in step" in found.statement.rules


def test_the_evidence_is_that_of_the_sentence() -> None:
    found = at("6% ")
    assert found.report_year == 2026
    assert found.evidence is not None
    assert (found.evidence.role, found.evidence.rule) == (Role.TARGET, "role: heading")
    assert (found.evidence.heading, found.evidence.years) == ("二、2026年工作安排", "2026")
    assert found.evidence.headline
    assert TEXT[found.evidence.start : found.evidence.end].startswith("主要预期目标是")
    assert [one.op for one in found.beside] == ["in_step"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("10万吨", "baseline"),
        ("10亿元", "attribute"),
        ("5个一批", "in a name"),
        ("三个方面", "numeral"),
        ("2026年", "year"),
        ("50亿元", "threshold"),
        ("12页", "unknown unit"),
        ("12个版面", "page furniture"),
        (" 项目", "dropped"),
        ("项目开工", "no number"),
    ],
)
def test_a_place_that_states_nothing_has_its_reason(words: str, why: str) -> None:
    found = at(words)
    assert found.statement is None
    assert found.why == why
    assert reason(why)


def test_a_place_outside_of_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match=r"offset 3 is not in the text: it has 3 characters"):
        explain("三个字", ABOUT, 3)
    with pytest.raises(ValueError, match="offset -1"):
        explain("三个字", ABOUT, -1)


def test_every_decoy_has_a_name_of_its_own_and_its_reason() -> None:
    labels = [decoy.label for decoy in DECOYS]
    assert sorted(labels) == sorted(set(labels)), "a row that shares its name cannot be told from another"
    assert all(reason(label) for label in labels)


PLAN = "二、2026年工作安排\n"


# The number in ⟦⟧ and the name of what became of it; the text is what a report could say.
@pytest.mark.parametrize(
    ("marked", "why"),
    [
        ("庆祝建港⟦100⟧周年。", "anniversary"),
        ("培育链主企业[⟦3⟧]12家。", "note mark"),
        ("，[⟦3⟧]数字经济加快发展。", "note mark"),
        ("开通R[⟦1⟧]线。", "note mark"),
        ("[⟦4⟧]链主企业：指带动12家配套企业的企业。", "note"),
        ("[4]链主企业：指带动⟦12⟧家配套企业的企业。", "note"),
        ("名词解释\n链主企业带动⟦12⟧家企业。", "glossary"),
        ("（⟦3⟧）做强产业。", "list number"),
        ("⟦三⟧是做强产业。", "list number"),
        ("第⟦三⟧产业较快发展。", "ordinal"),
        ("综合考评列全省第⟦2⟧。", "ordinal"),
        ("综合考评进入全省前⟦2⟧。", "ordinal"),
        ("推进⟦5⟧G应用。", "in a word"),
        ("PM⟦2.5⟧浓度下降。", "in a word"),
        ("改造国道⟦309⟧。", "hotline or number"),
        ("用好⟦12345⟧热线。", "hotline or number"),
        ("办好⟦2026⟧云溪马拉松。", "year"),
        ("按照国发〔⟦2024⟧〕7号文件。", "document number"),
        ("按照国发〔2024〕⟦7⟧号文件。", "hotline or number"),
        ("三次产业结构调整为9：⟦45⟧：46。", "proportion"),
        ("实施⟦3⟧+N行动。", "slogan"),
        ("抓好⟦三⟧个方面。", "numeral"),
        ("实施⟦三⟧年行动。", "numeral: time"),
        ("进⟦一⟧步做强产业。", "numeral in a word"),
        ("建成⟦4⟧岽水库。", "unknown unit"),
        ("指标达到⟦4.8⟧。", "no unit"),
        ("“⟦5⟧个一批”行动。", "in a name"),
        ("建设⟦500⟧千伏变电站。", "technical name"),
        ("打造⟦15⟧分钟便民生活圈。", "time circle"),
        ("总投资⟦10⟧亿元的水厂开工。", "attribute"),
        ("新增⟦50⟧亿元以上企业3家。", "threshold"),
        ("新增投资⟦50⟧亿元项目3个。", "threshold: sum and project"),
        ("城镇化率从⟦61%⟧提高到62%。", "baseline"),
        ("入选全国⟦8⟧个试点城市之一。", "one of a group: 之一"),
        ("带领全县⟦50⟧万人民艰苦奋斗。", "rhetoric: people torn"),
        ("⟦7⟧个产业产值增长8%。", "scope"),
        ("⟦3⟧月完成选址。", "date"),
    ],
)
def test_what_states_nothing_says_truly_why(marked: str, why: str) -> None:
    before, _, rest = marked.partition("⟦")
    text = PLAN + before + rest.replace("⟧", "", 1)
    found = explain(text, ABOUT, len(PLAN) + len(before))
    assert found.statement is None
    assert found.why == why
    assert reason(why)


@pytest.mark.parametrize(
    ("sentence", "number", "rule"),
    [
        ("瞪羚企业、科技小院分别增长11%和26%。", "26%", "distributive"),
        ("骨干企业分别增长11%和26%。", "26%", "distributive: one for all"),
        ("一产、二产分别完成31亿元、88亿元，同比分别增长3.2%、8.8%。", "8.8%", "distributive: list before"),
        ("一产、二产分别完成31亿元、88亿元，增长3.2%、8.8%。", "8.8%", "distributive: goes on"),
        ("接待游客80万人次，旅游收入9亿元，分别增长12%和15%。", "15%", "distributive: numbers before"),
        ("一产、二产增加值分别增长3%、8%左右。", "3%", "hedge: shared"),
        ("固定资产投资完成100亿元，增长8%。", "8%", "head: carried"),
        ("做强茶产业，产值突破20亿元。", "20亿元", "head: on the topic"),
        ("新建公园6个、绿地100公顷。", "100公顷", "head: shared verb"),
        ("新建公园6个。", "6个", "head: in front"),
        ("新建6个公园。", "6个", "head: both sides"),
        ("6个公园建成开放。", "6个", "head: behind"),
        ("重大项目开工9个、竣工7个。", "7个", "head: another event"),
        ("城镇化率从61%提高到62%。", "62%", "baseline: from"),
        ("低保标准提高到800元。", "800元", "measure: end"),
        ("压减一般性支出5%。", "5%", "measure: cut in front"),
        ("居民消费价格2%左右。", "2%", "measure: noun of change"),
        ("到2030年，城镇化率达到70%。", "70%", "period: deadline"),
        ("三年安排资金5亿元。", "5亿元", "period: years of the clause"),
        ("分别提高1.7和0.9个百分点。", "1.7", "borrowed unit"),
        ("产值突破百亿元。", "百亿元", "chinese"),
        ("产值增长百分之八。", "百分之八", "hundredths"),
        ("产值翻一番。", "翻一番", "phrase"),
        ("产值增长5%—6%。", "5%—6%", "range"),
        ("居民消费价格指数控制在103左右。", "103", "index"),
    ],
)
def test_a_statement_names_the_rule_that_made_it(sentence: str, number: str, rule: str) -> None:
    text = PLAN + sentence
    found = explain(text, ABOUT, text.rindex(number))
    assert found.statement is not None
    assert found.statement.text == number
    assert rule in found.statement.rules
    assert set(found.statement.rules) <= RULES.keys()


WORDS = """
    地区生产总值 新建 公园 项目 增长 下降 达到 分别 从 提高到 、 和 ， 。 ； （ ） “ ” 以上 左右 控制在 近 超 余 等 的
    第 国道 R PM 5% ３％ 4.5%—5% 100亿元 1,070 6个 8.7萬畝 三成 翻一番 两位数增长 区(qū) 15分钟 100周年 5000万元以上
    三个方面 2025年 到2030年 “十五五” 与经济增长同步 高于全市平均水平 微克/立方米 [3] ［12］ （2） —12—
    主要预期目标是： 1 12 2024 一 百 万 + ： . /
"""
TABLE = "指标\t单位\t2025年\t2030年\t属性\n1 城镇化率\t%\t61\t65\t预期性\n"
BREAKS = ["一、2025年工作回顾\n", PLAN, "\n", " ", "\u3000", "\t", "\r\n", "\ufeff", "责任编辑：", "名词解释\n", "注："]
TEXTS = st.lists(st.sampled_from([*WORDS.split(), *BREAKS, TABLE]), max_size=40).map("".join)


def digits_of(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"\d+", text)]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_every_number_is_a_statement_or_has_its_reason(text: str) -> None:
    stated = extract(text, ABOUT)
    covered = {at for one in stated for at in range(one.start, one.end)}
    explained = list(explain_numbers(text, ABOUT))
    assert [one for one in explained if one.why in ("no number", "part of another")] == []
    for one in explained:
        assert (one.statement is not None) == (one.why == "") == (one.start in covered)
        if one.statement:
            assert one.statement in stated
            assert set(one.statement.rules) <= RULES.keys(), (
                "a rule without words: add it to monitor/extractors/reasons"
            )
        else:
            assert reason(one.why)
    places = {at for one in explained for at in range(one.start, one.end)}
    assert set(digits_of(text)) <= places


@settings(max_examples=60, deadline=None)
@given(TEXTS.filter(bool), st.data())
def test_every_place_can_be_asked_for(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text) - 1))
    found = explain(text, ABOUT, offset)
    assert 0 <= found.start < found.end <= len(text)
    assert found.statement is not None or reason(found.why)
    covering = [one for one in extract(text, ABOUT) if one.start <= offset < one.end]
    assert not covering or found.statement == covering[0]


def test_every_number_of_real_reports_is_a_statement_or_has_its_reason(shared: Path) -> None:
    for path in sorted((shared / "corpus/unlabelled").glob("*.txt"))[::75]:
        text = path.read_text(encoding="utf-8")
        for found in explain_numbers(text, ABOUT):
            if found.statement:
                assert set(found.statement.rules) <= RULES.keys(), path
            else:
                assert reason(found.why), path
                assert found.why not in ("part of another", "no number", "dropped"), (path, found)
