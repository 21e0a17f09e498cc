"""The saved text → plain text that rules can read, with a way back to the offsets of the saved text.

Plain text is simplified Chinese with half-width digits and letters and full-width punctuation; pinyin glosses
(區(qū)), stray spaces and line breaks inside sentences are gone. Nothing is repaired: a mojibake run stays, flagged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

import opencc

HAN = "\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"

# 1:1, so offsets hold. An ASCII comma becomes a clause's comma; one inside 1,070 is put back by the number grammar.
WIDTHS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
WIDTHS |= {code: code - 0xFEE0 for code in chain(range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B))}
WIDTHS |= dict(zip(map(ord, "％．＋／＝＆－–−﹣―～∼〜﹪"), map(ord, "%.+/=&----—~~~%"), strict=True))
WIDTHS |= dict(zip(map(ord, ";:()!?﹐﹑﹔﹕｡﹒︰•"), map(ord, "；：（）！？，、；：。.：·"), strict=True))
WIDTHS |= dict(zip(map(ord, "〝〞「」『』＂\u3000\u00a0\u2002\u2003\t\r"), map(ord, '“”“”“”"      '), strict=True))

# Characters that only traditional text has, frequent enough that a page of it holds dozens.
TRADITIONAL = re.compile("[國發經濟產業會設區農鄉鎮級與為億萬個實現達進開過資項總報萬長學術機關於對從務應環節]")
TRADITIONAL_SHARE = 0.01

PLAIN_QUOTES = re.compile(r'"([^"\n]*)"')  # 1:1 too: the first opens, the next closes
VARIANTS = dict(zip(map(ord, "衞敍"), "卫叙", strict=True))  # Hong Kong's, which the converter doesn't know
TAIWANS_ZHE = re.compile("(?<![显卓昭原名论遗专编合所])著(?![名作称述录])")  # 著力 is 着力, 显著 stays
COMMA = re.compile(r",(?!\d{3}(?!\d))|(?<!\d),")
# What may stand right behind a number that was written with a full-width comma, or that the layout tore apart.
_UNIT = "%‰万亿多余个户家人名元吨亩斤担米公平立台辆件条座套所处项只头岁度年"
WIDE_THOUSANDS = re.compile(r"\d，\d\d\d")  # so rare that it is asked first
THOUSANDS = re.compile(rf"(?<!\d，)(?<![\d.])\d{{1,3}}(?:，\d{{3}})+(?=(?:\.\d+)? ?[{_UNIT}])")
APART = re.compile(r"\d +[\d.]")
TORN = re.compile(
    rf"(?<=[{HAN}])(?: ?)\d{{1,3}}(?: +\d{{1,3}}){{0,8}}(?: ?\. ?\d{{1,3}}(?: +\d{{1,3}}){{0,3}})?(?= ?[{_UNIT}])"
    r"|(?<![\d ./:-])[12](?: \d){3}(?= ?年)"
)  # 1 7 00 户, 3.6 2 亿元, 2 0 1 6 年
GLOSS = rf"(?<=[{HAN}A-Za-z])（[a-z{TONES}]{{0,5}}[{TONES}][a-z{TONES}]{{0,5}}）"
STRAY_SPACE = r"(?<![A-Za-z0-9 ]) +|(?<=[A-Za-z0-9]) +(?![A-Za-z0-9 ])"
NOTE_MARK = rf"(?<=[{HAN}”》）A-Za-z0-9]) *(?:[〔［\[【] *\d{{1,3}} *[〕］\]】]|(?<=[{HAN}”])（\d{{1,2}}）)"
PAGE_NUMBER = rf"(?<=[{HAN}，。、；]) *— *\d{{1,3}} *— *(?=[{HAN}])"
# A number of either sort takes the spaces around it along, so it is looked for before them.
DROPPED = re.compile(rf"{PAGE_NUMBER}|{GLOSS}|{NOTE_MARK}|{STRAY_SPACE}|[{INVISIBLE}]")
# Where no paragraph ends or begins: 7 in 1 of 379 reports, all of them torn words; copies of PDF pages have them.
_AMOUNT = r"(?:[万亿]{1,2}元|[万亿][人元吨亩户件辆千斤次]|个百分点)"
_MOVES = "(?:增长|下降|提高|达到|控制在|突破|超过)"
_GROWS = "(?:增长|下降|达到|增加|超过|突破)"
# A link or a bold word that stands on a line of its own: “⏎两个中心⏎”，. 504 in 63 of 379 reports, none of 16 read was an end.
_GAP = r"[\n \u200b]*"
BROKEN = re.compile(
    rf"\n(?:(?<=[{HAN}0-9%）]\n){_GAP}(?=[》”，、；。])|(?<=[“《]\n){_GAP}(?=[{HAN}])|(?<=\d\n){_GAP}(?={_AMOUNT})"
    rf"|(?<=\d\.\n){_GAP}(?=\d{{1,2}}%)|(?<=[{HAN}0-9]\n){_GAP}(?={_MOVES}\d[\d.]*(?:%|{_AMOUNT}))"
    rf"|(?<={_GROWS}\n){_GAP}(?=\d[\d.]*(?:%|{_AMOUNT}))|(?<=左\n){_GAP}(?=右)|(?<=以\n){_GAP}(?=[上内下])|(?<=增\n){_GAP}(?=长)"
    rf"|(?<=%\n){_GAP}(?=(?:左右|以[上内下])(?:[，。；、（]|\s*$))|(?<=\d个\n){_GAP}(?=百分点)|(?<=\d个百\n){_GAP}(?=分点))"
)
HALF_HEDGE = re.compile(r"(?<=[%\u4e00-\u9fff])以(?=\s*\Z)")  # of 以上 or 以内, where a text breaks off
# Full lines that stop inside a sentence: the text was wrapped at a fixed width.
OPEN_END = re.compile(rf"[{HAN}，、；A-Za-z0-9%“]$")
GOES_ON = re.compile(r"[^。！？：\s](?<![。！？：][”）])$")  # of a full line, in such a text
LINE_END = re.compile(" +(?=\n)")
WRAPPED_SHARE = 0.5
SINGLE_SHARE = 0.4
INDENT = "  "
# With the page number that may stand in it, and the indent of what follows.
LINE_GAP = re.compile(rf"(?:[ {INVISIBLE}]*\n)+(?: *[—-] *\d{{1,4}} *[—-] *(?:\n *)+)? *")
# A lead byte lost in GBK shows as "?" and shifts the codes after it into rare characters.
MOJIBAKE = re.compile(
    r"[？?�][^\n。，、“”]{0,2}[\u5000-\u9fff“”]*[！；]?[皟绍嚒碑耙恍摺钡龋笄蒺傲鶄€]{1,}[^\n，。；]{0,8}"
)


@dataclass(frozen=True, slots=True)
class Script:
    """`plain` is what the rules read; `offsets[i]` is the place of its i-th character in the saved `text`."""

    text: str
    plain: str
    offsets: Sequence[int]
    unreadable: tuple[tuple[int, int], ...] = ()

    def saved(self, start: int, end: int) -> tuple[int, int]:
        """The span of the saved text that `plain[start:end]` was made of; start < end."""
        return self.offsets[start], self.offsets[end - 1] + 1

    def is_spoilt(self, start: int, end: int) -> bool:
        """Whether a run that nobody can read lies within `plain[start:end]`."""
        return any(first < end and start < last for first, last in self.unreadable)


@lru_cache(maxsize=2)  # whose report it is, and what it states, are asked of the same text
def read_script(text: str) -> Script:
    """`text` as rules can read it; never raises. Costs one pass when nothing has to go."""
    widened = text.translate(WIDTHS)
    ends = [match.span() for match in LINE_END.finditer(widened)] if " \n" in widened else []
    plain, offsets = _without(widened, _joined([*_wraps(widened), *ends]))
    if _is_traditional(plain):
        plain = TAIWANS_ZHE.sub("着", plain.translate(_simplifying(frozenset(plain))))
    if "," in plain:
        plain = COMMA.sub("，", plain)
    if '"' in plain:
        plain = PLAIN_QUOTES.sub(r"“\1”", plain)
    if WIDE_THOUSANDS.search(plain):
        plain = THOUSANDS.sub(lambda number: number[0].replace("，", ","), plain)
    dropped = _joined([match.span() for match in DROPPED.finditer(plain)] + _torn(plain) + _broken(plain))
    plain, places = _without(plain, dropped)
    if dropped:
        offsets = places if isinstance(offsets, range) else [offsets[place] for place in places]
    unreadable = tuple(match.span() for match in MOJIBAKE.finditer(plain)) if "？" in plain else ()
    return Script(text, plain, offsets, unreadable)


def _torn(plain: str) -> list[tuple[int, int]]:
    """The spaces inside numbers that the layout tore apart; those between the cells of a table stay."""
    if not APART.search(plain):
        return []
    return [
        (number.start() + space, number.start() + space + 1)
        for number in TORN.finditer(plain)
        for space, char in enumerate(number[0])
        if char == " "
    ]


def _broken(plain: str) -> list[tuple[int, int]]:
    found = [match.span() for match in BROKEN.finditer(plain)]
    half = HALF_HEDGE.search(plain, max(0, len(plain.rstrip()) - 2))
    return [*found, half.span()] if half else found


def _wraps(plain: str) -> list[tuple[int, int]]:
    """The line breaks inside sentences of a text that was wrapped at a fixed width; none in any other text."""
    lines = [line.rstrip(f" {INVISIBLE}") for line in plain.split("\n")]
    lengths = sorted(len(line) for line in lines if len(line) > 15)
    open_ended = sum(1 for line in lines if len(line) > 15 and OPEN_END.search(line))
    if len(lengths) < 20 or open_ended < WRAPPED_SHARE * len(lengths):
        return []
    usual = lengths[len(lengths) // 2]
    breaks: list[tuple[int, int]] = []
    # Where paragraphs stand apart by an empty line, a full line goes on whatever it ends with.
    empty = sum(not line for line in lines)
    apart = 5 < empty < WRAPPED_SHARE * len(lines)
    indents = sum(line.startswith(INDENT) for line in lines) < WRAPPED_SHARE * (len(lines) - empty)
    around = zip(lines, lines[1:], lines[2:], strict=False)
    single = sum(bool(line) and not before and not after for before, line, after in around)
    alone = apart and single < SINGLE_SHARE * (len(lines) - empty)  # else there is an empty line behind each
    at = 0
    for before, line in pairwise(["", *lines[:-1]]):
        goes_on = len(line) >= usual - 5 and GOES_ON.search(line) is not None
        gap = LINE_GAP.match(plain, at + len(line)) if goes_on or (apart and len(line) >= usual) else None
        ends = gap is not None and (
            (indents and gap[0].endswith(INDENT))
            or (gap[0].count("\n") > 1 and (not goes_on or (alone and not before and line[-1] not in "，、")))
        )
        if gap and not ends and (not breaks or gap.start() >= breaks[-1][1]):
            breaks.append(gap.span())
        at = plain.index("\n", at + len(line)) + 1
    return breaks


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """`spans` in order, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _without(plain: str, dropped: list[tuple[int, int]]) -> tuple[str, Sequence[int]]:
    if not dropped:
        return plain, range(len(plain))
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for start, end in [*dropped, (len(plain), len(plain))]:
        pieces.append(plain[at:start])
        offsets.extend(range(at, start))
        at = end
    return "".join(pieces), offsets


def _is_traditional(plain: str) -> bool:
    found = sum(1 for _ in TRADITIONAL.finditer(plain))
    return found > 20 and found > TRADITIONAL_SHARE * len(plain)


@lru_cache(maxsize=4)
def _simplifying(chars: frozenset[str]) -> dict[int, str]:
    """A table for the characters at hand, made one by one so that lengths cannot change."""
    listed = sorted(char for char in chars if char > "\u3400")
    simplified = opencc.OpenCC("t2s").convert("\n".join(listed)).split("\n")
    table = {ord(old): new for old, new in zip(listed, simplified, strict=True) if len(new) == 1 and old != new}
    return table | VARIANTS
