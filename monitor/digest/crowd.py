"""Many reports on one morning: a front page of what moved most and where, to be taken in at a glance."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storage.values import Basis, ChangeKind, Measure

from .edition import Cell, Entry, Front, Move, Plan
from .figures import difference, said
from .outgoing import web_address
from .ranking import CHANGED, NATION, RESULTS, is_longer, moved_by
from .rows import SIGNS, change_text, figure_text, line_name, named_label
from .stories import figure_cell, place_name, short_name
from .tables import year_head
from .values import Figure, Line, Named, ReportPart
from .words import Words

CROWD = 3  # reports, from which on they have a front page
PLACES = 40  # named of those that moved alike
_OF_ONE = 3  # moves of one indicator before those of others
_KINDS = (ChangeKind.LOWERED, ChangeKind.RAISED, ChangeKind.REWORDED, ChangeKind.ADDED, ChangeKind.DROPPED)
MOVED = (ChangeKind.LOWERED, ChangeKind.RAISED)
Key = tuple[str, str]
Group = list[tuple[int, Line]]  # changes that are alike, each with the number of its report


@dataclass(frozen=True, slots=True)
class Standing:
    """What a report says of a main target of its own year: what changed of it, or the figure that stayed.

    `result` is the line that says what came of it in the year before.
    """

    named: Named
    line: Line | None
    steady: Figure | None = None
    result: Line | None = None

    @property
    def told(self) -> list[Line]:
        """The lines that a row of it tells."""
        return [line for line in (self.line, self.result) if line]


def leading(parts: Sequence[ReportPart]) -> list[Key]:
    """GDP where a report speaks of it, then what most of them do."""
    counts = Counter(key for part in parts for key in standings(part))
    shared = [key for key in counts if counts[key] > 1]
    return sorted(shared, key=lambda key: (key[0] != "gdp", -counts[key]))


def standings(part: ReportPart) -> dict[Key, Standing]:
    """The main targets of the report's own year, changed or not, by what they are about."""
    found: dict[Key, Standing] = {}
    results = _results(part)
    for line in part.lines:
        shown = line.after or line.before
        told = line.headline and line.kind in _KINDS and line.basis is Basis.NEXT_REPORT
        if told and shown and not is_longer(line):
            named = Named(line.indicator, line.indicator_key, line.name_en, shown.measure)
            result = results.get(_key(named))
            same = result and line.outturn and result.after and result.after.text == line.outturn.text
            found.setdefault(_key(named), Standing(named, line, None, result if same or not line.outturn else None))
    for steady in part.unchanged:
        named = Named(steady.indicator, steady.indicator_key, steady.name_en, steady.figure.measure)
        found.setdefault(_key(named), Standing(named, None, steady.figure, results.get(_key(named))))
    return found


def _results(part: ReportPart) -> dict[Key, Line]:
    """What came of the targets of the year before, where one result of each is known."""
    found: dict[Key, list[Line]] = {}
    for line in part.lines:
        if line.kind in RESULTS and line.before:
            named = Named(line.indicator, line.indicator_key, line.name_en, line.before.measure)
            found.setdefault(_key(named), []).append(line)
    return {key: lines[0] for key, lines in found.items() if len(lines) == 1}


def front_page(parts: Sequence[ReportPart], anchors: int, plan: Plan, words: Words) -> Front | None:
    """What a reader sees first of `parts`, of which the first `anchors` are told further down; None where they share
    no main target.
    """
    keys = leading(parts)
    if not keys:
        return None
    lead, all_told = keys[0], [standings(part) for part in parts]
    leads = [(index, told[lead]) for index, told in enumerate(all_told) if lead in told]
    leads.sort(key=lambda one: _weight(one[1], parts[one[0]]))
    points = _in_points(told.line for _, told in leads)
    entries = [
        _entry(parts[index], told, address(parts[index], index, anchors), points, words)
        for index, told in leads[: plan.overview]
    ]
    silent = [short_name(part, words) for part, told in zip(parts, all_told, strict=True) if lead not in told]
    groups = [group for group in _groups(all_told, lead, words) if any(index >= plan.long for index, _ in group)]
    name = named_label(leads[0][1].named, words.language, short=True)
    lines = {(index, id(line)) for index, one in leads[: plan.overview] for line in one.told}
    lines |= {(index, id(line)) for group in groups[: plan.moves] for index, line in group[:PLACES]}
    return Front(
        said=tuple(_counted(name, [told for _, told in leads], all_told, words)),
        title=words("front_title", name=name),
        heads=_heads([(parts[index].year, told) for index, told in leads], points, words),
        entries=(*_above(parts, lead, words), *entries),
        more=len(leads) - len(entries),
        silent=words("front_silent", name=name, list=_listed(silent, words)) if silent else "",
        moves=tuple(_move(group, parts, words) for group in groups[: plan.moves]),
        moves_more=max(0, len(groups) - plan.moves),
        told=frozenset(lines),
    )


