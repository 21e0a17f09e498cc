"""What `make firings` says of a few reports: how often each rule fires, and where."""

import json
from pathlib import Path

import pytest

from tools import firings

REVIEW = "一、2025年工作回顾\n地区生产总值增长5.6%，庆祝建市40周年。\n"
PLAN = "二、2026年工作安排\n地区生产总值增长6%，新增50亿元以上企业3家。三次产业结构调整为9：45：46。\n"


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "corpus/unlabelled"
    folder.mkdir(parents=True)
    (folder / "云溪市_2026.txt").write_text(REVIEW + PLAN, encoding="utf-8")
    (folder / "澄溪市_2026.txt").write_text(REVIEW, encoding="utf-8")
    rows = ["file\tplace\tlevel\tyear", "云溪市_2026.txt\t云溪市\tcity\t2026", "澄溪市_2026.txt\t澄溪市\tcity\t2026"]
    (folder / "INDEX.tsv").write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr(firings, "SHARED", tmp_path)


@pytest.mark.usefixtures("reports")
def test_each_rule_is_counted_once_a_number_and_the_rare_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert firings.main(["--json"]) == 0
    told = {row["rule"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert set(told) == set(firings.known())
    assert (told["anniversary"]["times"], told["anniversary"]["reports"]) == (2, 2)
    assert (told["threshold"]["times"], told["proportion"]["times"]) == (1, 3)
    [place] = told["threshold"]["places"]
    assert place.startswith("云溪市_2026:60 ")
    assert "新增⟦50亿元⟧以上企业3家" in place
    assert told["measure: words of change"]["reports"] == 2
    assert told["distributive"] == {"rule": "distributive", "times": 0, "reports": 0, "places": []}


@pytest.mark.usefixtures("reports")
def test_one_rule_is_shown_where_it_fires(capsys: pytest.CaptureFixture[str]) -> None:
    assert firings.main(["--rule", "proportion"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["3", "1", "proportion", "←", "rare"]
    assert [line.split("⟦")[1].split("⟧")[0] for line in lines[2:]] == ["9", "45", "46"]


@pytest.mark.usefixtures("reports")
def test_a_rule_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        firings.main(["--rule", "guess"])
    assert stopped.value.code == 2
    assert "no rule is called 'guess'" in capsys.readouterr().err
