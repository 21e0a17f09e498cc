"""docs/changes.md and docs/statements.md say what the code does: their tables are read and tried."""

import re
from itertools import count
from pathlib import Path

import pytest

from monitor.catalogue.indicators import key_of
from monitor.cli.extracting import statement_row
from monitor.comparing.compare import compare
from monitor.comparing.ledger import reckon, settle
from monitor.extractors.statements import extract
from storage.values import About, Basis, Kind, Measure, Op, Role, Stated

PAGE = (Path(__file__).resolve().parents[2] / "docs/changes.md").read_text(encoding="utf-8")
AIMED = "政府工作报告\n二、今年主要预期目标\n今年全市经济社会发展的主要预期目标是：{}。"
REACHED = "政府工作报告\n一、去年工作回顾\n过去一年，{}。"
_ids = count(1)


def table(head: str) -> list[list[str]]:
    """The rows of the table whose first column has this head."""
    rows = re.search(rf"^\| {head} .*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert rows, f"docs/changes.md has no table that begins with {head}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in rows[1].splitlines()]


def stated(words: str, year: int, frame: str = AIMED) -> list[Stated]:
    found = extract(frame.format(words), About(region="990100", year=year))
    assert found, words
    keyed = [(data, key_of(data.indicator, data.measure, data.unit)) for data in found]
    return [Stated(next(_ids), 1, 1, "990100", Kind.WORK_REPORT, year, key, data) for data, key in keyed]


@pytest.mark.parametrize(("before", "after", "change"), table("last year's report"))
def test_what_the_page_calls_a_change_is_one(before: str, after: str, change: str) -> None:
    found = compare(stated(before, 2025), stated(after, 2026), year=2026, basis=Basis.NEXT_REPORT, full=True)
    assert ", ".join(one.kind for one in found) == change.replace("none", "")


@pytest.mark.parametrize(("target", "outturn", "verdict"), table("target"))
def test_what_the_page_says_became_of_a_target_did(target: str, outturn: str, verdict: str) -> None:
    reached = stated(outturn, 2026, REACHED)
    assert {one.data.role for one in reached} == {Role.OUTTURN}
    aimed = stated(target, 2025)
    assert [one.verdict for one in reckon([*aimed, *reached])] == [verdict]
    assert [one.kind for one in settle(aimed, reached)] == ([verdict] if verdict in ("met", "missed") else [])


def test_every_field_that_extract_prints_is_explained() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs/statements.md").read_text(encoding="utf-8")
    (one,) = stated("地区生产总值增长6%左右", 2026)
    explained = {
        name for line in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    }
    assert set(statement_row(one.data)) | {*Measure, *Op} <= explained
