"""Edits real and invented reports, and holds the changes that are found against the edits that were made.

    make mutate [ARGS="[--mutants 1000] [--seed 1] [--show 20] [--edit NAME …] [FILE …]"]

An edit of meaning (a number or a hedge changed, a clause removed or added) must be found as just that change; an edit
without meaning (layout, width, quotes, script, page furniture, a reposter's words) must make no change at all, and
leave the report where it is filed. Without FILEs the reports are those of ../shared/corpus, where it lies beside the
checkout, and the invented ones of this repository. Exit code 1 when less is found than the bars ask for.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from random import Random

from opencc import OpenCC

from monitor.catalogue.indicators import key_of
from monitor.comparing.compare import compare
from monitor.comparing.series import series_of, signature
from monitor.example.source import REGION
from monitor.extractors.script import read_script
from monitor.extractors.statements import extract
from monitor.identity import Identity, identify, title_and_heading
from storage.values import About, Basis, ChangeData, ChangeKind, Op, Role, Stated

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
INVENTED = ROOT / "monitor" / "example" / "texts"
FOUND, FALSE = 0.995, 0  # the least part of meaning edits found, the most false changes
TRIES = 40  # to place an edit in a text
SHORT_LINE = 15  # a heading or a piece of furniture may stop anywhere
NOISE = 3  # at most so many edits without meaning at once
_ids = count(1)


@dataclass(frozen=True, slots=True)
class Read:
    """A report as it was read: `targets` are those whose series is stated once, in words that
    stand there once, so that an edit of one is one change.
    """

    name: str
    text: str
    identity: Identity
    said: list[Stated]
    targets: list[Stated]


@dataclass(frozen=True, slots=True)
class Edit:
    """An edited text. `about` is the target that was edited, or the words of the one put in; `kinds` what it makes."""

    name: str
    text: str
    kinds: tuple[ChangeKind, ...] = ()
    about: Stated | str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a mutant: whether its edit of meaning was found, and the changes that nobody made."""

    report: str
    edits: tuple[str, ...]
    meant: bool
    found: bool
    false: list[str]


def read(name: str, text: str, like: Identity | None = None) -> Read:
    """What a text states; `like` is what it was before it was edited."""
    title, heading = title_and_heading(text)
    source_region = REGION if (INVENTED / name).exists() else ""
    identity = identify(title, heading=heading, text=read_script(text).plain, source_region=source_region)
    place = like or identity
    about = About(region=place.region, year=place.year, kind=place.kind, title=title)
    year = place.year or 0
    said = [
        Stated(next(_ids), 1, 1, place.region, place.kind, year, key_of(one.indicator, one.measure, one.unit), one)
        for one in extract(text, about)
    ]
    targets = [one for one in said if one.data.role is Role.TARGET]
    sentences = [text[one.data.sentence_start : one.data.sentence_end] for one in targets]  # a page may hold it twice
    targets = [one for one, sentence in zip(targets, sentences, strict=True) if text.count(sentence) == 1]
    often = Counter(series_of(one)[:3] for one in targets)
    return Read(name, text, identity, said, [one for one in targets if often[series_of(one)[:3]] == 1])


# -- edits of meaning: each gives None where it does not fit

HEDGES = ("以上", "左右", "以内")
DEALT = ("distributive", "hedge: shared")
OWN_WORDS = frozenset({"head: in front", "head: behind", "head: both sides"})
ENDS = "，；。、,;\n"
PUT_IN = (
    ("新建观澜驿站{}座", "观澜驿站", (13, 480)),
    ("新改建云溪绿道{}公里", "云溪绿道", (11, 390)),
    ("为老旧小区加装电梯{}部", "电梯", (12, 960)),
    ("培育澜谷型企业{}家", "澜谷型企业", (3, 70)),
    ("澜谷产业增加值增长{}%", "澜谷产业", (2, 19)),
    ("霞光产业投资完成{}亿元", "霞光产业", (3, 900)),
)
Pick = Callable[[Read, Random], Edit | None]


