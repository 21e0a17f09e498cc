"""One report's way to its reader, in which the first, second, third … of all calls of one kind fails, until none does.

What is done again afterwards, as the daemon does it, has to end as if nothing had happened.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from errno import EIO, ENOSPC
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from monitor.notifiers.message import DeliveryError
from storage.backup import archive_faults
from storage.database import find_damage, make_engine, reading
from storage.errors import DiskFull
from storage.models import Change, Document, Report
from storage.reports import find_addresses
from tests.fakes import Clock
from tests.office import Office, an_office

TRIES = 4  # of what is done again after a failure
MOST = 60  # calls of one kind


class Failing:
    """Counts calls and lets one of them fail. `came`: it was reached."""

    def __init__(self, nth: int, error: Exception) -> None:
        self._left, self._error, self.came = nth, error, False

    def step(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            self.came = True
            raise self._error

    def before(self, really: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self.step()
            return really(*given, **named)

        return call


@contextmanager
def commits(failing: Failing, office: Office) -> Iterator[None]:
    event.listen(office.post.desk.engine, "commit", failing.step)
    try:
        yield
    finally:
        event.remove(office.post.desk.engine, "commit", failing.step)


def calls_of(name: str) -> Callable[[Failing, Office], Any]:
    @contextmanager
    def patched(failing: Failing, office: Office) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(f"storage.files.os.{name}", failing.before(getattr(os, name)))
            yield

    return patched


@contextmanager
def answers(failing: Failing, office: Office) -> Iterator[None]:
    """The service took it, and its answer was lost."""
    channel = office.channels["desk"]
    really = channel.send

    def send(body: bytes, *, id: str, address: str, now: Any) -> str:
        said = really(body, id=id, address=address, now=now)
        failing.step()
        return said

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channel, "send", send)
        yield


SEAMS: dict[str, tuple[Callable[[Failing, Office], Any], Callable[[], Exception]]] = {
    "a commit on a full disk": (commits, lambda: DiskFull("no room left")),
    "a sync on a full disk": (calls_of("fsync"), lambda: OSError(ENOSPC, "no room left")),
    "a sync of a broken disk": (calls_of("fsync"), lambda: OSError(EIO, "input/output error")),
    "a rename of a broken disk": (calls_of("replace"), lambda: OSError(EIO, "input/output error")),
    "an answer": (answers, lambda: DeliveryError("the connection ended", retry=True)),
}


@pytest.mark.parametrize("seam", SEAMS)
def test_whichever_call_fails_nothing_is_lost_or_told_wrongly(
    seam: str, tmp_path: Path, sqlite_template: Path, now: datetime
) -> None:
    between, error = SEAMS[seam]
    wanted = None
    for nth in count(0):
        assert nth < MOST, "it never ends"
        folder = tmp_path / str(nth)
        folder.mkdir()
        failing = Failing(nth, error())
        shutil.copyfile(sqlite_template, folder / "db")
        office = an_office(folder, make_engine(f"sqlite:///{folder / 'db'}"), Clock(now))
        with between(failing, office):
            _do(office)
        found = _outcome(office)
        wanted = wanted or found  # of the run in which nothing failed
        assert found == wanted, f"call {nth} failed"
        office.post.desk.engine.dispose()
        if nth and not failing.came:
            assert nth > 1, "nothing of this kind is called"
            return


def _do(office: Office) -> None:
    """File a report and tell of it; what breaks is done again."""
    steps = (lambda: office.news(2025, "增长6.5%"), lambda: office.news(2026), *[lambda: office.after(hours=2)] * 3)
    for step in steps:
        for _ in range(TRIES):
            try:
                step()
                break
            except (DiskFull, OSError):
                continue
        else:
            pytest.fail("it does not go on")


def _outcome(office: Office) -> object:
    engine, taken = office.post.desk.engine, office.channels["desk"].accepted
    assert find_damage(engine, quick=False) == []
    bodies = {one.id: one.body for one in taken}
    assert all(bodies[one.id] == one.body for one in taken), "one digest with different bytes"
    assert len(taken) <= len(bodies) + 1, "told again though the answer was there"
    assert {one.state for one in office.deliveries()} == {"sent"}
    with reading(engine) as session:
        assert archive_faults(office.post.desk.archive, find_addresses(session)) == {}
        reports = sorted(session.exec(select(Report.region, Report.year)).all())
        documents = sorted(session.exec(select(Document.url, Document.version)).all())
        changes = sorted(session.exec(select(Change.event_id, Change.news)).all())
    told = sorted(payload["data"]["reports"][0]["year"] for payload in office.channels["desk"].payloads())  # type: ignore[index]
    return reports, documents, changes, sorted(set(told)), len(bodies)
