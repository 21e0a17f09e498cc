"""Whatever a server does, a fetch ends in time, with the error that says what happened, and harms no other fetch."""

import contextlib
import gzip
import os
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import trustme

from scrapers.client import Client, Limit
from scrapers.errors import (
    CertificateError,
    DeadlineError,
    EncodingError,
    GoneError,
    RefusedAddressError,
    ScrapeError,
    StatusError,
    StoppedError,
    TooLargeError,
    TruncatedError,
    UnreachableError,
)

SHORT = Limit(seconds=2, wire=2_000_000, decoded=5_000_000)
SLACK = 10.0  # of a busy machine; whoever forgets the deadline takes twenty seconds
GOOD_REQUESTS = int(os.environ.get("LONG_GOOD_REQUESTS", "200"))
AMONG_MANY = replace(SHORT, seconds=6)  # two cores for more than 70 of them

CASES: list[tuple[str, type[ScrapeError]]] = [
    ("silence", DeadlineError),
    ("drip in the headers", DeadlineError),
    ("drip in the body", DeadlineError),
    ("endless body", TooLargeError),
    ("endless chunks", TooLargeError),
    ("endless headers", TooLargeError),
    ("endless 103s", TooLargeError),
    ("a huge length", TooLargeError),
    ("a length too small", TruncatedError),
    ("two lengths", TruncatedError),
    ("endless status line", TooLargeError),
    ("endless chunk extension", TooLargeError),
    ("endless trailers", TooLargeError),
    ("a part unasked", StatusError),
    ("reset", UnreachableError),
    ("reset in the body", TruncatedError),
    ("one byte", TruncatedError),
    ("close at once", TruncatedError),
    ("not HTTP", TruncatedError),
    ("half of the length", TruncatedError),
    ("half of the chunks", TruncatedError),
    ("half a page", TruncatedError),
    ("half a gzip", TruncatedError),
    ("half a gzip in full length", TruncatedError),
    ("a damaged gzip", TruncatedError),
    ("gzip bomb", TooLargeError),
    ("gzip in gzip bomb", TooLargeError),
    ("thirty times gzip", EncodingError),
    ("a deflate bomb", TooLargeError),
    ("br unasked", EncodingError),
    ("a thousand headers", TooLargeError),
    ("zstd unasked", EncodingError),
    ("not found", GoneError),
    ("redirect to itself", StatusError),
    ("redirects without end", StatusError),
    ("redirect to a file", RefusedAddressError),
    ("redirect elsewhere", RefusedAddressError),
]

Serve = Callable[..., Any]


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(contact="https://example.org/bot", gap=0, private_gap=0) as made:
        yield made


def fail(client: Client, url: str, **options: Any) -> tuple[ScrapeError, float]:
    started = time.monotonic()
    with pytest.raises(ScrapeError) as caught:
        client.fetch(url, **{"private": True, "limit": SHORT, **options})
    return caught.value, time.monotonic() - started


def good_requests(client: Client, servers: list[Any], times: int) -> int:
    urls = [servers[n % len(servers)].url(f"/{n}") for n in range(times)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda url: client.fetch(url, private=True), urls))
    return sum("6.5%" in answer.body.decode() for answer in answers)


@pytest.mark.parametrize(("name", "error"), CASES)
def test_each_ends_in_time_and_says_why(
    name: str, error: type[ScrapeError], client: Client, serve: Serve, behaviours: Any
) -> None:
    server = serve(behaviours[name])
    raised, took = fail(client, server.url())
    assert type(raised) is error, f"{name}: {raised!r}"
    assert took < SHORT.seconds + SLACK
    assert raised.url


def test_after_all_of_them_good_requests_work_on_4_threads(client: Client, serve: Serve, behaviours: Any) -> None:
    hostile = [serve(behaviours[name]) for name, _ in CASES for _ in range(2)]
    with ThreadPoolExecutor(len(hostile)) as pool:
        raised = list(pool.map(lambda server: fail(client, server.url(), limit=AMONG_MANY)[0], hostile))
    assert [type(error) for error in raised] == [error for _, error in CASES for _ in range(2)]
    assert good_requests(client, [serve() for _ in range(4)], GOOD_REQUESTS) == GOOD_REQUESTS


