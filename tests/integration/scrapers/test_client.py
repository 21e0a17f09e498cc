"""What the client asks, follows, keeps to itself and leaves alone, against real servers on loopback."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from scrapers.charset import text_of
from scrapers.client import Client, Conditions, Limit, user_agent
from scrapers.errors import (
    BlockedError,
    RefusedAddressError,
    RobotsError,
    StatusError,
    StoppedError,
    UnreachableError,
)

Serve = Callable[..., Any]
CONTACT = "https://example.org/bot"


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(contact=CONTACT, gap=0, private_gap=0) as made:
        yield made


def redirect(to: str, status: str = "302 Found") -> Callable[[Any], None]:
    return lambda visitor: visitor.answer(b"", status=status, Location=to)


class TestAsking:
    def test_who_asks_is_said_honestly(self, client: Client, serve: Serve) -> None:
        server = serve()
        client.fetch(server.url(), private=True)
        visitor = server.seen[0]
        assert visitor.header("User-Agent") == user_agent(CONTACT)
        assert visitor.header("User-Agent").startswith("mubiao/")
        assert CONTACT in visitor.header("User-Agent")
        assert visitor.header("Accept-Language").startswith("zh-CN")
        assert visitor.header("Accept-Encoding") == "gzip, deflate"

    @pytest.mark.parametrize("contact", ["", "我@example.org", "a\r\nX-Evil: 1", "a) (b"])
    def test_a_contact_must_fit_into_a_header(self, contact: str) -> None:
        with pytest.raises(ValueError, match="contact"):
            Client(contact=contact)

    def test_an_unchanged_page_is_a_304_without_body(self, client: Client, serve: Serve) -> None:
        day = "Tue, 20 Jan 2026 02:00:00 GMT"

        def conditional(visitor: Any) -> None:
            if visitor.header("If-None-Match") == '"7"' and visitor.header("If-Modified-Since") == day:
                visitor.answer(b"", status="304 Not Modified", Content_Length="", ETag='"7"')
            else:
                visitor.answer(ETag='"7"', Last_Modified=day)

        server = serve(conditional)
        first = client.fetch(server.url(), private=True)
        again = client.fetch(server.url(), private=True, conditions=Conditions(first.etag, first.last_modified))
        assert (first.status, again.status, again.body, again.body_hash) == (200, 304, b"", "")
        assert 0 < again.fetched < first.fetched

    def test_an_etag_that_fits_into_no_header_is_not_sent_back(self, client: Client, serve: Serve) -> None:
        server = serve()
        client.fetch(server.url(), private=True, conditions=Conditions('"é\r\nX: 1"', "Tue\x01"))
        assert server.seen[0].header("If-None-Match") == server.seen[0].header("If-Modified-Since") == ""

    def test_a_form_and_json_are_posted(self, client: Client, serve: Serve) -> None:
        server = serve()
        client.fetch(server.url("/form"), private=True, method="POST", form={"pageNo": "2"})
        client.fetch(server.url("/json"), private=True, method="POST", json={"pageNo": 2})
        assert [visitor.request.split(b" ")[0] for visitor in server.seen] == [b"POST", b"POST"]
        assert server.seen[0].header("Content-Type") == "application/x-www-form-urlencoded"
        assert server.seen[1].header("Content-Type") == "application/json"

    def test_chinese_in_an_address_is_percent_encoded(self, client: Client, serve: Serve) -> None:
        server = serve()
        answer = client.fetch(server.url("/报告 1.pdf?q=目标#top"), private=True)
        assert server.seen[0].path == "/%E6%8A%A5%E5%91%8A%201.pdf?q=%E7%9B%AE%E6%A0%87"
        assert "#" not in answer.url

    def test_cookies_are_not_kept(self, client: Client, serve: Serve) -> None:
        server = serve(lambda visitor: visitor.answer(Set_Cookie="session=1; Path=/"))
        for _ in range(2):
            client.fetch(server.url(), private=True)
        assert server.seen[1].header("Cookie") == ""

    def test_proxies_of_the_environment_are_not_used(self, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        proxy, server = serve(), serve()
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("ALL_PROXY", proxy.url())
        with Client(contact=CONTACT, private_gap=0) as client:
            client.fetch(server.url(), private=True)
        assert (len(server.seen), proxy.connections) == (1, 0)

    def test_addresses_are_not_logged(self, client: Client, serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            client.fetch(serve().url("/?key=canary"), private=True)
        assert "canary" not in caplog.text

    def test_the_text_is_what_the_page_says(self, client: Client, serve: Serve) -> None:
        page = "<html><meta charset=gb2312><p>增长6.5%，镕</p></html>"
        server = serve(lambda visitor: visitor.answer(page.encode("gb18030"), Content_Type="text/html; charset=gb2312"))
        assert text_of(client.fetch(server.url(), private=True)) == page

    @pytest.mark.parametrize(
        "url", ["file:///etc/hostname", "gopher://a/", "http://", "http://[::1", "data:,x", "//a/b", "http://xn--/"]
    )
    def test_other_schemes_are_refused(self, client: Client, url: str) -> None:
        with pytest.raises(RefusedAddressError):
            client.fetch(url)


class TestConnections:
    def test_a_connection_is_used_again(self, client: Client, serve: Serve) -> None:
        server = serve()
        for _ in range(5):
            client.fetch(server.url(), private=True)
        assert server.connections == 1

    def test_a_kept_connection_that_the_server_closes_is_tried_once_more(self, client: Client, serve: Serve) -> None:
        def close_every_second(visitor: Any) -> None:
            if len(server.seen) % 2:
                visitor.answer()
            else:
                visitor.sock.shutdown(socket.SHUT_RDWR)

        server = serve(close_every_second)
        for _ in range(3):
            assert client.fetch(server.url(), private=True).status == 200
        assert len(server.seen) == 5

    def test_an_answer_that_was_there_before_the_question_is_nobodys(self, client: Client, serve: Serve) -> None:
        def answer_twice(visitor: Any) -> None:
            page = f"<html>{visitor.path}</html>"
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
            visitor.send(f"{head}{page}{head}{page}".encode())

        server = serve(answer_twice)
        paths = [f"/{n}" for n in range(4)]
        bodies = [client.fetch(server.url(path), private=True).body for path in paths]
        assert bodies == [f"<html>{path}</html>".encode() for path in paths]

    @pytest.mark.parametrize("behind", ["，城镇新增就业5000人。</p></html>", "\r\n\r\n", "HTTP/9.9 ?\r\n\r\n"])
    def test_what_comes_behind_an_answer_harms_no_other(self, behind: str, client: Client, serve: Serve) -> None:
        server = serve(lambda visitor: visitor.send(visitor.answered() + behind.encode()))
        bodies = [client.fetch(server.url(f"/{n}"), private=True).body for n in range(3)]
        assert all(body.decode().endswith("6.5%以上。</p></body></html>") for body in bodies)

    def test_a_post_is_not_sent_twice(self, client: Client, serve: Serve) -> None:
        server = serve(lambda visitor: visitor.sock.shutdown(socket.SHUT_RDWR))
        with pytest.raises(UnreachableError):
            client.fetch(server.url(), private=True, method="POST", form={"a": "1"})
        assert len(server.seen) == 1

    def test_nothing_listening_is_unreachable(self, client: Client) -> None:
        with pytest.raises(UnreachableError) as caught:
            client.fetch("http://127.0.7.1:9/报告", private=True)
        assert caught.value.url == "http://127.0.7.1:9/%E6%8A%A5%E5%91%8A"


class TestAddresses:
    @pytest.mark.parametrize(
        "host", ["127.1", "2130706433", "0x7f.1", "0177.1", "0", "localhost", "[::ffff:127.0.0.1]"]
    )
    def test_no_spelling_of_loopback_is_connected_to(self, client: Client, host: str) -> None:
        with socket.create_server(("0.0.0.0", 0)) as listener:
            listener.settimeout(0.05)
            with pytest.raises(RefusedAddressError):
                client.fetch(f"http://{host}:{listener.getsockname()[1]}/")
            with pytest.raises(TimeoutError):
                listener.accept()

    def test_a_name_that_flips_to_a_private_address_is_refused(self, serve: Serve) -> None:
        server = serve()
        answers = iter([["203.0.114.1", server.host], [server.host]])
        with Client(contact=CONTACT, gap=0, resolve=lambda host, port: next(answers)) as client:
            for _ in range(2):
                with pytest.raises(RefusedAddressError):
                    client.fetch(server.url("/", host="www.yunxi.example"))
        assert server.connections == 0

    def test_the_checked_address_is_the_one_connected_to(self, serve: Serve) -> None:
        server = serve()
        asked: list[str] = []

        def resolve(host: str, port: int) -> list[str]:
            asked.append(host)
            return [server.host]

        with Client(contact=CONTACT, private_gap=0, resolve=resolve) as client:
            client.fetch(server.url("/", host="www.yunxi.example"), private=True)
        assert asked == ["www.yunxi.example"]  # once, for robots.txt and the page
        assert server.seen[0].header("Host") == f"www.yunxi.example:{server.port}"

    def test_a_private_connection_serves_no_public_request(self, client: Client, serve: Serve) -> None:
        server = serve()
        client.fetch(server.url(), private=True)
        with pytest.raises(RefusedAddressError):
            client.fetch(server.url("/again"))
        assert len(server.seen) == 1

    def test_an_address_that_fails_is_followed_by_the_next(self, serve: Serve) -> None:
        server = serve()
        with Client(contact=CONTACT, private_gap=0, resolve=lambda host, port: ["127.0.6.1", server.host]) as client:
            assert client.fetch(server.url("/", host="www.yunxi.example"), private=True).status == 200


class TestRedirects:
    def test_on_the_same_host_they_are_followed(self, client: Client, serve: Serve) -> None:
        server = serve(lambda visitor: redirect("../b/?x=1")(visitor) if visitor.path == "/a/" else visitor.answer())
        assert client.fetch(server.url("/a/"), private=True).url == server.url("/b/?x=1")

    @pytest.mark.parametrize(
        "location", ["http://[::1", "http://xn--/", "http://" + "a" * 9000, "\x7f:", "http://127.0.7.1:99999/"]
    )
    def test_a_location_that_is_no_address_is_refused(self, client: Client, serve: Serve, location: str) -> None:
        with pytest.raises(RefusedAddressError):
            client.fetch(serve(redirect(location)).url(), private=True)

    def test_raw_gbk_in_a_location_is_understood(self, client: Client, serve: Serve) -> None:
        def behave(visitor: Any) -> None:
            if visitor.path == "/":
                head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /" + "报告".encode("gbk") + b"\r\n\r\n"
                visitor.send(head)
            else:
                visitor.answer()

        assert client.fetch(serve(behave).url(), private=True).url.endswith("/%E6%8A%A5%E5%91%8A")

    def test_to_another_host_only_if_allowed(self, client: Client, serve: Serve) -> None:
        other = serve()
        server = serve(redirect(other.url()))
        with pytest.raises(RefusedAddressError, match="allow_hosts"):
            client.fetch(server.url(), private=True)
        assert other.connections == 0
        assert client.fetch(server.url(), private=True, allow_hosts=(other.host,)).url == other.url()

    def test_a_public_site_leads_to_no_private_address(self, client: Client, serve: Serve) -> None:
        # an allowed host whose name now resolves to loopback
        inner = serve()
        with pytest.raises(RefusedAddressError):
            client.fetch(inner.url(), allow_hosts=(inner.host,))
        assert inner.connections == 0

    def test_www_is_the_same_host(self, serve: Serve) -> None:
        server = serve(
            lambda visitor: (
                visitor.answer()
                if visitor.header("Host").startswith("www.")
                else redirect(server.url("/", host="www.yunxi.example"))(visitor)
            )
        )
        with Client(contact=CONTACT, private_gap=0, resolve=lambda host, port: [server.host]) as client:
            answer = client.fetch(server.url("/", host="yunxi.example"), private=True)
        assert answer.url == server.url("/", host="www.yunxi.example")

    def test_a_redirected_post_becomes_a_get_and_a_308_does_not(self, client: Client, serve: Serve) -> None:
        for status, method in (("303 See Other", b"GET"), ("308 Permanent Redirect", b"POST")):
            server = serve(
                lambda visitor, status=status: (
                    redirect("/b", status)(visitor) if visitor.path == "/a" else visitor.answer()
                )
            )
            client.fetch(server.url("/a"), private=True, method="POST", form={"a": "1"})
            assert server.seen[-1].request.startswith(method)


class TestManners:
    def test_robots_are_asked_first_and_obeyed(self, client: Client, serve: Serve) -> None:
        server = serve(robots=lambda visitor: visitor.answer(b"User-agent: *\nDisallow: /search\n"))
        with pytest.raises(RobotsError) as caught:
            client.fetch(server.url("/search?q=1"), private=True)
        assert not caught.value.retry
        assert not server.seen
        assert client.fetch(server.url("/a"), private=True).status == 200

    def test_robots_are_obeyed_after_a_redirect_too(self, client: Client, serve: Serve) -> None:
        server = serve(
            redirect("/search"), robots=lambda visitor: visitor.answer(b"User-agent: *\nDisallow: /search\n")
        )
        with pytest.raises(RobotsError):
            client.fetch(server.url("/a"), private=True)

    def test_robots_that_fail_allow_nothing_for_now(self, client: Client, serve: Serve) -> None:
        server = serve(robots=lambda visitor: visitor.answer(b"", status="503 Service Unavailable"))
        with pytest.raises(RobotsError) as caught:
            client.fetch(server.url(), private=True)
        assert caught.value.retry
        assert not server.seen

    def test_the_gap_is_kept_by_all_threads_together(self, serve: Serve) -> None:
        server = serve()
        with Client(contact=CONTACT, private_gap=0.05) as client, ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda n: client.fetch(server.url(f"/{n}"), private=True), range(12)))
        gaps = [later - earlier for earlier, later in zip(server.at, server.at[1:], strict=False)]
        assert min(gaps) >= 0.05
        assert server.most_busy == 1

    def test_a_crawl_delay_is_kept(self, serve: Serve) -> None:
        server = serve(robots=lambda visitor: visitor.answer(b"User-agent: *\nCrawl-delay: 0.3\n"))
        with Client(contact=CONTACT, private_gap=0) as client:
            for _ in range(3):
                client.fetch(server.url(), private=True)
        assert min(b - a for a, b in zip(server.at, server.at[1:], strict=False)) >= 0.3

    def test_retry_after_is_honoured_without_holding_a_thread(self, client: Client, serve: Serve) -> None:
        server = serve(lambda visitor: visitor.answer(b"", status="429 Too Many Requests", Retry_After="300"))
        started = time.monotonic()
        raised = []
        for _ in range(3):
            with pytest.raises(StatusError) as caught:
                client.fetch(server.url(), private=True)
            raised.append(caught.value)
        assert time.monotonic() - started < 60  # nobody waits for the pause
        assert len(server.seen) == 1
        assert all(error.status == 429 and 299 < (error.retry_after or 0) <= 300 for error in raised)

    def test_a_public_host_that_blocks_is_left_alone(self, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("scrapers.addresses.is_public", lambda address: True)
        server = serve(lambda visitor: visitor.answer(b"<script>$_ts.cd=1</script>", status="412 Precondition Failed"))
        with Client(contact=CONTACT, gap=0) as client:
            for _ in range(3):
                with pytest.raises(BlockedError):
                    client.fetch(server.url())
        assert len(server.seen) == 1

    def test_a_challenge_that_asks_for_a_pause_gets_it(self, client: Client, serve: Serve) -> None:
        challenge = b"<script>$_ts.cd=1</script>"
        server = serve(lambda visitor: visitor.answer(challenge, status="412 Precondition Failed", Retry_After="300"))
        for _ in range(3):
            with pytest.raises(BlockedError):
                client.fetch(server.url(), private=True)
        assert len(server.seen) == 1

    def test_waiting_does_not_count_against_the_deadline(self, serve: Serve) -> None:
        server = serve()
        with Client(contact=CONTACT, private_gap=0.4) as client:
            for _ in range(2):
                assert client.fetch(server.url(), private=True, limit=Limit(0.3)).status == 200

    def test_stop_wakes_who_waits(self, serve: Serve) -> None:
        server = serve()
        client = Client(contact=CONTACT, private_gap=60)
        threading.Timer(0.2, client.stop).start()
        started = time.monotonic()
        with pytest.raises(StoppedError):  # the page waits for the gap after robots.txt
            client.fetch(server.url(), private=True)
        assert time.monotonic() - started < 30  # nor for the gap
        client.close()
