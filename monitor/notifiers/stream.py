"""Digests on the standard output: for a pipe, a container's log, or a look."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.outgoing import clean_text


class StdoutSettings(BaseModel):
    """`form`: the whole text, or the digest's JSON on one line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["stdout"]
    form: Literal["text", "json"] = "text"


class StdoutNotifier:
    """Writes to the standard output of the process that delivers; a pipe whose reader went away is tried again."""

    def __init__(self, settings: StdoutSettings) -> None:
        self._form = settings.form

    def addresses(self) -> Sequence[str]:
        return ("",)

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        form = message.payload if self._form == "json" else clean_text(message.text).encode()
        return (form.rstrip(b"\n") + b"\n",)

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        try:
            sys.stdout.write(body.decode("utf-8"))
            sys.stdout.flush()
        except OSError as error:
            raise DeliveryError(f"cannot write to the standard output: {error.strerror}", retry=True) from error
        return "written to the standard output"

    def room(self, now: datetime) -> int | None:
        return None
