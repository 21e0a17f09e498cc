import socket
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.notifiers.email import EmailNotifier, EmailSettings
from monitor.notifiers.message import DeliveryError, Message
from tests.integration.notifiers.servers import MailServer

StartServer = Callable[..., MailServer]
Certificate = Callable[[str], ssl.SSLContext]
LI = "li@example.org"


def notifier(server: MailServer, **changes: Any) -> EmailNotifier:
    given: dict[str, Any] = {"type": "email", "host": "127.0.0.1", "port": server.port, "timeout_seconds": 5}
    given |= {"security": "none", "sender": "mubiao@example.org", "recipients": [LI]}
    return EmailNotifier(EmailSettings.model_validate(given | changes))


def send(channel: EmailNotifier, message: Message, now: datetime, address: str = LI) -> str:
    return channel.send(channel.prepare(message, address)[0], id=message.id, address=address, now=now)


def test_a_mail_arrives_byte_by_byte(mail_server: StartServer, message: Message, now: datetime) -> None:
    server = mail_server()
    channel = notifier(server)
    assert send(channel, message, now) == "250 OK kept as 42"
    (envelope,) = server.box.mails
    assert envelope.original_content == channel.prepare(message, LI)[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("mubiao@example.org", [LI])


def test_lines_that_begin_with_a_dot_arrive_whole(mail_server: StartServer, message: Message, now: datetime) -> None:
    server = mail_server()
    body = b"Subject: x\r\n\r\n.\r\n..two\r\n"
    notifier(server).send(body, id=message.id, address=LI, now=now)
    assert server.box.mails[0].original_content == body


def test_a_server_without_starttls_gets_no_mail(mail_server: StartServer, message: Message, now: datetime) -> None:
    server = mail_server()
    with pytest.raises(DeliveryError, match="offers no STARTTLS, nothing was sent") as caught:
        send(notifier(server, security="starttls"), message, now)
    assert caught.value.retry
    assert server.box.verbs == ["EHLO"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_over_tls_with_a_checked_certificate(
    security: str, mail_server: StartServer, certificate: Certificate, ca_file: Path, message: Message, now: datetime
) -> None:
    server = mail_server(**{security: certificate("localhost")})
    send(notifier(server, security=security, host="localhost", ca_file=ca_file), message, now)
    assert len(server.box.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_name_is_refused(
    security: str, mail_server: StartServer, certificate: Certificate, ca_file: Path, message: Message, now: datetime
) -> None:
    server = mail_server(**{security: certificate("other.example.org")})
    with pytest.raises(DeliveryError, match="its certificate is refused") as caught:
        send(notifier(server, security=security, host="localhost", ca_file=ca_file), message, now)
    assert caught.value.retry
    assert server.box.mails == []


def test_a_certificate_of_an_unknown_authority_is_refused(
    mail_server: StartServer, certificate: Certificate, message: Message, now: datetime
) -> None:
    server = mail_server(tls=certificate("localhost"))
    with pytest.raises(DeliveryError, match="name it in ca_file"):
        send(notifier(server, security="tls", host="localhost"), message, now)


def test_the_password_goes_over_tls_only(
    mail_server: StartServer, certificate: Certificate, ca_file: Path, tmp_path: Path, message: Message, now: datetime
) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    secret.chmod(0o600)
    login = {"username": "li", "password_file": secret, "host": "localhost", "ca_file": ca_file}
    stripped = mail_server(password="hunter2", login_anywhere=True)
    with pytest.raises(DeliveryError, match="STARTTLS"):
        send(notifier(stripped, security="starttls", **login), message, now)
    assert stripped.box.logins == []
    server = mail_server(password="hunter2", starttls=certificate("localhost"))
    send(notifier(server, security="starttls", **login), message, now)
    assert server.box.logins == [(b"hunter2", True)]
    assert len(server.box.mails) == 1


def test_a_refused_login_can_be_mended_and_tells_no_password(
    mail_server: StartServer, message: Message, now: datetime
) -> None:
    server = mail_server(password="other", login_anywhere=True)
    with pytest.raises(DeliveryError, match="refused the login of li: 535") as caught:
        send(notifier(server, username="li", password="hunter2"), message, now)
    assert caught.value.retry
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(("reply", "retry"), [("450 mailbox busy", True), ("550 no such person", False)])
def test_each_recipient_has_an_answer_of_its_own(
    reply: str, retry: bool, mail_server: StartServer, message: Message, now: datetime
) -> None:
    server = mail_server()
    server.box.replies["gone@example.org"] = reply
    channel = notifier(server, recipients=["gone@example.org", LI])
    with pytest.raises(DeliveryError, match=f"refused the recipient gone@example.org: {reply}") as caught:
        send(channel, message, now, "gone@example.org")
    assert caught.value.retry is retry
    send(channel, message, now)
    assert [envelope.rcpt_tos for envelope in server.box.mails] == [[LI]]


@pytest.mark.parametrize(("reply", "retry"), [("452 disk full", True), ("554 looks like spam", False)])
def test_a_refused_message_is_told_in_the_servers_words(
    reply: str, retry: bool, mail_server: StartServer, message: Message, now: datetime
) -> None:
    server = mail_server()
    server.box.replies["DATA"] = reply
    with pytest.raises(DeliveryError, match=f"refused the message: {reply}") as caught:
        send(notifier(server), message, now)
    assert caught.value.retry is retry


def test_a_retry_after_a_lost_answer_sends_the_same_bytes(
    mail_server: StartServer, message: Message, now: datetime
) -> None:
    server = mail_server()
    server.box.drops = 1
    with pytest.raises(DeliveryError) as caught:
        send(notifier(server), message, now)
    assert caught.value.retry
    send(notifier(server), message, now)
    first, second = (envelope.original_content for envelope in server.box.mails)
    assert first == second


def test_a_slow_answer_to_the_final_dot_is_waited_for(
    mail_server: StartServer, message: Message, now: datetime
) -> None:
    server = mail_server()
    server.box.pause = 1.5
    send(notifier(server, timeout_seconds=0.5), message, now)
    assert len(server.box.mails) == 1


def test_the_wait_for_the_final_dot_ends(mail_server: StartServer, message: Message, now: datetime) -> None:
    server = mail_server()
    server.box.pause = 1
    with pytest.raises(DeliveryError, match="timed out") as caught:
        send(notifier(server, final_timeout_seconds=0.3), message, now)
    assert caught.value.retry


def test_a_server_that_says_nothing_is_given_up(message: Message, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silence = MailServer.__new__(MailServer)
        silence.port = silent.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(DeliveryError, match="timed out") as caught:
            send(notifier(silence, timeout_seconds=0.3), message, now)
    assert caught.value.retry
    assert time.monotonic() - started < 15  # it would say nothing for ever


@pytest.mark.parametrize("host", ["127.0.0.1", "a..b"])
def test_a_server_that_is_not_there_is_tried_again(host: str, message: Message, now: datetime) -> None:
    given = {"type": "email", "host": host, "port": 1, "security": "none", "allow_plain": True}
    settings = EmailSettings.model_validate(given | {"sender": LI, "recipients": [LI]})
    with pytest.raises(DeliveryError, match="mail server") as caught:
        send(EmailNotifier(settings), message, now)
    assert caught.value.retry
