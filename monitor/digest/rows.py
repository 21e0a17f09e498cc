"""One change as a row: what it is about, its figures, how far they moved."""

from storage.values import ChangeKind, Measure

from .edition import Cell, Row
from .figures import difference, label, middle, said, short_label
from .outgoing import clean, web_address
from .owners import is_bare, owner
from .ranking import CHANGED, RESULTS
from .values import Figure, Line, Named
from .words import WORDS, Words

SIGNS = {
    ChangeKind.RAISED: "↑",
    ChangeKind.LOWERED: "↓",
    ChangeKind.REWORDED: "=",
    ChangeKind.ADDED: "+",
    ChangeKind.DROPPED: "-",
    ChangeKind.CONFLICT: "≠",
    ChangeKind.MET: "✓",
    ChangeKind.MISSED: "✗",
    ChangeKind.CORRECTED: "≠",
}


def line_name(line: Line, language: str, *, short: bool = False) -> str:
    """What a line is about, with its period where that is not the report's year."""
    shown = line.after or line.before
    assert shown is not None, "a line has at least one side"
    name_of = short_label if short else label
    name = name_of(line.indicator, line.name_en, line.indicator_key, shown.measure, language, falls=_falls(line))
    if is_bare(line.indicator) and not line.name_en and (whose := owner(line.indicator, shown)):
        name = f"{name}{WORDS[language]['open_bracket']}{whose}{WORDS[language]['close_bracket']}"
    period = "" if line.kind in RESULTS else _odd_period(shown, language)
    words = WORDS[language]
    return f"{name}{words['open_bracket']}{period}{words['close_bracket']}" if period else name


def named_label(named: Named, language: str, *, short: bool = False) -> str:
    """What figures are compared by: `GDP 增长`, `GDP growth`."""
    name_of = short_label if short else label
    return name_of(named.indicator, named.name_en, named.indicator_key, named.measure, language)


def _falls(line: Line) -> bool:
    sides = (line.before, line.after, line.outturn)
    return any(side is not None and side.value is not None and side.value < 0 for side in sides)


def _odd_period(figure: Figure, language: str) -> str:
    period = figure.period
    if period is None or period == str(figure.report_year):
        return ""
    start, _, end = clean(period, 20).partition("/")
    words = WORDS[language]
    return words("period_span", start=start, end=end) if end else words("period_year", year=start)


def figure_text(line: Line, figure: Figure | None, language: str) -> str:
    """One side of a line; growth is bare unless one of the sides falls, because the line's name says 增长."""
    if figure is None and line.kind is ChangeKind.CORRECTED:
        return WORDS[language]["left_out" if line.after else "not_stated"]
    if figure is None:
        return WORDS[language]["none"]
    signed = figure.measure is not Measure.GROWTH or _falls(line)
    return said(figure, language, signed=signed)


def row(line: Line, words: Words) -> Row:
    language = words.language
    before, outturn, after = (_cell(line, side, language) for side in (line.before, line.outturn, line.after))
    if line.told_as:
        before = Cell(f"{named_label(line.told_as, language, short=True)} {before.text}", before.url)
    if line.outturn and line.judged:
        outturn = Cell(f"{outturn.text} {SIGNS[line.judged]}", outturn.url)
    change = change_text(line, words)
    return Row(line.kind, line_name(line, language), before, outturn, after, change, SIGNS[line.kind], _bars(line))


def _cell(line: Line, side: Figure | None, language: str) -> Cell:
    return Cell(figure_text(line, side, language), web_address(side.kept_url) if side else "")


def change_text(line: Line, words: Words) -> str:
    """What became of a target: `↓ 0.5 个百分点`, 新, 未再提."""
    if line.kind is ChangeKind.ADDED:
        return words["new"]
    if line.kind is ChangeKind.DROPPED:
        return words["dropped"]
    if line.kind in RESULTS:
        return f"{SIGNS[line.kind]} {words[line.kind.value]}{_beyond(line, words)}"
    arrow = SIGNS[line.kind]
    if line.kind is ChangeKind.CORRECTED:
        return words["corrected_word"]
    if line.kind is ChangeKind.REWORDED or line.before is None or line.after is None:
        return f"{arrow} {words['reworded']}" if line.kind is ChangeKind.REWORDED else arrow
    apart = difference(line.before, line.after, words.language)
    return f"{arrow} {apart or words[f'{line.kind.value}_word']}"


def _beyond(line: Line, words: Words) -> str:
    """How far the outturn lies from the target: `，高 0.2 个百分点`."""
    if line.before is None or line.after is None:
        return ""
    apart = difference(line.before, line.after, words.language)
    target, outturn = middle(line.before), middle(line.after)
    if not apart or target is None or outturn is None:
        return ""
    return words["comma"] + words("higher" if outturn > target else "lower", n=apart)


def _bars(line: Line) -> tuple[int, int] | None:
    if (
        line.kind is ChangeKind.REWORDED
        or line.kind not in CHANGED
        or line.before is None
        or line.after is None
        or line.before.unit != line.after.unit
    ):
        return None
    before, after = middle(line.before), middle(line.after)
    if before is None or after is None:
        return None
    longest = max(abs(before), abs(after))
    if not longest or before * after < 0:
        return None
    return max(2, round(100 * abs(before) / longest)), max(2, round(100 * abs(after) / longest))