def besides(part: ReportPart, index: int, front: Front | None) -> list[Line]:
    """The lines of a report, number `index` of them, that the front page does not tell."""
    if front is None:
        return list(part.lines)
    return [line for line in part.lines if (index, id(line)) not in front.told]


def _key(named: Named) -> Key:
    """In step with the economy is a growth target too."""
    measure = Measure.GROWTH if named.measure is Measure.RELATIVE else named.measure
    return named.indicator_key, measure.value


def _weight(told: Standing, part: ReportPart) -> tuple[bool, int, float, bool, str]:
    """The State Council first, then the widest moves, cuts before raises; what stayed comes last."""
    place, size, raised = len(_KINDS), 0.0, False
    if told.line is not None:
        place = max(1, _KINDS.index(told.line.kind))
        size, raised = moved_by(told.line), told.line.kind is ChangeKind.RAISED
    return part.region_code != NATION, place, -size, raised, part.region_code


def _entry(part: ReportPart, told: Standing, url: str, points: bool, words: Words) -> Entry:
    line, place = told.line, report_place(part, words)
    if line is None:
        kept = figure_cell(told.steady, words)
        return Entry(place, url, kept, _outturn(told, words), kept, words["same"], None)
    before, after = (
        Cell(figure_text(line, side, words.language), web_address(side.kept_url) if side else "")
        for side in (line.before, line.after)
    )
    if line.before and not _of_last_year(line.before, part.year):
        year = words("period_year", year=line.before.period or line.before.report_year)
        before = Cell(f"{before.text}{words['open_bracket']}{year}{words['close_bracket']}", before.url)
    outturn = _outturn(told, words)
    return Entry(place, url, before, outturn, after, _change(line, points, words), line.kind)


def _of_last_year(figure: Figure, year: int) -> bool:
    return (figure.period or str(figure.report_year)) == str(year - 1)


def _outturn(told: Standing, words: Words) -> Cell:
    """What came of last year's target, with a mark where it was met or missed."""
    line, result = told.line, told.result
    came, judged = (result.after, result.kind) if result else (None, None)
    if line and line.outturn:
        came, judged = line.outturn, line.judged
    cell = figure_cell(came, words)
    return Cell(f"{cell.text} {SIGNS[judged]}", cell.url) if judged else cell


def _change(line: Line, points: bool, words: Words) -> str:
    """`↓ 0.5` under a head that says of what, else `↓ 0.5 个百分点`."""
    whole = change_text(line, words)
    apart = line.before and line.after and difference(line.before, line.after, words.language)
    return f"{SIGNS[line.kind]} {moved_by(line):g}" if points and apart and line.kind in MOVED else whole


def address(part: ReportPart, index: int, anchors: int) -> str:
    """Where report number `index` is told: further down, if it is one of the first `anchors`, else on our page."""
    return f"#r{index + 1}" if index < anchors else web_address(part.kept_url) or web_address(part.url)


def report_place(part: ReportPart, words: Words, *, year: bool = False) -> str:
    """A report as one of many: its region, and its kind where it is not the work report."""
    mark = words["example"] if part.example else ""
    place = f"{mark}{short_name(part, words)}{f' {part.year}' if year else ''}"
    return place if part.kind.value == "work_report" else f"{place} {words[part.kind.value]}"


