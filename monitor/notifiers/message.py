"""What every kind of channel is handed, and what it raises."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.digest import Image


@dataclass(frozen=True, slots=True)
class Message:
    """A digest, ready to be put into a channel's own form.

    `id` is the same on every try (the receiver's idempotency key), of the form `msg_` + 32 hex digits.
    `payload` is the JSON of the digest as UTF-8. `made_at` is when it was rendered, aware UTC.
    `chat` is the short form for chat services: lines of plain text, none over 1,000 bytes, the subject first.
    `images` are those that the HTML names by `cid:`.
    `thread` groups the messages of one watch and month for mail clients; `watch` is the watch's key.
    `trial` is true for what tries a channel and is no digest: it must not stand where readers look for the newest one.
    """

    id: str
    watch: str
    thread: str
    language: str
    subject: str
    text: str
    html: str
    payload: bytes
    made_at: datetime
    chat: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    trial: bool = False

    @property
    def html_alone(self) -> str:
        """The HTML with its images within it, for a form that carries no attachments."""
        html = self.html
        for image in self.images:
            html = html.replace(f"cid:{image.cid}", f"data:image/png;base64,{b64encode(image.png).decode()}")
        return html


class Notifier(Protocol):
    """One configured way to a reader. Building one connects nowhere."""

    def addresses(self) -> Sequence[str]:
        """Whom it reaches; one delivery is owed to each. A channel without addressees answers ("",)."""

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        """The bytes to be kept and sent, the same on every try; several where the service limits a message's size.

        Each is owed and tried on its own, in this order. Does no I/O.
        """

    def room(self, now: datetime) -> int | None:
        """How many messages the service's limits leave for now; None where it has no limit."""

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        """Hand the kept bytes to the service; answers with what the service said.

        Returns only when the service accepted it. Raises DeliveryError otherwise.
        """


class DeliveryError(Exception):
    """The message was not accepted. Its text holds no secret.

    `retry`: try again by the whole table. Not `retry`: the service refused this message; three tries in all, since
    services err too. `dead`: the address is gone for good (410); no further try, for other messages neither.
    `retry_after` is the wait the service asked for, in seconds.
    """

    def __init__(self, message: str, *, retry: bool, retry_after: float | None = None, dead: bool = False) -> None:
        self.retry = retry
        self.retry_after = retry_after
        self.dead = dead
        super().__init__(message)
