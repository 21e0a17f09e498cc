"""The front door: a report's text → what it states, each number with its words, role, period and place. Pure.

`extract` never raises for a text, however broken; a text that states nothing gives an empty list.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from monitor.extractors.baselines import baselines_of, built_on, without_baseline, without_basis
from monitor.extractors.clauses import Clause, Slot, clauses_of, slots_of
from monitor.extractors.commitments import commitment_of
from monitor.extractors.dealing import DEALS, Dealt, deal_on, deal_out
from monitor.extractors.decoys import labels_in, why_decoy
from monitor.extractors.distributive import share_in_front
from monitor.extractors.indicators import indicator_of, shared_tails
from monitor.extractors.marks import paired
from monitor.extractors.measures import measure_of, measure_of_gap, without_cut
from monitor.extractors.memory import Memory
from monitor.extractors.periods import Span, period_of
from monitor.extractors.quantities import Quantity, find_phrases, find_quantities
from monitor.extractors.relatives import SIGNAL, Relation, find_relations
from monitor.extractors.report_year import report_year
from monitor.extractors.roles import goes_back, looks_back
from monitor.extractors.script import Script, read_script
from monitor.extractors.sections import Sentence, read_sections
from monitor.extractors.tables import find_tables, stated_in
from monitor.extractors.units import UnitKind
from monitor.extractors.words import VERB, trim_leading, trim_trailing
from storage.values import About, Measure, Op, Role, StatementData

MOST_IN_CLAUSE = 60  # more without a comma is a broken table, or noise
MOST, MOST_PER_CENT = 1e13, 1e5  # larger than any report's: a run of digits, or 百分之一百亿
TELLING = 20  # a sentence so long is not said twice unless the text was doubled
SPOILT = "unreadable words beside"  # a run of mojibake in the sentence: to be checked by eye
INVESTED = ("投资", "总投资", "计划投资")
DONE_WITH_IT = re.compile(
    rf"(?:{VERB.pattern})了?(?:[\d.]+[余多]?[万千百]?[个处条座所项座公里户亩套台栋]+(?:及?以上|左右)?的?)?(?P<noun>[\u4e00-\u9fff“”、]{{3,18}}?)(?=[\d，；。（]|等)"
)
BINDING = re.compile(r"[^，。；、]{0,6}[（，](预期性|约束性)")
PassedOver = Callable[[Quantity, str], None]


def extract(text: str, about: About) -> list[StatementData]:
    """What `text` states, in its order; offsets index `text` as it was given.

    `about.year` is the year the report plans for; without it the text's own headings are asked.
    """
    return extract_script(read_script(text), about, _nobody_asks)


def extract_script(script: Script, about: About, passed_over: PassedOver) -> list[StatementData]:
    """The same of a text that was read already; `passed_over` hears of each number that states nothing, and why."""
    quantities = _quantities(script.plain, passed_over)
    starts = [quantity.start for quantity in quantities]
    found: list[StatementData] = []
    memory = Memory()
    read_before: set[str] = set()  # a page may hold its report twice
    back = False  # the paragraph tells of the year behind
    for sentence in read_sections(script.plain, about):
        if sentence.opens_paragraph:
            memory, back = Memory(), False
        inside = quantities[bisect_left(starts, sentence.start) : bisect_right(starts, sentence.end)]
        words = script.plain[sentence.start : sentence.end]
        back = sentence.role is Role.TARGET and goes_back(words, back)
        if back:
            sentence = _turned_back(sentence)
        if len(words) >= TELLING and words in read_before:
            for quantity in inside:
                passed_over(quantity, "repeated")
            continue
        read_before.add(words)
        memory.begin_sentence()
        read = _Reader(script, sentence, memory, passed_over).read(inside)
        found.extend(sorted(read, key=lambda statement: statement.start))
    return _with_tables(found, script, about)


def _with_tables(found: list[StatementData], script: Script, about: About) -> list[StatementData]:
    """`found`, where tables stand replaced by what their cells state."""
    tables = find_tables(script.text)
    if not tables:
        return found
    year = report_year(script.plain, about)
    starts = [table.start for table in tables]
    outside = [
        one for one in found if one.start >= tables[bisect_right(starts, one.start) - 1].end or one.start < starts[0]
    ]
    stated = [one for table in tables for one in stated_in(table, script.text, year)]
    return sorted([*outside, *stated], key=lambda statement: statement.start)


def _nobody_asks(_quantity: Quantity, _why: str) -> None: ...


def _quantities(plain: str, passed_over: PassedOver) -> list[Quantity]:
    """All quantities and phrases outside labels, in order, none overlapping."""
    labels = labels_in(plain)
    label_starts = [start for start, _ in labels]
    kept: list[Quantity] = []
    for quantity in sorted([*find_quantities(plain), *find_phrases(plain)], key=lambda q: (q.start, -q.end)):
        at = bisect_right(label_starts, quantity.start) - 1
        if at >= 0 and quantity.start < labels[at][1]:
            passed_over(quantity, "in a name")
        elif abs(quantity.value or 0) > (MOST_PER_CENT if quantity.kind is UnitKind.SHARE else MOST):
            passed_over(quantity, "absurd")
        elif not kept or quantity.start >= kept[-1].end:
            kept.append(quantity)
    return kept


def _turned_back(sentence: Sentence) -> Sentence:
    """`sentence`, of a plan, where it says what was in the year before."""
    span = Span(sentence.span.first - 1, sentence.span.first - 1) if sentence.span else None
    return replace(sentence, role=Role.OUTTURN, span=span, headline=False, rule="role: clause")


class _Reader:
    """Reads one sentence; `memory` goes on from sentence to sentence of a paragraph."""

    def __init__(self, script: Script, sentence: Sentence, memory: Memory, passed_over: PassedOver) -> None:
        self._script = script
        self._sentence = sentence
        self._memory = memory
        self._passed_over = passed_over
        self._baselines: dict[int, Quantity] = {}

    def read(self, quantities: Sequence[Quantity]) -> Iterator[StatementData]:
        """What the sentence states; `quantities` are all that lie in it."""
        plain, start, end = self._script.plain, self._sentence.start, self._sentence.end
        if not quantities and not SIGNAL.search(plain, start, end):
            self._memory.hear(plain[start:end])
            return
        self._baselines = baselines_of(plain, quantities)
        started = {quantity.start: quantity for quantity in self._baselines.values()}
        started |= built_on(plain, start, end, quantities)
        for quantity in started.values():
            self._passed_over(quantity, "baseline")
        ahead = self._sentence
        back = False
        for clause in clauses_of(plain, start, end, [q for q in quantities if q.start not in started]):
            back = ahead.role is Role.TARGET and looks_back(plain[clause.start : clause.end], back)
            self._sentence = _turned_back(ahead) if back else ahead
            stated = self._stated(clause)
            if stated:
                yield from self._clause(replace(clause, quantities=stated))
            else:
                self._memory.hear(without_basis(plain[clause.start : clause.end]))
            for relation in find_relations(plain, clause.start, clause.end):
                statement = self._relative(clause, relation)
                if statement.indicator:
                    yield statement

    def _stated(self, clause: Clause) -> tuple[Quantity, ...]:
        """The quantities of a clause that state something; where there are more than anyone writes, none does."""
        stated: list[Quantity] = []
        crowded = len(clause.quantities) > MOST_IN_CLAUSE
        for quantity, behind in zip_longest(clause.quantities, clause.quantities[1:]):
            decoy = "crowd" if crowded else why_decoy(self._script.plain, clause.start, clause.end, quantity, behind)
            if decoy is None:
                stated.append(quantity)
            else:
                self._passed_over(quantity, decoy)
        return tuple(stated)

    def _clause(self, clause: Clause) -> Iterator[StatementData]:
        plain = self._script.plain
        dealt = plain.find(DEALS, clause.start, clause.quantities[-1].start)
        early = [quantity for quantity in clause.quantities if dealt < 0 or quantity.start < dealt]
        late = list(clause.quantities[len(early) :])
        slots = slots_of(plain, Clause(clause.start, dealt if late else clause.end, tuple(early)))
        spent = self._spent_on(clause, slots[0]) if slots else None
        if spent is not None:
            self._memory.spend_on(spent)
        goes_on = [] if late else deal_on(slots, self._memory)
        if goes_on:
            yield from self._deal(clause, goes_on)
            return
        for slot, tail in zip(share_in_front(slots), shared_tails(slots), strict=True):
            if slot.quantity.start in self._baselines:
                slot = replace(slot, before=without_baseline(slot.before))
            yield self._numeric(clause, slot, indicator_of(slot, self._memory, tail))
        if late:
            start = early[-1].right if early else clause.start
            yield from self._deal(clause, deal_out(plain, start, dealt, late, self._memory, self._baselines.keys()))

    def _spent_on(self, clause: Clause, slot: Slot) -> str | None:
        """What the clause behind says is done with a sum that opens its sentence or item: 投资730万元，新建公路13公里.

        "" where it does not say it plainly, None for any other number.
        """
        plain, end = self._script.plain, clause.end
        item = plain[clause.start - 1 : clause.start] in ("；", ";")
        if slot.quantity.kind is not UnitKind.MONEY or slot.after or not (item or clause.start == self._sentence.start):
            return None
        if trim_leading(trim_trailing(slot.before)[0]) not in INVESTED:
            return None
        if plain[end : end + 1] != "，":
            return "" if item else None
        done = DONE_WITH_IT.match(plain, end + 1, self._sentence.end)
        return done["noun"] if done else ""

    def _deal(self, clause: Clause, dealt: Iterable[Dealt]) -> Iterator[StatementData]:
        for slot, rules in dealt:
            yield self._numeric(clause, slot, indicator_of(slot, self._memory, dealt=True), rules)

    def _numeric(self, clause: Clause, slot: Slot, indicator: str, dealt: tuple[str, ...] = ()) -> StatementData:
        quantity, sentence = slot.quantity, self._sentence
        before, tail = trim_trailing(slot.before)
        baseline = self._baselines.get(quantity.start)
        shared = self._memory.rule == "head: shared verb"  # 压减炼铁产能10万吨、炼钢产能8万吨
        measure, value, sort = measure_of(quantity, indicator if shared else trim_leading(before), tail, slot.after)
        if measure is Measure.RATIO and self._memory.carried and self._memory.measure is Measure.GROWTH:
            measure, sort = Measure.GROWTH, "measure: carried"  # 增长5.5%、力争6%
        if slot.compared:
            measure, value, sort = measure_of_gap(measure, value, slot.compared.sign)
        self._memory.measure = measure
        if measure in (Measure.GROWTH, Measure.DELTA):
            indicator = without_cut(indicator)
        counted = quantity.kind is UnitKind.COUNTER and bool(slot.after)
        period, years = period_of(
            self._script.plain,
            sentence.start,
            quantity,
            measure,
            indicator,
            sentence.span,
            sentence.role,
            counted,
            sentence.term,
        )
        binding = BINDING.match(self._script.plain, quantity.right, clause.end + len("（预期性"))
        return self._statement(
            quantity.start,
            quantity.end,
            indicator=indicator,
            measure=measure,
            op=quantity.op,
            value=value,
            value_hi=quantity.value_hi,
            unit=quantity.unit,
            reference=slot.compared.reference if slot.compared else None,
            period=period,
            commitment=commitment_of(self._script.plain, clause.start, quantity.start, quantity.right),
            baseline=baseline.value if baseline else None,
            binding=binding[1] if binding else "",
            rules=(
                sentence.rule,
                quantity.rule,
                *dealt,
                self._memory.rule,
                *(["baseline: from"] if baseline else []),
                sort,
                years,
            ),
        )

    def _relative(self, clause: Clause, relation: Relation) -> StatementData:
        head = trim_leading(relation.head)
        named = trim_trailing(head)[0]
        indicator = named or self._memory.indicator or head
        self._memory.rule = "head: in front" if named or not self._memory.indicator else "head: carried"
        self._memory.keep(indicator)
        span = self._sentence.span
        moved = self._script.plain[max(0, relation.start - 4) : relation.start]
        if span and self._sentence.role is Role.OUTTURN and "增" not in relation.head + moved:
            span = Span(span.last, span.last)
        return self._statement(
            relation.start,
            relation.end,
            indicator=indicator,
            measure=Measure.RELATIVE,
            op=relation.op,
            reference=relation.reference,
            period=str(span) if span else None,
            commitment=commitment_of(self._script.plain, clause.start, relation.start, relation.end),
            rules=(self._sentence.rule, relation.rule, self._memory.rule, "period: chapter"),
        )

    def _statement(
        self,
        start: int,
        end: int,
        *,
        indicator: str,
        measure: Measure,
        op: Op,
        period: str | None,
        rules: tuple[str, ...],
        value: float | None = None,
        value_hi: float | None = None,
        unit: str | None = None,
        reference: str | None = None,
        commitment: str = "",
        baseline: float | None = None,
        binding: str = "",
    ) -> StatementData:
        """The statement at `plain[start:end]`, with offsets into the saved text and what its sentence says of it."""
        sentence = self._sentence
        saved_start, saved_end = self._script.saved(start, end)
        sentence_start, sentence_end = self._script.saved(sentence.start, sentence.end)
        return StatementData(
            start=saved_start,
            end=saved_end,
            text=self._script.text[saved_start:saved_end],
            role=sentence.role,
            indicator=paired(indicator),
            measure=measure,
            op=op,
            value=value,
            value_hi=value_hi,
            unit=unit,
            reference=reference,
            period=period,
            headline=sentence.headline,
            sentence_start=sentence_start,
            sentence_end=sentence_end,
            commitment=commitment,
            binding=binding,
            baseline=baseline,
            rules=(*rules, SPOILT) if self._script.is_spoilt(sentence.start, sentence.end) else rules,
        )
