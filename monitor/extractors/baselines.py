"""从17.9%提升到35.5%: which number is where it started, and which where it got. Pure."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from monitor.extractors.quantities import Quantity

FROM = re.compile(r"(?:从|由)[^，；。、]{0,16}$")
LINK = re.compile(r"(?:、|和|及|与)$")
TO = re.compile(r"[^。；]{0,4}(?:[，、])?(?:分别)?[^。；，、]{0,10}(?:到|至|为)[^。；，、]{0,12}$")
# 在去年任务（5.55亿元）的基础上增长8.1%: what is built on was there before.
BASIS = re.compile(r"在[^，。；：（）\n]{1,30}(?:（[^（）\n]{0,30}）)?[^，。；：（）\n]{0,10}基础上")
DONE_FIRST = re.compile(
    r"在(?:(?:全面|高质量|圆满)?(?:完成|办好|做好|抓好|落实|实施|确保))"
)  # promised, or reached, as well
_REACHING = r"(?=(?:分别)?(?:提高|提升|增加|增长|上升|扩大|拓展|扩展|发展|跃升|上调|下降|降低|压缩|缩短|减少|精简|下调|调整|升|降|增|减|扩)?(?:到|至|为)|$)"
START = re.compile(rf"(?:从|由)[^，；]{{0,16}}?\d[^，；]{{0,40}}?{_REACHING}")


def baselines_of(plain: str, quantities: Sequence[Quantity]) -> dict[int, Quantity]:
    """Start offset of each number reached → the number it started from, in one sentence's `quantities`.

    分别从645元、4318元提高到801元、7226元 pairs them by their order.
    """
    found: dict[int, Quantity] = {}
    at = 0
    while at < len(quantities):
        end = _group_end(plain, quantities, at)
        count = end - at
        if count and 2 * count <= len(quantities) - at and _reaches(plain, quantities[end - 1], quantities[end]):
            for start, reached in zip(quantities[at:end], quantities[end : end + count], strict=True):
                if start.bare_unit == reached.bare_unit:
                    found[reached.start] = start
            at = end + count
        else:
            at += 1
    return found


def _group_end(plain: str, quantities: Sequence[Quantity], at: int) -> int:
    """Where the numbers that 从 or 由 introduces end; `at` when it introduces none."""
    first = quantities[at]
    if not FROM.search(plain, max(0, first.left - 18), first.left):
        return at
    end = at + 1
    while end < len(quantities) and LINK.fullmatch(plain, quantities[end - 1].right, quantities[end].left):
        end += 1
    return end


def _reaches(plain: str, start: Quantity, reached: Quantity) -> bool:
    return TO.fullmatch(plain, start.right, reached.left) is not None


def without_baseline(words: str) -> str:
    """`words` before a number without where it started: 比重从17.9%提升到 → 比重提升到."""
    return START.sub("", words) if "从" in words or "由" in words else words


def built_on(plain: str, start: int, end: int, quantities: Sequence[Quantity]) -> dict[int, Quantity]:
    """Those of `quantities`, by their start, that a 在…基础上 in `plain[start:end]` holds: what something starts from."""
    if plain.find("基础上", start, end) < 0:
        return {}
    starts = [quantity.start for quantity in quantities]
    spans = [match.span() for match in BASIS.finditer(plain, start, end) if not DONE_FIRST.match(match[0])]
    inside = (quantities[bisect_left(starts, left) : bisect_left(starts, right)] for left, right in spans)
    return {quantity.start: quantity for some in inside for quantity in some}


def without_basis(words: str) -> str:
    """`words` without what is built on: 财政收入在去年的基础上增长 → 财政收入增长."""
    return BASIS.sub("", words) if "基础上" in words else words
