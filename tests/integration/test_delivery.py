"""What is owed until the service has it: digests rendered once, tries in their time, nothing lost by a crash."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from monitor.delivery import WAITS, close_digests, next_try, preview
from monitor.digest import DigestData, Rendered
from monitor.digest.render import render
from monitor.notifiers.message import DeliveryError
from monitor.telling.owing import NOTICE_WAIT, tell
from monitor.watches import Watch
from storage.claims import claimed
from storage.database import make_engine, reading, transaction
from storage.errors import DatabaseBusy
from storage.models import Change, Digest, DigestChange, Notice
from storage.outbox import find_open_digests, note_sent, owe
from tests.fakes import REGION, Clock, RecordingNotifier, gone_for_good, later, refused
from tests.office import ALL, Office, an_office, two_channels


@pytest.fixture
def office(tmp_path: Path, engine: Engine, now: datetime) -> Office:
    return an_office(tmp_path, engine, Clock(now))


def test_a_digest_is_sent_when_its_time_has_come_and_not_before(office: Office) -> None:
    office.news()
    office.after(seconds=14)
    assert office.channels["desk"].tries == []
    office.after(seconds=2)
    (text,) = office.channels["desk"].texts()
    assert "地区生产总值" in text
    assert "6%左右" in text
    assert office.states() == [("desk", "sent", 1)]
    office.after(days=30)
    assert len(office.channels["desk"].tries) == 1


def test_the_bytes_are_made_once_and_are_the_same_on_every_try(office: Office) -> None:
    office.news()
    desk = office.channels["desk"]
    desk.answers = [refused(), later(), None]
    for _ in range(8):
        office.after(hours=1)
    assert len(desk.tries) == 3
    assert len({(sent.id, sent.body) for sent in desk.tries}) == 1
    assert desk.prepared == 1
    assert desk.tries[0].id.startswith("msg_")
    assert office.states() == [("desk", "sent", 3)]


def test_what_changed_since_does_not_change_a_rendered_digest(office: Office) -> None:
    office.news(2025)
    desk = office.channels["desk"]
    desk.answers = [later(60)]
    office.after(seconds=16)
    office.news(2026)  # another report, while the first digest waits for its second try
    office.after(hours=1)
    first, second, third = desk.tries
    assert (first.id, first.body) == (second.id, second.body)
    assert third.id != first.id
    assert [sent.id for sent in desk.accepted] == [first.id, third.id]


def test_the_waits_grow_by_the_table(office: Office) -> None:
    office.news()
    desk = office.channels["desk"]
    desk.always = lambda address: later()
    office.after(seconds=16)
    for wait in WAITS:
        (delivery,) = office.deliveries()
        assert 0.8 * wait <= (delivery.due_at - office.clock()).total_seconds() <= 1.2 * wait
        office.after(seconds=0.79 * wait)
        assert len(desk.tries) == delivery.attempts  # too early
        office.after(seconds=0.42 * wait)
        assert len(desk.tries) == delivery.attempts + 1
    assert office.states() == [("desk", "dead", len(WAITS) + 1)]
    assert round(sum(WAITS) / 3600, 1) == 75.6  # a weekend and a Monday


def test_what_the_service_asks_for_wins(office: Office) -> None:
    office.news()
    desk = office.channels["desk"]
    desk.answers = [later(1200)]
    office.after(seconds=16)
    office.after(seconds=1199)
    assert len(desk.tries) == 1
    office.after(seconds=2)
    assert len(desk.accepted) == 1


def test_a_wait_is_never_shorter_than_the_table_says(now: datetime) -> None:
    due_at = next_try(later(1), 2, now, 0.5)
    assert due_at == now + timedelta(seconds=WAITS[1])


def test_a_message_that_is_refused_three_times_is_given_up(office: Office) -> None:
    office.news()
    desk = office.channels["desk"]
    desk.always = lambda address: refused()
    for _ in range(6):
        office.after(hours=3)
    assert len(desk.tries) == 3
    (delivery,) = office.deliveries()
    assert (delivery.state, delivery.answer) == ("dead", "400 not like this")


def test_an_address_that_is_gone_is_not_tried_again(office: Office) -> None:
    office.news()
    office.channels["desk"].answers = [gone_for_good()]
    for _ in range(3):
        office.after(hours=3)
    assert office.states() == [("desk", "dead", 1)]


def test_two_channels_do_not_wait_for_each_other(office: Office) -> None:
    both = two_channels(office)
    both.channels["desk"].answers = [later(3600)]
    both.news()
    both.after(seconds=16)
    assert [(channel, state) for channel, state, _ in both.states()] == [("desk", "due"), ("hook", "sent")]
    both.after(hours=2)
    assert (len(both.channels["desk"].tries), len(both.channels["hook"].tries)) == (2, 1)


def test_each_address_of_a_channel_is_a_delivery_of_its_own(office: Office) -> None:
    mail = RecordingNotifier("li@readers.test", "wang@readers.test")
    mail.always = lambda address: refused() if address.startswith("wang") else None
    office = replace(office, channels={"desk": mail}, post=replace(office.post, channels={"desk": mail}))
    office.news()
    for _ in range(5):
        office.after(hours=2)
    assert [sent.address for sent in mail.accepted] == ["li@readers.test"]
    assert [(one.address, one.state) for one in office.deliveries()] == [
        ("li@readers.test", "sent"),
        ("wang@readers.test", "dead"),
    ]


def test_a_dead_channel_is_told_to_the_watches_that_another_channel_reaches(office: Office) -> None:
    both = two_channels(office)
    first, second = ALL, Watch(key="other", regions=("220000",), when="at once", channels=("hook",))
    both = both.with_watches(first, second)
    both.channels["desk"].answers = [gone_for_good()]
    both.news()
    both.after(seconds=16)
    both.after(seconds=NOTICE_WAIT.total_seconds() + 1)
    (text,) = both.channels["hook"].texts()
    assert "desk" in text
    assert "410 nobody lives here" in text


def test_a_dead_channel_does_not_make_digests_about_its_own_death(office: Office) -> None:
    office.channels["desk"].always = lambda address: gone_for_good()
    office.news()
    for _ in range(10):
        office.after(hours=1)
    assert len(office.channels["desk"].tries) == 1


def test_a_watch_with_a_living_channel_hears_of_the_dead_one_once(office: Office) -> None:
    both = two_channels(office)
    both.channels["desk"].always = lambda address: refused()
    both.news()
    for _ in range(30):
        both.after(hours=1)
    assert len(both.channels["hook"].accepted) == 2  # the news, and that the other channel is dead
    both.channels["desk"].always = lambda address: None
    both.news(2027)
    both.after(hours=1)
    both.channels["desk"].always = lambda address: gone_for_good()
    both.news(2028)
    for _ in range(5):
        both.after(hours=1)
    assert len(both.channels["hook"].accepted) == 5  # it lived again in between: a second death is told again


def test_a_digest_of_a_watch_that_was_taken_out_of_the_settings_is_not_sent(office: Office) -> None:
    office.news()
    nobody = office.with_watches()
    nobody.after(hours=1)
    office.after(hours=1)
    assert office.channels["desk"].tries == []
    assert [digest.state for digest in office.digests()] == ["empty"]


def test_no_digest_is_made_of_nothing(office: Office) -> None:
    office.news()
    office.after(seconds=16)
    with transaction(office.post.desk.engine) as session:
        told = [row.change_id for row in session.exec(select(DigestChange))]
        owe(session, "all", changes=told, due_at=office.clock(), now=office.clock())
        owe(session, "all", due_at=office.clock(), now=office.clock())
    office.after(days=1)
    assert len(office.digests()) == 1
    assert len(office.channels["desk"].tries) == 1


def test_a_crash_while_rendering_leaves_the_digest_open(office: Office) -> None:
    office.news()
    office.clock.move(seconds=16)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.delivery.add_deliveries", breaks)
        with pytest.raises(RuntimeError):
            office.close()
    assert ([digest.state for digest in office.digests()], office.deliveries()) == (["open"], [])
    office.after(seconds=1)
    assert len(office.channels["desk"].accepted) == 1


def test_a_crash_between_rendering_and_sending_loses_nothing(office: Office, migrated_url: str) -> None:
    office.news()
    office.clock.move(seconds=16)
    (digest,) = office.close()
    office.post.desk.engine.dispose()
    fresh = make_engine(migrated_url)
    again = replace(office, post=replace(office.post, desk=replace(office.post.desk, engine=fresh)))
    again.after(seconds=1)
    (sent,) = again.channels["desk"].accepted
    assert sent.id == digest.id
    fresh.dispose()


def test_a_crash_after_sending_repeats_the_message_with_its_id(office: Office) -> None:
    office.news()
    office.clock.move(seconds=16)
    office.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.delivery.note_sent", _killed)
        with pytest.raises(KeyboardInterrupt):
            office.deliver()
    office.after(seconds=1)
    first, second = office.channels["desk"].accepted
    assert (first.id, first.body) == (second.id, second.body)
    office.after(days=1)
    assert len(office.channels["desk"].accepted) == 2


def test_a_digest_is_closed_once_though_two_processes_find_it_due(office: Office) -> None:
    office.news()
    office.clock.move(seconds=16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.delivery.find_due_digests", _with(office.close))
        assert office.close() == []
    assert [state for _, state, _ in office.states()] == ["due"]


def test_what_was_sent_stays_sent_though_another_process_failed(office: Office) -> None:
    office.news()
    office.clock.move(seconds=16)
    office.close()
    desk = office.channels["desk"]

    def meanwhile(address: str) -> DeliveryError:
        desk.always = lambda address: None
        office.deliver()  # the other process is accepted while this one is refused
        return gone_for_good()

    desk.always = meanwhile
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.delivery.claimed", lambda engine, name: nullcontext(True))  # as if its claim was lost
        office.deliver()
    assert [state for _, state, _ in office.states()] == ["sent"]


def test_while_one_process_delivers_another_sends_nothing(office: Office, engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite is of one process")
    office.news()
    office.clock.move(seconds=16)
    office.close()
    with claimed(engine, "channel desk"):
        office.deliver()
        assert office.channels["desk"].tries == []
    office.deliver()
    assert len(office.channels["desk"].accepted) == 1


def test_news_that_come_while_a_digest_is_closed_go_into_the_next_one(office: Office) -> None:
    office.news(2025)
    office.after(seconds=16)
    office.news(2026)
    with reading(office.post.desk.engine) as session:
        (gathering,) = find_open_digests(session)
    office.after(seconds=16)
    first, second = office.channels["desk"].accepted
    assert second.id == gathering.id != first.id
    assert "2026" in json.loads(second.body)["subject"] + json.loads(second.body)["text"]


def test_no_news_is_lost_between_filing_and_closing(office: Office) -> None:
    """The daemon closes digests while visits go on filing."""
    years, done = range(2001, 2021), Event()

    def closing() -> None:
        while not done.wait(0.002):
            close_digests(office.post, office.clock() + timedelta(days=1))

    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(closing)
        for year in years:
            office.news(year, f"增长{year % 10 + 3}%")
        done.set()
        running.result()
    office.after(days=1)
    with reading(office.post.desk.engine) as session:
        gathered = session.exec(select(DigestChange)).all()
        news = {change.id for change in session.exec(select(Change)) if change.news}
        texts = {digest.id: digest.text for digest in session.exec(select(Digest))}
    assert {row.change_id for row in gathered} == news
    assert {row.digest_id for row in gathered} == {sent.id for sent in office.channels["desk"].accepted}
    assert sorted(texts.values()) == sorted(office.channels["desk"].texts())
    told = "".join(texts.values())
    assert all(f"{year}" in told for year in years)


def test_a_preview_says_what_the_digest_would_and_keeps_nothing(office: Office) -> None:
    office.news()
    (digest,) = office.digests()
    told = preview(office.post, ALL, digest, office.clock())
    assert "6%左右" in told.text
    assert ([one.state for one in office.digests()], office.deliveries()) == (["open"], [])
    office.after(seconds=16)
    assert office.channels["desk"].texts() == [told.text] or "6%左右" in office.channels["desk"].texts()[0]


def test_many_notices_of_a_morning_make_one_message(office: Office) -> None:
    for number in range(20):
        notice = Notice(kind="broken", source_key=f"s{number}", at=office.clock(), count=2, detail="the server is down")
        with transaction(office.post.desk.engine) as session:
            tell(session, notice, REGION, office.post.desk, office.clock())
        office.clock.move(seconds=20)
    office.after(minutes=10)
    (text,) = office.channels["desk"].texts()
    assert (text.count("the server is down"), "另有 8 条" in text) == (12, True)


def test_the_message_carries_each_change_with_both_sentences(office: Office) -> None:
    office.news(2025, "增长6.5%以上")
    office.after(seconds=16)
    office.news(2026)
    office.after(seconds=16)
    payload = json.dumps(office.channels["desk"].payloads()[1], ensure_ascii=False)
    assert "地区生产总值增长6.5%以上" in payload
    assert "地区生产总值增长6%左右" in payload


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _with(first: Callable[[], object]) -> Callable[..., list[Digest]]:
    """find_due_digests as a process sees it that is overtaken by another right after."""

    def find(session: object, now: datetime) -> list[Digest]:
        from_query = list(session.exec(select(Digest).where(Digest.state == "open")))  # type: ignore[attr-defined]
        session.close()  # type: ignore[attr-defined]
        with pytest.MonkeyPatch.context() as patch:
            patch.undo()
            patch.setattr("monitor.delivery.find_due_digests", lambda session, now: from_query)
            first()
        return from_query

    return find


def test_what_comes_in_while_a_digest_is_composed_is_in_it_and_does_not_wait(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = []

    def render_slowly(data: DigestData) -> Rendered:
        composed.append(len(data.parts))
        if len(composed) == 1:
            office.news(2026)  # another visit keeps a report meanwhile: it would be refused by a lock
        return render(data)

    office.news(2025)
    monkeypatch.setattr("monitor.delivery.render", render_slowly)
    office.after(seconds=16)
    assert composed == [1, 2]
    (payload,) = office.channels["desk"].payloads()
    assert {report["year"] for report in cast(Any, payload)["data"]["reports"]} == {2025, 2026}


def test_a_message_that_was_accepted_is_noted_as_sent_though_the_database_is_busy(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = [True, True]

    def note(*arguments: Any, **named: Any) -> None:
        if busy:
            busy.pop()
            raise DatabaseBusy("another process keeps the database busy")
        note_sent(*arguments, **named)

    monkeypatch.setattr("monitor.delivery.note_sent", note)
    office.news()
    office.after(seconds=16)
    assert office.states() == [("desk", "sent", 1)]
    assert len(office.channels["desk"].tries) == 1
