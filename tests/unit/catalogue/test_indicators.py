"""The catalogue of indicators: known wordings, scopes, the long tail. Phrases lie in phrases.tsv."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from monitor.catalogue.indicators import _expand, find_indicators, fold, indicator, indicators, key_of
from storage.values import Measure

PHRASES = Path(__file__).with_name("phrases.tsv")
CORPUS = Path(__file__).resolve().parents[3] / "../shared/corpus"


def phrases() -> list[tuple[str, Measure, str]]:
    lines = PHRASES.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(words, Measure(measure), key) for words, measure, key in rows]


def test_every_phrase_leads_to_its_key() -> None:
    wrong = []
    for words, measure, key in phrases():
        found = key_of(words, measure, None)
        if (found == key[1:]) if key.startswith("!") else (found != key):
            wrong.append((words, measure.value, key, found))
    assert wrong == []


def test_every_key_has_a_phrase() -> None:
    spoken = {key for _, _, key in phrases()}
    assert {entry.key for entry in indicators()} - spoken == set()


def test_there_are_at_least_150_keys_over_a_dozen_topics() -> None:
    assert len(indicators()) >= 150
    assert len({entry.topic.key for entry in indicators()}) >= 12
    assert any(entry.headline for entry in indicators())


def test_no_wording_means_two_indicators() -> None:
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for entry in indicators():
        for alias in (entry.zh, *entry.aliases):
            for wording in _expand(alias):
                meant[wording].add(entry.key)
    assert {wording: keys for wording, keys in meant.items() if len(keys) > 1} == {}


def test_wordings_are_written_in_no_other_notation_than_choices() -> None:
    for entry in indicators():
        for alias in (*entry.aliases, *(alias for _, alias in entry.only)):
            assert not set(alias) & set("?*+[]{}\\^$"), alias
            assert alias.count("(") == alias.count(")"), alias


def test_a_wording_for_one_measure_is_no_wording_for_all() -> None:
    for entry in indicators():
        always = {wording for alias in (entry.zh, *entry.aliases) for wording in _expand(alias)}
        for _, alias in entry.only:
            assert always.isdisjoint(_expand(alias)), entry.key


@pytest.mark.parametrize(
    ("words", "folded"),
    [
        ("规模以上工业 增加值", "规上工业增加值"),
        ("“小巨人”企业", "小巨人企业"),
        ("ＧＤＰ", "生产总值"),
        ("規模以上工業增加值", "规上工业增加值"),
        ("研究与试验发展（R&D）经费投入", "研发经费投入"),
    ],
)
def test_folding_drops_what_never_changes_the_meaning(words: str, folded: str) -> None:
    assert fold(words) == folded


def test_a_scoped_key_is_named_after_its_scope() -> None:
    annual = indicator("gdp.annual")
    assert annual is not None
    assert (annual.zh, annual.en) == ("地区生产总值（年均）", "GDP (annual average)")
    assert annual.topic.key == "economy"


def test_a_joint_key_is_named_after_both() -> None:
    joint = indicator("exports+imports")
    assert joint is not None
    assert joint.zh == "出口总额、进口总额"


@pytest.mark.parametrize("key", ["~新增驿站", "no_such_key", "gdp.no_such_scope", "gdp+no_such_key", ""])
def test_an_unknown_key_is_no_indicator(key: str) -> None:
    assert indicator(key) is None


def test_indicators_are_found_by_words_names_and_keys() -> None:
    assert {"surveyed_unemployment", "registered_unemployment"} <= {entry.key for entry in find_indicators("失业")}
    assert "gdp" in {entry.key for entry in find_indicators("GDP")}
    assert "cpi" in {entry.key for entry in find_indicators("Consumer prices")}
    assert find_indicators("没有这个指标") == ()
    assert find_indicators("") == indicators()


@pytest.mark.parametrize("words", ["", "增长", "全市", "、", "和", "年均"])
def test_words_that_say_nothing_still_get_a_key_of_the_tail(words: str) -> None:
    assert key_of(words, Measure.GROWTH, "%").startswith("~")


def test_a_key_is_stable_under_width_quotes_and_place() -> None:
    plain = key_of("新建云泉驿站", Measure.LEVEL, "个")
    assert {
        key_of(words, Measure.LEVEL, "个") for words in ("全市新建“云泉”驿站", "新建 云泉驿站", "今年新建云泉驿站")
    } == {plain}


def test_headline_statements_get_a_key_of_the_catalogue() -> None:
    files = [*CORPUS.glob("labelled/*.gold.jsonl"), *CORPUS.glob("headline/*.gold.jsonl")]
    if not files:
        pytest.skip("../shared is missing: no gold to look up")
    statements = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    headline = [one for one in statements if one["headline"]]
    tail = [one for one in headline if key_of(one["indicator"], Measure(one["measure"]), one["unit"]).startswith("~")]
    assert 1 - len(tail) / len(headline) >= 0.95
