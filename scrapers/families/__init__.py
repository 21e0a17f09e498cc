"""The CMS families (站群系统): one module each, found by being here. A family reads pages; it fetches nothing.

A module of this package offers `NAME`, `recognise`, `parse_index` and `parse_report`; what families share lies in
`scrapers.pages` and `scrapers.article`, and none knows another.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from storage.values import IndexData, ReportPageData

FALLBACK = "generic"


@dataclass(frozen=True, slots=True)
class Family:
    """One way to read pages. All three take the decoded text of an answer and its final address.

    `recognise` says how sure the family is that the page is its own, by marks in the page, 0 to 1. `parse_index`
    gives no entries where it finds none (the visit calls that a fault). `parse_report` gives text "" where the
    page holds none (it may lie in an attachment). JSON and XML lists come as the text of that answer.
    """

    name: str
    recognise: Callable[[str, str], float]
    parse_index: Callable[[str, str], IndexData]
    parse_report: Callable[[str, str], ReportPageData]


@cache
def _families() -> dict[str, Family]:
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return {m.NAME: Family(m.NAME, m.recognise, m.parse_index, m.parse_report) for m in modules}


def families() -> tuple[Family, ...]:
    """All families, by name."""
    return tuple(found for _, found in sorted(_families().items()))


def family(name: str) -> Family:
    """The family of that name.

    Raises:
        KeyError: there is none; the message lists those there are.
    """
    known = _families()
    if name not in known:
        raise KeyError(f"no family is called {name!r}; there are {', '.join(sorted(known))}")
    return known[name]


def recognise(page: str, url: str) -> str:
    """The name of the family that is surest of the page; `generic` when none is."""
    sure, name = max((one.recognise(page, url), one.name) for one in families())
    return name if sure > 0 else FALLBACK
