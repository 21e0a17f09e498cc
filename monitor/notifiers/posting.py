"""One POST to a service: its own limit of time, its answer on one line, and nothing secret in what is told of it."""

import logging
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import httpx
from pydantic import AfterValidator, SecretStr

from monitor.digest.outgoing import clean
from monitor.notifiers.message import DeliveryError
from monitor.notifiers.tls import trust

RETRY_STATUSES = (408, 425, 429)  # and all of 5xx
LONGEST_WAIT = 24 * 3600.0
KEPT_ANSWER = 4096  # bytes

logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it writes whole addresses, and those may hold a token


def _checked(url: SecretStr) -> SecretStr:
    if not _is_web_address(url.get_secret_value()):
        raise ValueError("the url of a channel must begin with https:// or http:// and name a host")
    return url


WebAddress = Annotated[SecretStr, AfterValidator(_checked)]  # secret as a whole: many services put a token into it


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said: its status, its headers, and the beginning of its body."""

    status: int
    headers: Mapping[str, str]
    body: str


class Poster:
    """Posts to one address. Raises ValueError when it is built with a certificate file that cannot be used."""

    def __init__(self, url: SecretStr, timeout: float, ca_file: Path | None = None) -> None:
        self._url = url.get_secret_value()
        self._timeout = timeout
        self._tls = trust(ca_file)

    def post(self, body: bytes, headers: Mapping[str, str], now: datetime, query: str = "") -> Answer:
        """One POST of JSON. Answers only for 2xx, and raises DeliveryError otherwise; a redirect is not followed.

        `query` is added to the address; `now` is the time of this attempt.
        """
        given = {"content-type": "application/json", "user-agent": f"mubiao/{version('mubiao')}", **headers}
        answer = self._post(body, given, query)
        if 200 <= answer.status < 300:
            return answer
        raise self._refusal(answer, now)

    def _post(self, body: bytes, headers: Mapping[str, str], query: str) -> Answer:
        url = f"{self._url}{'&' if '?' in self._url else '?'}{query}" if query else self._url
        try:
            with (
                _deadline(self._timeout) as extensions,
                # trust_env: no proxy and no .netrc of whoever started the daemon
                httpx.Client(
                    verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._timeout
                ) as client,
                client.stream("POST", url, content=body, headers=headers, extensions=extensions) as response,
            ):
                return Answer(response.status_code, response.headers, self.tell(_beginning(response)))
        except httpx.TimeoutException:
            raise DeliveryError(f"{self.shown}: no answer within {self._timeout:g} s", retry=True) from None
        except (httpx.HTTPError, UnicodeError) as error:  # its text may hold the address; UnicodeError: a host as a..b
            reason = self.tell(str(error)) or type(error).__name__
            raise DeliveryError(f"{self.shown}: {reason}", retry=True) from None

    def _refusal(self, answer: Answer, now: datetime) -> DeliveryError:
        status = answer.status
        said = f"{self.shown} answered {status}{': ' if answer.body else ''}{answer.body}"
        if status == 410:
            return DeliveryError(f"{said} (gone for good)", retry=False, dead=True)
        if 300 <= status < 400:
            return DeliveryError(f"{said} (redirects are not followed: put the new address into url)", retry=True)
        if status >= 500 or status in RETRY_STATUSES:
            return DeliveryError(said, retry=True, retry_after=_wait(answer.headers.get("retry-after", ""), now))
        return DeliveryError(said, retry=False)

    @property
    def shown(self) -> str:
        """The address without what may be secret in it: user, password, path and query."""
        parts = urlsplit(self._url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}/…"

    def tell(self, text: str) -> str:
        """What the other side said, on one line, without the parts of the address that we keep to ourselves."""
        parts = urlsplit(self._url)
        for hidden in (self._url, parts.query, parts.path.strip("/"), parts.password or "", parts.username or ""):
            if len(hidden) >= 4:
                text = text.replace(hidden, "…").replace(unquote(hidden), "…")
        return clean(text, KEPT_ANSWER)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = httpx.URL(url).host, parts.port  # each refuses what the other lets pass
    except (ValueError, httpx.InvalidURL):
        return False
    return parts.scheme in ("http", "https") and bool(host)


def _beginning(response: httpx.Response) -> str:
    """The first 4 KB of the answer; what follows is not read."""
    data = b""
    with suppress(httpx.HTTPError):  # the status line decides; a broken body changes nothing
        for chunk in response.iter_bytes(KEPT_ANSWER):
            data += chunk
            if len(data) >= KEPT_ANSWER:
                break
    return data[:KEPT_ANSWER].decode("utf-8", "replace")


def _wait(retry_after: str, now: datetime) -> float | None:
    """Retry-After in seconds, written as a number or a date; at most 24 hours; None when it is absent or nonsense."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


@contextmanager
def _deadline(seconds: float) -> Iterator[dict[str, Any]]:
    """Extensions for one httpx request, whose connection is shut when `seconds` are over.

    httpx limits each read, not the whole: a server that drips one byte a second would hold us for hours.
    """
    sockets: list[socket.socket] = []
    over = threading.Event()

    def shut() -> None:
        over.set()
        for connection in sockets[-1:]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def note(event: str, info: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            sockets.append(info["return_value"].get_extra_info("socket"))
        if over.is_set():
            shut()

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield {"trace": note}
    except httpx.TransportError as error:
        if over.is_set():
            raise httpx.ReadTimeout("deadline") from error
        raise
    finally:
        timer.cancel()
