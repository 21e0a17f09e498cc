"""httpx's way to the network: one pool of guarded connections, and a name for whatever goes wrong on them."""

import ssl
from collections.abc import Callable, Iterator, Sequence

import httpcore
import httpx

from scrapers.budget import Budget, budget
from scrapers.errors import DeadlineError, ScrapeError, TooLargeError, TruncatedError, UnreachableError
from scrapers.streams import CONNECT, READ, GuardedBackend
from scrapers.tls import Contexts

HEADERS = 128 * 1024  # bytes, 1xx answers included; the body's limit is that of the budget


class ReusedConnectionError(Exception):
    """A kept-alive connection gave no answer to this request, or one that was there before: worth one more try."""


class GuardedTransport(httpx.BaseTransport):
    """One pool of connections; raises ScrapeErrors. Call it only inside `Budget.running()`."""

    def __init__(self, resolve: Callable[[str, int], Sequence[str]], contexts: Contexts) -> None:
        self._backend = GuardedBackend(resolve, contexts)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # trusts nobody: our streams use the host's own
            max_connections=200,
            max_keepalive_connections=50,
            keepalive_expiry=30,
            network_backend=self._backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        ours = budget.get()
        ours.connected = False
        ours.allow(HEADERS)
        before = ours.received
        try:
            response = self._pool.handle_request(self._outgoing(request, ours))
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as error:
            if not ours.connected and (ours.received == before or isinstance(error, httpcore.RemoteProtocolError)):
                raise ReusedConnectionError from error  # closed, or what was too much in the answer before
            raise _named(error, ours, answered=False) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise _named(error, ours, answered=False) from error
        if ours.received == before:
            response.close()  # nobody reads it to its end, so the connection goes, too
            raise ReusedConnectionError
        ours.allow(ours.limit.wire)
        head = 2 + sum(len(name) + len(value) + 4 for name, value in response.headers)
        return httpx.Response(
            status_code=response.status,
            # httpx would build the next request from a Location, and fail on a bad one
            headers=[(name, value) for name, value in response.headers if name.lower() != b"location"],
            stream=_Body(response),
            extensions={
                **response.extensions,
                "location": _location(response),
                "body_received": lambda: ours.received - before - head,
            },
        )

    def _outgoing(self, request: httpx.Request, ours: Budget) -> httpcore.Request:
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
            extensions={"timeout": {"pool": ours.left(READ)}},
        )

    def stop(self) -> None:
        """End every connection at once; who waits for one is woken. Safe from any thread."""
        self._backend.sockets.shut()

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.iter_stream()
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            raise _named(error, budget.get(), answered=True) from error

    def close(self) -> None:
        self._response.close()


def _location(response: httpcore.Response) -> str:
    """Where a redirect leads, "" for none; Chinese in it may be raw UTF-8 or GB18030."""
    value = next((value for name, value in response.headers if name.lower() == b"location"), b"")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


def _named(error: Exception, ours: Budget, *, answered: bool) -> ScrapeError:
    """The ScrapeError for what httpcore met; `answered`: the headers were in already."""
    said = str(error) or type(error).__name__
    if isinstance(error, httpcore.TimeoutException):
        ours.left(READ)
        if isinstance(error, httpcore.ConnectTimeout):
            return UnreachableError(f"nothing answered within {CONNECT:g} s")
        return DeadlineError(f"the server fell silent for {READ:g} s after {ours.received} bytes")
    if "too long" in said or "too large" in said.lower():
        return TooLargeError(f"the headers are too long: {said}")
    if answered:
        return TruncatedError(f"the connection ended within the answer: {said}")
    if "disconnected" in said:
        return TruncatedError("the server closed the connection before it answered in full")
    if isinstance(error, httpcore.ProtocolError):
        return TruncatedError(f"this is no HTTP answer: {said}")
    return UnreachableError(f"the connection failed: {said}")
