"""The tables of one report, with the sentences they rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from storage.values import Basis, ChangeKind, Measure

from .edition import Detail, Quote, Table
from .figures import label, said
from .outgoing import clean, web_address
from .ranking import RESULTS, is_first, is_longer, main_lines
from .rows import line_name, row
from .sentences import fragments
from .values import Figure, Line, ReportPart
from .words import Words

_BESIDE = 100  # characters of each of two readings: enough to see the difference
_NAMED = 3  # indicators named above a quotation


def tables(part: ReportPart, words: Words, detail: Detail) -> tuple[Table, ...]:
    """Corrections, revisions, conflicts, the main targets, what became of the last ones; only those that have rows."""
    made = (
        _pair_table(part, Basis.CORRECTION, words, detail),
        _pair_table(part, Basis.REVISION, words, detail),
        _pair_table(part, Basis.CONFLICT, words, detail),
        _main_table(part, words, detail),
        _longer_table(part, words, detail),
        _results_table(part, words, detail),
    )
    return tuple(table for table in made if table.rows or table.unchanged)


def _main_table(part: ReportPart, words: Words, detail: Detail) -> Table:
    """The main targets of the report's own year."""
    lines = [line for line in main_lines(part, Basis.NEXT_REPORT) if not is_longer(line)]
    title = words["first_targets" if is_first(part) else "main_targets"]
    return replace(_target_table(title, lines, words, detail), unchanged=_unchanged(part, words, detail))


def _longer_table(part: ReportPart, words: Words, detail: Detail) -> Table:
    """Main targets for another year or a span of years: those of a five-year plan, in the same report."""
    lines = [line for line in main_lines(part, Basis.NEXT_REPORT) if is_longer(line)]
    return _target_table(words["longer_targets"], lines, words, detail)


def _target_table(title: str, lines: Sequence[Line], words: Words, detail: Detail) -> Table:
    """A column without a single figure is left out, and so is that of the changes when everything is new."""
    shown = lines[: detail.main]
    compared = any(line.before for line in lines)
    heads = (
        words["indicator"],
        year_head([line.before for line in lines], "target_of", "target_before", words),
        year_head([line.outturn for line in lines], "outturn_of", "outturn_before", words),
        year_head([line.after for line in lines], "target_of", "target_after" if compared else "target", words),
        words["change"] if compared else "",
    )
    return Table(
        title=title,
        heads=heads,
        rows=tuple(row(line, words) for line in shown),
        quotes=_evidence(shown, words, detail),
        legend=words["legend"] if any(line.outturn and line.judged for line in shown) else "",
        more=len(lines) - len(shown),
    )


def _pair_table(part: ReportPart, basis: Basis, words: Words, detail: Detail) -> Table:
    """Corrections, revisions and conflicts: both readings side by side, with the sentences."""
    lines = main_lines(part, basis)
    shown = lines[: detail.main]
    if basis is Basis.CORRECTION:
        title, heads = words["corrections"], (words["wrongly"], "", words["rightly"], "")
        quotes = _evidence(shown, words, detail)  # one sentence, read in two ways
    elif basis is Basis.REVISION:
        title, heads = words["revisions"], (words["wording_before"], "", words["wording_after"], words["change"])
        notes = (words["before_revision"], words["after_revision"])
        quotes = tuple(_both_sides(shown, notes, words, detail))
    else:
        title, heads = words["conflicts"], (*_publisher_heads(shown, words), "")
        quotes = tuple(_both_sides(shown, ("", ""), words, detail))
    rows = tuple(row(line, words) for line in shown)
    return Table(title, (words["indicator"], *heads), rows, quotes, more=len(lines) - len(shown))


def _publisher_heads(lines: Sequence[Line], words: Words) -> tuple[str, str, str]:
    """The two publishers as column heads when they are the same two throughout; else the plain words."""
    firsts = {clean(line.before.publisher, 24) for line in lines if line.before}
    seconds = {clean(line.after.publisher, 24) for line in lines if line.after}
    if len(firsts) == len(seconds) == 1 and all(firsts | seconds):
        return firsts.pop(), "", seconds.pop()
    return f"{words['publisher']} 1", "", f"{words['publisher']} 2"


