"""A map of the provinces as tiles: each the same size, about where it lies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.catalogue.regions import region
from monitor.comparing.ledger import LedgerEntry
from monitor.comparing.series import magnitude
from monitor.console.answers import Reader
from monitor.console.figures import Shown, shown
from monitor.console.saying import region_name
from monitor.digest.stories import short_place

# Rows from north to south, columns from west to east; "" is no province.
ROWS = (
    ("", "", "", "", "", "", "", "23"),
    ("", "", "", "", "", "15", "22", ""),
    ("65", "62", "64", "14", "13", "11", "21", ""),
    ("", "63", "61", "41", "37", "12", "", ""),
    ("54", "51", "50", "42", "34", "32", "31", ""),
    ("", "53", "52", "43", "36", "33", "", ""),
    ("", "", "45", "44", "", "35", "71", ""),
    ("", "", "46", "82", "81", "", "", ""),
)
CLASSES = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """One province: where it is drawn, what it aims at, in which of five classes; 0 is none."""

    column: int
    row: int
    name: str
    lines: tuple[str, ...]  # of its short name
    url: str
    figure: Shown | None
    rank: int


def tiles(entries: Iterable[LedgerEntry], year: int, who: Reader) -> list[Tile]:
    """All 34, in reading order; [] where no province states a target of the year."""
    first: dict[str, LedgerEntry] = {}
    for entry in sorted(entries, key=lambda one: (not one.target.data.headline, one.target.data.start)):
        if entry.target.year == year:
            first.setdefault(entry.target.region, entry)
    places = [(code + "0000", x, y) for y, row in enumerate(ROWS) for x, code in enumerate(row) if code]
    if not any(code in first for code, _, _ in places):
        return []
    limits = breaks([_size(first[code]) for code, _, _ in places if code in first])
    return [_tile(code, x, y, first.get(code), limits, who) for code, x, y in places]


def breaks(sizes: Sequence[float | None]) -> list[float]:
    """The upper limits of four classes of about the same number; what is above them all is the fifth."""
    known = sorted(size for size in sizes if size is not None)
    return [known[(len(known) - 1) * step // CLASSES] for step in range(1, CLASSES)] if known else []


def _tile(code: str, x: int, y: int, entry: LedgerEntry | None, limits: Sequence[float], who: Reader) -> Tile:
    value = _size(entry) if entry else None
    return Tile(
        column=x,
        row=y,
        name=region_name(code, who.words),
        lines=tuple(_short(code, who).split(" ", 1)),
        url=who.link(f"/regions/{code}"),
        figure=shown(entry.target, who) if entry else None,
        rank=0 if value is None else 1 + sum(value > limit for limit in limits),
    )


def _short(code: str, who: Reader) -> str:
    """吉林, Jilin."""
    known = region(code)
    if known is None:
        return code
    if who.language == "zh":
        return min(known.aliases, key=len, default=known.name)
    return short_place(known.english).removesuffix(" Province")


def _size(entry: LedgerEntry) -> float | None:
    found = magnitude(entry.target.data)
    return found.middle if found else None
