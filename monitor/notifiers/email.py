"""Digests by e-mail: one message a recipient, text and HTML, over a connection that is always checked."""

import hashlib
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from monitor.digest.outgoing import clean
from monitor.digest.words import WORDS
from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.outgoing import clean_text
from monitor.notifiers.secret_files import read_secret
from monitor.notifiers.tls import trust
from monitor.notifiers.unsubscribing import token_for

CHINA = ZoneInfo("Asia/Shanghai")
PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _checked_address(address: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", address):
        raise ValueError(f"{address!r} is not an e-mail address like name@example.org")
    return address


def _checked_unsubscribe(url: str) -> str:
    url = url.rstrip("/")
    if url and not re.fullmatch(r"https://[^\s<>,]+/unsubscribe", url):
        raise ValueError(
            f"{url!r} must be https:// and the console's address as readers reach it, with /unsubscribe at the end:"
            " https://mubiao.example.org/unsubscribe (mail programs press the button there, RFC 8058)"
        )
    return url


MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_checked_address)]


class EmailSettings(BaseModel):
    """A mail server and whom it sends to.

    `security`: `starttls` and `tls` refuse to go on without a checked certificate; `none` is for a server on this
    machine, elsewhere only with `allow_plain`. The password may lie in `password_file` instead.
    `final_timeout_seconds` is the wait for the answer to the whole message: who gives up early
    makes duplicates (RFC 1047).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: Literal["email"]
    host: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:-]+$")]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "tls", "none"] = "starttls"
    allow_plain: bool = False
    ca_file: Path | None = None
    username: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    sender: MailAddress
    sender_name: Annotated[str, Field(max_length=60)] = "mubiao"
    recipients: Annotated[tuple[MailAddress, ...], Field(min_length=1)]
    reply_to: MailAddress | None = None
    unsubscribe: MailAddress | None = None
    unsubscribe_url: Annotated[str, AfterValidator(_checked_unsubscribe)] = ""
    unsubscribe_secret: Annotated[SecretStr, Field(min_length=16)] | None = None
    unsubscribe_secret_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30
    final_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 600

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security == "none" and not (self.allow_plain or _is_loopback(self.host)):
            raise ValueError(
                f'security = "none" would send mail readable by all on the way to {self.host}: use "starttls" or "tls",'
                " or allow_plain = true in a network you trust"
            )
        if self.password and self.password_file:
            raise ValueError("give password or password_file, not both")
        if bool(self.username) != bool(self.password or self.password_file):
            raise ValueError("username and password (or password_file) go together")
        if self.unsubscribe_secret and self.unsubscribe_secret_file:
            raise ValueError("give unsubscribe_secret or unsubscribe_secret_file, not both")
        if bool(self.unsubscribe_url) != bool(self.unsubscribe_secret or self.unsubscribe_secret_file):
            raise ValueError("unsubscribe_url and unsubscribe_secret (or unsubscribe_secret_file) go together")
        return self

    def key_for_unsubscribing(self) -> str:
        """The secret that unsubscribe addresses are signed with, "" without one. ValueError for an unreadable file."""
        if self.unsubscribe_secret_file:
            return read_secret(self.unsubscribe_secret_file)
        return self.unsubscribe_secret.get_secret_value() if self.unsubscribe_secret else ""


class EmailNotifier:
    """Speaks SMTP. Raises ValueError when it is built with a password or certificate file that cannot be read."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._password = ""
        if settings.password:
            self._password = settings.password.get_secret_value()
        elif settings.password_file:
            self._password = read_secret(settings.password_file)
        self._tls = trust(settings.ca_file)
        self._unsubscribing = settings.key_for_unsubscribing()

    def addresses(self) -> Sequence[str]:
        return tuple(dict.fromkeys(self._settings.recipients))

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        """The whole mail: ASCII, CRLF, no line over 998 bytes, the same bytes for the same message and address."""
        mail = EmailMessage(policy=SMTP)
        self._put_headers(mail, message, address)
        # base64, always: then no line is too long, and no server on the way has a reason to change it
        leave = self._leaving(address)
        text, html = (message.text, message.html) if not leave else _with_leaving(message, leave)
        mail.set_content(clean_text(text), charset="utf-8", cte="base64")
        mail.add_alternative(clean_text(html), subtype="html", charset="utf-8", cte="base64")
        mail.set_boundary(f"=_{_digest(message.id, address)}")
        _attach(mail, message, address)
        return (mail.as_bytes(),)

    def _put_headers(self, mail: EmailMessage, message: Message, address: str) -> None:
        settings = self._settings
        domain = settings.sender.rpartition("@")[2].lower()
        root = f"<{_digest('thread', message.thread)}.thread@{domain}>"
        mail["From"] = Address(clean(settings.sender_name), addr_spec=settings.sender)
        mail["To"] = Address(addr_spec=address)
        # not mail["Subject"] = …: email.policy loses the space between two encoded words (python/cpython#92081)
        mail.set_raw("Subject", Header(clean(message.subject, 200), "utf-8", header_name="Subject").encode())
        mail["Date"] = message.made_at.astimezone(CHINA)
        mail["Message-ID"] = f"<{_digest(message.id, address)}@{domain}>"
        mail["References"] = root  # no mail has this id; clients show what names it as one thread
        mail["In-Reply-To"] = root
        mail["List-Id"] = f"<{_label(message.watch)}.mubiao.{domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies keep quiet
        if settings.reply_to:
            mail["Reply-To"] = Address(addr_spec=settings.reply_to)
        ways = [f"<mailto:{settings.unsubscribe}?subject=unsubscribe>"] if settings.unsubscribe else []
        if leave := self._leaving(address):
            ways.insert(0, f"<{leave}>")
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        if ways:
            mail["List-Unsubscribe"] = ", ".join(ways)

    def _leaving(self, address: str) -> str:
        """Where this reader unsubscribes; "" when the settings name no place."""
        base = self._settings.unsubscribe_url
        return f"{base}/{token_for(address, self._unsubscribing)}" if base else ""

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        """One connection, one mail, one recipient.

        The server's last word counts: 4xx is worth another try, 5xx to sender, recipient or content is not. A refused
        login or connection is always tried again, since a person can mend it without the message being lost.
        """
        with self._connection() as smtp:
            self._log_in(smtp)
            size = [f"size={len(body)}"] if smtp.has_extn("size") else []
            _expect(smtp.mail(self._settings.sender, size), (250,), f"the sender {self._settings.sender}")
            _expect(smtp.rcpt(address), (250, 251), f"the recipient {address}")
            _expect(smtp.docmd("DATA"), (354,), "the message")
            return _expect(self._transmit(smtp, body), (250,), "the message")

    def room(self, now: datetime) -> int | None:
        return None

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server = f"mail server {self._settings.host}:{self._port}"
        try:
            smtp = self._connect()
            try:
                yield smtp
            finally:
                smtp.close()  # without QUIT: the message is the server's already, or it never was
        except ssl.SSLCertVerificationError as error:
            reason = (
                f"{server}: its certificate is refused: {error.verify_message}; if it is your own, name it in ca_file"
            )
            raise DeliveryError(reason, retry=True) from error
        except smtplib.SMTPServerDisconnected as error:
            raise DeliveryError(f"{server} hung up: {clean(str(error))}", retry=True) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:  # UnicodeError: a host like a..b
            raise DeliveryError(f"{server}: {clean(str(error)) or type(error).__name__}", retry=True) from error

    @property
    def _port(self) -> int:
        return self._settings.port or PORTS[self._settings.security]

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.host, self._port, timeout=settings.timeout_seconds, context=self._tls)
        smtp = smtplib.SMTP(settings.host, self._port, timeout=settings.timeout_seconds)
        if settings.security == "starttls":
            try:
                smtp.starttls(context=self._tls)
            except smtplib.SMTPNotSupportedError as error:
                smtp.close()
                raise DeliveryError(
                    f"mail server {settings.host}:{self._port} offers no STARTTLS, nothing was sent:"
                    ' try security = "tls" (port 465), or ask who runs it',
                    retry=True,
                ) from error
            except BaseException:
                smtp.close()
                raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not self._settings.username:
            return
        try:
            smtp.login(self._settings.username, self._password)
        except smtplib.SMTPAuthenticationError as error:
            said = _said(error.smtp_code, error.smtp_error)
            reason = f"the mail server refused the login of {self._settings.username}: {said}"
            raise DeliveryError(reason, retry=True) from None  # the chained error may quote the exchange

    def _transmit(self, smtp: smtplib.SMTP, body: bytes) -> tuple[int, bytes]:
        """RFC 5321 4.5.3.2.6: ten minutes for the answer to the final dot, where other steps have half a minute."""
        assert smtp.sock is not None
        smtp.sock.settimeout(self._settings.final_timeout_seconds)
        smtp.send(re.sub(rb"(?m)^\.", b"..", body) + b".\r\n")
        return smtp.getreply()


