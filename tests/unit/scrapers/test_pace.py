"""A host is asked one thing at a time, with gaps, and left alone when it says so."""

import threading

import pytest

from scrapers.errors import BlockedError, StatusError
from scrapers.pace import Pace

HOST = "www.yunxi.example"


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(gap=2, private_gap=0.1, monotonic=lambda: clock.now, wait=clock.wait)


def visit(pace: Pace, times: int = 1, *, private: bool = False, host: str = HOST) -> None:
    for _ in range(times):
        with pace.turn(host, private=private):
            pass


def test_the_first_request_does_not_wait_and_each_further_one_does(pace: Pace, clock: Clock) -> None:
    visit(pace)
    assert clock.waited == []
    visit(pace, 20)
    assert all(2 <= gap <= 3 for gap in clock.waited)
    assert len(set(clock.waited)) > 10  # jitter


def test_hosts_do_not_wait_for_each_other(pace: Pace, clock: Clock) -> None:
    visit(pace)
    visit(pace, host="www.linchuan.example")
    assert clock.waited == []


def test_our_own_hosts_have_a_small_gap(pace: Pace, clock: Clock) -> None:
    visit(pace, 3, private=True)
    assert all(0.1 <= gap <= 0.15 for gap in clock.waited)


@pytest.mark.parametrize(("asked", "kept"), [(30, 30), (99999999.0, 120)])
def test_a_crawl_delay_is_kept_up_to_two_minutes(pace: Pace, clock: Clock, asked: float, kept: float) -> None:
    pace.require(HOST, asked)
    visit(pace, 2, private=True)
    assert clock.waited == [kept]


def test_a_503_doubles_the_gap_and_good_answers_halve_it(pace: Pace, clock: Clock) -> None:
    pace.asked_for_rest(HOST, 503, None)
    pace.asked_for_rest(HOST, 503, None)
    visit(pace, 2)
    assert 8 <= clock.waited[-1] <= 12
    for _ in range(16):
        pace.went_well(HOST)
    visit(pace, 2)
    assert 2 <= clock.waited[-1] <= 3


def test_retry_after_is_an_error_at_once_and_not_a_wait(pace: Pace, clock: Clock) -> None:
    pace.asked_for_rest(HOST, 429, 500)
    clock.now += 100
    with pytest.raises(StatusError) as caught:
        visit(pace)
    assert (caught.value.status, caught.value.retry_after) == (429, 400)
    assert clock.waited == []
    clock.now += 400
    visit(pace)


def test_a_blocked_host_is_left_alone_for_a_while(pace: Pace, clock: Clock) -> None:
    pace.blocked(HOST, 600)
    with pytest.raises(BlockedError):
        visit(pace)
    clock.now += 600
    visit(pace)


def test_no_host_sees_two_at_once() -> None:
    pace = Pace(gap=0, private_gap=0, monotonic=lambda: 0.0, wait=lambda seconds: None)
    busy, most = 0, 0

    def run() -> None:
        nonlocal busy, most
        for _ in range(50):
            with pace.turn(HOST, private=False):
                busy += 1
                most = max(most, busy)
                busy -= 1

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_request_that_fails_frees_the_host(pace: Pace) -> None:
    with pytest.raises(ZeroDivisionError), pace.turn(HOST, private=False):
        _ = 1 / 0
    visit(pace)
