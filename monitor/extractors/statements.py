"""The front door: a report's text → what it states, each number with its words, role, period and place. Pure.

`extract` never raises for a text, however broken; a text that states nothing gives an empty list.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from monitor.extractors.clauses import Clause, Slot, clauses_of, slots_of
from monitor.extractors.decoys import labels_in, why_decoy
from monitor.extractors.indicators import VERBS, split_verb, trim_leading, trim_trailing
from monitor.extractors.periods import PLAN, Span, plan_span, year_of
from monitor.extractors.quantities import Quantity, find_phrases, find_quantities
from monitor.extractors.relatives import Relation, find_relations
from monitor.extractors.script import Script, read_script
from monitor.extractors.sections import Sentence, read_sections
from monitor.extractors.units import UnitKind
from storage.values import About, Measure, Op, Role, StatementData

COMMITMENT = re.compile(r"力争|确保|争取|努力|全力|必须|坚决")
DEADLINE = re.compile(
    r"(?:到|至|截至|力争)?(?<!\d)((?:19|20)\d\d)年(?:底|末)?(?:前|之前|以前)?|“(十[一二三四五])五”(?:末|期末|末期|规划期末)"
)


def extract(text: str, about: About) -> list[StatementData]:
    """What `text` states, in its order; offsets index `text` as it was given.

    `about.year` is the year the report plans for; without it the text's own headings are asked.
    """
    script = read_script(text)
    plain = script.plain
    quantities = _quantities(plain)
    starts = [quantity.start for quantity in quantities]
    found: list[StatementData] = []
    for sentence in read_sections(plain, about):
        inside = quantities[bisect_left(starts, sentence.start) : bisect_right(starts, sentence.end)]
        found.extend(_read_sentence(script, sentence, inside))
    return found


def _quantities(plain: str) -> list[Quantity]:
    """All quantities and phrases outside labels, in order, none overlapping."""
    labels = labels_in(plain)
    label_starts = [start for start, _ in labels]
    kept: list[Quantity] = []
    for quantity in sorted([*find_quantities(plain), *find_phrases(plain)], key=lambda q: (q.start, -q.end)):
        at = bisect_right(label_starts, quantity.start) - 1
        if at >= 0 and quantity.start < labels[at][1]:
            continue
        if kept and quantity.start < kept[-1].end:
            continue
        kept.append(quantity)
    return kept


@dataclass(slots=True)
class _Memory:
    """What a sentence has said so far, for the numbers that do not name what they measure."""

    indicator: str = ""
    noun: str = ""
    verb: str = ""


def _read_sentence(script: Script, sentence: Sentence, quantities: list[Quantity]) -> Iterator[StatementData]:
    plain = script.plain
    memory = _Memory()
    for clause in clauses_of(plain, sentence.start, sentence.end, quantities):
        for relation in find_relations(plain, clause.start, clause.end):
            yield _relative(script, sentence, relation, memory)
        stated = tuple(q for q in clause.quantities if why_decoy(plain, clause.start, clause.end, q) is None)
        if stated:
            yield from _read_clause(script, sentence, replace(clause, quantities=stated), memory)


def _read_clause(script: Script, sentence: Sentence, clause: Clause, memory: _Memory) -> Iterator[StatementData]:
    plain = script.plain
    words = plain[clause.start : clause.end]
    at = words.find("分别")
    if at >= 0 and clause.quantities[-1].start > clause.start + at:
        yield from _read_distributive(script, sentence, clause, clause.start + at, memory)
        return
    for slot in slots_of(plain, clause, VERBS):
        yield _numeric(script, sentence, clause, slot, memory)


SUBJECT_LINK = re.compile(r"、|和|与|及|以及")
SHARED_TAIL = re.compile(
    r"(?:(?:产业|行业|企业)?(?:增加值|总产值|产值)|(?:常住)?居民(?:人均)?(?:可支配|纯)?收入|人均可支配收入|业务量|销售额|投资|案件|贷款|增长率|营业收入|事项[^、]{0,6}|办结时限|面积|产量|"
    r"率|比重|占比|标准|人次|收入|支出|余额|规模|数量|数|额|量|值|企业|项目|户数)$"
)
CITY_COUNTRY = {
    "城乡": ("城镇", "农村"),
    "一二三产业": ("一产", "二产", "三产"),
    "一二三产": ("一产", "二产", "三产"),
    "一、二、三产业": ("一产", "二产", "三产"),
}


def _read_distributive(
    script: Script, sentence: Sentence, clause: Clause, at: int, memory: _Memory
) -> Iterator[StatementData]:
    plain = script.plain
    early = tuple(q for q in clause.quantities if q.start < at)
    late = tuple(q for q in clause.quantities if q.start > at)
    if early:
        for slot in slots_of(plain, Clause(clause.start, at, early), VERBS):
            yield _numeric(script, sentence, clause, slot, memory)
    start = early[-1].right if early else clause.start
    subject = trim_trailing(trim_leading(plain[start:at].lstrip("、和的")))[0]
    if not subject:
        subject = memory.indicator
    predicate = plain[at + 2 : late[0].left]
    members = _members(subject, len(late))
    hedge = late[-1].op
    for member, quantity in zip(members, late, strict=True):
        if quantity.op is Op.EXACT and quantity.right == quantity.end and hedge in (Op.ABOUT, Op.AT_LEAST, Op.AT_MOST):
            if late[-1].right > late[-1].end or (late[0].left < late[0].start):
                quantity = replace(quantity, op=hedge if late[-1].right > late[-1].end else late[0].op)
        yield _numeric(script, sentence, clause, Slot(quantity, member + predicate, "", False, False), memory)


def _members(subject: str, count: int) -> list[str]:
    """The `count` things that 分别 deals numbers to; all of them together when they cannot be told apart."""
    if count == 1:
        return [subject]
    for word, members in CITY_COUNTRY.items():
        if word in subject and len(members) == count:
            return [subject.replace(word, member, 1) for member in members]
    parts = [part for part in SUBJECT_LINK.split(subject) if part]
    if len(parts) > count:
        parts = [part for part in subject.split("、") if part]
    if len(parts) != count:
        return [subject] * count
    tail = SHARED_TAIL.search(parts[-1])
    if tail and len(tail[0]) < len(parts[-1]):
        return [part if SHARED_TAIL.search(part) else part.removesuffix("等") + tail[0] for part in parts]
    return parts


def _numeric(script: Script, sentence: Sentence, clause: Clause, slot: Slot, memory: _Memory) -> StatementData:
    quantity = slot.quantity
    before, seen, _ = trim_trailing(slot.before)
    measure, value = _measure(quantity, slot, seen)
    indicator = _indicator(slot, before, memory)
    start, end = script.saved(quantity.start, quantity.end)
    sentence_start, sentence_end = script.saved(sentence.start, sentence.end)
    period = _period(script.plain, sentence, quantity, measure, seen, indicator)
    commitment = COMMITMENT.search(script.plain, clause.start, quantity.start)
    return StatementData(
        start=start,
        end=end,
        text=script.text[start:end],
        role=sentence.role,
        indicator=indicator,
        measure=measure,
        op=quantity.op,
        value=value,
        value_hi=quantity.value_hi,
        unit=quantity.unit,
        reference=None,
        period=period,
        headline=sentence.headline,
        sentence_start=sentence_start,
        sentence_end=sentence_end,
        commitment=commitment[0] if commitment else "",
        rules=(sentence.rule, quantity.rule),
    )


COUNTED = frozenset({UnitKind.COUNTER, UnitKind.SIZE, UnitKind.MONEY})
AFTER_STOP = re.compile(r"^(?:的)?(?:增长|增速|目标|水平|规模|台阶|大关|增幅|速度|任务|左右)?(?:$|的)")
AFTER_CUT = re.compile(r"、(?=[^、]{0,8}(?:加快|推动|推进|实现|促进|全面|带动|建设|打造|完成))|；")
ENUMERATED = re.compile(r"[^、，]{1,40}(?:、[^、，]{1,40})+等$|[^、，]{1,40}(?:、[^、，]{1,40})+$")
GENERIC = re.compile(
    r"^(?:总)?(?:产值|规模|总量|增速|占比|比重|总投资|投资|面积|供给率|化解率|满意率|办结率|开工率|营业收入|收入|利润|税收|产量|总额|数量|增长率|增幅|营收|主营业务收入|年产值|投资额|交易额|销售额|覆盖率|完成率|达标率|合格率|年均|其中|资金|[^，]{0,3}率)$"
)


def _indicator(slot: Slot, before: str, memory: _Memory) -> str:
    before = trim_leading(before)
    after = slot.after
    cut = AFTER_CUT.search(after)
    if cut:
        after = after[: cut.start()]
    if slot.attribute or AFTER_STOP.match(after):
        after = ""
    after = trim_trailing(after.lstrip("的"))[0] if after else ""
    if before.endswith("等") and after:
        named = before[:-1]
        verb, rest = split_verb(named)
        if "、" in rest:
            before = verb
    indicator = before + after
    if not indicator:
        return memory.indicator
    if slot.linked and memory.verb and not split_verb(before)[0]:
        if not before or slot.quantity.kind in COUNTED:
            indicator = memory.verb + indicator
    elif GENERIC.match(indicator) and memory.noun:
        indicator = memory.noun + indicator
    verb, noun = split_verb(indicator)
    memory.indicator = indicator
    memory.verb = verb
    if noun and not GENERIC.match(noun):
        memory.noun = noun
    return indicator


def _measure(quantity: Quantity, slot: Slot, seen: frozenset[str]) -> tuple[Measure, float | None]:
    value = quantity.value
    falls = "fall" in seen
    changes = (falls or "rise" in seen) and "to" not in seen
    signed = -value if falls and value is not None else value
    if quantity.kind is UnitKind.POINTS:
        return Measure.DELTA, signed
    if quantity.kind is UnitKind.SHARE:
        if "rise" in seen or falls:
            if changes or re.search(r"增速|增幅|涨幅|增长率|降幅", slot.before[-14:]):
                return Measure.GROWTH, signed
        if re.match(r"(?:以上|左右)?的?(?:增长|增速)", slot.after):
            return Measure.GROWTH, value
        fall = re.match(rf".*?(?:压减|压缩|削减|压降|下调|减少|降低|下降)(?!.*(?:到|至)$)", slot.before)
        if fall and "to" not in seen and not re.search(r"率|占比|比重|比例", slot.before):
            return Measure.GROWTH, -value if value is not None else None
        return Measure.RATIO, value
    if quantity.kind is UnitKind.TIMES:
        return (Measure.GROWTH if changes or quantity.unit in ("番", None) else Measure.RATIO), value
    if quantity.kind is UnitKind.RANK:
        return Measure.RANK, value
    if changes and before_noun(slot):
        return Measure.DELTA, signed
    fall = re.match(r".*?(?:压减|减少|降低|削减|节约)(?!.*(?:到|至)$)", slot.before)
    if fall and "to" not in seen and not slot.after:
        return Measure.DELTA, -value if value is not None else None
    return Measure.LEVEL, value


def before_noun(slot: Slot) -> bool:
    """Whether a word of change stands right before the number and no noun follows it."""
    return not slot.after or slot.after.startswith(("、", "，", "的"))


ENDPOINT = re.compile(
    r"达到|达|突破|超过|稳定在|保持在|提高到|提升到|增加到|跃上|迈上|站上|发展到|扩大到|占|控制在|降至|降到|为|至$|到$"
)


def _period(
    plain: str, sentence: Sentence, quantity: Quantity, measure: Measure, seen: frozenset[str], indicator: str
) -> str | None:
    for match in reversed(list(DEADLINE.finditer(plain, sentence.start, quantity.start))):
        year = plan_span(match[2]).last if match[2] else year_of(match[1])
        said = match[0].startswith(("到", "至")) or match[0][-1] in "前底末"
        if sentence.span is None or said:
            if sentence.role is Role.TARGET and sentence.span and year < sentence.span.first:
                continue
            return str(year)
    span = sentence.span
    if span is None or span.is_year:
        return str(span) if span else None
    if measure in (Measure.RATIO, Measure.RANK):
        return str(span.last)
    if measure is Measure.LEVEL and ENDPOINT.search(plain, max(sentence.start, quantity.start - 8), quantity.start):
        if not split_verb(indicator)[0]:
            return str(span.last)
    return str(span)


def _relative(script: Script, sentence: Sentence, relation: Relation, memory: _Memory) -> StatementData:
    start, end = script.saved(relation.start, relation.end)
    sentence_start, sentence_end = script.saved(sentence.start, sentence.end)
    indicator = trim_trailing(trim_leading(relation.head))[0] or memory.indicator
    memory.indicator = indicator
    span = sentence.span
    return StatementData(
        start=start,
        end=end,
        text=script.text[start:end],
        role=sentence.role,
        indicator=indicator,
        measure=Measure.RELATIVE,
        op=relation.op,
        value=None,
        value_hi=None,
        unit=None,
        reference=relation.reference,
        period=str(span) if span else None,
        headline=sentence.headline,
        sentence_start=sentence_start,
        sentence_end=sentence_end,
        rules=(sentence.rule, relation.rule),
    )
