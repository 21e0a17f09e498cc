import base64
import logging
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.webhook import WebhookNotifier, WebhookSettings
from tests.integration.notifiers.servers import Receiver, free_port

OLD, NEW, WRONG = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in range(3))


def webhook(receiver: Receiver | str, **changes: Any) -> WebhookNotifier:
    url = receiver if isinstance(receiver, str) else f"http://{receiver.address}/hook"
    given = {"type": "webhook", "url": url, "secret": NEW, "timeout_seconds": 5}
    return WebhookNotifier(WebhookSettings.model_validate(given | changes))


def send(channel: WebhookNotifier, message: Message, now: datetime) -> str:
    return channel.send(channel.prepare(message, "")[0], id=message.id, address="", now=now)


def refusal(channel: WebhookNotifier, message: Message, now: datetime) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(channel, message, now)
    return caught.value


def test_the_official_library_verifies_us(receiver: Receiver, message: Message) -> None:
    moment = datetime.now(timezone(timedelta(hours=8)))
    assert send(webhook(receiver), message, moment) == "204"
    (got,) = receiver.got
    event = Webhook(NEW).verify(got.body, got.headers)
    assert event["type"] == "mubiao.digest"
    assert event["data"]["说明"] == "目标"
    assert got.headers["webhook-id"] == got.headers["idempotency-key"] == message.id
    assert got.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(WRONG).verify(got.body, got.headers)


def test_both_secrets_verify_while_one_is_replaced(receiver: Receiver, message: Message) -> None:
    send(webhook(receiver, secret=[OLD, NEW]), message, datetime.now(UTC))
    (got,) = receiver.got
    assert Webhook(OLD).verify(got.body, got.headers) == Webhook(NEW).verify(got.body, got.headers)


def test_a_retry_has_the_same_id_and_bytes_and_a_new_time(receiver: Receiver, message: Message, now: datetime) -> None:
    receiver.status = 500
    refusal(webhook(receiver), message, now)
    refusal(webhook(receiver), message, now + timedelta(minutes=5))
    first, second = receiver.got
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 300
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@pytest.mark.parametrize(
    ("status", "retry", "dead"),
    [
        (301, True, False),
        (302, True, False),
        (307, True, False),
        (308, True, False),
        (400, False, False),
        (401, False, False),
        (404, False, False),
        (408, True, False),
        (410, False, True),
        (413, False, False),
        (425, True, False),
        (429, True, False),
        (500, True, False),
        (503, True, False),
    ],
)
def test_only_2xx_is_success(
    status: int, retry: bool, dead: bool, receiver: Receiver, message: Message, now: datetime
) -> None:
    receiver.status, receiver.body = status, "不行\r\nnot now".encode()
    error = refusal(webhook(receiver), message, now)
    assert (error.retry, error.dead) == (retry, dead)
    assert f"answered {status}: 不行 not now" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int, receiver: Receiver, message: Message, now: datetime) -> None:
    with Receiver() as elsewhere:
        receiver.status, receiver.headers = status, {"location": f"http://{elsewhere.address}/"}
        assert "redirects are not followed" in str(refusal(webhook(receiver), message, now))
        assert elsewhere.got == []


def test_the_wait_that_the_service_asks_for_is_handed_on(receiver: Receiver, message: Message, now: datetime) -> None:
    receiver.status, receiver.headers = 429, {"retry-after": "90"}
    assert refusal(webhook(receiver), message, now).retry_after == 90
    receiver.status, receiver.headers = 503, {"retry-after": "Tue, 20 Jan 2026 02:10:00 GMT"}
    assert refusal(webhook(receiver), message, now).retry_after == 600
    receiver.headers = {}
    assert refusal(webhook(receiver), message, now).retry_after is None


def test_a_slow_answer_is_given_up(receiver: Receiver, message: Message, now: datetime) -> None:
    receiver.pause = 1
    error = refusal(webhook(receiver, timeout_seconds=0.3), message, now)
    assert error.retry
    assert "no answer within 0.3 s" in str(error)


