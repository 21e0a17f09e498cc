"""The extractor against real reports, and what `make gold` says of it.

The floors lie a little under what is reached, so that a loss is seen at once.
"""

import json
from pathlib import Path

import pytest

from tools import gold

pytestmark = pytest.mark.skipif(
    not gold.SHARED.is_dir(), reason="../shared is missing: there is no gold to score against"
)

FLOORS = [
    (gold.DOCUMENTS, "target", "detect", 0.985),
    (gold.DOCUMENTS, "target", "full", 0.965),
    (gold.DOCUMENTS, "target", "exact indicator", 0.86),
    (gold.DOCUMENTS, "outturn", "detect", 0.985),
    (gold.DOCUMENTS, "outturn", "full", 0.965),
    (gold.DOCUMENTS, "outturn", "exact indicator", 0.80),
    (gold.OWN_HEADLINES, "target", "full", 0.99),
    (gold.PROVINCES, "target", "full", 0.99),
]


def rows_of(told: bool) -> list[gold.Row]:
    judge = gold.scorer()
    documents = [gold.score(document, judge, told) for document in gold.labelled()]
    provinces = [gold.score(document, judge, told) for document in gold.headlines()]
    return gold.table(documents, provinces, judge)


def f1(rows: list[gold.Row], name: str, role: str, level: str) -> float:
    return next(row.rates[level]["f1"] for row in rows if (row.name, row.role) == (name, role))


@pytest.fixture(scope="module")
def rows() -> list[gold.Row]:
    return rows_of(told=True)


@pytest.mark.parametrize(("name", "role", "level", "floor"), FLOORS)
def test_labelled_reports_stay_above_the_floor(
    rows: list[gold.Row], name: str, role: str, level: str, floor: float
) -> None:
    assert f1(rows, name, role, level) >= floor


def test_the_bars_are_met(rows: list[gold.Row]) -> None:
    assert gold.under_the_bars(rows) == []


def test_targets_survive_without_being_told_the_year() -> None:
    rows = rows_of(told=False)
    assert f1(rows, gold.PROVINCES, "target", "full") >= 0.99
    assert f1(rows, gold.DOCUMENTS, "target", "full") >= 0.95
    assert f1(rows, gold.DOCUMENTS, "target", "detect") >= 0.985


def test_one_document_is_scored_and_its_errors_stand_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert gold.main(["luyuan-2022"]) == 0
    table, _, errors = capsys.readouterr().out.partition("\n\n")
    assert [line.split()[0] for line in table.splitlines()] == ["F1", "luyuan-2022", "documents", "their"]
    for error in errors.split("luyuan-2022:")[1:]:
        assert "⟦" in error
        assert "\n  gold  " in error
        assert "\n  ours  " in error


def test_json_holds_the_figures_and_every_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert gold.main(["--json", "luyuan-2018", "zhenan-2022"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in told["figures"]} >= {"luyuan-2018", "zhenan-2022", gold.DOCUMENTS}
    assert all(error["kind"] in gold.KINDS and error["around"] for error in told["errors"])


def test_a_document_that_is_not_there_is_refused_with_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        gold.main(["nowhere"])
    assert stopped.value.code == 2
    assert "no labelled document nowhere; there are changchun-2024," in capsys.readouterr().err


def test_an_extractor_that_reads_nothing_is_under_every_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("gold", "corpus/labelled", "corpus/headline", "corpus/unlabelled"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "gold/score.py").symlink_to(gold.SHARED / "gold/score.py")
    meant = {
        "start": 0, "end": 2, "text": "云溪", "role": "target", "indicator": "地区生产总值", "measure": "growth",
        "op": "exact", "value": 6.0, "value_hi": None, "unit": "%", "period": "2026", "headline": True,
        "required": True,
    }  # fmt: skip
    for folder, name in (("labelled", "yunxi-2026"), ("headline", "云溪省")):
        path = tmp_path / "corpus" / folder / f"{name}.gold.jsonl"
        path.write_text(json.dumps(meant), encoding="utf-8")
    for text in ("labelled/yunxi-2026.txt", "unlabelled/云溪省_2026.txt"):
        (tmp_path / "corpus" / text).write_text("云溪没有数字。", encoding="utf-8")
    (tmp_path / "corpus/headline/REGIONS.tsv").write_text("云溪省\t0\t7\n", encoding="utf-8")
    monkeypatch.setattr(gold, "SHARED", tmp_path)
    assert gold.main([]) == 1
    said = capsys.readouterr()
    assert said.err.count("under the bar: ") == len(gold.BARS)
    assert "== missed: 2" in said.out
    assert "⟦云溪⟧没有数字。" in said.out
