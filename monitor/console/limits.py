"""How often somebody may ask: a fair share of what costs much, and few tries at the password."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

from monitor.console.answers import html, reader
from monitor.console.problems import is_for_programs, problem
from monitor.digest.words import WORDS

Endpoint = Callable[[Request], Response]


class Limit:
    """At most `count` at once, and in the long run `count` in `seconds`, for each name. Used from several threads.

    Of more than `names` the one that asked longest ago is forgotten.
    """

    def __init__(
        self, count: int, seconds: float, *, clock: Callable[[], float] = time.monotonic, names: int = 10_000
    ) -> None:
        self._each, self._burst, self._clock, self._names = seconds / count, seconds, clock, names
        self._free_at: OrderedDict[str, float] = OrderedDict()  # when all of a name's share is free again
        self._lock = Lock()

    def wait(self, name: str) -> float:
        """How many seconds are left until the next one is allowed; 0 for now. Nothing is counted."""
        with self._lock:
            return self._wait(name, self._clock())

    def take(self, name: str) -> float:
        """The same, and counts one if it is allowed."""
        with self._lock:
            now = self._clock()
            wait = self._wait(name, now)
            if not wait:
                self._free_at[name] = max(self._free_at.get(name, now), now) + self._each
                self._free_at.move_to_end(name)
                if len(self._free_at) > self._names:
                    self._free_at.popitem(last=False)
            return wait

    def _wait(self, name: str, now: float) -> float:
        return max(self._free_at.get(name, now) + self._each - now - self._burst, 0.0)


def asker(request: Request) -> str:
    """Who asks, for a limit: an address, of IPv6 the network that one house has."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else host


def limited(limit: Limit, answer: Endpoint) -> Endpoint:
    """The page, or 429 for who asks for it too often."""

    def ask(request: Request) -> Response:
        wait = limit.take(asker(request))
        return too_many(request, wait) if wait else answer(request)

    return ask


def too_many(request: Request, wait: float) -> Response:
    if is_for_programs(request.url.path):
        response: Response = problem(429, WORDS["en"]("too_many", n=ceil(wait)))
    else:
        words = reader(request).words
        told = words("too_many", n=ceil(wait))
        response = html(request, "console/refused.html.j2", words["too_many_title"], 429, told=told)
    response.headers["Retry-After"] = str(ceil(wait))
    return response
