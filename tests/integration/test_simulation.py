"""The daemon on a virtual clock: some seeds of `make simulate`, and bugs planted to see that it would find them.

LONG_SEEDS sets how many seeds.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import Session

from monitor.filing import file
from scrapers.client import Client
from scrapers.documents import DocumentReader
from storage.outbox import note_sent
from tools.simulate import simulate
from tools.simulation import machine as machines
from tools.simulation.machine import Machine

SEEDS = int(os.environ.get("LONG_SEEDS", "2"))
PORTALS, DAYS, SETTLING = 2, 30, 16
KILL_EVERY = 600.0  # steps
REPLAY = "python -m tools.simulate --first {} --seeds 1 --portals 2 --days 30 --kill-every 600 --settling 16"
pytestmark = pytest.mark.timeout(300 + 600 * SEEDS)


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    with DocumentReader() as reader:
        yield reader


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_whatever_happens_each_change_is_told_once_and_nothing_else(seed: int, documents: DocumentReader) -> None:
    outcome = simulate(seed, documents, portals=PORTALS, days=DAYS, kill_every=KILL_EVERY, settling=SETTLING)
    assert outcome.wrong == [], REPLAY.format(seed)
    assert outcome.truths >= PORTALS, "there was hardly anything to tell"
    assert outcome.kills >= 1


def test_a_seed_replays(documents: DocumentReader, tmp_path: Path) -> None:
    runs = []
    for turn in ("once", "again"):
        (tmp_path / turn).mkdir()
        one = Machine(5, tmp_path / turn, documents, portals=1, days=9, kill_every=150)
        one._boot()
        one._go_on(9 * machines.DAY)
        one.engine.dispose()
        one._observer.dispose()
        runs.append((one.happened.asked, one.happened.kills, one.happened.truths))
    assert runs[0] == runs[1]
    assert runs[0][1], "nothing was killed"


def _forget_that_it_was_sent(patch: pytest.MonkeyPatch) -> None:
    noted: set[int] = set()

    def forgetful(session: Session, delivery_id: int, *, answer: str, now: datetime) -> None:
        if delivery_id in noted:
            note_sent(session, delivery_id, answer=answer, now=now)
        noted.add(delivery_id)

    patch.setattr("monitor.delivery.note_sent", forgetful)


def _give_up_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("monitor.delivery.next_try", lambda *_: None)
    patch.setattr(machines, "retry", lambda *_: 0)


def _take_all_for_known(patch: pytest.MonkeyPatch) -> None:
    no_news = partial(file, news=False)
    patch.setattr("monitor.visiting.trip.file", lambda found, desk, *, news, now: no_news(found, desk, now=now))


def _press_the_hosts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(machines, "Client", lambda **given: Client(**given | {"gap": 0.5}))


def _look_all_the_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("monitor.visiting.recording.next_visit", lambda source, now, **_: now + timedelta(hours=4))


def _believe_any_clock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("monitor.scheduler.distrust_future", lambda session, now: 0)


PLANTED = {
    "came again": _forget_that_it_was_sent,
    "never told of": _give_up_at_once,
    "told of": _take_all_for_known,
    "s after the answer before": _press_the_hosts,
    "was looked at": _look_all_the_time,
    "was not looked at": _believe_any_clock,
}


@pytest.mark.parametrize("words", PLANTED)
def test_a_planted_bug_is_found(words: str, documents: DocumentReader, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED[words](monkeypatch)
    clocks = words == "was not looked at"
    if clocks:  # ahead for a while from the first day on
        monkeypatch.setattr(Machine, "_plan_troubles", lambda one: one._at(0.5, lambda: _run_ahead(one)))
    outcome = simulate(
        1,
        documents,
        portals=1,
        days=10,
        kill_every=0,
        troubles=clocks or words == "never told of",
        settling=8 if not clocks else 12,
    )
    assert any(words in line for line in outcome.wrong), outcome.wrong


def _run_ahead(one: Machine) -> None:
    one.clocks.set(400 * machines.DAY)
    one._later(3, lambda: one.clocks.set(0.0))
