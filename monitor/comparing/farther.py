"""Targets for farther years: which of those that earlier reports stated still stand when a later one is compared. Pure.

到2030年城镇化率达到70% of the 2026 report stands until a later one says something else for 2030, though those between
say nothing of it.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from monitor.comparing.jointly import apart, members
from monitor.comparing.matching import match
from monitor.comparing.series import YEAR, Series, last_year_of, series_of
from storage.values import Role, Stated


def is_farther(stated: Stated) -> bool:
    """Whether it is a target, and for another time than its report's own year: 2030, 2026/2030."""
    return stated.data.role is Role.TARGET and series_of(stated).horizon != YEAR


def last_word(earlier: Iterable[Stated], before: Sequence[Stated], year: int) -> list[Stated]:
    """The targets for farther years that `before` does not state again, each as the last report that did states it.

    `before` is what the latest report before `year` states, `earlier` what those before that one do, of the same
    region and kind. What was due in 2020 is history in 2022: it counts until the report that can tell of it. What is
    stated again for the same time has its last word there; so has what is plainly the same in other words
    (`matching`), and a member of a target for two indicators at once.
    """
    standing = [stated for stated in before if is_farther(stated)]
    told = len(standing)
    older = sorted(
        (one for one in earlier if is_farther(one) and last_year_of(one) >= year - 1), key=lambda one: -one.year
    )
    for _, group in groupby(older, key=lambda one: one.year):
        said = list(group)
        parts = apart(standing, said)
        again = {series_of(part) for part in [*standing, *parts]}
        left = match(apart(said, standing), parts).left
        open_ids = {one.id for one in left if series_of(one) not in again and not _is_in(one, again)}
        standing += [one for one in said if one.id in open_ids and series_of(one) not in again]
    return standing[told:]


def _is_in(stated: Stated, again: Collection[Series]) -> bool:
    """Whether all that a joint target names was stated again, one by one."""
    whole = series_of(stated)
    parts = [whole._replace(indicator_key=key) for key in members(stated)]
    return bool(parts) and all(part in again for part in parts)
