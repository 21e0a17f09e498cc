"""Days as Chinese government pages write them. Every day here is a day in China, whatever zone the page names."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))

_EARLIEST, _LATEST = 1949, 2100
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[\s,]+(\d{4})(?!\d)")
_SOLID = re.compile(r"(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)")
_IN_PATH = (
    re.compile(r"/t(\d{4})(\d{2})(\d{2})_\d+"),  # TRS: t20240109_123.html
    re.compile(r"/(\d{4})[/-](\d{1,2})[/-](\d{1,2})/"),  # Hanweb: /art/2024/1/9/
    re.compile(r"/(\d{4})(\d{2})/(\d{2})/"),  # Founder: /c/202401/09/
    re.compile(r"/(\d{4})(\d{2})(\d{2})(?:\d{6,11})?/"),  # Shanghai: /20240109/, Liaoning: /2024010908425256544/
    re.compile(r"/(\d{4})/(\d{2})-(\d{2})/"),  # Henan: /2024/01-09/
)
_LABEL = r"(?:发布|发文|公开|更新|成文|印发|刊发)?\s*(?:时间|日期)"
_CLOCK = r"(?:[\sT]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
_NUMBERS = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|\d{1,2}[-/.]\d{1,2}[\s,]+\d{4}"
_NOTHING_BUT = re.compile(rf"[\[【(（\s]*(?:{_LABEL}\s*[:：]?\s*)?(?:{_NUMBERS}){_CLOCK}[\s\])）】]*")
PUBLISHED = re.compile(rf"(?:发布|发稿|刊发|公开)\s*(?:时间|日期)\s*[:：]?\s*({_NUMBERS})")


def parse_day(text: str) -> date | None:
    """The first day that `text` names: `2024-01-09 08:30`, `[2024/1/9]`, `2024年1月9日`, `20240109`, `01/09 2024`.

    A moment with a zone (`2024-01-08T20:00:00Z`) is moved to China first. None when there is no day that exists.
    """
    if zoned := _ZONED.search(text):
        return datetime.fromisoformat(zoned[0]).astimezone(CHINA).date()
    for found in _YEAR_FIRST.finditer(text):
        if day := _day(found[1], found[2], found[3]):
            return day
    for found in _YEAR_LAST.finditer(text):
        if day := _day(found[3], found[1], found[2]):
            return day
    found_solid = _SOLID.search(text)
    return _day(found_solid[1], found_solid[2], found_solid[3]) if found_solid else None


def is_day(text: str) -> bool:
    """Whether `text` is a day and no more than a label, brackets, a time: `[2024-01-09]`, `时间：2024-01-09`."""
    return len(text) < 60 and _NOTHING_BUT.fullmatch(text) is not None and parse_day(text) is not None


def day_in_address(url: str) -> date | None:
    """The day that a CMS wrote into an address: `/202401/t20240109_123.html` is 2024-01-09."""
    for shape in _IN_PATH:
        if (found := shape.search(url)) and (day := _day(*found.groups())):
            return day
    return None


def day_of_epoch(moment: float) -> date | None:
    """The day in China of a Unix time in seconds or in milliseconds."""
    seconds = moment / 1000 if abs(moment) > 10**11 else moment
    day = datetime.fromtimestamp(seconds, tz=UTC).astimezone(CHINA).date() if 0 < seconds < 5 * 10**9 else None
    return day if day and _EARLIEST <= day.year <= _LATEST else None


def _day(year: str, month: str, day: str) -> date | None:
    if not _EARLIEST <= int(year) <= _LATEST:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:  # 2024-02-30, 2024-13-01
        return None
