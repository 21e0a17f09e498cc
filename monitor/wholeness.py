"""Whether a text is all of its report: a copy that was cut off must not stand for the whole. Pure."""

import re

from scrapers.errors import TruncatedError
from storage.values import Kind

HALF = 0.5  # of the version before: what has less was cut, whatever it says
LOST_END = 0.05  # of the version before, that may be missing behind a text that stops within it
TAIL = 40  # characters by which the end of a text is found in the version before
# What may be left away behind a report without its being cut.
APPENDIX = re.compile(r"附[件录表注:：]|名词解释|注释|注[:：]|说明[:：]|责任编辑|编辑[:：]|来源[:：]|相关|【|\[")
AHEAD = re.compile(
    r"^[ \u3000]*[一二三四五六七]、[^\n。]{0,30}(?:总体要求|目标|安排|重点工作|任务|工作思路|今后五年)[^\n。]{0,20}$",
    re.M,
)
PARTS = re.compile(r"^[ \u3000]*(?:第?([一二三])(?:部分|、)|([123])[、.．])", re.M)
SPEECH = re.compile(r"^[ \u3000]*各位代表[:：，]", re.M)
GOES_ON = re.compile(r"下转|待续|未完|摘要|摘登|节选")
WRITTEN_ON = 300  # characters that a speech has at least behind its first heading


def check_whole(text: str, before: str | None, kind: Kind, url: str) -> None:
    """Raises TruncatedError where `text` is a cut copy of `before`, or breaks off without it.

    A first copy counts as cut when it is a work report read out (各位代表：, 一、…回顾) that ends before its second
    part; excerpts that say so, and parts of a newspaper (下转第二版), do not.
    """
    why = _cut_from(text, before) if before is not None else _breaks_off(text) if kind is Kind.WORK_REPORT else ""
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


def _breaks_off(text: str) -> str:
    if not SPEECH.search(text) or GOES_ON.search(text):
        return ""
    parts = [one or two for one, two in PARTS.findall(text)]
    first = PARTS.search(text)
    if first is None or set(parts) - {"一", "1"} or len(text) - first.end() < WRITTEN_ON:
        return ""
    return "the text breaks off before its second part"


def _bare(text: str) -> str:
    return "".join(text.split())
