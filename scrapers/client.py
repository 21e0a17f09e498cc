"""One polite HTTP client for the whole process, for sites that may be slow, broken or hostile."""

import logging
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from scrapers.addresses import resolve_name
from scrapers.answer import FILE, PAGE, Answer, Conditions, Limit
from scrapers.bodies import unpack
from scrapers.budget import Budget
from scrapers.errors import (
    BlockedError,
    EncodingError,
    ScrapeError,
    StatusError,
    StoppedError,
    TooLargeError,
    TruncatedError,
    UnreachableError,
)
from scrapers.exchange import Asked, Got, clean_url, follow, hosts_of, read
from scrapers.gates import Gates
from scrapers.pace import Pace
from scrapers.robots import PARSED, PRODUCT, Robots, RobotsReply
from scrapers.tls import Contexts, TlsException
from scrapers.transport import GuardedTransport, ReusedConnectionError
from scrapers.verdict import judge

__all__ = ["FILE", "PAGE", "Answer", "Client", "Conditions", "Limit", "user_agent"]

REDIRECTS = 5
ROBOTS = Limit(seconds=20)


class Client:
    """Fetches pages and files; made once, used by all threads.

    `contact` (a web or mail address) goes into the User-Agent. `gap` is the pause between two requests to one host in
    seconds, `private_gap` that for hosts of our own (fetched with `private=True`), `rest` how long a public host that
    blocked us is left alone at least; any host is for as long as its Retry-After says. `gates` are where all processes
    meet that ask the same hosts; without them this is the only one. `tls_exceptions` are by host. `resolve`,
    `monotonic`, `wait` (sleeps so many seconds), `tls` and `transport` are there for tests.
    """

    def __init__(
        self,
        *,
        contact: str,
        gap: float = 2.0,
        private_gap: float = 0.1,
        rest: float = 600.0,
        gates: Gates | None = None,
        tls_exceptions: Mapping[str, TlsException] | None = None,
        resolve: Callable[[str, int], Sequence[str]] = resolve_name,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
        tls: ssl.SSLContext | None = None,
        transport: GuardedTransport | None = None,
    ) -> None:
        _keep_urls_out_of_logs()
        self._headers = {
            "User-Agent": user_agent(contact),
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",  # some sites answer others with a block page
            "Accept-Encoding": "gzip, deflate",
        }
        self._monotonic = monotonic
        self._stopping = threading.Event()
        self._pace = Pace(gap=gap, private_gap=private_gap, monotonic=monotonic, wait=wait or self._pause, gates=gates)
        self._robots = Robots(self._pace.require, monotonic)
        self._rest = rest
        self._contexts = contexts = Contexts(tls_exceptions or {}, tls)
        # A connection that was opened to a private address must not serve a request that may not go there.
        self._public = transport or GuardedTransport(resolve, contexts)
        self._private = transport or GuardedTransport(resolve, contexts)

    def fetch(
        self,
        url: str,
        *,
        conditions: Conditions | None = None,
        allow_hosts: Collection[str] = (),
        private: bool = False,
        limit: Limit = PAGE,
        method: str = "GET",
        form: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Answer:
        """Fetch one page or file, whole, or raise the ScrapeError that says why not.

        Follows at most 5 redirects: on the same host (with or without www.) or to `allow_hosts`, never from https to
        http. `private` allows addresses that are not public. With `conditions` the answer may be a 304 without a body.
        `form` or `json` is the body of a POST. Waits for the host's turn and gap, which do not count against `limit`;
        a host that asked for a pause or blocked us is not waited for. Keeps no cookies, sends no Referer.
        """
        asked = Asked(method, clean_url(url), form, json, conditions or Conditions())
        hosts = hosts_of(asked.url, allow_hosts)
        budget = self._budget(limit, private)
        seen = set[str]()
        try:
            while len(seen) <= REDIRECTS and asked.url not in seen:
                seen.add(asked.url)
                self._robots.check(asked.url, lambda robots_url: self._fetch_robots(robots_url, budget))
                got = self._exchange(asked, budget)
                if not got.redirects:
                    return self._judged(asked, got, budget)
                asked = follow(asked, got, hosts)
            raise StatusError(f"redirects in a circle, or more than {REDIRECTS} times", status=got.status)
        except ScrapeError as error:
            error.url = error.url or asked.url
            raise

    def seconds_until_free(self, host: str) -> float:
        """How long a request to the host would have to wait for its pause, as far as is known here."""
        return self._pace.seconds_until_free(host)

    def certificate_ends_at(self, host: str) -> datetime | None:
        """Until when the certificate holds that the host showed last; None if it showed none to this client."""
        return self._contexts.ends_at(host)

    def stop(self) -> None:
        """Let every fetch under way end at once, with StoppedError. Safe from any thread; nothing is fetched later."""
        self._stopping.set()
        self._public.stop()
        self._private.stop()

    def close(self) -> None:
        """Close all connections. Call it when no thread fetches any more."""
        self.stop()
        self._public.close()
        self._private.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _budget(self, limit: Limit, private: bool) -> Budget:
        return Budget(limit, private=private, monotonic=self._monotonic, stopping=self._stopping)

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError

    def _exchange(self, asked: Asked, budget: Budget) -> Got:
        with self._pace.turn(asked.host, private=budget.private, seconds=budget.remaining), budget.running():
            try:
                return self._send(asked, budget)
            except ReusedConnectionError as error:
                if asked.method != "GET":
                    raise UnreachableError("the server closed the connection") from error
            try:
                return self._send(asked, budget)
            except ReusedConnectionError as error:
                raise UnreachableError("the server closes every connection") from error

    def _send(self, asked: Asked, budget: Budget) -> Got:
        headers = self._headers | asked.headers()
        request = httpx.Request(asked.method, asked.url, headers=headers, data=asked.form, json=asked.json)
        # Not by httpx's client: cookies, redirects and logins are what we do not want, or do ourselves.
        response = (self._private if budget.private else self._public).handle_request(request)
        try:
            return read(asked, response, budget.limit.wire)
        finally:
            response.close()

    def _judged(self, asked: Asked, got: Got, budget: Budget) -> Answer:
        try:
            answer = judge(asked, got, budget.limit, budget.received)
        except BlockedError as error:
            rest = max(error.retry_after or 0.0, 0.0 if budget.private else self._rest)
            if rest:
                self._pace.blocked(asked.host, rest)
            raise
        except StatusError as error:
            if error.status in (429, 503):
                self._pace.asked_for_rest(asked.host, error.status, error.retry_after)
            raise
        self._pace.went_well(asked.host)
        return answer

    def _fetch_robots(self, url: str, budget: Budget) -> RobotsReply:
        part = budget.part(ROBOTS)
        asked = Asked("GET", url, lenient=PARSED)
        try:
            for _ in range(REDIRECTS + 1):
                got = self._exchange(asked, part)
                if not got.redirects:
                    return RobotsReply(got.status, unpack(got.body, got.encoding, ROBOTS))
                part.private = part.private and urlsplit(clean_url(got.location, asked.url)).hostname == asked.host
                asked = replace(asked, url=clean_url(got.location, asked.url))
        except (TruncatedError, TooLargeError, EncodingError):
            return RobotsReply(0, b"")
        finally:
            budget.spent(part)
        return RobotsReply(404, b"")  # RFC 9309 2.3.1.2: too many redirects are as good as none


def user_agent(contact: str) -> str:
    """`mubiao/0.1.0 (+https://example.org/bot)`. Raises ValueError for a contact that does not fit into a header."""
    if not contact or not contact.isascii() or not contact.isprintable() or any(mark in contact for mark in "()\\"):
        raise ValueError(f"contact {contact!r} must be a web or mail address in plain ASCII")
    return f"{PRODUCT}/{version('mubiao')} (+{contact})"


def _keep_urls_out_of_logs() -> None:
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at INFO they write whole URLs
