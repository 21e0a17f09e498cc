"""Quiet hours: people are left alone whatever is due, programs are not."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.delivery import replay, retry
from tests.fakes import Clock, later
from tests.office import ALL, Office, an_office, two_channels

EVENING = datetime(2026, 1, 20, 13, 50, tzinfo=UTC)  # 21:50 in China
MORNING = datetime(2026, 1, 20, 23, 30, tzinfo=UTC)  # 07:30 of the next day there
QUIET = ALL.model_copy(update={"quiet": "22:00-07:30"})


@pytest.fixture
def office(tmp_path: Path, engine: Engine) -> Office:
    return an_office(tmp_path, engine, Clock(EVENING)).with_watches(QUIET)


def to(office: Office, hour: int, minute: int = 0) -> None:
    """Go on to an hour in China of this night, and do what is due."""
    at = EVENING.replace(hour=(hour - 8) % 24, minute=minute)
    assert at > office.clock()
    office.clock.at = at
    office.after(seconds=0)


def test_a_try_again_that_falls_into_the_night_waits_for_the_morning(office: Office) -> None:
    desk = office.channels["desk"]
    desk.always = lambda address: later()
    office.news()
    office.after(seconds=30)
    for minute in (51, 53, 57):
        to(office, 21, minute)
    tried = len(desk.tries)
    assert tried >= 3
    to(office, 22, 30)  # the next one would have been due half an hour after the third
    (delivery,) = office.deliveries()
    assert delivery.due_at == MORNING
    desk.always = lambda address: None
    to(office, 6, 0)
    assert len(desk.tries) == tried
    to(office, 7, 30)
    assert [one.state for one in office.deliveries()] == ["sent"]


def test_what_nobody_was_there_to_send_in_the_evening_wakes_nobody_at_night(office: Office) -> None:
    office.news()
    to(office, 23)  # the digest was due before the night; the machine was off
    assert [one.state for one in office.deliveries()] == ["due"]
    assert office.deliveries()[0].due_at == MORNING
    assert office.channels["desk"].tries == []
    to(office, 7, 30)
    assert len(office.channels["desk"].accepted) == 1


def test_a_program_is_told_at_night_what_is_due(office: Office) -> None:
    both = two_channels(office).with_watches(QUIET.model_copy(update={"channels": ("desk", "hook")}))
    both = replace(both, post=replace(both.post, for_programs=frozenset({"hook"})))
    both.channels["hook"].answers = [later()]
    both.news()
    to(both, 23)
    to(both, 23, 10)
    assert (len(both.channels["hook"].accepted), len(both.channels["desk"].tries)) == (1, 0)
    to(both, 7, 30)
    assert (len(both.channels["hook"].accepted), len(both.channels["desk"].accepted)) == (1, 1)


def test_another_watch_of_the_channel_is_not_held(office: Office) -> None:
    awake = ALL.model_copy(update={"key": "awake"})
    office = office.with_watches(QUIET, awake)
    office.news()
    to(office, 23)
    assert [one.state for one in office.deliveries()] == ["due", "sent"]


@pytest.mark.parametrize("again", ["retry", "replay"])
def test_who_asks_for_a_try_at_night_does_not_wake_the_readers(office: Office, again: str) -> None:
    desk = office.channels["desk"]
    desk.always = lambda address: later()
    office.news()
    office.after(seconds=30)
    to(office, 23)
    desk.always = lambda address: None
    tried = len(desk.tries)
    if again == "retry":
        assert retry(office.post, "desk", office.clock()) == 1
    else:
        assert replay(office.post, "desk", EVENING, office.clock()) == 1
    to(office, 23, 30)
    assert len(desk.tries) == tried
    to(office, 7, 30)
    assert len(desk.accepted) == 1
