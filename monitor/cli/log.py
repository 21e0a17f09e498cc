"""What the daemon logs: one line an event, as a sentence or as JSON."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog

EVENTS: Mapping[str, str] = {
    "visit": "{words}",
    "entry.failed": "not read: {title}: {label}: {error} ({url})",
    "digest.ready": "digest for watch {watch}: {subject}",
    "delivery.sent": "sent by channel {channel}: {subject} ({answer})",
    "delivery.failed": "not sent by channel {channel}: {answer}; next try {due_at}",
    "scheduler.stuck": "no tick for {seconds} s: ending, so that whatever supervises mubiao starts it again",
    "fault": "a fault of mubiao's own: {error}",
}


def set_up_log(*, as_json: bool) -> None:
    """Events as JSON lines on standard error, or as sentences; the libraries' own logs only when they warn."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every late tick
    renderer = structlog.processors.JSONRenderer() if as_json else _sentence
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr if as_json else sys.stdout),
    )


def _sentence(_logger: object, _method: str, event: Any) -> str:
    """An event in words. Line breaks of scraped text must not make a second line."""
    name = event.pop("event")
    moment = event.pop("timestamp")
    level = event.pop("level")
    exception = event.pop("exception", "")
    words = EVENTS.get(name)
    line = words.format_map(event) if words else f"{name}  " + " ".join(f"{k}={v}" for k, v in event.items())
    line = " ".join(line.split())
    mark = "" if level == "info" else f"{level.upper()}: "
    return f"{moment}  {mark}{line}" + (f"\n{exception}" if exception else "")