def _heads(leads: Sequence[tuple[int, Standing]], points: bool, words: Words) -> tuple[str, str, str, str, str]:
    """As the main table has them; a column that stays empty has none. A target of another year than the last says so
    itself.
    """
    standing = [told for _, told in leads]
    befores = [(year, told.line.before) for year, told in leads if told.line and told.line.before]
    usual = [before for year, before in befores if _of_last_year(before, year)]
    lines = [one.line for one in standing if one.line]
    steady = [one.steady for one in standing if one.steady]
    compared = bool(befores or steady)
    outturns = [line.outturn for line in lines] + [one.result.after for one in standing if one.result]
    head_before = year_head(usual or [before for _, before in befores], "target_of", "target_before", words)
    return (
        words["column_region"],
        head_before or (words["target_before"] if steady else ""),
        year_head(outturns, "outturn_of", "outturn_before", words),
        year_head(
            [*steady, *(line.after for line in lines)], "target_of", "target_after" if compared else "target", words
        ),
        "" if not compared else words["change_points"] if points else words["change"],
    )


def _in_points(lines: Iterable[Line | None]) -> bool:
    """Whether every move is one of percentage points, so that the head can say so once."""
    sides = [side for line in lines if line and line.kind in MOVED for side in (line.before, line.after)]
    return bool(sides) and all(side is not None and side.unit == "%" for side in sides)


def _above(parts: Sequence[ReportPart], lead: Key, words: Words) -> list[Entry]:
    """The regions above that have no row of their own, once each: what the others are held against."""
    known = {short_name(part, words) for part in parts}
    found: dict[str, Figure] = {}
    for around in (part.around for part in parts if part.around):
        for place in around.places:
            for named, figure in zip(around.indicators, place.figures, strict=True):
                if place.standing == "above" and figure and _key(named) == lead:
                    found.setdefault(place_name(place, words), figure)
    none = Cell(words["none"])
    return [
        Entry(name, "", none, none, figure_cell(figure, words), "", None, above=True)
        for name, figure in found.items()
        if name not in known
    ]


def _counted(
    name: str, leads: Sequence[Standing], all_told: Iterable[Mapping[Key, Standing]], words: Words
) -> Iterator[str]:
    """`GDP 增长：调低 15 份，未变 3 份`, and the same of all main targets."""
    everything = [one for told in all_told for one in told.values()]
    for what, unit, standing in ((name, "front_reports", leads), (words["front_all"], "front_targets", everything)):
        counts = Counter(one.line.kind if one.line else None for one in standing)
        told = words["comma"].join(
            words(unit, what=words[f"{kind}_word"] if kind else words["same"], n=counts[kind])
            for kind in (*_KINDS, None)
            if counts[kind]
        )
        yield f"{what}{words['colon']}{told}"


def _groups(all_told: Sequence[Mapping[Key, Standing]], lead: Key, words: Words) -> list[Group]:
    """The other main targets that moved or went, alike ones together: the widest first, of one indicator only a few
    before those of others.
    """
    found: dict[tuple[Key, str, str, str], Group] = {}
    for index, told in enumerate(all_told):
        for key, one in told.items():
            line = one.line
            if line is not None and key != lead and line.kind is not ChangeKind.ADDED:
                before, after = (said(side, words.language) if side else "" for side in (line.before, line.after))
                found.setdefault((key, line.kind.value, before, after), []).append((index, line))
    ranked = sorted(found.items(), key=lambda one: (one[1][0][1].kind not in CHANGED, -_width(one[1])))
    shown: Counter[Key] = Counter()
    first, rest = list[Group](), list[Group]()
    for (key, *_), group in ranked:
        shown[key] += 1
        (first if shown[key] <= _OF_ONE else rest).append(group)
    return [*first, *rest]


def _width(group: Group) -> float:
    """How much a move weighs: its size, and more where many made it."""
    return moved_by(group[0][1]) * (1 + min(len(group), 10) / 10)


def _move(group: Group, parts: Sequence[ReportPart], words: Words) -> Move:
    line = group[0][1]
    before, after = (figure_text(line, side, words.language) for side in (line.before, line.after))
    moved = f"{before} → {after}" if line.kind in CHANGED else f"{before}{words['comma']}{words['dropped']}"
    places = tuple(
        Cell(short_name(parts[index], words), web_address(side.kept_url) if (side := one.after or one.before) else "")
        for index, one in group[:PLACES]
    )
    others = words("and_places", list="", n=len(group)) if len(group) > PLACES else ""
    return Move(line_name(line, words.language, short=True), moved, line.kind, SIGNS[line.kind], places, others)


def _listed(names: Iterable[str], words: Words) -> str:
    names = list(dict.fromkeys(names))
    listed = words["list_comma"].join(names[:PLACES])
    return words("and_places", list=listed, n=len(names)) if len(names) > PLACES else listed
