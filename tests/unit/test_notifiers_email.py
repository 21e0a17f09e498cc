import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.notifiers.email import EmailNotifier, EmailSettings
from monitor.notifiers.message import Message
from monitor.notifiers.unsubscribing import address_of, token_for

anything = st.text(alphabet=st.characters())  # with surrogates and controls
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "List-Id", "Auto-Submitted",
    "MIME-Version", "Content-Type",
}  # fmt: skip


def settings(**changes: Any) -> EmailSettings:
    given: dict[str, Any] = {"type": "email", "host": "127.0.0.1", "sender": "mubiao@example.org"}
    return EmailSettings.model_validate(given | {"recipients": ["li@example.org"]} | changes)


def a_message(**changes: str) -> Message:
    fields = {"id": "msg_" + "ab" * 16, "watch": "main", "thread": "main 2026-01", "language": "zh"}
    texts = {"subject": "云溪市", "text": "目标", "html": "<p>目标</p>"}
    given: dict[str, Any] = fields | texts | changes
    return Message(**given, payload=b"{}", made_at=datetime(2026, 1, 20, 0, 7, tzinfo=UTC))


def mail(message: Message, address: str = "li@example.org", **changes: Any) -> bytes:
    return EmailNotifier(settings(**changes)).prepare(message, address)[0]


def parsed(body: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(body, policy=email.policy.default))


NOTIFIER = EmailNotifier(settings())


@given(subject=anything, text=anything, html=anything, watch=anything, thread=anything)
def test_any_scraped_text_can_be_mailed(subject: str, text: str, html: str, watch: str, thread: str) -> None:
    (body,) = NOTIFIER.prepare(
        a_message(subject=subject, text=text, html=html, watch=watch, thread=thread), "li@example.org"
    )
    assert body.isascii()
    assert not set(body.replace(b"\r\n", b"")) & set(b"\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 998
    back = parsed(body)
    assert set(back.keys()) == HEADERS
    assert [part.get_content_type() for part in back.iter_parts()] == ["text/plain", "text/html"]
    assert all(not part.defects for part in back.walk())


def test_the_text_comes_back_as_it_was() -> None:
    body = parsed(mail(a_message(subject="地区生产总值目标" * 5, text="一\n二\n")))
    plain = body.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == ["一", "二"]
    assert body["Subject"] == "地区生产总值目标" * 5


def test_a_long_subject_is_cut_at_200_characters() -> None:
    subject = parsed(mail(a_message(subject="目" * 500)))["Subject"]
    assert len(subject) == 200
    assert subject.endswith("…")


def test_line_breaks_of_every_kind_become_a_blank_in_the_subject() -> None:
    assert parsed(mail(a_message(subject="一\r\nBcc: x@y.z\u2028二\x85三")))["Subject"] == "一 Bcc: x@y.z 二 三"


def test_the_same_message_has_the_same_bytes_and_another_recipient_another_id() -> None:
    assert mail(a_message()) == mail(a_message())
    mine, yours = (parsed(mail(a_message(), who)) for who in ("li@example.org", "wang@example.org"))
    assert mine["Message-ID"] != yours["Message-ID"]
    assert mine["References"] == yours["References"] == mine["In-Reply-To"]


def test_messages_of_one_thread_share_their_root() -> None:
    one, two = (parsed(mail(a_message(id="msg_" + c * 32)))["References"] for c in "ab")
    other = parsed(mail(a_message(thread="main 2026-02")))["References"]
    assert one == two != other


def test_the_headers_say_what_it_is() -> None:
    head = parsed(mail(a_message(), unsubscribe="leave@example.org", reply_to="team@example.org"))
    assert head["From"] == "mubiao <mubiao@example.org>"
    assert head["Date"] == "Tue, 20 Jan 2026 08:07:00 +0800"
    assert head["List-Id"] == "<main.mubiao.example.org>"
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["List-Unsubscribe"] == "<mailto:leave@example.org?subject=unsubscribe>"
    assert head["Reply-To"] == "team@example.org"
    assert "Precedence" not in head


def test_each_recipient_is_owed_one_mail() -> None:
    notifier = EmailNotifier(settings(recipients=["a@example.org", "b@example.org", "a@example.org"]))
    assert notifier.addresses() == ("a@example.org", "b@example.org")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"recipients": []}, "at least 1 item"),
        ({"recipients": ["not an address"]}, "is not an e-mail address"),
        ({"recipients": ["a@example.org\r\nRCPT TO:<b@example.org>"]}, "is not an e-mail address"),
        ({"sender": "目标@example.org"}, "is not an e-mail address"),
        ({"security": "none", "host": "mail.example.org"}, "readable by all on the way"),
        ({"username": "li"}, "go together"),
        ({"password": "x"}, "go together"),
        ({"username": "li", "password": "x", "password_file": "/x"}, "not both"),
        ({"passwort": "x"}, "Extra inputs"),
        ({"security": "ssl"}, "'starttls', 'tls' or 'none'"),
        ({"host": "mail host"}, "pattern"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        settings(**changes)


def test_plain_text_to_a_trusted_network_must_be_asked_for() -> None:
    assert settings(security="none", host="mail.example.org", allow_plain=True).allow_plain
    assert settings(security="none", host="::1").security == "none"


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(settings(username="li", password="hunter2"))
    with pytest.raises(ValidationError) as caught:
        settings(password="hunter2")
    assert "hunter2" not in str(caught.value)


def test_one_click_leads_to_an_address_that_is_signed_for_one_reader() -> None:
    secret, base = "canary-secret-of-32-characters-xx", "https://mubiao.example.org/unsubscribe"
    head = parsed(mail(a_message(), unsubscribe_url=f"{base}/", unsubscribe_secret=secret, unsubscribe="a@example.org"))
    web, by_mail = head["List-Unsubscribe"].split(", ")
    assert by_mail == "<mailto:a@example.org?subject=unsubscribe>"
    assert web.startswith(f"<{base}/")
    token = web.removeprefix(f"<{base}/").removesuffix(">")
    assert address_of(token, secret) == "li@example.org"
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        body = head.get_body((kind,))
        assert body is not None
        assert f"{base}/{token}" in body.get_content()
        assert "退订" in body.get_content()


@given(address=st.text(max_size=80), other=st.text(max_size=80), secret=st.text(min_size=16, max_size=40))
def test_a_token_is_good_for_its_address_alone(address: str, other: str, secret: str) -> None:
    address, other, secret = (text.encode("utf-8", "replace").decode() for text in (address, other, secret))
    token = token_for(address, secret)
    assert address_of(token, secret) == address
    assert address_of(token, f"{secret}x") is None
    named, _, signature = token.partition(".")
    if other != address:
        assert address_of(f"{token_for(other, secret).partition('.')[0]}.{signature}", secret) is None
    assert address_of(named, secret) is None


@given(token=st.text(max_size=700))
def test_nonsense_is_no_token(token: str) -> None:
    assert address_of(token, "secret of an installation") is None


@pytest.mark.parametrize("url", ["http://example.org/unsubscribe", "https://example.org", "https://a b/unsubscribe"])
def test_the_button_needs_https_and_the_consoles_page(url: str) -> None:
    with pytest.raises(ValidationError, match="must be https://"):
        settings(unsubscribe_url=url, unsubscribe_secret="x" * 32)


def test_the_button_needs_a_secret() -> None:
    with pytest.raises(ValidationError, match="go together"):
        settings(unsubscribe_url="https://example.org/unsubscribe")
