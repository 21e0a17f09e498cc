"""Digests of what is rare: no main target, nothing but dropped ones, names that never end, in both languages."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from monitor.digest import DigestData, Line, Rendered
from monitor.digest.layout import width as columns
from monitor.digest.render import MAX_HTML, render
from storage.values import ChangeKind, Measure
from tests.digests import digest, figure, line, main_lines, part, tail_lines

LONG = "全市重点产业链龙头企业和专精特新中小企业数字化智能化绿色化改造升级项目"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def dropped(count: int) -> tuple[Line, ...]:
    lines = [one for one in main_lines() if one.before and one.kind not in (ChangeKind.MET, ChangeKind.MISSED)]
    return tuple(replace(one, kind=ChangeKind.DROPPED, after=None) for one in lines[:count])


def several(lines: tuple[Line, ...], count: int, language: str) -> DigestData:
    parts = (
        part(lines, region=f"云{number}市", region_en="", region_code=f"9904{number:02}") for number in range(count)
    )
    return digest(*parts, language=language)


def is_sound(made: Rendered, language: str) -> None:
    assert len(made.subject) <= 60
    assert all(columns(one) <= 72 or "://" in one for one in made.text.splitlines())
    assert len(made.html.encode()) <= MAX_HTML
    page = BeautifulSoup(made.html, "lxml")
    assert page.html is not None
    assert page.html["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    for table in page.find_all("table"):
        heads = len(table.find("thead").find_all("th"))
        assert all(len(row.find_all(["th", "td"])) == heads for row in table.find("tbody").find_all("tr"))


@LANGUAGES
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_a_report_that_only_drops_targets_says_so(count: int, language: str) -> None:
    made = render(several(dropped(4), count, language))
    is_sound(made, language)
    word = {"zh": "未再提", "en": "not restated"}[language]
    assert word in made.text
    assert word in made.html
    assert "不再提" in made.subject or language == "en"
    assert " → " not in made.text


@LANGUAGES
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_reports_without_a_main_target_tell_of_the_others(count: int, language: str) -> None:
    made = render(several(tail_lines(30), count, language))
    is_sound(made, language)
    assert {"zh": "项目标有变化", "en": "targets changed"}[language] in made.subject
    assert {"zh": "其他目标（30 项）", "en": "Other targets (30)"}[language] in made.text


@LANGUAGES
def test_a_report_of_which_nothing_but_results_is_told(language: str) -> None:
    results = tuple(one for one in main_lines() if one.kind in (ChangeKind.MET, ChangeKind.MISSED))
    for count in (1, 4):
        made = render(several(results, count, language))
        is_sound(made, language)
        assert "✗" in made.text


@LANGUAGES
@pytest.mark.parametrize("count", [1, 4])
def test_names_that_never_end_are_cut_and_break_no_table(count: int, language: str) -> None:
    name, unit = LONG * 5, "个县区级融合发展示范园区" * 6
    before, after = (
        figure(f"{value}{unit}", value, unit, measure=Measure.LEVEL, sentence=f"{name}达到{value}{unit}。" * 20)
        for value in (120, 150)
    )
    lines = (
        line(ChangeKind.RAISED, name, before, after, key="tail.a", en="Projects of industrial upgrading " * 12),
        line(ChangeKind.ADDED, name, None, after, key="tail.b"),
        line(ChangeKind.DROPPED, name, before, None, key="tail.c", headline=False, topic=(LONG * 3, "Industry " * 30)),
    )
    data = several(lines, count, language)
    parts = tuple(
        replace(one, region=LONG + one.region, region_en="Autonomous Prefecture " * 9, title=LONG * 9, issuer=LONG * 9)
        for one in data.parts
    )
    is_sound(render(replace(data, parts=parts)), language)
