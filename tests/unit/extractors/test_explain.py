"""Why a place of a report states something, or nothing."""

from pathlib import Path

import pytest

from monitor.extractors.decoys import DECOYS
from monitor.extractors.explain import Explanation, explain
from monitor.extractors.reasons import RULES, reason
from monitor.extractors.quantities import find_quantities
from monitor.extractors.script import read_script
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


def test_every_decoy_has_its_reason_in_plain_words() -> None:
    assert all(reason(decoy.label) for decoy in DECOYS)


def test_every_number_of_real_reports_is_a_statement_or_has_its_reason(shared: Path) -> None:
    for path in sorted((shared / "corpus/unlabelled").glob("*.txt"))[::75]:
        text = path.read_text(encoding="utf-8")
        assert {rule for one in extract(text, ABOUT) for rule in one.rules} - RULES.keys() == set()
        script = read_script(text)
        for number in list(find_quantities(script.plain))[::40]:
            found = explain(text, ABOUT, script.saved(number.start, number.end)[0])
            assert found.statement or found.why not in ("part of another", "no number", "dropped"), (path, found)