def test_good_requests_go_on_beside_hostile_ones(client: Client, serve: Serve, behaviours: Any) -> None:
    hanging = [serve(behaviours[name]) for name in ("silence", "drip in the headers", "drip in the body") * 4]
    with ThreadPoolExecutor(len(hanging)) as pool:
        raised = pool.map(lambda server: fail(client, server.url())[0], hanging)
        assert good_requests(client, [serve() for _ in range(4)], 100) == 100
    assert {type(error) for error in raised} == {DeadlineError}


@pytest.mark.parametrize("drip", [b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 500])
def test_half_a_tls_handshake_ends_in_time(drip: bytes, client: Client) -> None:
    listener = socket.create_server(("127.0.7.1", 0))

    def handshake() -> None:
        sock, _ = listener.accept()
        with sock:
            sock.recv(4096)
            for at in range(len(drip)):
                sock.sendall(drip[at : at + 1])
                time.sleep(0.05)

    threading.Thread(target=_quietly(handshake) if drip else lambda: None, daemon=True).start()
    raised, took = fail(client, f"https://127.0.7.1:{listener.getsockname()[1]}/")
    listener.close()
    assert type(raised) is DeadlineError
    assert took < SHORT.seconds + SLACK


def test_a_slow_resolver_ends_in_time() -> None:
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(3)
        return ["127.0.0.1"]

    with Client(contact="https://example.org/bot", resolve=resolve) as client:
        raised, took = fail(client, "http://yunxi.example/", limit=Limit(0.3))
    assert isinstance(raised, DeadlineError)
    assert took < 0.3 + SLACK


def test_the_time_for_robots_is_part_of_the_deadline(client: Client, serve: Serve, behaviours: Any) -> None:
    dripped = []

    def slow_robots(visitor: Any) -> None:
        time.sleep(3.5)
        behaviours["not found"](visitor)

    def drip(visitor: Any) -> None:
        visitor.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n")
        for _ in range(1000):
            visitor.send(b"a")
            dripped.append(1)
            time.sleep(0.05)

    raised, _ = fail(client, serve(drip, robots=slow_robots).url(), limit=replace(SHORT, seconds=4))
    assert isinstance(raised, DeadlineError)
    assert len(dripped) < 60  # half a second's; with four seconds of its own it would have been eighty


