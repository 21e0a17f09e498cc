"""How often a host may be asked: one request at a time, a gap between them, rest when it asks for rest."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scrapers.errors import BlockedError, BusyError, ScrapeError, StatusError
from scrapers.gates import Gates, OwnGates
from storage.values import Standing

LONGEST_GAP = 120.0  # seconds; also the most of a Crawl-delay that is honoured
LONGEST_REST = 24 * 3600.0
JITTER = 0.5  # a gap is lengthened by up to this share, never shortened
GOOD_ANSWERS = 8  # in a row halve a doubled gap
QUEUE = 600.0  # seconds that a request waits for the others at one host
LOOK_AGAIN = 0.5  # seconds until a host that another process asks is looked at again, about
MARGIN = 5.0  # seconds that a request may take beyond its deadline before others think that we died


@dataclass
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0  # as far as we know
    crawl_delay: float = 0.0
    slower: float = 1.0
    good: int = 0
    rest_until: float = 0.0
    rest_status: int = 0


class Pace:
    """Takes turns at hosts, among all threads here and, by `gates`, among all processes. `wait` sleeps.

    `gap` is in seconds, `private_gap` that at hosts of our own. Without `gates` no other process is known of.
    """

    def __init__(
        self,
        *,
        gap: float,
        private_gap: float,
        monotonic: Callable[[], float],
        wait: Callable[[float], object],
        gates: Gates | None = None,
    ) -> None:
        self._gap = gap
        self._private_gap = private_gap
        self._monotonic = monotonic
        self._wait = wait
        self._gates = gates or OwnGates(monotonic)
        self._hosts: dict[str, _Host] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, host: str, *, private: bool, seconds: float = 60.0) -> Iterator[None]:
        """Hold the host while one request is made, which takes at most `seconds`.

        A host that rests is not waited for: its error is raised at once. Raises BusyError when others took all turns.
        """
        here = self._host(host)
        self._check_rest(host, here)
        if not here.turn.acquire(timeout=QUEUE):
            raise BusyError(f"{host} was kept busy by other requests for {QUEUE:g} s")
        try:
            standing = self._hold(host, here, seconds)
            asked = False
            try:
                if standing.wait > 0:
                    self._wait(standing.wait)
                asked = True
                yield
            finally:
                gap = self._next_gap(here, private) if asked else 0.0
                here.free_at = max(here.free_at, self._monotonic() + gap)
                self._gates.leave(host, gap)
        finally:
            here.turn.release()

    def seconds_until_free(self, host: str) -> float:
        """How long a request to the host would have to wait now, as far as is known here; a rest is not waited for."""
        here = self._host(host)
        now = self._monotonic()
        if here.rest_until > now:
            return 0.0
        return max(here.free_at - now, 0.0)

    def require(self, host: str, crawl_delay: float | None) -> None:
        """Keep to the Crawl-delay of robots.txt, up to two minutes."""
        self._host(host).crawl_delay = min(max(crawl_delay or 0.0, 0.0), LONGEST_GAP)

    def went_well(self, host: str) -> None:
        here = self._host(host)
        here.good += 1
        if here.good >= GOOD_ANSWERS:
            here.good = 0
            if here.slower > 1.0:
                self._slow(host, here, max(here.slower / 2, 1.0))

    def asked_for_rest(self, host: str, status: int, retry_after: float | None) -> None:
        """After a 429 or 503: gaps double; with a Retry-After nothing is asked before it is over."""
        here = self._host(host)
        here.good = 0
        self._slow(host, here, min(here.slower * 2, LONGEST_GAP))
        if retry_after:
            self._rest(host, here, retry_after, status)

    def blocked(self, host: str, seconds: float) -> None:
        """After a challenge or firewall page: leave the host alone for a while."""
        self._rest(host, self._host(host), seconds, 0)

    def _hold(self, host: str, here: _Host, seconds: float) -> Standing:
        """Wait until no other process asks the host; answers with what is left to wait for its gap."""
        given_up_at = self._monotonic() + QUEUE
        while True:
            self._check_rest(host, here)
            standing = self._gates.take(host, seconds + MARGIN)
            if standing.held:
                here.slower = standing.slower
                return standing
            if standing.rest:
                self._note_rest(here, standing.rest, standing.rest_status)
            elif self._monotonic() > given_up_at:
                raise BusyError(f"{host} was kept busy by other processes for {QUEUE:g} s")
            else:
                self._wait(min(standing.wait, LOOK_AGAIN * random.uniform(0.5, 1.5)))

    def _slow(self, host: str, here: _Host, factor: float) -> None:
        here.slower = factor
        self._gates.slow(host, factor)

    def _rest(self, host: str, here: _Host, seconds: float, status: int) -> None:
        seconds = min(seconds, LONGEST_REST)
        self._note_rest(here, seconds, status)
        self._gates.rest(host, seconds, status)

    def _note_rest(self, here: _Host, seconds: float, status: int) -> None:
        until = self._monotonic() + seconds
        if until > here.rest_until:
            here.rest_until, here.rest_status = until, status

    def _check_rest(self, host: str, here: _Host) -> None:
        left = here.rest_until - self._monotonic()
        if left > 0:
            raise _resting(host, left, here.rest_status)

    def _next_gap(self, here: _Host, private: bool) -> float:
        gap = (self._private_gap if private else self._gap) * here.slower
        gap = min(gap * random.uniform(1, 1 + JITTER), LONGEST_GAP)
        return max(gap, here.crawl_delay)

    def _host(self, host: str) -> _Host:
        with self._guard:
            return self._hosts.setdefault(host, _Host())


def _resting(host: str, left: float, status: int) -> ScrapeError:
    if not status:
        return BlockedError(f"{host} blocked us; it is left alone for {left:.0f} s more")
    said = f"{host} asked for a pause; {left:.0f} s of it are left"
    return StatusError(said, status=status, retry_after=left)