def test_an_answer_that_drips_is_given_up_as_well(receiver: Receiver, message: Message, now: datetime) -> None:
    receiver.drip = True
    started = time.monotonic()
    error = refusal(webhook(receiver, timeout_seconds=0.5), message, now)
    assert error.retry
    assert "no answer within 0.5 s" in str(error)
    assert time.monotonic() - started < 15  # it would drip for ever


def test_a_dripping_answer_over_tls_is_given_up(
    certificate: Callable[[str], ssl.SSLContext], ca_file: Path, message: Message, now: datetime
) -> None:
    with Receiver(certificate("localhost")) as receiver:
        receiver.drip = True
        url = f"https://localhost:{receiver.address.rpartition(':')[2]}/"
        error = refusal(webhook(url, ca_file=ca_file, timeout_seconds=0.5), message, now)
    assert "no answer within 0.5 s" in str(error)


def test_a_certificate_is_checked(
    certificate: Callable[[str], ssl.SSLContext], ca_file: Path, message: Message, now: datetime
) -> None:
    with Receiver(certificate("localhost")) as receiver:
        url = f"https://localhost:{receiver.address.rpartition(':')[2]}/"
        assert "CERTIFICATE_VERIFY_FAILED" in str(refusal(webhook(url), message, now))
        assert send(webhook(url, ca_file=ca_file), message, now) == "204"
    with Receiver(certificate("other.example.org")) as receiver:
        url = f"https://localhost:{receiver.address.rpartition(':')[2]}/"
        assert "CERTIFICATE_VERIFY_FAILED" in str(refusal(webhook(url, ca_file=ca_file), message, now))


def test_a_receiver_that_is_not_there_is_tried_again(message: Message, now: datetime) -> None:
    assert refusal(webhook(f"http://127.0.0.1:{free_port()}/"), message, now).retry


def test_a_long_answer_is_cut(receiver: Receiver, message: Message, now: datetime) -> None:
    receiver.status, receiver.body = 400, b"x" * 1_000_000
    assert len(str(refusal(webhook(receiver), message, now))) < 4300


def test_no_secret_gets_into_logs_or_errors(
    receiver: Receiver, message: Message, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"http://user:canary-one@{receiver.address}/canary-two?key=canary-three"
    receiver.status, receiver.body = 400, f"no such page: {url} /canary-two?key=canary-three".encode()
    error = refusal(webhook(url), message, now)
    receiver.status = 204
    send(webhook(url), message, now)
    assert receiver.got[0].path == "/canary-two?key=canary-three"
    assert receiver.got[0].headers["authorization"].startswith("Basic ")
    told = str(error) + repr(error.__cause__) + caplog.text
    assert "canary" not in told
    assert NEW not in told
    assert f"http://{receiver.address}/…" in str(error)


def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, message: Message, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert send(webhook(receiver), message, now) == "204"


def test_the_secret_may_lie_in_a_file(receiver: Receiver, tmp_path: Path, message: Message) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{OLD}\n{NEW}\n")
    file.chmod(0o600)
    send(webhook(receiver, secret=(), secret_file=file), message, datetime.now(UTC))
    (got,) = receiver.got
    assert Webhook(OLD).verify(got.body, got.headers)


@pytest.mark.parametrize(
    ("content", "mode", "complaint"),
    [
        (b"geheim", 0o600, "openssl rand"),
        (b" \n", 0o600, "is empty"),
        (b"\xff\xfe", 0o600, "not UTF-8"),
        (NEW.encode(), 0o644, "chmod 600"),
        (None, 0, "No such file"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_refused(
    content: bytes | None, mode: int, complaint: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(ValueError, match=complaint) as caught:
        webhook("http://127.0.0.1/", secret=(), secret_file=file)
    assert NEW not in str(caught.value)


def test_a_certificate_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(ValueError, match="no certificate"):
        webhook("https://127.0.0.1/", ca_file=tmp_path / "ca.pem")
    with pytest.raises(ValueError, match="No such file"):
        webhook("https://127.0.0.1/", ca_file=tmp_path / "missing.pem")
