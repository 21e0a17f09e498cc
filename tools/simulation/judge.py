"""What must hold at the end: each change told once and nothing else, no host pressed, no visit left out."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from sqlmodel import func, select

from scrapers.errors import OwnFaultError
from storage.database import find_damage, make_engine, reading
from storage.models import Digest, Document, Report, SourceState, Visit
from tools.simulation.machine import CHANNELS, GAP, WATCHES, Machine
from tools.simulation.receivers import Taken
from tools.simulation.world import DAY, Truth

LONGEST_UNSEEN = 7.7 + 1.2  # days between two looks at a source while all is well: weekly, a tenth more, and a day
MOST_LOOKS = 3  # at a source in a day without faults: the daily one, its jitter, and one after a start


def judge(machine: Machine) -> list[str]:
    """Everything that is wrong, in words; [] when every promise was kept."""
    engine = make_engine(f"sqlite:///{machine.folder / 'mubiao.sqlite'}")
    machine.engine = engine
    try:
        return [
            *_raised(machine),
            *_kept(machine),
            *_told(machine),
            *_repeats(machine.happened.taken),
            *_gaps(machine),
            *_looks(machine),
            *_days(machine),
        ]
    finally:
        engine.dispose()


def _raised(machine: Machine) -> Iterator[str]:
    yield from (f"a tick ended at day {at / DAY:.3f} with {error}" for at, error in machine.happened.raised[:5])


def _told(machine: Machine) -> Iterator[str]:
    wanted = Counter(truth for _, truth in machine.happened.truths)
    for watch in WATCHES:
        if watch.operator:
            continue
        for channel in watch.channels:
            for address in CHANNELS[channel]:
                told = Counter(_changes_told(machine.happened.taken, watch.key, channel, address))
                who = f"{watch.key} by {channel} {address}".strip()
                yield from (f"{who}: never told of {one}" for one in (wanted - told))
                yield from (f"{who}: told of {one}, {count} times too often" for one, count in (told - wanted).items())


def _changes_told(taken: Iterable[Taken], watch: str, channel: str, address: str) -> Iterator[Truth]:
    bodies = {one.id: one.body for one in taken if (one.channel, one.address) == (channel, address)}
    for body in bodies.values():
        data = json.loads(body)["data"]
        if data["watch"] != watch:
            continue
        for report in data["reports"]:
            for change in report["changes"]:
                before, after = (change[side] and change[side]["value"] for side in ("before", "after"))
                yield Truth(report["region_code"], change["indicator"], change["kind"], change["basis"], before, after)


def _repeats(taken: Iterable[Taken]) -> Iterator[str]:
    """A message may come again only where it could not be known that it had come, and then as it was."""
    messages: dict[tuple[str, str, str], list[Taken]] = defaultdict(list)
    for one in taken:
        messages[one.channel, one.address, one.id].append(one)
    for (channel, _, id), times in messages.items():
        if len({one.body for one in times}) > 1:
            yield f"{channel}: {id} came with different bytes"
        needless = [one for one in times[:-1] if not one.excused]
        if needless:
            days = f"day {times[-1].at / DAY:.2f} though it was taken on day {needless[0].at / DAY:.2f}"
            yield f"{channel}: {id} came again on {days}"


def _kept(machine: Machine) -> Iterator[str]:
    with reading(machine.engine) as session:
        kept = Counter(session.exec(select(Report.region, Report.year)).all())
        owed = session.exec(select(func.count()).select_from(Digest).where(Digest.state == "open")).one()
        documents = session.exec(select(Document.url, Document.version, Document.report_id)).all()
        faults = session.exec(select(Visit.error).where(Visit.label == OwnFaultError.label).distinct()).all()
        without = [one.key for one in session.exec(select(SourceState)) if one.baseline_at is None]
    yield from faults
    given = Counter((portal.region, one.year) for portal in machine.portals for one in portal.given)
    yield from (f"report {one} was lost" for one in given - kept)
    yield from (f"report {one} is kept, {count} times too often" for one, count in (kept - given).items())
    yield from (f"document {url} version {version} is of no report" for url, version, report in documents if not report)
    yield from (f"{key} was never seen whole" for key in without)
    yield from [f"{owed} digests were never sent"] if owed else []
    yield from (f"database: {line}" for line in find_damage(machine.engine, quick=False))


def _gaps(machine: Machine) -> Iterator[str]:
    last: dict[str, tuple[float, int]] = {}
    for one in machine.happened.asked:
        ended, jumps = last.get(one.host, (-GAP, one.jumps))
        if one.began - ended < GAP * 0.999 and jumps == one.jumps:
            gap = f"{one.began - ended:.2f} s after the answer before"
            yield f"{one.host} was asked for {one.path} {gap}, on day {one.began / DAY:.3f}"
        last[one.host] = one.ended, one.jumps


def _looks(machine: Machine) -> Iterator[str]:
    """No source is left alone for long, whatever happened; none is asked again and again where nothing did."""
    hosts = {portal.host: portal for portal in machine.portals}
    looks: dict[str, list[float]] = {host: [0.0] for host in hosts}
    for one in machine.happened.asked:
        if one.path.endswith("/") or one.path == "/robots.txt":
            looks[one.host].append(one.began)
    end = machine.clocks.passed
    for host, times in looks.items():
        for before, after in zip(times, [*times[1:], end], strict=True):
            stood = sum(
                min(to, after) - max(begin, before) for begin, to in _still(machine) if begin < after and to > before
            )
            if after - before - stood > LONGEST_UNSEEN * DAY:
                yield f"{host} was not looked at from day {before / DAY:.1f} to {after / DAY:.1f}"
        yield from _storms(machine, host, times)


def _still(machine: Machine) -> list[tuple[float, float]]:
    return machine.happened.off + machine.happened.odd


def _storms(machine: Machine, host: str, times: list[float]) -> Iterator[str]:
    portal = next(one for one in machine.portals if one.host == host)
    moments = [at for begin, end in _still(machine) for at in (begin, end)] + machine.happened.kills
    troubled = {int(at / DAY) for at in moments}
    for begin, end in [*portal.away, *((begin, end) for begin, end, _ in portal.faults)]:
        troubled.update(range(int(begin / DAY), int(end / DAY) + 2))
    counted = Counter(int(at / DAY) for at in times[1:])
    calm = (day for day in counted if day not in troubled and day - 1 not in troubled)
    yield from (
        f"{host} was looked at {counted[day]} times on day {day}" for day in calm if counted[day] > 2 * MOST_LOOKS
    )


def _days(machine: Machine) -> Iterator[str]:
    """A daily digest is one a day, at seven minutes past eight in China, whatever the machine's own zone is."""
    with reading(machine.engine) as session:
        due = session.exec(select(Digest.due_at).where(Digest.watch == "daily", Digest.state == "rendered")).all()
    odd = [at for at in due if (at.hour, at.minute) != (0, 7)]
    jumped = machine.clocks.jumps
    if len(odd) > jumped:
        yield f"{len(odd)} daily digests were due at another time than 08:07, as {odd[0]}"
