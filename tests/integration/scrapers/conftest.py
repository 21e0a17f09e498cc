"""A kit of hostile servers on loopback. Each behaviour is a function that is handed a connection and does its worst."""

import gzip
import itertools
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

PAGE = "<html><head><meta charset='utf-8'></head><body><p>云溪市地区生产总值增长6.5%以上。</p></body></html>".encode()
ADDRESSES = itertools.count(2)

Behaviour = Callable[["Visitor"], None]


class Visitor:
    """One request on one connection, and what can be done to it."""

    def __init__(self, sock: socket.socket, request: bytes, ended: threading.Event) -> None:
        self.sock, self.request, self.ended = sock, request, ended
        self.path = request.split(b" ", 2)[1].decode() if request.count(b" ") > 1 else ""

    def header(self, name: str) -> str:
        for line in self.request.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode().lower() == name.lower():
                return value.decode().strip()
        return ""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, every: float = 0.05) -> None:
        for at in range(len(data)):
            self.sock.sendall(data[at : at + 1])
            if self.ended.wait(every):
                return

    def answer(self, body: bytes = PAGE, *, status: str = "200 OK", length: int | None = None, **headers: str) -> None:
        self.send(self.answered(body, status=status, length=length, **headers))

    def answered(
        self, body: bytes = PAGE, *, status: str = "200 OK", length: int | None = None, **headers: str
    ) -> bytes:
        named = {"Content-Type": "text/html", "Content-Length": str(len(body) if length is None else length)}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
        return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class HostileServer:
    """Listens on an address of its own. Requests are kept in `seen`; robots.txt is 404 without `robots`."""

    def __init__(self, behaviour: Behaviour, *, robots: Behaviour | None = None, tls: ssl.SSLContext | None = None):
        self.behaviour, self.robots, self.tls = behaviour, robots, tls
        self.seen: list[Visitor] = []
        self.at: list[float] = []
        self.connections = 0
        self.busy = self.most_busy = 0
        self.ended = threading.Event()
        self.host = f"127.0.7.{next(ADDRESSES) % 250 + 1}"
        self.listener = socket.create_server((self.host, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path: str = "/", scheme: str = "http", host: str = "") -> str:
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def close(self) -> None:
        self.ended.set()
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            with sock if self.tls is None else self.tls.wrap_socket(sock, server_side=True) as conn:
                while request := self._request(conn):
                    self._handle(Visitor(conn, request, self.ended))
        except OSError:
            pass

    def _request(self, conn: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = conn.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = Visitor(conn, head, self.ended).header("Content-Length")
        while len(body) < int(length or 0):
            body += conn.recv(65536)
        return head + b"\r\n\r\n" + body

    def _handle(self, visitor: Visitor) -> None:
        if visitor.path == "/robots.txt":
            (self.robots or not_found)(visitor)
            return
        self.seen.append(visitor)
        self.at.append(time.monotonic())
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            self.behaviour(visitor)
        finally:
            self.busy -= 1


def not_found(visitor: Visitor) -> None:
    visitor.answer(b"", status="404 Not Found")


def good(visitor: Visitor) -> None:
    visitor.answer()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def endless(prefix: bytes, block: bytes) -> Behaviour:
    def behave(visitor: Visitor) -> None:
        visitor.send(prefix)
        while not visitor.ended.is_set():
            visitor.send(block)

    return behave


def once(data: bytes) -> Behaviour:
    """Send this, then close."""

    def behave(visitor: Visitor) -> None:
        visitor.send(data)
        visitor.sock.shutdown(socket.SHUT_RDWR)

    return behave


def silent(visitor: Visitor) -> None:
    visitor.ended.wait(20)


def drip_headers(visitor: Visitor) -> None:
    visitor.drip(HEAD + b"X-Drip: " + b"a" * 4000)


def drip_body(visitor: Visitor) -> None:
    visitor.send(HEAD + b"Content-Length: 4000\r\n\r\n")
    visitor.drip(b"a" * 4000)


def packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def bomb(times: int) -> bytes:
    data = packed(b"0" * 30_000_000)
    for _ in range(times - 1):
        data = packed(data)
    return data


@pytest.fixture
def serve() -> Iterator[Callable[..., HostileServer]]:
    """serve(behaviour, robots=…, tls=…) → a HostileServer, closed after the test."""
    servers: list[HostileServer] = []

    def start(behaviour: Behaviour = good, **options: object) -> HostileServer:
        servers.append(HostileServer(behaviour, **options))  # type: ignore[arg-type]
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def behaviours() -> dict[str, Behaviour]:
    """Everything that a server may do to us, by name."""
    gzip_head = HEAD + b"Content-Encoding: gzip\r\n"
    half = packed(PAGE * 200)[:-40]
    bombs, deflated = [bomb(1), bomb(2)], zlib.compress(bytes(30_000_000))
    return {
        "good": good,
        "not found": not_found,
        "silence": silent,
        "drip in the headers": drip_headers,
        "drip in the body": drip_body,
        "endless body": endless(HEAD + b"\r\n", b"a" * 65536),
        "endless chunks": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b"a" * 0x8000 + b"\r\n"),
        "endless headers": endless(HEAD, b"X-Flood: " + b"a" * 1000 + b"\r\n"),
        "endless 103s": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 50),
        "a huge length": once(HEAD + b"Content-Length: 99999999999\r\n\r\n" + b"a" * 1000),
        "a length too small": once(HEAD + b"Content-Length: 400\r\n\r\n" + PAGE.replace(b"<p>", b"<p>" * 300)),
        "two lengths": once(HEAD + b"Content-Length: 5\r\nContent-Length: 50\r\n\r\n" + PAGE),
        "endless status line": endless(b"HTTP/1.1 200 ", b"a" * 65536),
        "endless chunk extension": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;", b"a" * 65536),
        "endless trailers": endless(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\naaaaa\r\n0\r\n", b"X-Flood: " + b"a" * 1000 + b"\r\n"
        ),
        "a part unasked": once(b"HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n\r\n<html"),
        "reset": lambda visitor: visitor.reset(),
        "reset in the body": lambda visitor: (visitor.send(HEAD + b"Content-Length: 99\r\n\r\na"), visitor.reset())[0],
        "one byte": once(b"H"),
        "close at once": once(b""),
        "not HTTP": once(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "half of the length": once(HEAD + b"Content-Length: 5000\r\n\r\n" + b"a" * 2500),
        "half of the chunks": once(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\naaaaa\r\n"),
        "half a page": once(HEAD + b"\r\n" + PAGE[:-20]),
        "half a gzip": once(gzip_head + b"\r\n" + half),
        "half a gzip in full length": lambda visitor: visitor.answer(half, Content_Encoding="gzip"),
        "a damaged gzip": lambda visitor: visitor.answer(half[:60] + b"\0" * 90, Content_Encoding="gzip"),
        "gzip bomb": lambda visitor: visitor.answer(bombs[0], Content_Encoding="gzip"),
        "gzip in gzip bomb": lambda visitor: visitor.answer(bombs[1], Content_Encoding="gzip, gzip"),
        "thirty times gzip": lambda visitor: visitor.answer(b"", length=0, Content_Encoding=", ".join(["gzip"] * 30)),
        "a deflate bomb": lambda visitor: visitor.answer(deflated, Content_Encoding="deflate"),
        "br unasked": lambda visitor: visitor.answer(b"\x1b\xff\xff", Content_Encoding="br"),
        "a thousand headers": once(HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 200) for n in range(1000)) + b"\r\n"),
        "zstd unasked": lambda visitor: visitor.answer(b"(\xb5/\xfd", Content_Encoding="zstd"),
        "redirect to itself": lambda visitor: visitor.answer(b"", status="302 Found", Location=visitor.path),
        "redirects without end": lambda visitor: visitor.answer(b"", status="302 Found", Location=f"{visitor.path}a"),
        "redirect to a file": lambda visitor: visitor.answer(b"", status="302 Found", Location="file:///etc/hostname"),
        "redirect elsewhere": lambda visitor: visitor.answer(b"", status="302 Found", Location="http://127.0.6.1:9/"),
    }
