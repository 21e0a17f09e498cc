"""What the daemon logs: one line an event, as a sentence or as JSON, without secrets, whatever is put into it."""

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any

import structlog

from monitor.cli.terminal import harmless
from monitor.cli.times import china_time
from monitor.cli.visits import visit_row, visit_words
from monitor.visiting.visited import Visited

LONGEST = 8192  # bytes of a line
CLIPPED = 160  # characters that are left of each text in a line that would be longer
HIDDEN = "[secret]"
EVENTS: Mapping[str, str] = {
    "visit": "{words}",
    "entry.failed": "not read: {title}: {label}: {error} ({url})",
    "digest.ready": "digest for watch {watch}: {subject}",
    "delivery.sent": "sent by channel {channel}: {subject} ({answer})",
    "delivery.failed": "not sent by channel {channel}: {answer}; next try {due_at}",
    "scheduler.stuck": "no tick for {seconds} s: ending, so that whatever supervises mubiao starts it again",
    "fault": "a fault of mubiao's own: {error}",
    "backup.made": "backup made: {path}, {rows} rows, {objects} objects; {removed} old ones removed",
    "disk.low": "the disk is nearly full ({free} bytes left): nothing is fetched until there is room",
    "disk.full": "the disk is full ({free} bytes left): everything waits, nothing is lost",
    "disk.roomy": "there is room on the disk again ({free} bytes): going on",
    "disk.refused": "no room to write what {lane} brought: {error}; it is done again when there is",
    "clock.jumped": "this machine's clock was set by {seconds} s",
    "clock.mended": "{rows} due times were of a clock that ran ahead: due now",
    "settings.taken": "the changed settings are taken: {taken}",
    "settings.later": "these need a restart: {keys}; until then the old ones hold",
    "settings.refused": "the changed settings are wrong, the old ones still hold: {problems}",
    "promise.broken": "a promise is broken ({promise}): {why}",
    "promise.kept": "the promise is kept again: {promise}",
    "ping.failed": "the dead man's switch did not answer: {error}",
    "library": "{logger}: {message}",
}
_hidden: list[re.Pattern[str]] = []


def set_up_log(
    *, as_json: bool, secrets: Iterable[str] = (), seen: Callable[[str, Mapping[str, Any]], object] = lambda *_: None
) -> None:
    """Events as JSON lines on standard error, or as sentences; the libraries' own when they warn, in the same form.

    `seen` is called with each event's name and values. Nothing of `secrets` gets into a line; `hide` adds to them.
    """
    hide(secrets)

    def count(_logger: object, _method: str, event: Any) -> Any:
        seen(str(event.get("event", "")), event)
        return event

    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
        structlog.processors.format_exc_info,
        count,
        _without_secrets,
        _json if as_json else _sentence,
    ]
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr if as_json else sys.stdout),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)
    logging.captureWarnings(True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every late tick
    sys.excepthook = _log_fault
    threading.excepthook = lambda given: _log_fault(given.exc_type, given.exc_value, given.exc_traceback)


def hide(secrets: Iterable[str]) -> None:
    """From now on these stand in no line."""
    longest_first = sorted(secrets, key=len, reverse=True)
    if longest_first:
        _hidden.append(re.compile("|".join(map(re.escape, longest_first))))


def without_secrets(text: str) -> str:
    """The text with a mark for each secret in it."""
    for pattern in _hidden:
        text = pattern.sub(HIDDEN, text)
    return text


def tell_visit(visited: Visited) -> None:
    """One line a visit; nothing of those that found nothing."""
    log = structlog.get_logger()
    quiet = visited.outcome == "unchanged" or (visited.outcome == "ok" and not visited.filed and not visited.baseline)
    report = log.warning if visited.error else log.debug if quiet else log.info
    report("visit", words=visit_words(visited), **visit_row(visited))
    for entry, error in visited.failed:
        log.warning("entry.failed", title=entry.title, url=entry.url, label=error.label, error=str(error))


class _Libraries(logging.Handler):
    """Hands what libraries log to our own log."""

    def emit(self, record: logging.LogRecord) -> None:
        info = record.exc_info if record.exc_info and record.exc_info[1] else None
        structlog.get_logger().log(
            record.levelno, "library", logger=record.name, message=record.getMessage(), exc_info=info
        )


def _log_fault(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit) or error is None:
        return
    structlog.get_logger().critical("fault", error=repr(error), exc_info=(kind, error, trace))


def _without_secrets(_logger: object, _method: str, event: Any) -> Any:
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    match value:
        case bool() | int() | float() | None:
            return value
        case str():
            return without_secrets(value)
        case Mapping():
            return {without_secrets(str(key)): _clean(one) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(one) for one in value]
    return without_secrets(str(value))


def _json(_logger: object, _method: str, event: Any) -> str:
    """ASCII alone: no line separator of Unicode and no control breaks a line."""
    line = json.dumps(event)
    if len(line) > LONGEST:
        line = json.dumps({key: _clipped(value) for key, value in event.items()} | {"cut": True})
    if len(line) > LONGEST:
        line = json.dumps({key: _clipped(event[key]) for key in ("event", "level", "timestamp")} | {"cut": True})
    return line


def _clipped(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED]}…"


def _next_try(due_at: str | None) -> str:
    return china_time(datetime.fromisoformat(due_at)) if due_at else "none: given up"


def _sentence(_logger: object, _method: str, event: Any) -> str:
    """An event in words. Neither scraped text nor a stack trace makes a second line."""
    name = event.pop("event")
    moment = event.pop("timestamp")
    level = event.pop("level")
    exception = event.pop("exception", "")
    words = EVENTS.get(name)
    if "due_at" in event:
        event["due_at"] = _next_try(event["due_at"])
    line = words.format_map(event) if words else f"{name}  " + " ".join(f"{k}={v}" for k, v in event.items())
    line = " ".join(line.split())
    mark = "" if level == "info" else f"{level.upper()}: "
    trace = " | ".join(part.strip() for part in exception.splitlines() if part.strip())
    whole = harmless(f"{moment}  {mark}{line}" + (f"  [{trace}]" if trace else ""))
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}…"
