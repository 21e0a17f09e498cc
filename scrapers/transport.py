"""httpx's way to the network: checked addresses, one deadline for a whole answer, a limit on what comes in.

Nothing is ever cancelled: each socket operation gets no more than the time that is left, so a connection is always
given back to its pool in order.
"""

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import httpcore
import httpx

from scrapers.addresses import checked_addresses
from scrapers.answer import Limit
from scrapers.errors import (
    DeadlineError,
    ScrapeError,
    StoppedError,
    TlsError,
    TooLargeError,
    TruncatedError,
    UnreachableError,
)

CONNECT, READ, WRITE = 10.0, 20.0, 10.0  # seconds for one socket operation
SLICE = 16 * 1024
HEADERS = 128 * 1024  # bytes, 1xx answers included; the body's limit is that of the budget


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
        token = _budget.set(self)
        try:
            yield
        finally:
            _budget.reset(token)
            self._left = self._ends_at - self._monotonic()

    def part(self, limit: Limit) -> "Budget":
        """A smaller budget within this one, for robots.txt; `spent` takes its time from this one."""
        limit = replace(limit, seconds=min(limit.seconds, max(self._left, 0)))
        return Budget(limit, private=self.private, monotonic=self._monotonic, stopping=self._stopping)

    def spent(self, part: "Budget") -> None:
        self._left -= part.limit.seconds - part._left

    def left(self, most: float) -> float:
        """Seconds for the next operation. Raises DeadlineError when there are none."""
        if self._stopping.is_set():
            raise StoppedError
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


_budget: ContextVar[Budget] = ContextVar("budget")


class GuardedStream(httpcore.NetworkStream):
    """A socket that asks the budget before each operation."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        budget = _budget.get()
        data = self._inner.read(max_bytes, budget.left(READ))
        budget.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), SLICE):
            self._inner.write(buffer[start : start + SLICE], _budget.get().left(WRITE))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _budget.get().left(CONNECT)
        try:
            return GuardedStream(self._inner.start_tls(ssl_context, server_hostname, left))
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise TlsError(_tls_message(server_hostname, error.__cause__)) from error
            raise
        except ValueError as error:  # a name that cannot be in a certificate
            raise TlsError(f"TLS with {server_hostname!r} is not possible: {error}") from error

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections, to checked addresses only. The name stays in Host, in SNI and in the certificate's check."""

    def __init__(self, resolve: Callable[[str, int], Sequence[str]]) -> None:
        self._resolve = resolve
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        budget = _budget.get()
        addresses = checked_addresses(self._resolve, host, port, private=budget.private, seconds=budget.left(CONNECT))
        budget.connected = True
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, budget, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, budget, socket_options)

    def _connect(
        self, address: str, port: int, budget: Budget, options: Iterable[httpcore.SOCKET_OPTION] | None
    ) -> httpcore.NetworkStream:
        left = budget.left(CONNECT)
        return GuardedStream(self._inner.connect_tcp(address, port, timeout=left, socket_options=options))


class ReusedConnectionError(Exception):
    """A kept-alive connection was closed by the server before it answered: worth one more try."""


class GuardedTransport(httpx.BaseTransport):
    """One pool of connections; raises ScrapeErrors. Call it only inside `Budget.running()`."""

    def __init__(self, resolve: Callable[[str, int], Sequence[str]], tls: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=200,
            max_keepalive_connections=50,
            keepalive_expiry=30,
            network_backend=GuardedBackend(resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        budget = _budget.get()
        budget.connected = False
        budget.allow(HEADERS)
        before = budget.received
        try:
            response = self._pool.handle_request(self._outgoing(request, budget))
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as error:
            if not budget.connected and budget.received == before:
                raise ReusedConnectionError from error
            raise _named(error, budget, answered=False) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise _named(error, budget, answered=False) from error
        budget.allow(budget.limit.wire)
        return httpx.Response(
            status_code=response.status,
            # httpx would build the next request from a Location, and fail on a bad one
            headers=[(name, value) for name, value in response.headers if name.lower() != b"location"],
            stream=_Body(response),
            extensions={**response.extensions, "location": _location(response)},
        )

    def _outgoing(self, request: httpx.Request, budget: Budget) -> httpcore.Request:
        return httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": {"pool": budget.left(READ)}},
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_stream()
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise _named(error, _budget.get(), answered=True) from error

    def close(self) -> None:
        self._response.close()


def _location(response: httpcore.Response) -> str:
    """Where a redirect leads, "" for none; Chinese in it may be raw UTF-8 or GB18030."""
    value = next((value for name, value in response.headers if name.lower() == b"location"), b"")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


def _named(error: Exception, budget: Budget, *, answered: bool) -> ScrapeError:
    """The ScrapeError for what httpcore met; `answered`: the headers were in already."""
    said = str(error) or type(error).__name__
    if isinstance(error, httpcore.TimeoutException):
        budget.left(READ)
        if isinstance(error, httpcore.ConnectTimeout):
            return UnreachableError(f"nothing answered within {CONNECT:g} s")
        return DeadlineError(f"the server fell silent for {READ:g} s after {budget.received} bytes")
    if "too long" in said or "too large" in said.lower():
        return TooLargeError(f"the headers are too long: {said}")
    if answered:
        return TruncatedError(f"the connection ended within the answer: {said}")
    if "disconnected" in said:
        return TruncatedError("the server closed the connection before it answered in full")
    if isinstance(error, httpcore.ProtocolError):
        return TruncatedError(f"this is no HTTP answer: {said}")
    return UnreachableError(f"the connection failed: {said}")


def _tls_message(host: str | None, error: ssl.SSLError) -> str:
    reason = getattr(error, "verify_message", "") or error.reason or str(error)
    return f"TLS with {host} failed: {reason}"
