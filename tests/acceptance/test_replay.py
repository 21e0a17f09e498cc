"""The installed daemon against the replayed sites of ../shared, held against what a perfect monitor would know."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import SQLModel, select

from storage.database import make_engine, reading
from storage.models import Document, Report, SourceState
from tests.acceptance.replayed import Daemon, Replay, replayed, settings, watching

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420), pytest.mark.enable_socket]

Row = TypeVar("Row", bound=SQLModel)
Told = dict[tuple[str, int], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def replay(shared: Path, database_line: Callable[[], str]) -> Iterator[Replay]:
    """The sites from their first stage on, once for each database."""
    program = shared / "replay" / "replay.py"
    if not program.is_file():
        pytest.skip("../shared/replay/replay.py is missing: no sites to replay")
    with replayed(program) as replay:
        yield replay


@pytest.fixture(scope="module")
def config(replay: Replay, database_line: Callable[[], str]) -> str:
    return f"{database_line()}\n{settings(replay.sites())}"


@pytest.fixture(scope="module")
def daemon(config: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with watching(tmp_path_factory.mktemp("watcher"), config) as daemon:
        yield daemon


def test_the_first_visit_records_every_report_and_alarms_nobody(replay: Replay, daemon: Daemon) -> None:
    _wait_for_visits(daemon)
    assert _kept(daemon) == {(report["code"], report["year"]) for report in replay.truth(1)["reports"]}
    assert daemon.digests() == []


def test_every_new_report_is_told_once_with_its_sentence(replay: Replay, daemon: Daemon) -> None:
    replay.go_to(2)
    new = {(report["code"], report["year"]): report for report in replay.truth(2)["new"]}
    daemon.wait_until(lambda: set(_told(daemon)) >= set(new), f"all of {sorted(new)} told")
    told = _told(daemon)
    assert set(told) == set(new), "nothing but the new reports is told"
    for place, parts in told.items():
        assert len(parts) == 1, f"{place} is told once"
        assert parts[0]["url"] in new[place]["urls"]
        assert {line["basis"] for line in parts[0]["changes"]} == {"next_report"}


def test_a_revised_number_is_told_as_a_revision_with_both_sentences(replay: Replay, daemon: Daemon) -> None:
    replay.go_to(3)
    truth = replay.truth(3)
    daemon.wait_until(lambda: len(_told(daemon)[("220000", 2026)]) == 2, "the revision of 吉林省 2026")
    (revised,) = truth["revised"]
    part = _told(daemon)[("220000", 2026)][-1]
    assert [line["basis"] for line in part["changes"]] == ["revision"]
    (line,) = part["changes"]
    assert [f"{line[side]['value']:g}{line[side]['unit']}" for side in ("before", "after")] == [
        revised["old"],
        revised["new"],
    ]
    assert line["kind"] == "raised"
    assert line["before"]["sentence"] == revised["old_sentence"]
    assert line["after"]["sentence"] == revised["sentence"]


def test_a_newspapers_second_witness_is_kept_and_not_told(replay: Replay, daemon: Daemon) -> None:
    (witness,) = replay.truth(3)["witnesses"]
    url = witness["urls"][0]
    daemon.wait_until(lambda: url in {document.url for document in _rows(daemon, Document)}, f"{url} kept")
    assert ("220100", 2024) not in _told(daemon)


def test_a_withdrawn_report_and_a_redesigned_index_are_no_news(replay: Replay, daemon: Daemon) -> None:
    before = daemon.digests()
    kept = _kept(daemon)
    replay.go_to(4)
    _wait_for_visits(daemon, again=True)
    assert daemon.digests() == before
    assert _kept(daemon) == kept


def test_a_visit_of_everything_again_owes_nothing(config: str, daemon: Daemon) -> None:
    before = len(daemon.digests())
    assert daemon.stop() == 0
    with watching(daemon.folder, config) as again:
        _wait_for_visits(again, again=True)
        assert len(again.digests()) == before
        assert again.stop() == 0


def _wait_for_visits(daemon: Daemon, *, again: bool = False) -> None:
    """Until each source was visited; with `again`, until each was once more."""
    daemon.wait_until(lambda: bool(_sources(daemon)), "the database")
    last = {state.key: state.last_visit_at for state in _sources(daemon)} if again else {}

    def visited() -> bool:
        return all(state.last_visit_at and state.last_visit_at != last.get(state.key) for state in _sources(daemon))

    daemon.wait_until(visited, "a visit of every source", seconds=180)


def _sources(daemon: Daemon) -> list[SourceState]:
    return _rows(daemon, SourceState)


def _kept(daemon: Daemon) -> set[tuple[str, int]]:
    return {(report.region, report.year) for report in _rows(daemon, Report)}


def _rows(daemon: Daemon, table: type[Row]) -> list[Row]:
    """A table of the running daemon's own database, as it stands; empty while there is none."""
    path = daemon.folder / "data" / "mubiao.sqlite"
    told = tomllib.loads((daemon.folder / "mubiao.toml").read_text()).get("database")
    if told is None and not path.exists():
        return []
    engine = make_engine(told or f"sqlite:///{path}")
    try:
        with reading(engine) as session:
            return list(session.exec(select(table)))
    except (OperationalError, ProgrammingError):
        return []  # it is just being made
    finally:
        engine.dispose()


def _told(daemon: Daemon) -> Told:
    """The parts of all digests by region code and year, in the order they were told."""
    told: Told = {}
    for digest in daemon.digests():
        for part in digest["data"]["reports"]:
            told.setdefault((part["region_code"], part["year"]), []).append(part)
    return told
