"""The time and bytes that a fetch has left; whatever reads or writes asks for its share first."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from scrapers.answer import Limit
from scrapers.errors import DeadlineError, StoppedError, TooLargeError


class Budget:
    """The time and bytes that are left for one fetch. Time runs only inside `running()`."""

    def __init__(self, limit: Limit, *, private: bool, monotonic: Callable[[], float], stopping: threading.Event):
        self.limit = limit
        self.private = private
        self.received = 0
        self.connected = False  # a connection was opened for the request under way
        self._monotonic = monotonic
        self._stopping = stopping
        self._left = limit.seconds
        self._ends_at = 0.0
        self._most = 0

    @property
    def remaining(self) -> float:
        """Seconds that are left while nothing runs."""
        return max(self._left, 0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        self._ends_at = self._monotonic() + self._left
        token = budget.set(self)
        try:
            yield
        finally:
            budget.reset(token)
            self._left = self._ends_at - self._monotonic()

    def part(self, limit: Limit) -> "Budget":
        """A smaller budget within this one, for robots.txt; `spent` takes its time from this one."""
        limit = replace(limit, seconds=min(limit.seconds, max(self._left, 0)))
        return Budget(limit, private=self.private, monotonic=self._monotonic, stopping=self._stopping)

    def spent(self, part: "Budget") -> None:
        self._left -= part.limit.seconds - part._left

    def go_on(self) -> None:
        """Raises StoppedError when we are being stopped."""
        if self._stopping.is_set():
            raise StoppedError

    def left(self, most: float) -> float:
        """Seconds for the next operation. Raises DeadlineError when there are none, StoppedError as `go_on` does."""
        self.go_on()
        left = self._ends_at - self._monotonic()
        if left <= 0:
            raise DeadlineError(f"the answer did not end within {self.limit.seconds:g} s")
        return min(most, left)

    def allow(self, size: int) -> None:
        """Let so many more bytes come in."""
        self._most = self.received + size

    def count(self, size: int) -> None:
        self.received += size
        if self.received > self._most:
            raise TooLargeError(f"{self.received} bytes came in and more were to come")


budget: ContextVar[Budget] = ContextVar("budget")
