"""Standard output, an Atom feed, and everything that Apprise knows."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as xml

import pytest
from pydantic import TypeAdapter

from monitor.atom import ATOM
from monitor.notifiers import ChannelSettings, notifier
from monitor.notifiers.message import DeliveryError, Message, Notifier
from tests.integration.notifiers.servers import Receiver


def channel(**given: object) -> Notifier:
    return notifier(TypeAdapter(ChannelSettings).validate_python(given))


def send(one: Notifier, message: Message, now: datetime) -> str:
    (body,) = one.prepare(message, "")
    return one.send(body, id=message.id, address="", now=now)


def entries(path: Path) -> list[str]:
    return [entry.findtext(f"{{{ATOM}}}title", "") for entry in xml.parse(path).getroot().iter(f"{{{ATOM}}}entry")]


def test_the_standard_output_has_the_text_or_one_line_of_json(
    message: Message, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    send(channel(type="stdout"), message, now)
    assert capsys.readouterr().out == message.text
    send(channel(type="stdout", form="json"), message, now)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == json.loads(message.payload)


def test_the_feed_has_each_digest_once_the_newest_first(tmp_path: Path, message: Message, now: datetime) -> None:
    feed = channel(type="atom", path=str(tmp_path / "out" / "feed.xml"))
    later = replace(message, id="msg_" + "f" * 32, subject="第二份", made_at=message.made_at + timedelta(days=1))
    for one in (later, message, later, message):
        send(feed, one, now)
    path = tmp_path / "out" / "feed.xml"
    assert entries(path) == ["第二份", message.subject]
    root = xml.parse(path).getroot()
    assert root.findtext(f"{{{ATOM}}}updated") == "2026-01-21T00:07:00Z"
    assert message.html in path.read_text("utf-8").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')


def test_a_feed_has_an_id_of_its_own_and_keeps_it(tmp_path: Path, message: Message, now: datetime) -> None:
    ids = []
    for name in ("one.xml", "two.xml", "one.xml"):
        send(channel(type="atom", path=str(tmp_path / name)), message, now)
        root = xml.parse(tmp_path / name).getroot()
        ids.append(root.findtext(f"{{{ATOM}}}id", ""))
        for id in (ids[-1], root.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}id", "")):
            assert UUID(id.removeprefix("urn:uuid:")).urn == id
    assert ids[0] == ids[2] != ids[1]


def test_a_test_puts_no_entry_into_the_feed(tmp_path: Path, message: Message, now: datetime) -> None:
    path = tmp_path / "feed.xml"
    feed = channel(type="atom", path=str(path))
    trial = replace(message, id="msg_" + "f" * 32, trial=True)
    assert "can be written" in send(feed, trial, now)
    assert entries(path) == []
    send(feed, message, now)
    before = path.read_bytes()
    send(feed, trial, now)
    assert path.read_bytes() == before


def test_the_feed_keeps_as_many_as_it_should(tmp_path: Path, message: Message, now: datetime) -> None:
    feed = channel(type="atom", path=str(tmp_path / "feed.xml"), keep=2)
    for day in range(4):
        made_at = message.made_at + timedelta(days=day)
        send(feed, replace(message, id=f"msg_{day:032x}", subject=f"第{day}日", made_at=made_at), now)
    assert entries(tmp_path / "feed.xml") == ["第3日", "第2日"]


@pytest.mark.parametrize("text", ["<html><p>", "<rss version='2.0'/>", "notes"])
def test_a_file_that_is_no_feed_is_not_written_over(tmp_path: Path, text: str, message: Message, now: datetime) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(text)
    with pytest.raises(DeliveryError, match=r"feed\.xml") as caught:
        send(channel(type="atom", path=str(path)), message, now)
    assert caught.value.retry
    assert path.read_text() == text


def test_a_feed_that_others_may_read_stays_so(tmp_path: Path, message: Message, now: datetime) -> None:
    path = tmp_path / "feed.xml"
    feed = channel(type="atom", path=str(path))
    send(feed, message, now)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    send(feed, message, now)
    assert path.stat().st_mode & 0o777 == 0o644


def test_apprise_hands_it_over_and_says_so(receiver: Receiver, message: Message, now: datetime) -> None:
    receiver.status = 200
    short = replace(message, chat=("主题", "↓ 地区生产总值增长 6.5%以上 → 6%左右"))
    told = send(channel(type="apprise", url=f"json://{receiver.address}/canary-path"), short, now)
    assert "canary" not in told
    (got,) = receiver.got
    assert json.loads(got.body)["title"] == message.subject
    assert json.loads(got.body)["message"] == "↓ 地区生产总值增长 6.5%以上 → 6%左右"


def test_what_apprise_could_not_hand_over_is_tried_again(receiver: Receiver, message: Message, now: datetime) -> None:
    receiver.status = 500
    with pytest.raises(DeliveryError, match="json://") as caught:
        send(channel(type="apprise", url=f"json://{receiver.address}/canary-path", form="text"), message, now)
    assert caught.value.retry
    assert "canary" not in str(caught.value)


def test_an_address_that_apprise_does_not_know_is_refused_without_its_keys() -> None:
    with pytest.raises(ValueError, match="nonsense://") as caught:
        channel(type="apprise", url="nonsense://canary-token")
    assert "canary" not in str(caught.value)
