"""Digests as signed webhooks, to the letter of Standard Webhooks (standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from monitor.digest.outgoing import clean
from monitor.notifiers.message import Message
from monitor.notifiers.posting import Poster, WebAddress
from monitor.notifiers.secret_files import read_secret


def _key(secret: str) -> bytes:
    """The bytes of a `whsec_…` secret. The message of its ValueError does not repeat the secret."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise ValueError(
            "a webhook secret is whsec_ and the base64 of 24 to 64 random bytes:"
            ' make one with: echo "whsec_$(openssl rand -base64 32)"'
        )
    return key


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class WebhookSettings(BaseModel):
    """An HTTP endpoint and the secret it checks signatures with.

    While a secret is being replaced, give both as a list: every message is signed with each. `secret_file` holds one
    a line. The address may be a private one, since its owner wrote it here; it is secret as a whole, as many services
    put a token into it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: Literal["webhook"]
    url: WebAddress
    secret: Annotated[tuple[SecretStr, ...], BeforeValidator(_one_or_more)] = ()
    secret_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20

    @field_validator("secret")
    @classmethod
    def _well_formed(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in secrets:
            _key(secret.get_secret_value())
        return secrets

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.secret) == bool(self.secret_file):
            raise ValueError("give secret or secret_file (one of them, so that the receiver can check who sent it)")
        return self


class WebhookNotifier:
    """Posts signed JSON. Raises ValueError when it is built with a secret or certificate file that cannot be used."""

    def __init__(self, settings: WebhookSettings) -> None:
        self._poster = Poster(settings.url, settings.timeout_seconds, settings.ca_file)
        secrets = [secret.get_secret_value() for secret in settings.secret]
        if settings.secret_file:
            secrets = read_secret(settings.secret_file).split()
        self._keys = [_key(secret) for secret in secrets]

    def addresses(self) -> Sequence[str]:
        return ("",)

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        """The digest as JSON, as it is: it has the `type`, `timestamp` and `data` that Standard Webhooks ask for."""
        return (message.payload,)

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        """One POST; only 2xx is success, a redirect is not followed. `now` is the time of this attempt."""
        answer = self._poster.post(body, self._headers(body, id, now), now)
        return clean(f"{answer.status} {answer.body}", 300)

    def room(self, now: datetime) -> int | None:
        return None

    def _headers(self, body: bytes, id: str, now: datetime) -> dict[str, str]:
        timestamp = str(int(now.timestamp()))
        signed = b".".join((id.encode("ascii"), timestamp.encode("ascii"), body))
        return {
            "webhook-id": id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(_signature(key, signed) for key in self._keys),
            "idempotency-key": id,
        }


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
