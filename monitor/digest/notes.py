"""What is said about the watching itself: notices, and the foot of a digest."""

import re
from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

from .outgoing import clean
from .stories import clock_time, zone_name
from .subject import NOTICE_KINDS
from .values import BEIJING, Foot, Notice
from .words import Words

_FACTS = re.compile(
    r"(?:answered|status) (?P<status>\d{3})|shows (?P<shown>\d+) entries|usually (?P<usual>\d+)|newest (?P<newest>\d+)"
    r"|of the (?P<known>\d+) known|; (?P<others>\d+) others|mubiao visit (?P<key>[a-z0-9-]+)"
)
_NAMED = 6  # things kept back that are told by name
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def notice_text(notice: Notice, words: Words, zone: ZoneInfo) -> tuple[str, str]:
    """One notice: what happened; then why, and when (in `zone`). An unknown kind is told by its detail."""
    key = f"notice_{notice.kind}" if notice.kind in NOTICE_KINDS else "notice_other"
    what = words(key, source=clean(notice.source, 80), n=notice.count, years=_years(notice, words))
    detail = _reason(notice, words)
    why = f"{words['colon']}{detail}" if detail else ""
    mark = words["example"] if notice.example else ""
    return f"{mark}{what}", f"{why}{words['open_bracket']}{clock_time(notice.at, zone)}{words['close_bracket']}"


def _reason(notice: Notice, words: Words) -> str:
    """The kind of error in the reader's language; the program's own words behind it only for English readers."""
    detail = clean(notice.detail, 300)
    said = words.faults.get(notice.label, "")
    if not said:
        return detail
    if words.language == "en":
        return f"{said} ({detail})" if detail else said
    facts = _facts(words.facts.get(notice.label, ""), detail)
    return f"{said}{words['open_bracket']}{facts}{words['close_bracket']}" if facts else said


def _facts(told: str, detail: str) -> str:
    """`told` with its gaps filled from the program's own words; "" where they do not say them all."""
    known = {name: value for found in _FACTS.finditer(detail) for name, value in found.groupdict().items() if value}
    gaps = [name for _, name, _, _ in Formatter().parse(told) if name]
    return told.format(**known) if gaps and all(name in known for name in gaps) else ""


def _years(notice: Notice, words: Words) -> str:
    if notice.years is None:
        return ""
    first, last = notice.years
    return words("notice_year", first=first) if first == last else words("notice_years", first=first, last=last)


def _day(at: datetime, words: Words) -> str:
    """1 月 20 日, 20 Jan: a day of this year or of the last."""
    day = at.astimezone(BEIJING)
    return words("seen_day", day=day.day, month=day.month if words.language == "zh" else _MONTHS[day.month - 1])


def foot_lines(foot: Foot, words: Words, zone: ZoneInfo) -> list[str]:
    """Why this came, what stands behind it, how to change it."""
    why = clean(foot.why_zh if words.language == "zh" else foot.why_en, 300)
    key = "sources_all" if foot.sources == foot.sources_ok else "sources"
    watched = words(key, n=foot.sources, ok=foot.sources_ok) if foot.sources else ""
    if foot.last_visit_at:
        gap = " " if words.language == "en" else ""
        watched += gap + words("last_visit", time=clock_time(foot.last_visit_at, zone), zone=zone_name(zone, words))
    if foot.unread:
        watched += (" " if words.language == "en" else "") + words("unread", n=foot.unread)
    seen = words["list_comma"].join(
        words("seen_kind", kind=words[kind.value], day=_day(at, words)) for kind, at in foot.seen
    )
    return [
        line
        for line in (
            why,
            watched,
            words("seen", list=seen) if seen else "",
            _silenced(foot, words) if foot.hushed else "",
            words("change_watch", watch=clean(foot.watch, 60)),
            words["quotes_note"],
        )
        if line
    ]


def _silenced(foot: Foot, words: Words) -> str:
    """How much silences kept back, and what: the first few by name."""
    names = [clean(en if words.language == "en" else zh, 60) for zh, en in foot.silenced]
    if not names:
        return words("hushed", n=foot.hushed)
    listed = words["list_comma"].join(names[:_NAMED])
    if len(names) > _NAMED:
        listed = words("and_others", list=listed, n=len(names))
    return words("hushed_names", n=foot.hushed, list=listed)