def number_changed(report: Read, random: Random) -> Edit | None:
    target = random.choice(report.targets)
    data = target.data
    found = list(re.finditer(r"\d+(?:\.\d+)?", data.text))
    if data.value is None or not found or not re.match(r"\d", data.text):
        return None
    number = random.choice(found)
    new = _other_number(number.group(), random)
    text = report.text
    at = data.start + number.start()
    edited = text[:at] + new + text[at + len(number.group()) :]
    ends = [float(one.group() if one is not number else new) for one in found]
    if ends != sorted(set(ends)):
        return None  # 5—5个 is nobody's range
    return Edit("a number changed", edited, (ChangeKind.RAISED, ChangeKind.LOWERED), target)


def _other_number(written: str, random: Random) -> str:
    """Another number that could stand there: 6.5 → 6, 8000 → 9600."""
    value = float(written)
    if "." in written:
        places = len(written.partition(".")[2])
        steps = [step / 10**places for step in (-5, -3, -1, 1, 2, 4, 7)]
        fitting = [value + step for step in steps if value + step > 0]
        return f"{random.choice(fitting):.{places}f}"
    steps = [-1, 1, 2] if value < 30 else [round(value * part) for part in (-0.1, 0.05, 0.2)]
    fitting = [round(value + step) for step in steps if value + step > 0 and step]
    return str(random.choice(fitting))


def hedge_changed(report: Read, random: Random) -> Edit | None:
    """Not in a list that is dealt out: in 分别增长8%、7%左右 the hedge is said of both, and one edit is two changes."""
    target = random.choice(report.targets)
    data, text = target.data, report.text
    if data.value is None or data.op is Op.RANGE or any(rule.startswith(DEALT) for rule in data.rules):
        return None
    behind = text[data.end : data.end + 2]
    kinds = (ChangeKind.REWORDED,)
    if behind in HEDGES:
        new = random.choice([hedge for hedge in HEDGES if hedge != behind])
        return Edit("a hedge changed", text[: data.end] + new + text[data.end + 2 :], kinds, target)
    if data.op is Op.EXACT and text[data.end : data.end + 1] in ENDS:
        return Edit("a hedge changed", text[: data.end] + random.choice(HEDGES) + text[data.end :], kinds, target)
    return None


def clause_removed(report: Read, random: Random) -> Edit | None:
    """A clause that has its own indicator, and is followed by one that has, or by none."""
    target = random.choice(report.targets)
    start, end = _clause(report.text, target.data.start, target.data.end)
    inside = [one for one in report.said if start <= one.data.start < end]
    if len(inside) != 1 or not _stands_alone(report, start, end, target):
        return None
    text = report.text
    edited = text[: start - 1] + text[end:] if text[start - 1] in "，,；;" else text[:start] + text[end + 1 :]
    return Edit("a clause removed", edited, (ChangeKind.DROPPED,), target)


def clause_added(report: Read, random: Random) -> Edit | None:
    target = random.choice(report.targets)
    text = report.text
    end = target.data.end + 2 * (text[target.data.end : target.data.end + 2] in HEDGES)
    words, name, (low, high) = random.choice(PUT_IN)
    if text[end : end + 1] not in ("。", "；") or name in text:
        return None
    put = words.format(random.randint(low, high))
    return Edit("a clause added", text[:end] + "，" + put + text[end:], (ChangeKind.ADDED,), name)


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1] not in "，；。,;\n：:":
        start -= 1
    while end < len(text) and text[end] not in "，；。,;\n":
        end += 1
    return start, end


def _stands_alone(report: Read, start: int, end: int, target: Stated) -> bool:
    """Whether nothing else hangs on the clause: not the first one, no list or 其中 follows, and what is said next
    names itself, be it in the next sentence (其产量 goes on with what was there: one edit would be two changes).
    """
    text = report.text
    clause, behind = text[start:end], text[end : end + 8]
    words = target.data.indicator[:2]
    if start == 0 or text[start - 1] not in "，；,;" or words not in clause:
        return False
    if re.search(r"分别|其中|均|比例?由|从|、|“|”|（|）|到?20\d\d年|今后|未来|目标|确保|力争|努力|实现", clause):
        return False
    follower = next((one for one in report.said if one.data.start > end), None)
    if follower is None:
        return True
    if follower.data.sentence_start >= end:
        apart = "\n" in text[end : follower.data.start] or not OWN_WORDS.isdisjoint(follower.data.rules)
        return apart and not re.match(r"[，,；;、]", behind)
    begin, finish = _clause(text, follower.data.start, follower.data.end)
    named = not OWN_WORDS.isdisjoint(follower.data.rules) and follower.data.indicator[:2] in text[begin:finish]
    return named and not re.search(r"其中|分别", text[end:finish])


