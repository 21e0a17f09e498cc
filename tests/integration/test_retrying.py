"""What becomes of a channel that fails for long, and how a person takes it up again."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from monitor.delivery import UnknownChannel, replay, retry
from storage.database import reading, transaction
from storage.models import Delivery, Notice
from storage.outbox import add_unsubscribed, forget_unsubscribed
from tests.fakes import Clock, RecordingNotifier, gone_for_good, later, refused
from tests.office import ALL, Office, an_office, two_channels


@pytest.fixture
def office(tmp_path: Path, engine: Engine, now: datetime) -> Office:
    return an_office(tmp_path, engine, Clock(now))


def reach(office: Office, years: range) -> None:
    """Some digests, a week apart, with every try that is due in between."""
    for year in years:
        office.news(year)
        for _ in range(40):
            office.after(hours=5)


def counted(office: Office, channel: str = "desk") -> list[str]:
    return [one.state for one in office.deliveries() if one.channel == channel]


def test_what_was_given_up_is_tried_again_on_demand_with_the_same_bytes(office: Office) -> None:
    desk = office.channels["desk"]
    desk.always = lambda address: refused()
    reach(office, range(2025, 2026))
    assert counted(office) == ["dead"]
    desk.always = lambda address: None
    assert retry(office.post, "desk", office.clock()) == 1
    office.after(seconds=1)
    assert counted(office) == ["sent"]
    assert len({sent.body for sent in desk.tries}) == 1
    assert retry(office.post, "desk", office.clock()) == 0


def test_a_retry_has_the_whole_table_of_tries_again(office: Office) -> None:
    desk = office.channels["desk"]
    desk.always = lambda address: refused()
    reach(office, range(2025, 2026))
    tried = len(desk.tries)
    retry(office.post, "desk", office.clock())
    for _ in range(40):
        office.after(hours=5)
    assert len(desk.tries) == 2 * tried


def test_after_three_lost_digests_an_address_is_spared_and_nothing_is_dropped(office: Office) -> None:
    desk = office.channels["desk"]
    desk.always = lambda address: refused()
    reach(office, range(2022, 2025))
    assert counted(office) == ["dead"] * 3
    tried = len(desk.tries)
    reach(office, range(2025, 2027))
    assert counted(office) == ["dead"] * 3 + ["suspended"] * 2
    assert len(desk.tries) == tried
    desk.always = lambda address: None
    assert retry(office.post, "desk", office.clock()) == 5
    office.after(seconds=1)
    assert counted(office) == ["sent"] * 5
    reach(office, range(2027, 2028))
    assert counted(office)[-1] == "sent"


def test_one_that_got_through_is_no_lost_digest(office: Office) -> None:
    desk = office.channels["desk"]
    desk.always = lambda address: refused()
    reach(office, range(2022, 2024))
    desk.always = lambda address: None
    reach(office, range(2024, 2025))
    desk.always = lambda address: refused()
    reach(office, range(2025, 2027))
    assert counted(office) == ["dead", "dead", "sent", "dead", "dead"]


def test_the_other_recipients_get_theirs(office: Office) -> None:
    desk = RecordingNotifier("gone@example.org", "li@example.org")
    desk.always = lambda address: refused() if address.startswith("gone") else None
    reach(
        replace(office, channels={"desk": desk}, post=replace(office.post, channels={"desk": desk})), range(2022, 2027)
    )
    by_address = {
        address: [one.state for one in office.deliveries() if one.address == address] for address in desk.addresses()
    }
    assert by_address == {"gone@example.org": ["dead"] * 3 + ["suspended"] * 2, "li@example.org": ["sent"] * 5}


def test_an_address_that_is_gone_for_good_ends_what_else_is_due(office: Office) -> None:
    desk = office.channels["desk"]
    desk.always = lambda address: later()
    office.news(2025)
    office.after(seconds=16)
    office.news(2026)
    desk.always = lambda address: gone_for_good()
    office.after(seconds=16)
    assert counted(office) == ["dead", "dead"]


def test_a_replay_sends_everything_since_a_day_again_once(office: Office) -> None:
    reach(office, range(2024, 2026))
    since = office.clock() - timedelta(hours=6)
    office.news(2026)
    office.after(seconds=16)
    desk = office.channels["desk"]
    before = list(desk.accepted)
    assert replay(office.post, "desk", since, office.clock()) == 1
    office.after(seconds=1)
    assert [(sent.id, sent.body) for sent in desk.accepted[len(before) :]] == [(before[-1].id, before[-1].body)]
    assert replay(office.post, "desk", office.clock() - timedelta(days=400), office.clock()) == 3
    office.after(seconds=1)
    assert len(desk.accepted) == len(before) + 1 + 3
    assert len({sent.id for sent in desk.accepted}) == 3


def test_a_channel_that_is_new_to_a_watch_can_be_sent_its_past(office: Office) -> None:
    reach(office, range(2025, 2027))
    both = two_channels(office)
    assert replay(both.post, "hook", both.clock() - timedelta(days=400), both.clock()) == 2
    both.after(seconds=1)
    old, new = office.channels["desk"], both.channels["hook"]
    assert [sent.id for sent in new.accepted] == [sent.id for sent in old.accepted]
    assert new.texts() == old.texts()
    assert new.payloads() == old.payloads()


def test_a_channel_that_the_settings_do_not_have_is_named(office: Office) -> None:
    with pytest.raises(UnknownChannel, match=r"paper.*desk"):
        retry(office.post, "paper", office.clock())
    with pytest.raises(UnknownChannel, match=r"paper.*desk"):
        replay(office.post, "paper", office.clock(), office.clock())


def test_who_unsubscribed_gets_nothing_until_somebody_takes_that_back(office: Office) -> None:
    desk = RecordingNotifier("li@example.org", "wang@example.org")
    mail = replace(office, channels={"desk": desk}, post=replace(office.post, channels={"desk": desk}))
    with transaction(office.post.desk.engine) as session:
        add_unsubscribed(session, "li@example.org", office.clock())
        add_unsubscribed(session, "li@example.org", office.clock())
    reach(mail, range(2025, 2026))
    assert [sent.address for sent in desk.accepted] == ["wang@example.org"]
    with transaction(office.post.desk.engine) as session:
        assert forget_unsubscribed(session, "li@example.org")
        assert not forget_unsubscribed(session, "li@example.org")
    reach(mail, range(2026, 2027))
    assert [sent.address for sent in desk.accepted[1:]] == ["li@example.org", "wang@example.org"]


def test_the_parts_of_a_digest_are_sent_in_order_each_with_its_own_tries(office: Office) -> None:
    desk = office.channels["desk"]
    desk.parts = 3
    desk.answers = [None, later(60), None]
    office.news()
    office.after(seconds=16)
    office.after(minutes=10)
    assert [sent.body[:10] for sent in desk.accepted] == [b'{"part": 0', b'{"part": 2', b'{"part": 1']
    assert counted(office) == ["sent"] * 3


def test_no_more_is_sent_than_the_service_takes_and_the_rest_stays_due(office: Office) -> None:
    desk = office.channels["desk"]
    desk.parts, desk.takes = 5, 2
    office.news()
    office.after(seconds=16)
    assert len(desk.tries) == 2
    desk.takes = 0
    office.after(seconds=1)
    assert len(desk.tries) == 2
    desk.takes = 4
    office.after(seconds=1)
    assert counted(office) == ["sent"] * 5
    assert len(desk.tries) == 5


def test_the_death_of_a_channel_is_told_once(office: Office) -> None:
    both = two_channels(office)
    both.channels["desk"].always = lambda address: refused()
    reach(both, range(2022, 2027))
    with reading(both.post.desk.engine) as session:
        assert len(session.exec(select(Notice).where(Notice.kind == "dead_channel")).all()) == 1
        assert len(session.exec(select(Delivery).where(Delivery.state == "due")).all()) == 0
    assert sum("desk" in text and "放弃" in text for text in both.channels["hook"].texts()) == 1
    assert ALL.channels == ("desk",)
