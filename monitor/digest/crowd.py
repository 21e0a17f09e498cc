"""Many reports on one morning: one table of what they all ask for, instead of the same neighbours in each report."""

from collections import Counter
from collections.abc import Sequence

from storage.values import Basis, Measure

from .edition import Beside, Comparison
from .ranking import RESULTS, is_longer
from .rows import named_label
from .stories import figure_cell, place_name, region_name, short_place
from .values import Figure, Named, ReportPart
from .words import Words

CROWD = 3  # reports, from which on they are compared in one table
_INDICATORS = 3
_Key = tuple[str, str]


def together(parts: Sequence[ReportPart], words: Words) -> Comparison | None:
    """The targets of all `parts` side by side, for GDP and what most of them state; None where too few share any.

    Of regions above them, those are added that the parts know figures of.
    """
    stated = [_stated(part) for part in parts]
    counts = Counter(key for each in stated for key in each)
    shared = sorted((key for key in counts if counts[key] > 1), key=lambda key: (key[0] != "gdp", -counts[key]))
    chosen = shared[:_INDICATORS]
    if len(parts) < CROWD or not chosen:
        return None
    named = [next(each[key][0] for each in stated if key in each) for key in chosen]
    above = _above(parts, chosen, words)
    own = [
        Beside(
            short_place(region_name(part, words)),
            tuple(figure_cell(each[key][1] if key in each else None, words) for key in chosen),
            False,
        )
        for part, each in zip(parts, stated, strict=True)
        if any(key in each for key in chosen)
    ]
    names = {one.name for one in own}
    years = {part.year for part in parts}
    title = words("together", year=f"{min(years)}" if len(years) == 1 else f"{min(years)}–{max(years)}")
    heads = (words["column_region"], *(named_label(one, words.language, short=True) for one in named))
    return Comparison(title, heads, (*(one for one in above if one.name not in names), *own), "")


def _stated(part: ReportPart) -> dict[_Key, tuple[Named, Figure]]:
    """The main targets of the report's own year, by what they are about."""
    found: dict[_Key, tuple[Named, Figure]] = {}
    for line in part.lines:
        told = line.headline and line.kind not in RESULTS and line.basis is not Basis.CONFLICT
        if told and line.after and not is_longer(line):
            named = Named(line.indicator, line.indicator_key, line.name_en, line.after.measure)
            found.setdefault(_key(named), (named, line.after))
    for steady in part.unchanged:
        named = Named(steady.indicator, steady.indicator_key, steady.name_en, steady.figure.measure)
        found.setdefault(_key(named), (named, steady.figure))
    return found


def _key(named: Named) -> _Key:
    """In step with the economy is a growth target too."""
    measure = Measure.GROWTH if named.measure is Measure.RELATIVE else named.measure
    return named.indicator_key, measure.value


def _above(parts: Sequence[ReportPart], chosen: Sequence[_Key], words: Words) -> list[Beside]:
    """The regions above, once each; marked like a report's own region, for they are what the rest is held against."""
    figures: dict[str, dict[_Key, Figure]] = {}
    for around in (part.around for part in parts if part.around):
        for place in around.places:
            if place.standing == "above":
                said = {
                    _key(one): figure for one, figure in zip(around.indicators, place.figures, strict=True) if figure
                }
                figures[place_name(place, words)] = said | figures.get(place_name(place, words), {})
    return [
        Beside(name, tuple(figure_cell(said.get(key), words) for key in chosen), True)
        for name, said in figures.items()
        if any(key in said for key in chosen)
    ]