def _attach(mail: EmailMessage, message: Message, address: str) -> None:
    """The images of the HTML, in one multipart/related with it: shown in their place, and not as attachments."""
    html = mail.get_payload()[-1]  # type: ignore[index]  # add_alternative has made two parts
    assert isinstance(html, EmailMessage)
    for number, image in enumerate(message.images, start=1):
        html.add_related(
            image.png, "image", "png", cid=f"<{image.cid}>", disposition="inline", filename=f"chart-{number}.png"
        )
    if message.images:
        html.set_boundary(f"=_{_digest('related', message.id, address)}")


def _with_leaving(message: Message, url: str) -> tuple[str, str]:
    """Text and HTML with a last line that leads to unsubscribing: the address is the reader's own."""
    word = WORDS[message.language]["unsubscribe"]
    link = f'<p style="text-align:center;font-size:13px"><a href="{escape(url)}">{escape(word)}</a></p>'
    html = message.html.replace("</body>", f"{link}</body>") if "</body>" in message.html else message.html + link
    return f"{message.text.rstrip()}\n{word}\n{url}\n", html


def _expect(reply: tuple[int, bytes], good: tuple[int, ...], what: str) -> str:
    code, text = reply
    if code in good:
        return _said(code, text)
    raise DeliveryError(f"the mail server refused {what}: {_said(code, text)}", retry=code < 500)


def _said(code: int, text: bytes | str) -> str:
    words = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return clean(f"{code} {words}", 500)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _label(watch: str) -> str:
    """A watch's key as a label of a domain name."""
    return re.sub(r"[^a-z0-9-]+", "-", watch.lower()).strip("-")[:60] or "watch"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