def test_a_bomb_takes_little_memory(client: Client, serve: Serve) -> None:
    mild = gzip.compress(b"".join(zlib.crc32(b"%d" % n).to_bytes(4, "big") * 60 for n in range(300_000)), 1)
    assert len(mild) * 100 > 72_000_000  # within the ratio: only the size stops it
    server = serve(lambda visitor: visitor.answer(mild, Content_Encoding="gzip"))
    tracemalloc.start()
    raised, _ = fail(client, server.url(), limit=Limit(20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "50000000" in str(raised)
    assert peak < 80_000_000


def test_cut_anywhere_in_any_framing_is_truncated(client: Client, serve: Serve) -> None:
    page = ("<html><body>" + "<p>临溪区城镇新增就业5000人。</p>" * 40 + "</body></html>").encode()
    cuts = [round(len(page) * n / 21) for n in range(1, 21)]

    def cut(visitor: Any) -> None:
        framing, at = visitor.path[1:].split("/")
        heads = {"length": f"Content-Length: {len(page)}\r\n", "chunked": "Transfer-Encoding: chunked\r\n"}
        heads |= {"gzip": "Content-Encoding: gzip\r\n", "close": ""}
        body = page[: int(at)]
        if framing == "chunked":
            body = f"{len(body):x}\r\n".encode() + body + b"\r\n"
        if framing == "gzip":
            body = _gzip(page)[: max(1, int(int(at) / len(page) * len(_gzip(page))))]
        visitor.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{heads[framing]}\r\n".encode() + body)
        visitor.sock.shutdown(socket.SHUT_RDWR)

    server = serve(cut)
    raised = [
        type(fail(client, server.url(f"/{framing}/{at}"))[0])
        for framing in ("length", "chunked", "gzip", "close")
        for at in cuts
    ]
    assert raised == [TruncatedError] * 80


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("name", ["drip in the body", "drip in the headers", "silence"])
def test_stop_ends_a_fetch_under_way_at_once(name: str, scheme: str, serve: Serve, behaviours: Any) -> None:
    authority, trusted, own = trustme.CA(), ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(trusted)
    authority.issue_cert("127.0.7.1", "www.yunxi.example").configure_cert(own)
    server = serve(behaviours[name], tls=own if scheme == "https" else None)
    client = Client(contact="https://example.org/bot", private_gap=0, tls=trusted, resolve=lambda *_: [server.host])
    with ThreadPoolExecutor(1) as pool:
        fetch = pool.submit(client.fetch, server.url("/", scheme, "www.yunxi.example"), private=True)
        while not server.seen:
            time.sleep(0.01)
        assert_stops(client, fetch)


def test_stop_ends_a_handshake_under_way_at_once() -> None:
    client = Client(contact="https://example.org/bot", private_gap=0)
    with socket.create_server(("127.0.7.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        fetch = pool.submit(client.fetch, f"https://127.0.7.1:{listener.getsockname()[1]}/", private=True)
        sock, _ = listener.accept()
        with sock:
            assert sock.recv(10)
            assert_stops(client, fetch)


def test_stop_ends_a_connecting_under_way_at_once() -> None:
    client = Client(contact="https://example.org/bot", private_gap=0)
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(1) as pool:
        listener = stack.enter_context(socket.create_server(("127.0.7.1", 0), backlog=0))
        for _ in range(3):  # the queue is full after that, and nobody is answered any more
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        fetch = pool.submit(client.fetch, f"http://127.0.7.1:{listener.getsockname()[1]}/", private=True)
        backend = client._private._backend
        while not backend.sockets._open:
            time.sleep(0.01)
        assert_stops(client, fetch)


def assert_stops(client: Client, fetch: Future[Any]) -> None:
    """Well before any socket's own time is over."""
    started = time.monotonic()
    client.stop()
    assert isinstance(fetch.exception(timeout=30), StoppedError)
    assert time.monotonic() - started < 8
    client.close()


class TestTls:
    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def trusting(self, authority: trustme.CA) -> Iterator[Client]:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        with Client(
            contact="https://example.org/bot", private_gap=0, tls=context, resolve=lambda host, port: [self.host]
        ) as client:
            yield client

    host = ""

    def secure(self, serve: Serve, authority: trustme.CA, name: str, behaviour: Any) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        server = serve(behaviour, tls=context)
        self.host = server.host
        return server

    def test_the_name_is_checked_though_the_address_is_pinned(
        self, trusting: Client, authority: trustme.CA, serve: Serve, behaviours: Any
    ) -> None:
        server = self.secure(serve, authority, "www.yunxi.example", behaviours["good"])
        answer = trusting.fetch(server.url("/", "https", "www.yunxi.example"), private=True)
        assert answer.status == 200
        assert server.seen[0].header("Host") == f"www.yunxi.example:{server.port}"

    def test_another_name_is_refused(
        self, trusting: Client, authority: trustme.CA, serve: Serve, behaviours: Any
    ) -> None:
        server = self.secure(serve, authority, "www.linchuan.example", behaviours["good"])
        raised, _ = fail(trusting, server.url("/", "https", "www.yunxi.example"))
        assert type(raised) is CertificateError
        assert "www.yunxi.example" in str(raised)

    def test_an_unknown_authority_is_refused(self, trusting: Client, serve: Serve, behaviours: Any) -> None:
        server = self.secure(serve, trustme.CA(), "www.yunxi.example", behaviours["good"])
        raised, _ = fail(trusting, server.url("/", "https", "www.yunxi.example"))
        assert type(raised) is CertificateError

    def test_https_never_falls_to_http(self, trusting: Client, authority: trustme.CA, serve: Serve) -> None:
        plain = serve()
        server = self.secure(
            serve,
            authority,
            "www.yunxi.example",
            lambda visitor: visitor.answer(b"", status="302 Found", Location=f"http://www.yunxi.example:{plain.port}/"),
        )
        raised, _ = fail(trusting, server.url("/", "https", "www.yunxi.example"))
        assert type(raised) is RefusedAddressError
        assert not plain.seen


def _gzip(page: bytes) -> bytes:
    return gzip.compress(page, mtime=0)


def _quietly(run: Callable[[], None]) -> Callable[[], None]:
    def quiet() -> None:
        with contextlib.suppress(OSError):
            run()

    return quiet
