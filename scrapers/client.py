"""One polite HTTP client for the whole process, for sites that may be slow, broken or hostile."""

import hashlib
import logging
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from scrapers.addresses import resolve_name
from scrapers.answer import FILE, PAGE, Answer, Conditions, Limit
from scrapers.blocks import CHALLENGE_STATUS, LARGEST, is_challenge, is_error_page
from scrapers.bodies import ends_whole, is_packed, unpack
from scrapers.charset import decode
from scrapers.errors import (
    BlockedError,
    CharsetError,
    EncodingError,
    ErrorPageError,
    GoneError,
    RefusedAddressError,
    ScrapeError,
    StatusError,
    StoppedError,
    TooLargeError,
    TruncatedError,
    UnreachableError,
)
from scrapers.pace import LONGEST_REST, Pace
from scrapers.robots import PARSED, PRODUCT, Robots, RobotsReply
from scrapers.transport import Budget, GuardedTransport, ReusedConnectionError

__all__ = ["FILE", "PAGE", "Answer", "Client", "Conditions", "Limit"]

REDIRECTS = 5
REDIRECT_STATUS = {301, 302, 303, 307, 308}
ROBOTS = Limit(seconds=20)
LONGEST_URL = 8192


class Client:
    """Fetches pages and files; made once, used by all threads.

    `contact` (a URL or a mail address) goes into the User-Agent. `gap` is the pause between two requests to one host in
    seconds, `private_gap` that for hosts of our own (fetched with `private=True`), `rest` how long a public host that
    blocked us is left alone. `resolve`, `monotonic` and `wait` are for tests; `wait` sleeps so many seconds.
    """

    def __init__(
        self,
        *,
        contact: str,
        gap: float = 2.0,
        private_gap: float = 0.1,
        rest: float = 600.0,
        resolve: Callable[[str, int], Sequence[str]] = resolve_name,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
        tls: ssl.SSLContext | None = None,
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
        self._pace = Pace(gap=gap, private_gap=private_gap, monotonic=monotonic, wait=wait or self._pause)
        self._robots = Robots(self._pace.require, monotonic)
        self._rest = rest
        tls = tls or httpx.create_ssl_context(trust_env=False)
        # A connection that was opened to a private address must not serve a request that may not go there.
        self._public = self._httpx(GuardedTransport(resolve, tls))
        self._private = self._httpx(GuardedTransport(resolve, tls))

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
        asked = _Asked(method=method, url=_cleaned(url), form=form, json=json, conditions=conditions or Conditions())
        budget = self._budget(limit, private)
        seen = set[str]()
        try:
            while len(seen) <= REDIRECTS and asked.url not in seen:
                seen.add(asked.url)
                self._robots.check(asked.url, lambda robots_url: self._fetch_robots(robots_url, budget))
                got = self._exchange(asked, budget)
                if got.status not in REDIRECT_STATUS or not got.location:
                    return self._judged(asked, got, budget, private)
                asked = _followed(asked, got, _allowed_hosts(url, allow_hosts))
            raise StatusError(f"redirects in a circle, or more than {REDIRECTS} times", status=got.status)
        except ScrapeError as error:
            error.url = error.url or asked.url
            raise

    def stop(self) -> None:
        """Let every fetch under way end soon, with StoppedError. Safe from any thread."""
        self._stopping.set()

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

    def _httpx(self, transport: httpx.BaseTransport) -> httpx.Client:
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        return httpx.Client(transport=transport, trust_env=False, headers=self._headers, cookies=no_cookies)

    def _budget(self, limit: Limit, private: bool) -> Budget:
        return Budget(limit, private=private, monotonic=self._monotonic, stopping=self._stopping)

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError

    def _exchange(self, asked: "_Asked", budget: Budget) -> "_Got":
        with self._pace.turn(urlsplit(asked.url).hostname or "", private=budget.private), budget.running():
            try:
                return self._send(asked, budget)
            except ReusedConnectionError:
                if asked.method != "GET":
                    raise UnreachableError("the server closed the connection") from None
            try:
                return self._send(asked, budget)
            except ReusedConnectionError as error:
                raise UnreachableError("the server closes every connection") from error

    def _send(self, asked: "_Asked", budget: Budget) -> "_Got":
        client = self._private if budget.private else self._public
        request = client.build_request(
            asked.method, asked.url, headers=asked.headers(), data=asked.form, json=asked.json
        )
        response = client.send(request, stream=True)
        try:
            return _read(asked, response, budget)
        finally:
            response.close()

    def _judged(self, asked: "_Asked", got: "_Got", budget: Budget, private: bool) -> Answer:
        host = urlsplit(asked.url).hostname or ""
        try:
            answer = _answer(asked, got, budget)
        except BlockedError:
            if not private:
                self._pace.blocked(host, self._rest)
            raise
        except StatusError as error:
            if error.status in (429, 503):
                self._pace.asked_for_rest(host, error.status, error.retry_after)
            raise
        self._pace.went_well(host)
        return answer

    def _fetch_robots(self, url: str, budget: Budget) -> RobotsReply:
        part = budget.part(ROBOTS)
        asked = _Asked(method="GET", url=url, lenient=PARSED)
        try:
            for _ in range(REDIRECTS + 1):
                got = self._exchange(asked, part)
                if got.status not in REDIRECT_STATUS or not got.location:
                    return RobotsReply(got.status, unpack(got.body, got.encoding, ROBOTS))
                asked = replace(asked, url=_cleaned(urljoin(asked.url, got.location)))
        except (TruncatedError, TooLargeError, EncodingError):
            return RobotsReply(0, b"")
        finally:
            budget.spent(part)
        return RobotsReply(404, b"")  # RFC 9309 2.3.1.2: too many redirects are as good as none


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request. `lenient`: so many bytes of the body are enough, and it need not be whole."""

    method: str
    url: str
    form: Mapping[str, str] | None = None
    json: object = None
    conditions: Conditions = Conditions()  # noqa: RUF009
    lenient: int = 0

    def headers(self) -> dict[str, str]:
        named = {"If-None-Match": self.conditions.etag, "If-Modified-Since": self.conditions.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class _Got:
    """One response as it came: `body` still packed; of an error no more than is needed to recognise it."""

    status: int
    body: bytes
    headers: httpx.Headers
    location: str

    @property
    def encoding(self) -> str:
        return str(self.headers.get("content-encoding", ""))


def user_agent(contact: str) -> str:
    """`mubiao/0.1.0 (+https://example.org/bot)`. Raises ValueError for a contact that does not fit into a header."""
    if not contact or not contact.isascii() or not contact.isprintable() or any(mark in contact for mark in "()\\"):
        raise ValueError(f"contact {contact!r} must be a web or mail address in plain ASCII")
    return f"{PRODUCT}/{version('mubiao')} (+{contact})"


def _keep_urls_out_of_logs() -> None:
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)  # at INFO they write whole URLs


def _cleaned(url: str) -> str:
    """The address as it will be asked for: no fragment, no user, Chinese percent-encoded."""
    try:
        parsed = httpx.URL(url.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise RefusedAddressError(f"not a usable address: {error}", url=url[:200]) from error
    if parsed.scheme not in ("http", "https") or not parsed.host or len(url) > LONGEST_URL:
        raise RefusedAddressError("only http and https addresses of reasonable length are fetched", url=url[:200])
    return str(parsed.copy_with(fragment=None, username=None, password=None))


def _allowed_hosts(url: str, allow_hosts: Collection[str]) -> set[str]:
    host = urlsplit(_cleaned(url)).hostname or ""
    return {host, f"www.{host}", host.removeprefix("www."), *(name.lower() for name in allow_hosts)}


def _followed(asked: _Asked, got: _Got, hosts: Collection[str]) -> _Asked:
    target = _cleaned(urljoin(asked.url, got.location))
    there = urlsplit(target)
    if (there.hostname or "") not in hosts:
        raise RefusedAddressError(
            f"redirects to another host, {there.hostname}; add it to allow_hosts if that is right"
        )
    if urlsplit(asked.url).scheme == "https" and there.scheme == "http":
        raise RefusedAddressError("redirects from https to http")
    if got.status in (307, 308):
        return replace(asked, url=target)
    return replace(asked, url=target, method="GET", form=None, json=None)


def _read(asked: _Asked, response: httpx.Response, budget: Budget) -> _Got:
    got = _Got(response.status_code, b"", response.headers, _location(response))
    whole = response.status_code == 200 and not asked.lenient
    if whole and _declared_length(response) > budget.limit.wire:
        raise TooLargeError(f"{_declared_length(response)} bytes are announced; {budget.limit.wire} is the limit")
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if not whole and len(body) >= (asked.lenient or LARGEST):
            break
    if whole:
        _check_whole(bytes(body), response)
    return replace(got, body=bytes(body))


def _declared_length(response: httpx.Response) -> int:
    length = response.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _location(response: httpx.Response) -> str:
    for name, value in response.headers.raw:
        if name.lower() == b"location":
            try:
                return value.decode("utf-8")
            except UnicodeDecodeError:
                return value.decode("gb18030", "replace")
    return ""


def _check_whole(body: bytes, response: httpx.Response) -> None:
    """A length or chunks were checked while reading; without either the body must show its own end."""
    if "content-length" in response.headers or "chunked" in response.headers.get("transfer-encoding", "").lower():
        return
    if is_packed(body, response.headers.get("content-encoding", "")) or ends_whole(body):
        return
    raise TruncatedError(f"the connection closed after {len(body)} bytes, with no sign that this was all")


def _answer(asked: _Asked, got: _Got, budget: Budget) -> Answer:
    content_type, charset = _content_type(got.headers.get("content-type", ""))
    if got.status == 304 and asked.headers():
        body = b""
    elif got.status == 200:
        body = unpack(got.body, got.encoding, budget.limit)
        _check_stand_in(body, content_type, charset)
    else:
        raise _status_error(got, budget)
    return Answer(
        url=asked.url,
        status=got.status,
        body=body,
        content_type=content_type,
        charset=charset,
        etag=got.headers.get("etag"),
        last_modified=got.headers.get("last-modified"),
        body_hash=hashlib.sha256(body).hexdigest() if got.status == 200 else "",
        fetched=budget.received,
    )


def _content_type(value: str) -> tuple[str, str]:
    """`text/html; charset=GBK` → (`text/html`, `gbk`)."""
    kind, _, rest = value.partition(";")
    named = dict(part.strip().lower().partition("=")[::2] for part in rest.split(";") if "=" in part)
    return kind.strip().lower(), named.get("charset", "").strip("\"' ")


def _check_stand_in(body: bytes, content_type: str, charset: str) -> None:
    if len(body) > LARGEST or not (content_type in ("", "text/html", "text/plain") or "xhtml" in content_type):
        return
    try:
        html = decode(body, label=charset)
    except CharsetError:
        return
    if is_challenge(html):
        raise BlockedError("a challenge or firewall page with status 200")
    if is_error_page(html):
        raise ErrorPageError("an error page with status 200")


def _status_error(got: _Got, budget: Budget) -> ScrapeError:
    status = got.status
    if status in CHALLENGE_STATUS or is_challenge(_readable(got, budget), status):
        return BlockedError(f"a challenge or firewall page with status {status}")
    if status in (404, 410):
        return GoneError(status=status)
    return StatusError(status=status, retry_after=_retry_after(got.headers))


def _readable(got: _Got, budget: Budget) -> str:
    try:
        return decode(unpack(got.body, got.encoding, budget.limit))
    except ScrapeError:
        return ""


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds, at most a day; an HTTP date is counted from the answer's own Date."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            until, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
            seconds = (until - now).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(seconds, LONGEST_REST) if seconds > 0 else None