# -- edits without meaning


def paragraphs_moved(text: str, random: Random) -> str:
    """Two neighbours of the tasks change places, where neither opens nor refers to the other."""
    lines = text.split("\n")
    fitting = [at for at in range(len(lines) // 2, len(lines) - 1) if _movable(lines[at]) and _movable(lines[at + 1])]
    if fitting:
        at = random.choice(fitting)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "\n".join(lines)


def _movable(line: str) -> bool:
    plain = line.strip()
    return len(plain) > 60 and plain.endswith("。") and not re.search(
        r"目标|各位代表|其中|同时|上述|回顾|过去|20\d\d|五年|[一二三四五六七八九十][、是]|（[一二三四五六七八九十]+）"
        r"|\d[.．、]|今后|未来|今年|明年",
        plain[:400],
    )  # fmt: skip


def whitespace(text: str, random: Random) -> str:
    ways = (
        lambda t: re.sub(
            r"(?<=[一-龥])(?=\d)|(?<=[\d%％])(?=[一-龥])", lambda _: random.choice(["", " ", "\u00a0"]), t
        ),
        lambda t: "\n".join(f"\u3000\u3000{line.strip()}" for line in t.split("\n")),
        lambda t: re.sub(r"\n+", "\n\n", t),
        lambda t: "\n".join(line + random.choice(["", " ", "\t", "\u3000"]) for line in t.split("\n")),
        lambda t: t.replace("\n", "\r\n"),
        lambda t: re.sub(r"(?<=[，。；])(?!\d)", lambda _: random.choice(["", "", " "]), t),
        lambda t: re.sub("(?<=。)", lambda _: random.choice(["", "", "\u200b"]), t),
    )
    return random.choice(ways)(text)


def punctuation_width(text: str, random: Random) -> str:
    tables: tuple[dict[str, str], ...] = (
        {"，": ","},
        {"；": ";", "：": ":"},
        {"（": "(", "）": ")"},
        {"%": "％"},
        {"％": "%"},
        dict(zip("0123456789", "０１２３４５６７８９", strict=True)),
        {"！": "!", "？": "?"},
    )
    return text.translate({ord(wide): other for wide, other in random.choice(tables).items()})


def wrapping(text: str, random: Random) -> str:
    """Lines of a fixed length, as an old page or a mail has them, with an empty line between paragraphs.

    A text that has such lines already stays: no page is wrapped twice.
    """
    lines = [line.strip() for line in text.split("\n") if len(line) > SHORT_LINE]
    if sum(line[-1] not in "。！？：；!?:;”" for line in lines) > len(lines) / 2:
        return text
    width = random.choice([36, 40, 44])
    wrapped = ["\n".join(line[at : at + width] for at in range(0, len(line), width)) for line in text.split("\n")]
    text = "\n\n".join(part for part in wrapped if part.strip())
    return random.choice([text, text.replace("\n", "\r\n"), text.replace("\n", " \n")])


def quotes(text: str, random: Random) -> str:
    pairs = random.choice([('"', '"'), ("「", "」"), ("『", "』"), ("〝", "〞"), ("＂", "＂")])
    return text.replace("“", pairs[0]).replace("”", pairs[1])


def page_furniture(text: str, random: Random) -> str:
    head = random.choice([
        "当前位置：首页 > 政务公开 > 政府工作报告\n",
        "您现在的位置： 首页>>信息公开>>规划计划\n发布时间：2026-01-20 09:30 来源：市政府办公室 浏览次数：1024次\n",
        "索 引 号：014300001/2026-00012\n主题分类：综合政务\n发文机构：市政府办公室\n成文日期：2026年1月18日\n",
        "无障碍阅读 长者模式 收藏本站\n",
    ])  # fmt: skip
    foot = random.choice([
        "\n【打印本页】【关闭窗口】\n扫一扫在手机打开当前页\n",
        "\n上一篇：市政府常务会议\n下一篇：没有了\n主办：市人民政府办公室 备案号：0001号 网站标识码：9903000001\n",
        "\n责任编辑：小澜\n分享到：\n",
        "\n附件：政府工作报告.pdf（1.2MB，下载23次）\n",
    ])  # fmt: skip
    return random.choice([head + text, text + foot, head + text + foot, _page_numbers(text, random)])


def _page_numbers(text: str, random: Random) -> str:
    every = random.choice([12, 20])
    lines = text.split("\n")
    return "\n".join(
        f"{line}\n— {at // every} —" if at and at % every == 0 and line.endswith("。") else line
        for at, line in enumerate(lines)
    )


def traditional(text: str, random: Random) -> str:
    return _convert(random.choice(["s2t", "s2tw", "s2hk"]), text)


def reposter(text: str, random: Random) -> str:
    head = random.choice([
        "政府工作报告全文来了！\n来源：澜汀发布\n",
        "点击上方蓝字关注我们\n编者按：以下为政府工作报告全文。\n",
        "原标题：政府工作报告（全文）\n作者：本报记者 编辑：阿澜\n",
    ])  # fmt: skip
    tail = random.choice([
        "\n（转自：澜汀发布）\n声明：本文转载仅为传播信息，版权归原作者所有。\n",
        "\n来源｜澜汀日报\n一审：甲 二审：乙 三审：丙\n阅读 10万+ 赞 325 在看 118\n",
        "\n往期推荐\n一图读懂市政府工作报告\n点个“在看”吧\n",
    ])  # fmt: skip
    return head + text + tail


@cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


def _convert(name: str, text: str) -> str:
    return str(_converter(name).convert(text))


MEANING: dict[str, Pick] = {
    "number": number_changed,
    "hedge": hedge_changed,
    "removed": clause_removed,
    "added": clause_added,
}
LAYOUT: dict[str, Callable[[str, Random], str]] = {
    "moved": paragraphs_moved,
    "whitespace": whitespace,
    "width": punctuation_width,
    "wrapping": wrapping,
    "quotes": quotes,
    "furniture": page_furniture,
    "traditional": traditional,
    "reposter": reposter,
}


def mutant(report: Read, random: Random, only: Sequence[str] = ()) -> tuple[Edit, tuple[str, ...]] | None:
    """One edit of meaning, or one to three without, or both; None where nothing fits."""
    names = [name for name in (*MEANING, *LAYOUT) if not only or name in only]
    chosen = random.choice(names)
    text, edit = report.text, None
    if chosen in MEANING:
        edit = next(filter(None, (MEANING[chosen](report, random) for _ in range(TRIES))), None)
        if edit is None:
            return None
        text = edit.text
    extra = [name for name in LAYOUT if not only or name in only]
    more = random.randint(0, NOISE) if chosen in MEANING else random.randint(0, NOISE - 1)
    layout = [chosen] if chosen in LAYOUT else []
    layout += random.sample(extra, min(more, len(extra)))
    for name in sorted(dict.fromkeys(layout), key="wrapping".__eq__):  # what is wrapped is the page as it is
        text = LAYOUT[name](text, random)
    names_used = ((chosen,) if edit else ()) + tuple(dict.fromkeys(layout))
    whole = Edit(chosen, text, edit.kinds if edit else (), edit.about if edit else None)
    return (whole, names_used) if text != report.text else None


def judge(report: Read, edit: Edit, names: tuple[str, ...]) -> Judged:
    """The changes between a report and its mutant, held against the edit."""
    after = read(report.name, edit.text, report.identity)
    changes = compare(
        report.said, after.said, year=report.identity.year or 0, basis=Basis.REVISION, full=True, watched=lambda _: True
    )
    mine = [change for change in changes if _is_about(change, edit)]
    false = [_told(change) for change in changes if change not in mine]
    was, now = report.identity, after.identity
    if (was.region, was.year, was.kind, was.excerpt) != (now.region, now.year, now.kind, now.excerpt):
        false.append(f"filed as {now.region} {now.year} {now.kind} excerpt={now.excerpt} instead of {was}")
    return Judged(report.name, names, bool(edit.kinds), len(mine) == 1 and mine[0].kind in edit.kinds, false)


def _is_about(change: ChangeData, edit: Edit) -> bool:
    if isinstance(edit.about, str):
        return edit.about in change.shown.data.indicator and change.kind is ChangeKind.ADDED
    sides = [one for one in (change.before,) if one is not None]
    return edit.about is not None and any(_same(one, edit.about) for one in sides)


def _same(one: Stated, other: Stated) -> bool:
    return series_of(one) == series_of(other) and signature(one) == signature(other)


def _told(change: ChangeData) -> str:
    sides = ((one.data for one in (side,) if one) for side in (change.before, change.after))
    before, after = (" ".join(f"{one.indicator} {one.op} {one.text}" for one in side) for side in sides)
    return f"{change.kind}: {before} → {after}"


def reports(paths: Sequence[Path]) -> Iterable[tuple[str, str]]:
    """Names and texts: of the files, or of the corpus and the invented reports."""
    if not paths:
        paths = [*sorted(INVENTED.glob("*.txt")), *sorted(CORPUS.glob("unlabelled/*.txt"))]
    for path in paths:
        yield path.name, path.read_text(encoding="utf-8", errors="replace")


def run(texts: Sequence[tuple[str, str]], *, mutants: int, seed: int, only: Sequence[str] = ()) -> list[Judged]:
    """So many mutants, each of a text drawn by lot; texts that are not whole or state little are passed over."""
    random = Random(seed)
    known: dict[str, Read | None] = {}
    judged: list[Judged] = []
    for _ in range(20 * mutants):
        if len(judged) == mutants:
            break
        name, text = random.choice(texts)
        if name not in known:
            report = read(name, text)
            whole = report.identity.year and not report.identity.excerpt
            known[name] = report if whole and len(report.targets) >= 5 else None
        base = known[name]
        made = None if base is None else mutant(base, random, only)
        if base is not None and made is not None:
            judged.append(judge(base, *made))
    return judged


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make mutate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mutants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="how many failures to print")
    parser.add_argument("--edit", action="append", default=[], choices=[*MEANING, *LAYOUT], help="only these edits")
    parser.add_argument("files", nargs="*", type=Path)
    asked = parser.parse_args(arguments)
    if not asked.files and not CORPUS.is_dir():
        print("../shared is missing: the invented reports alone are edited", file=sys.stderr)
    judged = run(list(reports(asked.files)), mutants=asked.mutants, seed=asked.seed, only=asked.edit)
    return _print(judged, asked.show)


def _print(judged: Sequence[Judged], show: int) -> int:
    meant = [one for one in judged if one.meant]
    found = [one for one in meant if one.found]
    quiet = [one for one in judged if not one.meant]
    loud = [one for one in judged if one.false]
    for one in [*(one for one in meant if not one.found), *loud][:show]:
        print(f"{one.report} [{', '.join(one.edits)}] {'found' if one.found else 'NOT FOUND' if one.meant else ''}")
        for false in one.false[:4]:
            print(f"    {false}")
    unsound = sum(bool(one.false) for one in quiet)
    by = Counter(name for one in judged if one.false or (one.meant and not one.found) for name in one.edits)
    part = len(found) / len(meant) if meant else 1.0
    beside = sum(bool(one.false) for one in meant)
    print(f"{len(judged)} mutants of {len({one.report for one in judged})} reports")
    print(
        f"edits of meaning found: {len(found)} of {len(meant)} ({part:.2%}; bar {FOUND:.1%}), "
        f"{beside} with a false change beside"
    )
    print(f"edits without meaning: {unsound} of {len(quiet)} made a change (bar {FALSE})")
    print("failures by edit: " + (", ".join(f"{name} {times}" for name, times in by.most_common()) or "none"))
    return int(part < FOUND or unsound > FALSE)


if __name__ == "__main__":
    sys.exit(main())
