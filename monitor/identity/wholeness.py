"""Whether a text is all of its report: by how it begins, what it plans and how it ends, not by its length. Pure."""

import re

LEAST = 2_000  # characters: no whole work report has fewer
LONG = 12_000  # characters: nothing that is only a piece, or a digest, of a work report has so many
SHORT = 6_000  # below, its chapters have to show: a newspaper's digest may greet and call, too
PROSE = 12  # characters of a line that page furniture seldom has

_GREETS = re.compile(r"各位(?:代表|委员|主任)|请予?审[议查]")
_GREETS_OR_SPEAKS = re.compile(r"我代表|各位(?:代表|委员)[,:!]|请予?审[议查]")
_PLANS = re.compile(
    r"(?:今年|明年|(?:19|20)\d\d年|今后)[^。\n]{0,40}(?:目标|任务|要求|安排|工作|建议|措施)"
    r"|(?:主要|预期|奋斗)目标|(?:总体|工作)(?:要求|思路)"
)
_CALL = re.compile(
    r"(?:让我们|领导下|号召|党中央周围|各位(?:代表|委员)[,:!]|同志们[,:!])[^\n]*"
    r"(?:奋斗|贡献|篇章|胜利|明天|前进|答卷|辉煌|局面|力量|面前|事业|未来|美好|成绩|目标|进位|迎接|周年)"
    r"[^。!\n]{0,30}(?:[。!]+[^。!,\n]{0,40})?$",
    re.MULTILINE,
)
_CHAPTER = re.compile(
    r"^第?[一二三四五六七八九十]{1,2}(?:、|部分|章)|^(?:19|20)\d\d年[^。,\n]{0,20}(?:回顾|目标|任务|安排)"
)
_BROKEN = re.compile(r"[,、:;]$|[一-龥]$")
# What a page may say below its text: nobody's report breaks off there.
_FOOT = re.compile(
    r"[(\[【]?(?:分享|附件|相关|关联|责任编辑|责编|编辑|作者|来源|打印|关闭|上一[篇条]|下一[篇条]|标签|关键[词字]|热门|推荐|扫一扫|声明|版权)"
    r"[^。,]{0,30}$"
)


def is_cut(body: str) -> bool:
    """Whether something of the report is missing, above all its end. `body` is the whole text, normalised.

    A text that greets its hearers, says what is planned and ends with the call that reports end with is whole,
    however short; a long one also without, unless it plans nothing or stops in the middle of a sentence.
    """
    lines = _once(body)
    text = "\n".join(lines)
    calls = _calls(text)
    plans = _PLANS.search(text[len(text) // 6 :]) is not None
    if not plans or (not calls and _breaks_off(lines)):
        return True
    if len(text) >= LONG:
        return False
    if len(text) < LEAST:
        return True
    shows = len(text) >= SHORT or sum(bool(_CHAPTER.match(line)) for line in lines) >= 2
    return not (calls and shows and _GREETS.search(text[: min(4000, len(text) // 2)]))


def _calls(text: str) -> bool:
    """Whether a call ends it: behind it come notes and page furniture, but no chapter. The review may end so, too."""
    ends = [found.end() for found in _CALL.finditer(text)]
    return (
        bool(ends)
        and 2 * ends[-1] > len(text)
        and not any(_CHAPTER.match(line) for line in text[ends[-1] :].splitlines())
    )


def _once(body: str) -> list[str]:
    """The lines; of a page that holds its text twice (a copy for the blind, for print), those of the longer half."""
    lines = [line for line in body.strip().splitlines() if line]
    seen: set[str] = set()
    for at, line in enumerate(lines):
        if len(line) >= PROSE and _GREETS_OR_SPEAKS.search(line):
            if line in seen:
                return max(lines[:at], lines[at:], key=lambda half: sum(map(len, half)))
            seen.add(line)
    return lines


def _breaks_off(lines: list[str]) -> bool:
    """今后五年的奋斗目标是, — a last line that no page's foot ends with: a comma, or a long one without a full stop."""
    last = next((line for line in reversed(lines) if not _FOOT.match(line)), "")
    found = _BROKEN.search(last)
    return found is not None and (len(last) >= 40 or not "一" <= last[-1] <= "龥")
