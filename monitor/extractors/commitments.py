"""The words that promise a number: 力争 before it, 努力争取更好结果 behind it. Pure."""

import re

REACH = 60  # how far before a number a word of promise may stand
_WORD = "力争|确保|争取|努力|全力|必须|坚决"
# 争取资金 and 争取政策 are what is done; 争取更好结果 is said of the number before it.
PROMISE = re.compile(
    rf"(?P<word>{_WORD})(?<!争取)(?:{_WORD})*(?!(?:取得|实现|达到)?[更最][好优高大])"
    r"|争取(?!(?:取得|实现|达到)?[更最][好优高大]|[^，；、]{0,14}(?:资金|债券|国债|支持|政策|补助|贷款|额度|专项|试点|指标))"
)
_EFFORT = "尽最大努力|以最大努力|尽可能|努力|全力|奋力|尽力"
MORE = re.compile(
    r"(?:（[^（）]{1,8}）)?[，、](?:并|同时|但|且)*(?:我们)?"
    r"(?:在?(?:实际|具体)?(?:工作|落实|推进|执行)(?:过程)?中|根据实际(?:情况)?)?[，、]?(?:我们)?[将要应]?"
    rf"(?P<more>(?:(?:{_EFFORT})(?:力争|争取)?|力争|争取)(?:取得|实现|达到)?[更最][好优高]的?(?:结果|成绩|成效|效果|水平))"
)


def commitment_of(plain: str, start: int, at: int, right: int) -> str:
    """The promise of the number `plain[at:right]` (`right` behind its hedges), in the clause that begins at `start`.

    The nearest word before it (确保增长6%、力争7%: 确保 for the first, 力争 for the second), and what stands behind
    (增长5%左右，努力争取更好结果); both with 、 between them; "" where it is not promised.
    """
    before = ""
    for match in PROMISE.finditer(plain, max(start, at - REACH), at):
        before = match["word"] or match[0]
    behind = MORE.match(plain, right)
    more = behind["more"] if behind else ""
    return f"{before}、{more}" if before and more else before or more
