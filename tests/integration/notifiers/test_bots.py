import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from monitor.digest.chatpart import MAX_LINE
from monitor.digest.render import render
from monitor.notifiers import ChannelSettings, notifier
from monitor.notifiers.bots import DingtalkBot, FeishuBot, WecomBot
from monitor.notifiers.chat import in_parts
from monitor.notifiers.message import DeliveryError, Message, Notifier
from tests.digests import SAMPLES
from tests.integration.notifiers.servers import Receiver

KINDS = ("wecom", "dingtalk", "feishu")
FINE = {"wecom": {"errcode": 0, "errmsg": "ok"}, "dingtalk": {"errcode": 0, "errmsg": "ok"}, "feishu": {"code": 0}}
LINES = ("云溪市 2026：GDP 增长目标 6.5%以上 → 6%左右", "", "↓ 地区生产总值增长 6.5%以上 → 6%左右")


def bot(kind: str, receiver: Receiver, **changes: object) -> Notifier:
    given = {"type": kind, "url": f"http://{receiver.address}/robot/send?access_token=canary-1234", **changes}
    return notifier(TypeAdapter(ChannelSettings).validate_python(given))


@pytest.fixture
def told(message: Message) -> Message:
    return replace(message, chat=LINES)


def send(channel: Notifier, message: Message, now: datetime) -> str:
    answers = [channel.send(body, id=message.id, address="", now=now) for body in channel.prepare(message, "")]
    return "; ".join(answers)


def answering(receiver: Receiver, answer: object, status: int = 200) -> None:
    receiver.status, receiver.body = status, json.dumps(answer).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_bot_is_sent_the_short_form(kind: str, receiver: Receiver, told: Message, now: datetime) -> None:
    answering(receiver, FINE[kind])
    assert "0" in send(bot(kind, receiver), told, now)
    (got,) = receiver.got
    body = json.loads(got.body)
    text = body["content"]["text"] if kind == "feishu" else body["text"]["content"]
    assert text.splitlines() == list(LINES)
    assert got.headers["content-type"] == "application/json"


def test_dingtalk_is_signed_in_the_address(receiver: Receiver, told: Message, now: datetime) -> None:
    answering(receiver, FINE["dingtalk"])
    send(bot("dingtalk", receiver, secret="SEC-canary"), told, now)
    query = parse_qs(urlsplit(receiver.got[0].path).query)
    moment = str(int(now.timestamp() * 1000))
    expected = hmac.new(b"SEC-canary", f"{moment}\nSEC-canary".encode(), hashlib.sha256).digest()
    assert query["timestamp"] == [moment]
    assert query["sign"] == [base64.b64encode(expected).decode()]
    assert query["access_token"] == ["canary-1234"]


def test_feishu_is_signed_in_the_body_over_nothing(receiver: Receiver, told: Message, now: datetime) -> None:
    answering(receiver, FINE["feishu"])
    channel = bot("feishu", receiver, secret="canary-key")
    send(channel, told, now)
    send(channel, told, now + timedelta(minutes=5))
    first, second = (json.loads(got.body) for got in receiver.got)
    key = f"{int(now.timestamp())}\ncanary-key".encode()
    assert first["sign"] == base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
    assert first["sign"] != second["sign"]
    assert first["content"] == second["content"]


@pytest.mark.parametrize(
    ("kind", "answer", "retry", "retry_after"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, True, 60),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, True, None),
        ("wecom", {"errcode": 40008, "errmsg": "invalid message type"}, False, None),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, True, 600),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, True, None),
        ("dingtalk", {"errcode": 400101, "errmsg": "?"}, False, None),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, True, 60),
        ("feishu", {"code": 19021, "msg": "sign match fail"}, True, None),
        ("feishu", {"code": 19022, "msg": "ip not allowed"}, True, None),
        ("feishu", {"code": 19024, "msg": "key words not found"}, True, None),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, False, None),
    ],
)
def test_a_refusal_with_status_200_is_no_success(
    kind: str, answer: object, retry: bool, retry_after: float | None, receiver: Receiver, told: Message, now: datetime
) -> None:
    answering(receiver, answer)
    with pytest.raises(DeliveryError) as caught:
        send(bot(kind, receiver), told, now)
    assert (caught.value.retry, caught.value.retry_after) == (retry, retry_after)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answer", [b"<html>maintenance</html>", b"", b"{}", b"[]", b'{"ok": true}', b'"0"', b"0"])
def test_an_answer_that_is_none_of_a_bots_is_no_success(
    kind: str, answer: bytes, receiver: Receiver, told: Message, now: datetime
) -> None:
    receiver.status, receiver.body = 200, answer
    with pytest.raises(DeliveryError) as caught:
        send(bot(kind, receiver), told, now)
    assert caught.value.retry


@pytest.mark.parametrize("limit", [WecomBot.limit, DingtalkBot.limit, FeishuBot.limit])
@given(lines=st.lists(st.text(max_size=MAX_LINE // 4), min_size=1, max_size=60))
def test_every_part_is_within_the_limit_and_no_line_is_lost(limit: int, lines: list[str]) -> None:
    clean = [" ".join(line.encode("utf-8", "replace").decode().split()) for line in lines]
    message = Message("msg_1", "m", "t", "zh", "s", "t", "h", b"{}", datetime(2026, 1, 20, tzinfo=UTC), tuple(clean))
    parts = in_parts(message, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    back = [line for part in parts for line in (part.splitlines()[1:] if len(parts) > 1 else part.splitlines()) if line]
    assert [line.replace("＠", "@").replace("＜", "<") for line in back] == [
        line.replace("＠", "@").replace("＜", "<") for line in clean if line
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("sample", list(SAMPLES))
def test_no_line_of_a_digest_is_longer_than_a_message(sample: str, language: str) -> None:
    lines = render(SAMPLES[sample](language)).chat
    assert lines[0]
    assert all(len(line.encode()) <= MAX_LINE and "\n" not in line for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_pings_nobody(kind: str, receiver: Receiver, message: Message, now: datetime) -> None:
    answering(receiver, FINE[kind])
    called = replace(message, chat=('<at user_id="all">x</at> <@all> @all @13800000000',))
    send(bot(kind, receiver), called, now)
    body = receiver.got[0].body.decode()
    assert "<at" not in body
    assert "@" not in body
    assert json.loads(body).get("at", {}).get("isAtAll", False) is False


@pytest.mark.parametrize(("kind", "most"), [("wecom", 20), ("dingtalk", 20), ("feishu", 100)])
def test_a_bot_is_never_sent_more_than_it_takes_in_a_minute(
    kind: str, most: int, receiver: Receiver, told: Message, now: datetime
) -> None:
    answering(receiver, FINE[kind])
    channel = bot(kind, receiver)
    sent: list[datetime] = []
    for second in range(130):
        moment = now + timedelta(seconds=second)
        room = channel.room(moment)
        assert room is not None
        for _ in range(min(room, 3)):
            send(channel, told, moment)
            sent.append(moment)
    assert len(sent) > most
    assert all(sum(0 <= (other - one).total_seconds() < 60 for other in sent) <= most for one in sent)


def test_two_places_for_a_secret_are_refused() -> None:
    with pytest.raises(ValidationError, match="secret or secret_file"):
        TypeAdapter(ChannelSettings).validate_python(
            {"type": "feishu", "url": "https://example.org", "secret": "a", "secret_file": "b"}
        )
