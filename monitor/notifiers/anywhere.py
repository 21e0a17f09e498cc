"""Everything else: the services that Apprise knows (github.com/caronc/apprise), by one address each.

Apprise makes one try and answers yes or no. For most services yes means that the HTTP status was a success: where a
service answers 200 to what it refuses, nobody can tell from here. The channels of our own know better where they exist.
"""

import logging
import re
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from monitor.digest.outgoing import clean
from monitor.notifiers.chat import calling_nobody
from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.outgoing import clean_text


class AppriseSettings(BaseModel):
    """`url` as Apprise writes it (`tgram://…`, `ntfy://…`); it holds keys, and is secret.

    `form`: `short` sends the lines of the chat bots, `text` the whole text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: Literal["apprise"]
    url: Annotated[SecretStr, Field(min_length=4)]
    form: Literal["short", "text"] = "short"


class AppriseNotifier:
    """Hands a digest to Apprise. Raises ValueError when it is built with an address that Apprise does not know."""

    def __init__(self, settings: AppriseSettings) -> None:
        try:
            self._apprise: Any = import_module("apprise")  # here: it takes longer to import than all of ours
        except ImportError:
            raise ValueError('Apprise is not installed: pip install "mubiao[apprise]"') from None
        self._url = settings.url.get_secret_value()
        self._form = settings.form
        self._service = self._apprise.Apprise()
        if not self._service.add(self._url):
            raise ValueError(
                f"Apprise knows no service for an address that begins with {self._shown}:"
                " github.com/caronc/apprise lists them and how their addresses are written"
            )

    def addresses(self) -> Sequence[str]:
        return ("",)

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        """The subject, an empty line and the text; nobody is called by name (@everyone)."""
        lines = message.chat[1:] if self._form == "short" else (message.text,)
        text = f"{clean(message.subject, 200)}\n\n{clean_text(chr(10).join(lines)).strip()}"
        return (calling_nobody(text).encode(),)

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        subject, _, text = body.decode("utf-8").partition("\n\n")
        with self._apprise.LogCapture(level=logging.WARNING) as captured:
            accepted = self._service.notify(title=subject, body=text, body_format=self._apprise.NotifyFormat.TEXT)
            said = captured.getvalue()
        if accepted:
            return f"Apprise handed it to {self._shown}…"
        raise DeliveryError(f"Apprise could not hand it to {self._shown}…: {self._tell(said)}", retry=True)

    def room(self, now: datetime) -> int | None:
        return None

    @property
    def _shown(self) -> str:
        return f"{self._url.partition('://')[0]}://"

    def _tell(self, said: str) -> str:
        """What Apprise wrote of it, without any part of the address that may be secret."""
        for hidden in sorted(re.split(r"[:/?&=@,]+", self._url.partition("://")[2]), key=len, reverse=True):
            if len(hidden) >= 4:
                said = said.replace(hidden, "…")
        return clean(said, 300) or "no reason given"
