import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from standardwebhooks import Webhook

from monitor.notifiers.message import Message
from monitor.notifiers.posting import _wait
from monitor.notifiers.webhook import WebhookNotifier, WebhookSettings, _signature

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def settings(**changes: Any) -> WebhookSettings:
    given = {"type": "webhook", "url": "https://example.org/hook", "secret": SECRET}
    return WebhookSettings.model_validate(given | changes)


def test_the_body_is_the_payload_to_the_byte() -> None:
    payload = '{"id":"msg_1","值":6.50}'.encode()
    made_at = datetime(2026, 1, 20, 8, 7, tzinfo=timezone(timedelta(hours=8)))
    message = Message("msg_1", "main", "t", "zh", "s", "t", "h", payload, made_at)
    body = WebhookNotifier(settings()).prepare(message, "")[0]
    assert body == payload


@given(key=st.binary(min_size=24, max_size=64), body=st.text(st.characters(exclude_categories=["Cs"])))
def test_the_signature_is_the_official_librarys(key: bytes, body: str) -> None:
    moment = datetime(2026, 1, 20, 2, tzinfo=UTC)
    signed = f"msg_1.{int(moment.timestamp())}.".encode() + body.encode()
    assert _signature(key, signed) == Webhook(key).sign("msg_1", moment, body)


@pytest.mark.parametrize(
    "secret",
    ["", "geheim", "whsec_", "whsec_!!!", SECRET.removeprefix("whsec_"), "whsec_" + "QUJD" * 5, "whsec_" + "QUJD" * 22],
)
def test_a_secret_of_the_wrong_form_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(secret=[secret])
    assert "openssl rand" in str(caught.value)
    assert not secret or secret.removeprefix("whsec_") not in str(caught.value) or secret == "whsec_"


@pytest.mark.parametrize("url", ["", "example.org/hook", "ftp://example.org", "https://", "http://[", "file:///etc"])
def test_a_url_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must begin with https://"):
        settings(url=url)


def test_a_channel_without_a_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="secret or secret_file"):
        settings(secret=())


def test_neither_address_nor_secret_is_shown() -> None:
    shown = repr(settings(url="https://example.org/token-12345"))
    assert "token" not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("999999999", 86400.0),
        ("Tue, 20 Jan 2026 02:01:00 GMT", 60.0),
        ("Tue, 20 Jan 2026 02:01:00 -0000", 60.0),
        ("Mon, 19 Jan 2026 02:00:00 GMT", 0.0),
        ("Fri, 20 Mar 2026 02:00:00 GMT", 86400.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("１２０", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(header: str, seconds: float | None, now: datetime) -> None:
    assert _wait(header, now) == seconds
