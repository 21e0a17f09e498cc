"""Whatever happens in whatever order: each change reaches a watch in one digest, or is counted as silenced, once."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from sqlmodel import select

from monitor.telling.owing import tell
from monitor.watches import Silence, Watch
from storage.database import make_engine, migrate, reading, transaction
from storage.models import Change, Digest, DigestChange, DigestNotice, Hushed, Notice
from tests.fakes import Clock
from tests.office import Office, an_office

WATCHES = (
    Watch(key="at-once", indicators=("all",), when="at once", quiet="22:00-07:30", channels=("desk",)),
    Watch(key="hourly", indicators=("gdp",), when="hourly", channels=("desk",)),
    Watch(key="daily", indicators=("all",), channels=("desk",)),
)
GROWTH = ("增长6%左右", "增长5.5%以上", "增长5%左右", "增长7%", "增长6.5%以上")


def a_season(office: Office, random: Random, steps: int) -> Office:
    """Reports, revisions, silences that begin and are lifted, sources that break, restarts, and time that passes."""
    year = 2024
    for _ in range(steps):
        match random.choice(("report", "revision", "silence", "broken", "time", "time", "again")):
            case "report":
                year += 1
                office.news(year, random.choice(GROWTH))
            case "revision" | "again" if year > 2024:
                office.news(year, random.choice(GROWTH))
            case "silence":
                office = silenced(office, random)
            case "broken":
                broken(office)
            case _:
                office.after(minutes=random.choice((1, 20, 90, 800)))
    office.after(days=3)
    office.after(days=3)
    office.after(hours=10)  # the night is over
    return office


def silenced(office: Office, random: Random) -> Office:
    lists = random.choice(({"indicators": ("gdp",)}, {"watches": ("daily",)}, {"changes": ("added",)}, {}))
    silence = Silence.model_validate({"key": "s", "until": date(2026, 1, 20 + random.randrange(8))} | lists)
    silences = random.choice(((), (silence,)))
    return replace(office, post=replace(office.post, desk=replace(office.post.desk, silences=silences)))


def broken(office: Office) -> None:
    with transaction(office.post.desk.engine) as session:
        notice = Notice(kind="broken", source_key="x", at=office.clock(), count=3)
        tell(session, notice, "", office.post.desk, office.clock())


@pytest.mark.parametrize("seed", range(4))
def test_each_change_is_told_or_counted_once(seed: int, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'season.sqlite'}")
    migrate(engine)
    office = an_office(tmp_path, engine, Clock(datetime(2026, 1, 20, 4, 0, tzinfo=UTC))).with_watches(*WATCHES)
    office = a_season(office, Random(seed), 30)
    with reading(engine) as session:
        news = {change.id: change for change in session.exec(select(Change)) if change.news}
        digests = {digest.id: digest for digest in session.exec(select(Digest))}
        told = session.exec(select(DigestChange)).all()
        notices = session.exec(select(DigestNotice)).all()
        hushed = session.exec(select(Hushed)).all()
    engine.dispose()
    assert len(news) > 5
    assert {digest.state for digest in digests.values()} == {"rendered"}
    filled = Counter([one.digest_id for one in told] + [one.digest_id for one in notices])
    assert set(filled) == set(digests)  # none is empty
    of_watch = Counter((one.watch, one.change_id) for one in told)
    of_watch.update((one.watch, one.change_id) for one in hushed if one.change_id is not None)
    wanted = {
        (watch.key, id)
        for watch in WATCHES
        for id, change in news.items()
        if watch.key != "hourly" or change.indicator_key == "gdp"
    }
    assert of_watch == Counter(dict.fromkeys(wanted, 1))
    assert len(office.channels["desk"].accepted) == len(digests)
