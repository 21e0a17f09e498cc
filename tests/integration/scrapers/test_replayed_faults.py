"""The faults of ../shared/replay, which serves real reports as the governments' own sites would: each is named."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scrapers.charset import text_of
from scrapers.client import Client, Conditions, Limit
from scrapers.documents import DocumentReader
from scrapers.errors import (
    BlockedError,
    DeadlineError,
    ErrorPageError,
    GoneError,
    RefusedAddressError,
    ScrapeError,
    StatusError,
    TooLargeError,
    TruncatedError,
    UnreachableError,
)

SHORT = Limit(seconds=1, wire=2_000_000)

FAULTS: list[tuple[str, type[ScrapeError]]] = [
    ("http500", StatusError),
    ("http503-retry-after", StatusError),
    ("challenge412", BlockedError),
    ("block200", BlockedError),
    ("soft404", ErrorPageError),
    ("slow-headers", DeadlineError),
    ("slow-body", DeadlineError),
    ("truncated-gzip", TruncatedError),
    ("truncated-length", TruncatedError),
    ("endless-body", TooLargeError),
    ("redirect-private", RefusedAddressError),
    ("redirect-loop", StatusError),
    ("connection-reset", UnreachableError),
]


@dataclass
class Replay:
    control: str

    def post(self, path: str) -> None:
        urllib.request.urlopen(urllib.request.Request(self.control + path, method="POST"), timeout=5).close()

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.control + path, timeout=5) as answer:
            return json.load(answer)

    def index(self, key: str) -> str:
        return next(str(site["index"]) for site in self.get("/sites") if site["key"] == key)


@pytest.fixture(scope="module")
def replay(shared: Path) -> Iterator[Replay]:
    program = shared / "replay" / "replay.py"
    if not program.is_file():
        pytest.skip("../shared/replay/replay.py is missing: no replayed sites to fetch from")
    with socket.socket() as probe:
        probe.bind(("127.0.8.254", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(program), "serve", "--port", str(port)], stdout=subprocess.DEVNULL, cwd=program.parent
    )
    replay = Replay(f"http://127.0.8.254:{port}")
    try:
        _await(replay, process)
        yield replay
    finally:
        process.terminate()
        process.wait(10)


def _await(replay: Replay, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        try:
            replay.get("/stage")
            return
        except OSError:
            assert process.poll() is None, "replay.py ended"
            time.sleep(0.1)
    raise AssertionError("replay.py does not answer")


@pytest.fixture
def client(replay: Replay) -> Iterator[Client]:
    replay.post("/reset")
    with Client(contact="https://example.org/bot", private_gap=0) as made:
        yield made


@pytest.mark.parametrize(("kind", "error"), FAULTS)
def test_each_fault_is_named_in_time_and_passes(
    kind: str, error: type[ScrapeError], replay: Replay, client: Client
) -> None:
    url = replay.index("changchun")
    replay.post(f"/fault?site=changchun&kind={kind}")
    started = time.monotonic()
    with pytest.raises(ScrapeError) as caught:
        client.fetch(url, private=True, limit=SHORT)
    assert type(caught.value) is error, caught.value
    assert time.monotonic() - started < SHORT.seconds + 15
    replay.post("/fault?site=changchun&kind=none")
    if kind == "http503-retry-after":
        assert isinstance(caught.value, StatusError)
        assert caught.value.retry_after == 120
        return  # and the host is left alone for so long
    assert client.fetch(url, private=True).status == 200


@pytest.mark.parametrize("key", ["changchun", "qingyuan"])
def test_the_wrong_charset_loses_nothing(key: str, replay: Replay, client: Client) -> None:
    url = replay.index(key)
    good = text_of(client.fetch(url, private=True))
    replay.post(f"/fault?site={key}&kind=bad-charset")
    bad = text_of(client.fetch(url, private=True))
    assert _chinese(bad) == _chinese(good)
    assert "政府工作报告" in bad


def test_every_site_answers_in_full_and_then_with_304(replay: Replay, client: Client) -> None:
    for site in replay.get("/sites"):
        first = client.fetch(site["index"], private=True)
        again = client.fetch(site["index"], private=True, conditions=Conditions(first.etag, first.last_modified))
        assert (first.status, again.status) == (200, 304), site["key"]
        assert "\ufffd" not in text_of(first)


def test_a_withdrawn_report_is_gone(replay: Replay, client: Client) -> None:
    replay.post("/stage?n=4")
    (gone,) = replay.get("/truth?stage=4")["withdrawn"]
    with pytest.raises(GoneError):
        client.fetch(gone["urls"][0], private=True)


def test_robots_of_a_site_are_obeyed(replay: Replay, client: Client) -> None:
    url = re.sub(r"(//[^/]+)/.*", r"\1/search?q=1", replay.index("jilin"))
    with pytest.raises(ScrapeError) as caught:
        client.fetch(url, private=True)
    assert caught.value.label == "robots"


def test_an_attached_report_is_read(replay: Replay, client: Client) -> None:
    reports = [report for report in replay.get("/truth?stage=2&before=0")["reports"] if report["code"] == "350000"]
    replay.post("/stage?n=2")
    with DocumentReader() as reader:
        for report in reports:
            url = report["documents"][0]["attachment"]
            document = reader.read_document(client.fetch(url, private=True).body, name=url)
            assert report["sentence"] in document.text
    assert reports


def _chinese(text: str) -> str:
    return "".join(re.findall(r"[\u4e00-\u9fff]", text))
