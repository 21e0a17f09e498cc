"""Short ways to say a statement in a test."""

from itertools import count

from storage.values import Kind, Measure, Op, Role, Stated, StatementData

_ids = count(1)


def stated(
    indicator: str,
    value: float | None,
    unit: str | None = "%",
    *,
    key: str = "",
    year: int = 2026,
    measure: Measure = Measure.GROWTH,
    op: Op = Op.EXACT,
    hi: float | None = None,
    reference: str | None = None,
    role: Role = Role.TARGET,
    period: str | None = "report year",
    headline: bool = True,
    region: str = "990100",
) -> Stated:
    """A kept statement; its offsets are made up, its key is the words unless one is given."""
    number = next(_ids)
    said_for = {"report year": str(year)}.get(period or "", period)
    data = StatementData(
        start=number * 10, end=number * 10 + 2, text=f"{value}{unit}", role=role, indicator=indicator, measure=measure,
        op=op, value=value, value_hi=hi, unit=unit, reference=reference, period=said_for, headline=headline,
        sentence_start=number * 10, sentence_end=number * 10 + 9,
    )  # fmt: skip
    return Stated(number, 1, 1, region, Kind.WORK_REPORT, year, key or indicator, data)
