"""Which statement of one report is which of another: one to one, and only where it is plain. Pure.

A pair's weight says how surely both are the same thing; among all ways to pair, the one with the greatest total is
taken (minimum-cost assignment). Pairs are possible within small groups only, so it is solved group by group.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.catalogue.indicators import TAIL
from monitor.catalogue.sameness import essence, likeness
from monitor.comparing.series import Series, series_of, signature
from storage.values import Stated

HEADLINE, FIGURE, WORDS, PROMISE = 5.0, 4.0, 3.0, 3.0  # what each thing that both share is worth
MARGIN = 0.3  # a rival this near leaves a pair in doubt
MOST = 40  # a side; larger groups, which no report has, are paired one by one, the surest first
FOREVER = float("inf")

Edges = Mapping[tuple[int, int], float]


@dataclass(frozen=True, slots=True)
class Matched:
    """Pairs in the order of the earlier side, and what is left over on each side, in its order."""

    pairs: list[tuple[Stated, Stated]]
    left: list[Stated]
    fresh: list[Stated]


class _Block(NamedTuple):
    """Only statements of one block can be the same: growth with growth, 亿元 with 万元, 2030 with 2030."""

    measure: str
    dimension: str
    horizon: str
    key: str  # of a known indicator; of the long tail what never merges: ~城镇, ~规上


def horizon_of(stated: Stated) -> str:
    return series_of(stated).horizon


def match(
    olds: Sequence[Stated],
    news: Sequence[Stated],
    when: Callable[[Stated], str] = horizon_of,
    *,
    same_report: bool = False,
) -> Matched:
    """Pair earlier statements with later ones of the same region; `when` has to be the same on both sides.

    A known indicator is told by its key, the long tail by its words (`sameness`). Where two could be meant and no
    figure, promise or main target tells them apart, nobody is paired. In versions of the `same_report` equal words are
    the same thing, however little they say (实施产业项目).
    """
    found = _strong(olds, news, when)
    left = [at for at in range(len(olds)) if at not in {old for old, _ in found}]
    fresh = [at for at in range(len(news)) if at not in {new for _, new in found}]
    found += _last_ones(olds, news, left, fresh, tail=same_report)
    paired_old, paired_new = {old for old, _ in found}, {new for _, new in found}
    return Matched(
        [(olds[old], news[new]) for old, new in sorted(found)],
        [one for at, one in enumerate(olds) if at not in paired_old],
        [one for at, one in enumerate(news) if at not in paired_new],
    )


def _strong(olds: Sequence[Stated], news: Sequence[Stated], when: Callable[[Stated], str]) -> list[tuple[int, int]]:
    edges = _edges(olds, news, when)
    chosen = assign(edges)
    settled = {pair for pair in chosen if signature(olds[pair[0]]) == signature(news[pair[1]])}
    taken = {old for old, _ in settled}, {new for _, new in settled}
    doubt = _in_doubt({pair: edges[pair] for pair in chosen if pair not in settled}, edges, taken)
    return [pair for pair in chosen if pair not in doubt or _both_main(olds[pair[0]], news[pair[1]])]


def _in_doubt(chosen: Edges, edges: Edges, taken: tuple[set[int], set[int]]) -> set[tuple[int, int]]:
    """Pairs that have another counterpart, still open, which is nearly as good."""
    by_old, by_new = {old: (old, new) for old, new in chosen}, {new: (old, new) for old, new in chosen}
    doubt = set()
    for (old, new), weight in edges.items():
        if old in taken[0] or new in taken[1]:
            continue
        for pair in (by_old.get(old), by_new.get(new)):
            if pair is not None and pair != (old, new) and weight > chosen[pair] - MARGIN:
                doubt.add(pair)
    return doubt


def _both_main(old: Stated, new: Stated) -> bool:
    """Main targets are told apart by their order and by what is promised."""
    return old.data.headline and new.data.headline


def _last_ones(
    olds: Sequence[Stated], news: Sequence[Stated], left: Sequence[int], fresh: Sequence[int], *, tail: bool
) -> list[tuple[int, int]]:
    """Of a known indicator (with `tail` of any) the one that is left on each side is the same, whatever its words."""
    earlier, later = _by_series(olds, left), _by_series(news, fresh)
    return [
        (earlier[series][0], later[series][0])
        for series in earlier
        if (tail or not series.indicator_key.startswith(TAIL))
        and len(earlier[series]) == len(later.get(series, ())) == 1
    ]


def _by_series(statements: Sequence[Stated], places: Sequence[int]) -> dict[Series, list[int]]:
    found: dict[Series, list[int]] = defaultdict(list)
    for at in places:
        found[series_of(statements[at])].append(at)
    return found


def _edges(
    olds: Sequence[Stated], news: Sequence[Stated], when: Callable[[Stated], str]
) -> dict[tuple[int, int], float]:
    blocks: dict[_Block, list[int]] = defaultdict(list)
    for at, old in enumerate(olds):
        blocks[_block(old, when(old))].append(at)
    found = {}
    for place, new in enumerate(news):
        for at in blocks.get(_block(new, when(new)), ()):
            weight = _weight(olds[at], new)
            if weight:
                found[at, place] = weight
    return found


def _block(stated: Stated, horizon: str) -> _Block:
    key, measure, dimension, _ = series_of(stated)
    kept_apart = TAIL + " ".join(essence(key).scopes) if key.startswith(TAIL) else key
    return _Block(measure, dimension, horizon, kept_apart)


def _weight(old: Stated, new: Stated) -> float:
    """0 where they may be two things."""
    same_figure = signature(old) == signature(new)
    main = _both_main(old, new)
    tail = old.indicator_key.startswith(TAIL)
    if tail:
        words = likeness(old.indicator_key, new.indicator_key, same_figure=same_figure)
    else:
        words = float(old.data.indicator == new.data.indicator)
    if not words and (tail or not (main or same_figure)):
        return 0.0
    promise = old.data.commitment == new.data.commitment
    return 1.0 + HEADLINE * main + FIGURE * same_figure + WORDS * words + PROMISE * promise


def assign(edges: Edges) -> list[tuple[int, int]]:
    """The pairs, one to one, whose weights add up to the most; weights are positive, ties go to what comes first."""
    found = []
    for rows, columns in _groups(edges):
        if max(len(rows), len(columns)) > MOST:
            found += _one_by_one(edges, set(rows))
            continue
        weights = [[edges.get((row, column), 0.0) for column in columns] for row in rows]
        pairs = [(rows[row], columns[column]) for row, column in _heaviest(weights)]
        found += [pair for pair in pairs if pair in edges]
    return sorted(found)


def _groups(edges: Edges) -> list[tuple[list[int], list[int]]]:
    """Rows and columns that hang together by edges."""
    columns_of: dict[int, list[int]] = defaultdict(list)
    rows_of: dict[int, list[int]] = defaultdict(list)
    for row, column in edges:
        columns_of[row].append(column)
        rows_of[column].append(row)
    groups, seen = [], set()
    for first in columns_of:
        if first in seen:
            continue
        rows, columns, waiting = {first}, set[int](), [first]
        while waiting:
            for column in set(columns_of[waiting.pop()]) - columns:
                columns.add(column)
                new = set(rows_of[column]) - rows
                rows |= new
                waiting += new
        seen |= rows
        groups.append((sorted(rows), sorted(columns)))
    return groups


def _one_by_one(edges: Edges, rows: set[int]) -> list[tuple[int, int]]:
    found: dict[int, int] = {}
    columns: set[int] = set()
    for _, (row, column) in sorted((-weight, pair) for pair, weight in edges.items() if pair[0] in rows):
        if row not in found and column not in columns:
            found[row] = column
            columns.add(column)
    return list(found.items())


def _heaviest(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The Hungarian method with potentials: rows and columns, as many as the smaller side has. O(n²m)."""
    if len(weights) == 1 == len(weights[0]):
        return [(0, 0)]
    if len(weights) > len(weights[0]):
        turned = _heaviest(list(zip(*weights, strict=True)))
        return sorted((row, column) for column, row in turned)
    size, width = len(weights), len(weights[0])
    of_row, of_column = [0.0] * (size + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)  # the row that has each column; rows and columns count from 1, 0 is nobody
    for row in range(1, size + 1):
        owner[0], column = row, 0
        least, way, used = [FOREVER] * (width + 1), [0] * (width + 1), [False] * (width + 1)
        while owner[column]:
            used[column] = True
            column = _step(weights, owner[column], column, (of_row, of_column), (least, way, used), owner)
        while column:  # back along the way: each column goes to the row that reached it
            owner[column] = owner[way[column]]
            column = way[column]
    return sorted((owner[column] - 1, column - 1) for column in range(1, width + 1) if owner[column])


def _step(
    weights: Sequence[Sequence[float]],
    row: int,
    came_from: int,
    potentials: tuple[list[float], list[float]],
    reached: tuple[list[float], list[int], list[bool]],
    owner: Sequence[int],
) -> int:
    """Lengthen the cheapest alternating path by one column, and answer with it."""
    (of_row, of_column), (least, way, used) = potentials, reached
    open_columns = [column for column in range(1, len(least)) if not used[column]]
    for column in open_columns:
        cost = -weights[row - 1][column - 1] - of_row[row] - of_column[column]
        if cost < least[column]:
            least[column], way[column] = cost, came_from
    nearest = min(open_columns, key=least.__getitem__)
    gap = least[nearest]
    for column in range(len(least)):
        if used[column]:
            of_row[owner[column]] += gap
            of_column[column] -= gap
        else:
            least[column] -= gap
    return nearest
