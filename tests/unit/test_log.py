"""One event, one line, and no secret in it, whatever a page, a library or a fault puts there."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from monitor.cli import log
from monitor.cli.log import HIDDEN, LONGEST, hide, set_up_log

SECRET = "kanarienvogel-7f3a"


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hooks, handlers = (sys.excepthook, threading.excepthook), logging.getLogger().handlers[:]
    monkeypatch.setattr(log, "_hidden", [])
    yield
    structlog.reset_defaults()
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    logging.getLogger().handlers[:] = handlers


@pytest.fixture(params=[True, False], ids=["json", "human"])
def stream(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(sys, "stdout", written)
    set_up_log(as_json=request.param)
    return written


def lines(stream: io.StringIO) -> list[str]:
    """As a reader splits them, who may know every separator of Unicode."""
    found = stream.getvalue().splitlines()
    for line in found:
        if line.startswith("{"):
            json.loads(line)
    return found


@pytest.mark.parametrize(
    "text", ["a\r\nb", "a\u2028b", "a\x1b[31mb", "a\x85b", "a\u202eb", "\x00", "\ud800", "a\x0bb\x1cc", "好" * 9000]
)
def test_scraped_text_makes_one_line(stream: io.StringIO, text: str) -> None:
    structlog.get_logger().warning("entry.failed", title=text, url=text, label="x", error=text)
    structlog.get_logger().info("unknown", text=text)
    found = lines(stream)
    assert len(found) == 2
    assert all(len(line) <= LONGEST + 1 for line in found)
    assert not any(control in "".join(found) for control in ("\x1b", "\u202e", "\x00"))


def test_a_fault_with_its_trace_is_one_line(stream: io.StringIO) -> None:
    try:
        raise ZeroDivisionError("line one\nline two")
    except ZeroDivisionError as error:
        structlog.get_logger().error("fault", lane="a", error=repr(error), exc_info=error)
    (line,) = lines(stream)
    assert "test_log.py" in line


def test_what_libraries_log_and_warn_is_in_the_same_form(stream: io.StringIO) -> None:
    logging.getLogger("some.library").error("broke\nin %s", "two lines")
    logging.getLogger("some.library").info("not told")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("mind this", UserWarning, stacklevel=1)
    assert len(lines(stream)) == 2
    assert "some.library" in lines(stream)[0]


@pytest.mark.parametrize(
    "values",
    [
        {"error": f"GET https://x.test/?key={SECRET} failed"},
        {"nested": {"deep": [f"a{SECRET}b"]}},
        {"error": ValueError(f"the password {SECRET} is wrong")},
    ],
)
def test_a_secret_stands_in_no_line(stream: io.StringIO, values: dict[str, Any]) -> None:
    hide([SECRET])
    structlog.get_logger().error("fault", **{"lane": "a", "error": "e"} | values)
    assert SECRET not in stream.getvalue()


def test_a_secret_in_a_trace_is_hidden(stream: io.StringIO) -> None:
    hide([SECRET])
    try:
        raise RuntimeError(f"connect to smtp://me:{SECRET}@mail.test")
    except RuntimeError:
        logging.getLogger("library").exception("failed with %s", SECRET)
    assert SECRET not in stream.getvalue()
    assert HIDDEN in stream.getvalue()


def test_each_event_is_handed_on_to_be_counted() -> None:
    seen: list[str] = []
    set_up_log(as_json=True, seen=lambda name, values: seen.append(f"{name} {values['channel']}"))
    structlog.get_logger().warning("delivery.failed", channel="desk", answer="no", due_at=None)
    assert seen == ["delivery.failed desk"]


def test_the_next_try_is_told_in_the_time_of_china(stream: io.StringIO) -> None:
    due_at = datetime(2026, 11, 22, 13, 1, 55, 120146, tzinfo=UTC)
    structlog.get_logger().warning("delivery.failed", channel="desk", subject="s", answer="no", due_at=due_at)
    (line,) = lines(stream)
    assert str(due_at) in line if line.startswith("{") else line.endswith("next try 2026-11-22 21:01 China time")


def test_no_next_try_is_told_as_given_up(stream: io.StringIO) -> None:
    structlog.get_logger().warning("delivery.failed", channel="desk", subject="s", answer="no", due_at=None)
    (line,) = lines(stream)
    assert '"due_at": null' in line if line.startswith("{") else line.endswith("next try none: given up")