def _both_sides(lines: Sequence[Line], notes: tuple[str, str], words: Words, detail: Detail) -> Iterable[Quote]:
    detail = replace(detail, quote=min(detail.quote, _BESIDE))
    for line in lines if detail.quote else ():
        for side, note in zip((line.before, line.after), notes, strict=True):
            if side is not None:
                name = line_name(line, words.language)
                yield _quote([side], (name,), note or _witness(side, words), words, detail)


def _witness(figure: Figure, words: Words) -> str:
    return clean(figure.publisher, 40) or words("evidence_of", year=figure.report_year)


def _results_table(part: ReportPart, words: Words, detail: Detail) -> Table:
    told = {_identity(line) for line in part.lines if line.outturn is not None and line.headline}
    lines = [line for line in part.lines if line.kind in RESULTS and _identity(line) not in told]
    lines.sort(key=lambda line: (not line.headline, line.kind is ChangeKind.MET))
    shown = lines[: max(detail.tail, 1)]
    heads = (
        words["indicator"],
        year_head([line.before for line in lines], "target_of", "target_before", words),
        "",
        _result_head([line.after for line in lines], words),
        words["result"],
    )
    rows = tuple(row(line, words) for line in shown)
    quotes = _evidence([line for line in shown if line.headline], words, detail)
    return Table(words["results"], heads, rows, quotes, more=len(lines) - len(shown))


def _result_head(figures: Sequence[Figure | None], words: Words) -> str:
    return year_head(figures, "outturn_of", "outturn", words)


def _identity(line: Line) -> tuple[str, str]:
    """Which series a line is about, within one report."""
    shown = line.before or line.after
    assert shown is not None, "a line has at least one side"
    return line.indicator_key or line.indicator, shown.measure.value


def year_head(figures: Sequence[Figure | None], with_year: str, without: str, words: Words) -> str:
    """`2024 目标` when all figures of a column are for one year, else 原目标; "" when there is no figure."""
    if not any(figures):
        return ""
    years = {figure.period or str(figure.report_year) for figure in figures if figure is not None}
    if len(years) == 1 and (year := years.pop()).isdecimal():
        return words(with_year, year=year)
    return words[without]


def _evidence(lines: Sequence[Line], words: Words, detail: Detail) -> tuple[Quote, ...]:
    """Each sentence once, with all the indicators it speaks of."""
    if not detail.quote:
        return ()
    groups: dict[tuple[str, str], list[tuple[Line, Figure]]] = {}
    for line in lines:
        figure = line.after or line.before
        if figure is not None and figure.sentence:
            groups.setdefault((figure.sentence, figure.url), []).append((line, figure))
    return tuple(
        _quote(
            [figure for _, figure in group],
            tuple(dict.fromkeys(line_name(line, words.language) for line, _ in group)),
            words("evidence_of", year=group[0][1].report_year),
            words,
            detail,
        )
        for group in groups.values()
    )


def _quote(figures: Sequence[Figure], names: tuple[str, ...], note: str, words: Words, detail: Detail) -> Quote:
    listed = words["list_comma"].join(names[:_NAMED])
    if len(names) > _NAMED:
        listed = words("and_others", list=listed, n=len(names))
    url = web_address(figures[0].kept_url) or web_address(figures[0].url)
    return Quote(f"{note}{words['colon']}{listed}", fragments(figures, detail.quote), url)


def _unchanged(part: ReportPart, words: Words, detail: Detail) -> str:
    items = []
    for steady in part.unchanged[: detail.main]:
        falls = steady.figure.value is not None and steady.figure.value < 0
        name = label(
            steady.indicator, steady.name_en, steady.indicator_key, steady.figure.measure, words.language, falls=falls
        )
        signed = steady.figure.measure is not Measure.GROWTH or falls
        items.append(f"{name} {said(steady.figure, words.language, signed=signed)}")
    return words("unchanged", list=words["list_comma"].join(items)) if items else ""
