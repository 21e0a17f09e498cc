"""Connections: to checked addresses only, each operation within what the fetch has left, and ended by a word.

Nothing is ever cancelled: each socket operation gets no more than the time that is left, so a connection is always
given back to its pool in order. Who stops us shuts the sockets down, which wakes whoever waits for them.
"""

import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import httpcore

from scrapers.addresses import checked_addresses
from scrapers.budget import Budget, budget
from scrapers.errors import CertificateError, ScrapeError, StoppedError, TlsError
from scrapers.tls import Contexts

CONNECT, READ, WRITE = 10.0, 20.0, 10.0  # seconds for one socket operation
SLICE = 16 * 1024
QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux has it; it holds for the next read only


class OpenSockets:
    """All sockets in use, so that those who wait for them can be woken."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._shut = False

    def add(self, sock: socket.socket, instead_of: socket.socket | None = None) -> None:
        with self._guard:
            if self._shut:
                sock.close()
                raise StoppedError
            self._open.discard(instead_of or sock)
            self._open.add(sock)

    def close(self, sock: socket.socket) -> None:
        with self._guard:
            self._open.discard(sock)
        sock.close()

    def shut(self) -> None:
        """End every connection, and any that is begun later. Safe from any thread."""
        with self._guard:
            self._shut = True
            for sock in self._open:
                try:
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not an SSLSocket's own, which is not for two
                except OSError:
                    continue  # not connected yet, or not any more


class GuardedStream(httpcore.NetworkStream):
    """A connected socket that asks the budget before each operation."""

    def __init__(self, sock: socket.socket, sockets: OpenSockets, contexts: Contexts) -> None:
        self._sock = sock
        self._sockets = sockets
        self._contexts = contexts

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        ours = budget.get()
        self._sock.settimeout(ours.left(READ))
        _acknowledge_at_once(self._sock)
        try:
            data = self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            ours.go_on()
            raise httpcore.ReadError(str(error)) from error
        if not data:
            ours.go_on()
        ours.count(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        ours = budget.get()
        rest = memoryview(buffer)
        try:
            while rest:
                self._sock.settimeout(ours.left(WRITE))
                rest = rest[self._sock.send(rest[:SLICE]) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            ours.go_on()
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._sockets.close(self._sock)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        ours = budget.get()
        self._sock.settimeout(ours.left(CONNECT))
        try:
            wrapped = self._contexts.of(server_hostname).wrap_socket(
                self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            self._sockets.add(wrapped, instead_of=self._sock)
            self._sock = wrapped
            wrapped.do_handshake()
            self._contexts.note(server_hostname, wrapped.getpeercert())
        except (OSError, ValueError) as error:
            self.close()
            ours.go_on()
            raise _tls_error(server_hostname, error) from error
        return self

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "ssl_object":
                return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
            case "is_readable":
                return _is_readable(self._sock)
            case "socket":
                return self._sock
        return None


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections, to checked addresses only. The name stays in Host, in SNI and in the certificate's check."""

    def __init__(self, resolve: Callable[[str, int], Sequence[str]], contexts: Contexts) -> None:
        self._resolve = resolve
        self._contexts = contexts
        self.sockets = OpenSockets()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        ours = budget.get()
        addresses = checked_addresses(
            self._resolve, host, port, private=ours.private, seconds=ours.left(CONNECT), go_on=ours.go_on
        )
        ours.connected = True
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, ours)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, ours)

    def _connect(self, address: str, port: int, ours: Budget) -> GuardedStream:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        self.sockets.add(sock)
        try:
            sock.settimeout(ours.left(CONNECT))
            sock.connect((address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ours.go_on()
        except ScrapeError:
            self.sockets.close(sock)
            raise
        except OSError as error:
            self.sockets.close(sock)
            ours.go_on()
            kind = httpcore.ConnectTimeout if isinstance(error, TimeoutError) else httpcore.ConnectError
            raise kind(str(error)) from error
        return GuardedStream(sock, self.sockets, self._contexts)


def _acknowledge_at_once(sock: socket.socket) -> None:
    """A server that sends headers and body apart may wait for our word between them, 40 ms each time."""
    if QUICKACK is not None:
        with suppress(OSError):  # closed meanwhile: the read says so
            sock.setsockopt(socket.IPPROTO_TCP, QUICKACK, 1)


def _is_readable(sock: socket.socket) -> bool:
    """Whether a kept connection has something to say, which can only be its end."""
    if sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _tls_error(host: str | None, error: OSError | ValueError) -> Exception:
    """What a handshake that failed is to be called."""
    if isinstance(error, TimeoutError):
        return httpcore.ConnectTimeout(str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        said = f"the certificate of {host} is not to be trusted: {error.verify_message}"
        if "expired" in error.verify_message:
            said += f'; if that is known and harmless, set expired = true in [fetch.tls."{host}"]'
        return CertificateError(said)
    if isinstance(error, ssl.SSLError):
        hint = "; " + LEGACY_HINT.format(host=host) if (error.reason or "") in LEGACY_REASONS else ""
        return TlsError(f"TLS with {host} failed: {error.reason or error}{hint}")
    if isinstance(error, OSError):
        return httpcore.ConnectError(str(error))
    return TlsError(f"TLS with {host!r} is not possible: {error}")  # a name that cannot be in a certificate


LEGACY_REASONS = {
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED",
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "DH_KEY_TOO_SMALL",
    "EE_KEY_TOO_SMALL",
    "NO_PROTOCOLS_AVAILABLE",
}
LEGACY_HINT = 'its TLS is old; if you accept that, set legacy = true in [fetch.tls."{host}"]'
