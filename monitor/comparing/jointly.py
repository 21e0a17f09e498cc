"""A target for several indicators at once (全部财政收入和一般公共预算收入均增长14%) beside targets for each. Pure."""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import replace

from monitor.catalogue.indicators import indicator
from monitor.comparing.series import series_of
from storage.values import Stated

JOINT = "+"  # between the keys of a statement that names several
INCOMES = ("urban_income", "rural_income")  # 城镇和农村居民收入 is both, where another report gives them one by one


def members(stated: Stated) -> tuple[str, ...]:
    """The keys of the indicators that a statement is about, if more than one."""
    words = stated.data.indicator
    if stated.indicator_key == "household_income" and "城镇" in words and "农村" in words:
        return INCOMES
    return tuple(stated.indicator_key.split(JOINT)) if JOINT in stated.indicator_key else ()


def apart(
    statements: Iterable[Stated], others: Sequence[Stated], about: Callable[[Stated], Hashable] = series_of
) -> list[Stated]:
    """The statements; a joint one once for each member where `others` have members of it, but not the joint one.

    `about` has to be the same of what is the same: the series of two targets, the period too of target and outturn.
    """
    known = {about(one) for one in others}
    return [part for one in statements for part in _parts(one, known, about)]


def _parts(stated: Stated, known: Collection[Hashable], about: Callable[[Stated], Hashable]) -> list[Stated]:
    parts = [_part(stated, key) for key in members(stated)]
    if about(stated) in known or not any(about(part) in known for part in parts):
        return [stated]
    return parts


def _part(stated: Stated, key: str) -> Stated:
    """The statement as one member's own, by that member's name: what becomes of it is not told of the others."""
    known = indicator(key)
    return replace(stated, indicator_key=key, data=replace(stated.data, indicator=known.zh) if known else stated.data)
