"""The editor's judgement: which report comes first, and which lines belong into its table."""

from collections.abc import Iterable

from storage.values import Basis, ChangeKind

from .figures import middle, split_unit
from .values import Line, ReportPart

NATION = "000000"
CHANGED = (ChangeKind.LOWERED, ChangeKind.RAISED, ChangeKind.REWORDED, ChangeKind.CONFLICT)
RESULTS = (ChangeKind.MET, ChangeKind.MISSED)
_ORDER = dict.fromkeys(CHANGED, 0) | {ChangeKind.ADDED: 1, ChangeKind.DROPPED: 2}


def ranked(parts: Iterable[ReportPart]) -> list[ReportPart]:
    """The State Council's report (国务院) first, then by weight: moves of GDP by size, revisions and conflicts of main
    targets, higher places.
    """

    def place(part: ReportPart) -> tuple[bool, bool, int, str, int, str]:
        return (
            part.example, part.region_code != NATION, -_weight(part), part.region_code, -part.year, part.title,
        )  # fmt: skip

    return sorted(parts, key=place)


def _weight(part: ReportPart) -> int:
    main = [line for line in part.lines if line.headline]
    weight = 2 * part.region_code.endswith("0000") + part.region_code.endswith("00")
    moved = [line for line in main if line.kind in CHANGED]
    weight += max((8 + _points(line) for line in moved if line.indicator_key == "gdp"), default=0)
    weight += 4 * any(line.basis is not Basis.NEXT_REPORT for line in moved)
    return 10 * weight + min(len(moved), 9) * 2 + min(len(main), 9)


def _points(line: Line) -> int:
    """How far growth moved, in half points, at most four; 0 where that is not known."""
    before, after = (None if side is None else middle(side) for side in (line.before, line.after))
    return min(4, int(2 * abs(after - before))) if before is not None and after is not None else 0


def moved_by(line: Line) -> float:
    """How far a target moved, to weigh moves against each other: in points, and of an amount in tenths of itself."""
    before, after = (None if side is None else middle(side) for side in (line.before, line.after))
    if line.kind not in CHANGED or before is None or after is None or line.before is None or line.after is None:
        return 0.0
    (base, factor), (base_after, factor_after) = split_unit(line.before.unit or ""), split_unit(line.after.unit or "")
    if base != base_after:
        return 0.0
    before, after = before * factor, after * factor_after
    if base == "%":
        return float(abs(after - before))
    return 10 * float(abs(after - before)) / max(abs(float(before)), abs(float(after)), 1.0)


def ordered(lines: Iterable[Line]) -> list[Line]:
    """Changed, then new, then no longer stated, then results; GDP before the rest, otherwise as the report has them."""
    return sorted(lines, key=lambda line: (_ORDER.get(line.kind, 3), line.indicator_key != "gdp"))


def main_lines(part: ReportPart, basis: Basis) -> list[Line]:
    """The lines of a report's table for a basis: main targets; of revisions and conflicts all."""
    wanted = (line for line in part.lines if line.basis is basis and line.kind not in RESULTS)
    return ordered(line for line in wanted if line.headline or basis is not Basis.NEXT_REPORT)


def is_first(part: ReportPart) -> bool:
    """Nothing to compare with: every main target is new."""
    lines = main_lines(part, Basis.NEXT_REPORT)
    return bool(lines) and all(line.kind is ChangeKind.ADDED for line in part.lines)


def is_longer(line: Line) -> bool:
    """Whether a target is for another year or a span of years than its report's own."""
    shown = line.after or line.before
    return shown is not None and shown.period not in (None, str(shown.report_year))
