"""The example site itself: a server on loopback that publishes a report, its correction and the next year's report."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self

from monitor.example.articles import Stage, published
from monitor.example.pages import render_article, render_index

COLUMN = "/zwgk/gzbg/"
PORT = 8726  # the same at every run, so that kept links stay good
REVISED_AFTER = 10.0  # seconds
NEXT_AFTER = 22.0
POLL = 0.05  # how soon the end is noticed, in seconds


@dataclass(frozen=True, slots=True)
class Page:
    """What is served at one address; `modified_at` is aware."""

    body: bytes
    content_type: str
    modified_at: datetime

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


@cache
def pages(stage: Stage) -> dict[str, Page]:
    """Every page of the site at a stage, by its path."""
    articles = published(stage)
    html = "text/html; charset=utf-8"
    newest = articles[0].published_at
    found = {COLUMN + article.path: Page(render_article(article), html, article.published_at) for article in articles}
    found[COLUMN] = found[f"{COLUMN}index.html"] = Page(render_index(articles), html, newest)
    found["/robots.txt"] = Page(b"User-agent: *\nDisallow:\n", "text/plain; charset=utf-8", articles[-1].published_at)
    return found


class ExampleSite:
    """Serves on 127.0.0.1 between `with` and its end, in threads of its own.

    `started` is when the story began, on the clock `monotonic`: the correction comes 10 s after it, the next report
    22 s after it. A story that has not come to its correction yet waits for its first reader, so that a slow first
    visit still sees what is corrected later. After a restart, pass a `started` in the past to go on where it was.
    When `port` is taken by something else, a free one is used.
    """

    def __init__(self, started: float, monotonic: Callable[[], float], *, port: int = PORT) -> None:
        self._started = started
        self._monotonic = monotonic
        self._waits = monotonic() - started < REVISED_AFTER
        self._lock = Lock()
        self._server = _listen(port, self)
        self._thread = Thread(target=self._server.serve_forever, args=(POLL,), name="example-site", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address of the column with the reports."""
        return f"http://127.0.0.1:{self._server.server_port}{COLUMN}"

    @property
    def stage(self) -> Stage:
        """How far the story has come by now."""
        with self._lock:
            elapsed = 0.0 if self._waits else self._monotonic() - self._started
        if elapsed >= NEXT_AFTER:
            return Stage.NEXT
        return Stage.REVISED if elapsed >= REVISED_AFTER else Stage.BASELINE

    def read_by_someone(self) -> None:
        """Notes that the column was asked for: a story that waits begins now."""
        with self._lock:
            if self._waits:
                self._waits = False
                self._started = self._monotonic()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a reader that keeps its connection open does not hold up the end

    def __init__(self, port: int, site: ExampleSite) -> None:
        self.site = site
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "mubiao-example"
    timeout = 30  # of an idle connection, in seconds
    server: _Server

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, *_: object) -> None:
        """Says nothing: what mubiao fetched is in its own log."""

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        if path == "/":
            self._redirect(COLUMN)
            return
        if path == COLUMN:
            self.server.site.read_by_someone()
        page = pages(self.server.site.stage).get(path)
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        known = self._is_known(page)
        self.send_response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK)
        self.send_header("ETag", page.etag)
        self.send_header("Last-Modified", format_datetime(page.modified_at.astimezone(UTC), usegmt=True))
        if not known:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if with_body and not known:
            self.wfile.write(page.body)

    def _is_known(self, page: Page) -> bool:
        """Whether the reader has this version; the tag counts alone where there is one (RFC 9110 13.1.3)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or page.etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return page.modified_at <= parsedate_to_datetime(since)
        except (TypeError, ValueError):  # no date, or one without a zone: answered as if it were not there
            return False

    def _redirect(self, path: str) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", path)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _listen(port: int, site: ExampleSite) -> _Server:
    try:
        return _Server(port, site)
    except OSError:
        return _Server(0, site)
