"""mubiao search and mubiao review, as a user types them."""

import csv
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.cli.building import open_installation
from monitor.cli.chores import LOOK_AGAIN, SearchIndex
from monitor.comparing.terms import VERSION
from monitor.filing import Found, file
from storage.database import make_engine, reading, transaction
from storage.search import count_unsearched, forget_all
from storage.values import Kind
from tests import fakes
from tests.fakes import PLACE, REGION, TARGETS

report_text = partial(fakes.report_text, full=False)  # whole all the same, and quicker to read

NOW = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
CONFIG = """
data = "data"
[watches.all]
channels = ["out"]
[channels.out]
type = "folder"
path = "digests"
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two years of an invented city's reports."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "mubiao.toml").write_text(CONFIG, encoding="utf-8")
    installation = open_installation(folder / "mubiao.toml")
    for year, growth in ((2025, "增长6.5%以上"), (2026, "增长6%左右")):
        text = report_text(year, TARGETS | {"地区生产总值": growth}, extra="新建候鸟观测站3座。")
        found = Found(
            source_key="lanting", region=REGION, kind=Kind.WORK_REPORT, url=f"http://reports.test/{year}.html",
            title=f"{year}年{PLACE}政府工作报告", issuer=f"{PLACE}人民政府", site_code="", published_on=None, text=text,
            raw=text.encode(), content_type="text/html", fetched_at=NOW,
        )  # fmt: skip
        file(found, installation.desk, news=False, now=NOW)
    installation.engine.dispose()
    return folder / "mubiao.toml"


def run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--config", str(config)])


def rows(config: Path, *words: str) -> list[dict[str, Any]]:
    told = run(config, *words, *([] if "export" in words else ["--json"]))
    assert told.exit_code == 0, told.output
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_words_are_found_with_their_sentence(config: Path) -> None:
    told = run(config, "search", "候鸟", "观测站", "--year", "2026")
    assert told.exit_code == 0, told.output
    assert "新建【候鸟观测站】3座。" in told.stdout
    (hit,) = rows(config, "search", "生产总值 5.5%", "--year", "2026")
    assert (hit["year"], hit["region_code"], hit["speaks"]) == (2026, REGION, True)
    assert [hit["sentence"][a:b] for a, b in hit["marks"]] == ["生产总值", "5.5%"]
    assert run(config, "search", "没有的词语").stdout.strip() == "no kept text has these words"
    assert run(config, "search", "碳").exit_code == 2
    assert run(config, "search").exit_code == 2


def test_an_old_database_is_made_searchable_when_asked(config: Path) -> None:
    engine = make_engine(f"sqlite:///{config.parent / 'data' / 'mubiao.sqlite'}")
    with transaction(engine) as session:
        forget_all(session)
    told = run(config, "search", "候鸟")
    assert "2 documents cannot be found yet" in told.stderr
    assert "【候鸟】" in run(config, "search", "候鸟", "--catch-up").stdout
    with transaction(engine) as session:
        assert count_unsearched(session, VERSION) == 0
    engine.dispose()


def test_fsck_finds_an_index_that_lost_something_and_makes_it_anew(config: Path) -> None:
    assert run(config, "fsck").exit_code == 0
    engine = make_engine(f"sqlite:///{config.parent / 'data' / 'mubiao.sqlite'}")
    with transaction(engine) as session:
        session.connection().exec_driver_sql("DELETE FROM search_words WHERE rowid = 1")
    engine.dispose()
    told = run(config, "fsck")
    assert (told.exit_code, "search: 1 documents are said to be in the index" in told.stderr) == (1, True)
    assert run(config, "fsck", "--mend").exit_code == run(config, "fsck").exit_code == 0
    assert len(rows(config, "search", "候鸟")) == 2


def test_the_daemon_lets_old_documents_be_found_step_by_step(config: Path) -> None:
    installation = open_installation(config)
    with transaction(installation.engine) as session:
        forget_all(session)
    clock = [0.0]
    chore = SearchIndex(lambda: installation, lambda: clock[0])
    assert chore.is_due(NOW)
    chore.do(NOW)
    assert chore.is_due(NOW), "as long as there was something to do"
    chore.do(NOW)
    assert not chore.is_due(NOW)
    clock[0] += LOOK_AGAIN
    assert chore.is_due(NOW)
    with reading(installation.engine) as session:
        assert count_unsearched(session, VERSION) == 0
    installation.engine.dispose()


def test_a_review_is_made_listed_exported_and_taken_back(config: Path, tmp_path: Path) -> None:
    (row,) = [one for one in rows(config, "search", "生产总值", "--year", "2026") if "statement" in one]
    target = next(one for one in rows(config, "targets", REGION, "-i", "gdp") if one["year"] == 2026)
    said = f"s{target['target_statement']}"
    assert row["statement"]
    (made,) = rows(config, "review", "add", said, "--value", "6.3", "--why", "看错了", "--who", "li")
    assert (made["known"], made["places"], made["corrections"]) == (False, 1, 0)
    again = rows(config, "targets", REGION, "-i", "gdp")[0]["target_statement"]
    told = run(config, "review", "add", f"http://127.0.0.1/documents/2#s{again}", "--value", "6.3", "--who", "li")
    assert "says so already" in told.stdout
    target = next(one for one in rows(config, "targets", REGION, "-i", "gdp") if one["year"] == 2026)
    assert (target["target_value"], target["target_op"]) == (6.3, "about")
    listed = rows(config, "review", "list")
    assert (listed[0]["who"], listed[0]["state"], listed[0]["why"]) == ("li", "applied", "看错了")
    assert (listed[0]["machine"]["value"], listed[0]["value"]) == (6.0, 6.3)
    assert "is 6.3% about" in run(config, "review", "list").stdout
    assert [one["review"] for one in rows(config, "export", "--format", "jsonl") if one["review"]] == [made["review"]]
    table = tmp_path / "reviews.csv"
    assert run(config, "export", "--reviews", "-o", str(table)).exit_code == 0
    (kept,) = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    assert (kept["state"], kept["value"], kept["machine_value"], kept["text"]) == ("applied", "6.3", "6.0", "6%")
    (gone,) = rows(config, "review", "withdraw", str(made["review"]), "--who", "li")
    assert gone["places"] == 1
    assert [one["state"] for one in rows(config, "review", "list")] == ["withdrawn", "withdrawal"]


@pytest.mark.parametrize(
    "words",
    [
        ("add", "s1"), ("add", "s1", "--no-target", "--value", "6"), ("add", "next"),
        ("add", "s1", "--same-as", "nothing"),
        ("add", "s1", "--value", "inf"), ("add", "s1", "--unit", "蛋"), ("add", "s1", "--period", "99"),
        ("add", "s1", "--value", "7", "--value-hi", "3", "--op", "range"), ("add", "s1", "--same-as", "s1"),
        ("add", "s1", "--op", "most"), ("add", "s999999", "--no-target"), ("withdraw", "999999"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_words(config: Path, words: tuple[str, ...]) -> None:
    told = run(config, "review", *words)
    assert told.exit_code == 2 or "Refused" in type(told.exception).__name__
    assert rows(config, "review", "list") is not None
