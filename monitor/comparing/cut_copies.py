"""Whether a new copy of a kept page was cut off: it must not take the place of the whole. Pure.

Whether a first copy is all of its report is told by monitor.identity.wholeness: a piece adds and confirms.
"""

import re

from scrapers.errors import TruncatedError

HALF = 0.5  # of the version before: what has less was cut, whatever it says
LOST_END = 0.05  # of the version before, that may be missing behind a text that stops within it
TAIL = 40  # characters by which the end of a text is found in the version before
# What may be left away behind a report without its being cut.
APPENDIX = re.compile(r"附[件录表注:：]|名词解释|注释|注[:：]|说明[:：]|责任编辑|编辑[:：]|来源[:：]|相关|【|\[")
AHEAD = re.compile(
    r"^[ \u3000]*[一二三四五六七]、[^\n。]{0,30}(?:总体要求|目标|安排|重点工作|任务|工作思路|今后五年)[^\n。]{0,20}$",
    re.M,
)


def check_whole(text: str, before: str, url: str) -> None:
    """Raises TruncatedError where `text` is a cut copy of `before`, the version that is kept."""
    why = _cut_from(text, before)
    if why:
        raise TruncatedError(f"{why}; such a copy is not kept", url=url)


def _cut_from(text: str, before: str) -> str:
    now, then = _bare(text), _bare(before)
    if len(now) < HALF * len(then):
        return f"only {len(now)} of the {len(then)} characters of the version before are left"
    tail = now[-TAIL:]
    at = then.find(tail, max(0, len(now) * 9 // 10 - TAIL))  # a speech repeats itself: near where it would be
    lost = then[at + len(tail) :]
    if at >= 0 and len(lost) > LOST_END * len(then) and not APPENDIX.match(lost):
        return f"the last {len(lost)} characters of the version before are missing"
    if len(now) < len(then) and AHEAD.search(before) and not AHEAD.search(text):
        return "the part on what is planned is missing, which the version before had"
    return ""


def _bare(text: str) -> str:
    return "".join(text.split())
