"""How often a host may be asked: one request at a time, a gap between them, rest when it asks for rest."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scrapers.errors import BlockedError, DeadlineError, ScrapeError, StatusError

LONGEST_GAP = 120.0  # seconds; also the most of a Crawl-delay that is honoured
LONGEST_REST = 24 * 3600.0
JITTER = 0.5  # a gap is lengthened by up to this share, never shortened
GOOD_ANSWERS = 8  # in a row halve a doubled gap
QUEUE = 600.0  # seconds that a thread waits for the others at one host


@dataclass
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    next_at: float = 0.0
    crawl_delay: float = 0.0
    slower: float = 1.0
    good: int = 0
    rest_until: float = 0.0
    resting: Callable[[float], ScrapeError] | None = None


class Pace:
    """The gates of all hosts, for all threads of the process. `wait` sleeps; `gap` is in seconds."""

    def __init__(
        self, *, gap: float, private_gap: float, monotonic: Callable[[], float], wait: Callable[[float], object]
    ) -> None:
        self._gap = gap
        self._private_gap = private_gap
        self._monotonic = monotonic
        self._wait = wait
        self._hosts: dict[str, _Host] = {}
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, host: str, *, private: bool) -> Iterator[None]:
        """Hold the host while one request is made. A host that rests is not waited for: its error is raised at once."""
        gate = self._host(host)
        self._check_rest(gate)
        if not gate.turn.acquire(timeout=QUEUE):
            raise DeadlineError(f"{host} was kept busy by other requests for {QUEUE:g} s")
        try:
            self._check_rest(gate)
            early = gate.next_at - self._monotonic()
            if early > 0:
                self._wait(early)
            yield
        finally:
            gate.next_at = self._monotonic() + self._next_gap(gate, private)
            gate.turn.release()

    def require(self, host: str, crawl_delay: float | None) -> None:
        """Keep to the Crawl-delay of robots.txt, up to two minutes."""
        self._host(host).crawl_delay = min(max(crawl_delay or 0.0, 0.0), LONGEST_GAP)

    def went_well(self, host: str) -> None:
        gate = self._host(host)
        gate.good += 1
        if gate.good >= GOOD_ANSWERS:
            gate.good, gate.slower = 0, max(gate.slower / 2, 1.0)

    def asked_for_rest(self, host: str, status: int, retry_after: float | None) -> None:
        """After a 429 or 503: gaps double; with a Retry-After nothing is asked before it is over."""
        gate = self._host(host)
        gate.good, gate.slower = 0, min(gate.slower * 2, LONGEST_GAP)
        if retry_after:
            self._rest(
                gate,
                retry_after,
                lambda left: StatusError(
                    f"{host} asked for a pause; {left:.0f} s of it are left", status=status, retry_after=left
                ),
            )

    def blocked(self, host: str, seconds: float) -> None:
        """After a challenge or firewall page: leave the host alone for a while."""
        self._rest(
            self._host(host),
            seconds,
            lambda left: BlockedError(f"{host} blocked us; it is left alone for {left:.0f} s more"),
        )

    def _rest(self, gate: _Host, seconds: float, error: Callable[[float], ScrapeError]) -> None:
        until = self._monotonic() + min(seconds, LONGEST_REST)
        if until > gate.rest_until:
            gate.rest_until, gate.resting = until, error

    def _check_rest(self, gate: _Host) -> None:
        left = gate.rest_until - self._monotonic()
        if left > 0 and gate.resting:
            raise gate.resting(left)

    def _next_gap(self, gate: _Host, private: bool) -> float:
        gap = (self._private_gap if private else self._gap) * gate.slower
        gap = min(gap * random.uniform(1, 1 + JITTER), LONGEST_GAP)
        return max(gap, gate.crawl_delay)

    def _host(self, host: str) -> _Host:
        with self._guard:
            return self._hosts.setdefault(host, _Host())
