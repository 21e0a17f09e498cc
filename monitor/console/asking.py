"""Which changes a reader asks for, as an address says it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor.catalogue.indicators import TAIL, indicator, key_of
from monitor.catalogue.regions import NATION, find_regions, path_zh
from monitor.console.cursors import CursorError, place
from monitor.console.places import within
from monitor.visiting.rhythm import CHINA
from storage.paging import AskedChanges, Moment
from storage.values import ChangeKind, Measure

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9998, 12, 31)
LONGEST = 100  # characters of a name
EVERYWHERE = ("lang", "page", "after", "offset")  # parameters of any page
NAMES = ("region", "indicator", "kind", "since", "until", "main", "told")


class AskedWrongly(ValueError):
    """A value that cannot be meant. `name` is the parameter, `written` what it says, `choices` what it could mean."""

    def __init__(self, name: str, written: str, choices: Collection[tuple[str, str]] = ()) -> None:
        super().__init__(f"{name} cannot be understood: {written[:LONGEST]}")
        self.name, self.written, self.choices = name, written[:LONGEST], choices


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter of changes: a region with what lies within it, an indicator with its scopes, days in China.

    `main` is main targets only, `told` only what readers were told of. `after` is where the page before ended.
    """

    region: str = ""
    indicator: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    main: bool = False
    told: bool = False
    after: Moment | None = None

    def query(self) -> dict[str, str]:
        """As an address has it, without where it begins: the same for the same filter."""
        written: dict[str, Any] = {
            "region": self.region, "indicator": self.indicator, "kind": self.kind, "since": self.since,
            "until": self.until, "main": self.main and "yes", "told": self.told and "yes",
        }  # fmt: skip
        return {key: str(value) for key, value in written.items() if value}

    def changes(self) -> AskedChanges:
        return AskedChanges(
            regions=codes(self.region or None), indicator=self.indicator or None, kind=self.kind or None,
            since=day_begins(self.since), until=day_begins(self.until, after=True), headline=self.main, news=self.told,
        )  # fmt: skip


def asked(query: Mapping[str, str]) -> Asked:
    """Names of regions and indicators will do. Raises AskedWrongly for what cannot be meant."""
    known_only(query, NAMES)
    wanted = Asked(
        region=_region(query.get("region", "").strip()),
        indicator=_indicator(query.get("indicator", "").strip()),
        kind=_kind(query.get("kind", "")),
        since=_day("since", query),
        until=_day("until", query),
        main=query.get("main") == "yes",
        told=query.get("told") == "yes",
        after=_after(query.get("after", "")),
    )
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise AskedWrongly("until", f"{wanted.since} – {wanted.until}")
    return wanted


def known_only(query: Mapping[str, str], names: Collection[str]) -> None:
    """Raises AskedWrongly for a parameter that the page does not know."""
    for name in query:
        if name not in names and name not in EVERYWHERE:
            raise AskedWrongly(name[:LONGEST], name)


def one_of(name: str, query: Mapping[str, str], choices: Collection[str]) -> str:
    """What a parameter says, "" where it is left out or empty. Raises AskedWrongly for what it cannot be."""
    written = query.get(name, "")
    if written and written not in choices:
        raise AskedWrongly(name, written)
    return written


def codes(code: str | None, exact: bool = False) -> Collection[str] | None:
    """What a region stands for: its code and those within it; None for all that there are."""
    if code is None or (code == NATION and not exact):
        return None
    return [code] if exact else within(code)


def day_begins(day: date | None, *, after: bool = False) -> datetime | None:
    """When a day begins in China, or the one after it."""
    if day is None:
        return None
    kept = min(max(day, FIRST_DAY), LAST_DAY) + timedelta(days=int(after))
    return datetime(kept.year, kept.month, kept.day, tzinfo=CHINA).astimezone(UTC)


def written_day(written: str | None) -> date | None:
    """2026-01-20 and nothing else: 2026 is no count of seconds. None is None. Raises ValueError."""
    if written is None:
        return None
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise ValueError("write a day like 2026-01-20")
    return date.fromisoformat(written)


def _region(written: str) -> str:
    if not written or re.fullmatch("[0-9]{6}", written):
        return written
    found = find_regions(written[:LONGEST])
    if len(found) != 1:
        raise AskedWrongly("region", written, [(one.code, path_zh(one.code)) for one in found[:20]])
    return found[0].code


def _indicator(written: str) -> str:
    """A key, also of the long tail, or the words of a report."""
    if not written or written.startswith(TAIL) or indicator(written):
        words = written
    else:
        words = key_of(written[:LONGEST], Measure.GROWTH, None)
    if len(words) > LONGEST or not words.isprintable():
        raise AskedWrongly("indicator", written)
    return words


def _kind(written: str) -> str:
    if written and written not in set(ChangeKind):
        raise AskedWrongly("kind", written)
    return written


def _day(name: str, query: Mapping[str, str]) -> date | None:
    written = query.get(name, "").strip()
    try:
        return written_day(written or None)
    except ValueError as error:
        raise AskedWrongly(name, written) from error


def _after(written: str) -> Moment | None:
    if not written:
        return None
    try:
        moment, id = place(written, datetime, int)
    except CursorError as error:
        raise AskedWrongly("after", written) from error
    return moment, id
