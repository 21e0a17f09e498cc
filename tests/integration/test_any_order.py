"""Documents arrive in any order, again, revised, cut, between faults, restarts and better rules: what is kept is the
same as after an orderly arrival, and what is told is what docs/changes.md says, once.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlmodel import SQLModel

from monitor.filing import Filed, Found, reread
from scrapers.documents import DocumentReader
from scrapers.errors import BlockedError, DeadlineError, TruncatedError
from storage.archive import Archive
from storage.database import make_engine
from storage.values import Kind
from tests.arrivals import (
    PLACES,
    ZONE,
    Kept,
    Orderly,
    Rules,
    Variant,
    World,
    baseline_day,
    kept,
    make_world,
    watched_filing,
)
from tests.fakes import broken_by

YEARS = (2024, 2025, 2026)
LONG = int(os.environ.get("LONG_ANY_ORDER", "0"))  # how many worlds; `make any-order` sets it
WORLDS, STEPS = (LONG, 30) if LONG else (7, 12)
FAULTS = (DeadlineError, TruncatedError, BlockedError)
variants = st.builds(
    Variant,
    growth=st.sampled_from(["增长6.5%以上", "增长6%左右", "增长5.5%"]),
    industry=st.booleans(),
    parks=st.sampled_from([0, 6, 8]),
    by_2030=st.sampled_from([0, 0, 70, 72]),
    reached=st.sampled_from(["增长6.2%", "增长6.6%"]),
    foot=st.sampled_from(["", "\n责任编辑：小澜"]),
    full=st.sampled_from([True, True, True, False]),
)
keys, years = st.sampled_from(sorted(PLACES)), st.sampled_from(YEARS)
picks = st.integers(0, 99)
Place = tuple[str, int]  # region and year


class AnyOrder(RuleBasedStateMachine):
    """One world; what is told is checked after each document, what is kept at the end."""

    make: "Maker"

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.extractor = Rules(self.patch)
        self.world = self.make.world()
        self.orderly = self.make.orderly
        self.pages: list[tuple[str, str, int]] = []
        self.before = kept(self.world.engine)
        self.waiting: dict[Place, date] = {}  # known from first visits only, and since when it is out
        self.upgraded = False

    # -- what can happen

    @initialize(already=st.lists(st.tuples(keys, years, variants), max_size=3), watched=st.sets(keys))
    def begin(self, already: list[tuple[str, int, Variant]], watched: set[str]) -> None:
        """Some sources are watched from the start; what is out by then is on their record, and no news."""
        for key, year, variant in already:
            self.publish(key, year, variant)
        for key in sorted(watched):
            self.visit(key)

    @rule(first=keys, then=keys, year=years, one=variants, other=variants)
    def two_sources_show_a_report(self, first: str, then: str, year: int, one: Variant, other: Variant) -> None:
        for key, variant in ((first, one), (then, other)):
            self.publish(key, year, variant)
            self.visit(key)

    @rule(key=keys, year=years, variant=variants)
    def publish(self, key: str, year: int, variant: Variant) -> None:
        self.pages.append((key, self.world.publish(key, year, variant), year))

    @precondition(lambda self: self.pages)
    @rule(pick=picks, variant=variants)
    def revise(self, pick: int, variant: Variant) -> None:
        key, url, year = self.pages[pick % len(self.pages)]
        self.world.rewrite(key, url, year, variant)

    @precondition(lambda self: self.pages)
    @rule(pick=picks, year=years, variant=variants)
    def put_another_years_report_there(self, pick: int, year: int, variant: Variant) -> None:
        key, url, _ = self.pages[pick % len(self.pages)]
        self.world.rewrite(key, url, year, variant)

    @precondition(lambda self: self.pages)
    @rule(pick=picks, fault=st.sampled_from(FAULTS))
    def break_a_page(self, pick: int, fault: type[DeadlineError]) -> None:
        self.world.web.broken[self.pages[pick % len(self.pages)][1]] = broken_by(fault)

    @rule(key=keys, fault=st.sampled_from(FAULTS))
    def break_a_source(self, key: str, fault: type[DeadlineError]) -> None:
        self.world.web.broken[self.world.columns[key].url] = broken_by(fault)

    @rule()
    def mend_all(self) -> None:
        self.world.web.broken.clear()

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule()
    def read_by_other_rules(self) -> None:
        self.extractor.use(3 - self.extractor.version)
        self.upgraded = True

    @rule(key=keys)
    def visit(self, key: str) -> None:
        with watched_filing(self.world, self.is_told_what_it_should):
            self.world.visit(key)
        told = kept(self.world.engine).told
        with watched_filing(self.world, self.is_told_what_it_should):
            self.world.visit(key)
        assert kept(self.world.engine).told == told, "a second look told something"

    # -- what must hold

    def is_told_what_it_should(self, found: Found, filed: Filed, news: bool) -> None:
        """After each document: what was told is what docs/changes.md says, computed from the orderly arrival."""
        old, new = self.before, kept(self.world.engine)
        self.before = new
        told = new.told - old.told
        assert old.told <= new.told, "something told is told no more"
        year = filed.identity.year
        if filed.outcome == "unchanged" or year is None:
            assert not told
            return
        if self.upgraded and self.stale():
            return  # held at the end
        ideal = self.orderly.arrival(self.world.arrived)
        was = self.orderly.arrival(self.world.arrived[:-1])
        assert told == self.expected(found, filed, news, was, ideal, old)

    def expected(self, found: Found, filed: Filed, news: bool, was: Kept, ideal: Kept, old: Kept) -> set[str]:
        year, region = filed.identity.year, filed.identity.region
        assert year is not None, "the caller has looked"
        place = region, year
        spoke = was.reports.get((region, "work_report", year))
        newest = news and not any(one[0] == region and one[2] > year for one in ideal.reports)
        revisions = ideal.of(year, region, "revision") - was.of(year, region, "revision")
        following = ideal.of(year, region, "next_report")
        conflicts = ideal.of(year, region, "conflict") - old.of(year, region, "conflict")
        due = revisions if news and spoke and spoke[0] == found.url else set()
        due |= conflicts if newest and spoke else set()
        if self.becomes_news(found, place, news=news, newest=newest, known=spoke is not None) and newest:
            fresh = following - old.told if self.just_woken else following - old.of(year, region, "next_report")
            due |= self.unexplained(fresh, revisions | conflicts, ideal, old) if spoke else fresh
        return due

    just_woken = False

    def becomes_news(self, found: Found, place: Place, *, news: bool, newest: bool, known: bool) -> bool:
        """Keeps `waiting`; answers whether readers may be told how this report differs from the one before."""
        self.just_woken = False
        out = min(found.published_on or date.max, found.fetched_at.astimezone(ZONE).date())
        if not known:
            if not news:
                self.waiting[place] = out
            return news
        if place not in self.waiting:
            return True
        self.waiting[place] = min(self.waiting[place], out)
        watched = baseline_day(self.world.engine, found.source_key)
        earlier = [one for one, filed in self.world.arrived[:-1] if one.source_key == found.source_key
                   and (filed.identity.region, filed.identity.year) == place]  # fmt: skip
        if newest and watched and watched <= self.waiting[place] and not earlier:
            del self.waiting[place]
            self.just_woken = True
            return True
        return False

    def unexplained(self, fresh: set[str], by: set[str], ideal: Kept, old: Kept) -> set[str]:
        """Without what a revision or a conflict tells of, and verdicts that were told."""
        rows = [ideal.changes[id] for id in by]
        said = {row[4] for row in rows}
        results = {(row[0], row[1], row[3], row[4]) for id, row in old.changes.items() if id in old.told}
        left = set()
        for id in fresh:
            region, year, _, kind, indicator = ideal.changes[id][:5]
            verdict = kind in ("met", "missed")
            if (verdict and (region, year, kind, indicator) not in results) or (not verdict and indicator not in said):
                left.add(id)
        return left

    def stale(self) -> bool:
        with self.world.engine.connect() as connection:
            versions = connection.execute(
                text("select distinct rules_version from document where report_id is not null")
            )
            return {version for (version,) in versions} != {self.extractor.version}

    def teardown(self) -> None:
        try:
            self.at_rest()
        finally:
            self.patch.undo()
            self.world.engine.dispose()

    def at_rest(self) -> None:
        self.world.web.broken.clear()
        for key in sorted(PLACES):
            self.visit(key)
        for region in {region for region, _ in PLACES.values()}:
            reread(self.world.tools.desk, region, Kind.WORK_REPORT, self.world.clock())
        found, ideal = kept(self.world.engine), self.orderly.arrival(self.world.arrived)
        assert found.reports == ideal.reports
        assert found.statements == ideal.statements
        assert {id: row for id, row in found.changes.items() if id in ideal.changes} == ideal.changes
        assert set(found.changes) - set(ideal.changes) <= found.told, "what nobody was told, and does not hold, is kept"


class Maker:
    """Databases and folders for one world after another."""

    def empty(self) -> None:
        """Leave the server's tables as they were found."""
        if self.kind == "postgresql":
            engine = make_engine(self.template)
            with engine.begin() as connection:
                for table in reversed(SQLModel.metadata.sorted_tables):
                    connection.execute(table.delete())
            engine.dispose()

    def __init__(self, kind: str, folder: Path, template: str, documents: DocumentReader, orderly: Orderly) -> None:
        self.kind, self.folder, self.template, self.documents, self.orderly = kind, folder, template, documents, orderly
        self.archive, self._numbers = Archive(folder / "archive"), count()

    def world(self) -> World:
        if self.kind == "sqlite":
            path = self.folder / f"{next(self._numbers)}.sqlite"
            copyfile(self.template, path)
            url = f"sqlite:///{path}"
        else:
            url = self.template
            self.empty()
        return make_world(url, self.folder / "archive", self.documents, datetime(2026, 1, 20, 2, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgresql"])
def maker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    name = "sqlite_template" if request.param == "sqlite" else "postgres_tables"
    orderly = Orderly(Archive(tmp_path / "archive"))
    with DocumentReader() as documents:
        maker = Maker(request.param, tmp_path, str(request.getfixturevalue(name)), documents, orderly)
        yield maker
        maker.empty()
    orderly.engine.dispose()


@pytest.mark.timeout(7200 if LONG else 900)
def test_in_whatever_order_documents_arrive_the_record_is_that_of_the_orderly_arrival(maker: Maker) -> None:
    machine = type("AnyOrderHere", (AnyOrder,), {"make": maker})
    phases = [Phase.generate, Phase.shrink] if LONG else [Phase.generate]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=WORLDS, stateful_step_count=STEPS, deadline=None, derandomize=not LONG, database=None,
            phases=phases, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
