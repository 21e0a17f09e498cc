"""Digests as signed webhooks, to the letter of Standard Webhooks (standardwebhooks.com)."""

import base64
import binascii
import hashlib
import hmac
import logging
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

import httpx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator, model_validator

from monitor.digest.outgoing import clean
from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.secret_files import read_secret
from monitor.notifiers.tls import trust

RETRY_STATUSES = (408, 425, 429)  # and all of 5xx
LONGEST_WAIT = 24 * 3600.0
KEPT_ANSWER = 4096  # bytes

logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it writes whole addresses, and those may hold a token


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
    url: SecretStr
    secret: Annotated[tuple[SecretStr, ...], BeforeValidator(_one_or_more)] = ()
    secret_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: SecretStr) -> SecretStr:
        if not _is_web_address(url.get_secret_value()):
            raise ValueError("the url of a webhook must begin with https:// or http:// and name a host")
        return url

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
        self._url = settings.url.get_secret_value()
        self._timeout = settings.timeout_seconds
        secrets = [secret.get_secret_value() for secret in settings.secret]
        if settings.secret_file:
            secrets = read_secret(settings.secret_file).split()
        self._keys = [_key(secret) for secret in secrets]
        self._tls = trust(settings.ca_file)

    def addresses(self) -> Sequence[str]:
        return ("",)

    def prepare(self, message: Message, address: str) -> bytes:
        """The digest as JSON, as it is: it has the `type`, `timestamp` and `data` that Standard Webhooks ask for."""
        return message.payload

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        """One POST; only 2xx is success, a redirect is not followed. `now` is the time of this attempt."""
        status, headers, answer = self._post(body, self._headers(body, id, now))
        if 200 <= status < 300:
            return clean(f"{status} {answer}", 300)
        raise self._refusal(status, headers, answer, now)

    def _headers(self, body: bytes, id: str, now: datetime) -> dict[str, str]:
        timestamp = str(int(now.timestamp()))
        signed = b".".join((id.encode("ascii"), timestamp.encode("ascii"), body))
        return {
            "content-type": "application/json",
            "user-agent": f"mubiao/{version('mubiao')}",
            "webhook-id": id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(_signature(key, signed) for key in self._keys),
            "idempotency-key": id,
        }

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, Mapping[str, str], str]:
        try:
            with (
                _deadline(self._timeout) as extensions,
                # trust_env: no proxy and no .netrc of whoever started the daemon
                httpx.Client(
                    verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._timeout
                ) as client,
                client.stream("POST", self._url, content=body, headers=headers, extensions=extensions) as response,
            ):
                return response.status_code, response.headers, self._tell(_beginning(response))
        except httpx.TimeoutException:
            raise DeliveryError(f"{self._shown}: no answer within {self._timeout:g} s", retry=True) from None
        except (
            httpx.HTTPError,
            UnicodeError,
        ) as error:  # its text may hold the address; UnicodeError: a host like a..b
            reason = self._tell(str(error)) or type(error).__name__
            raise DeliveryError(f"{self._shown}: {reason}", retry=True) from None

    def _refusal(self, status: int, headers: Mapping[str, str], answer: str, now: datetime) -> DeliveryError:
        said = f"{self._shown} answered {status}{': ' if answer else ''}{answer}"
        if status == 410:
            return DeliveryError(f"{said} (gone for good)", retry=False, dead=True)
        if 300 <= status < 400:
            return DeliveryError(f"{said} (redirects are not followed: put the new address into url)", retry=True)
        if status >= 500 or status in RETRY_STATUSES:
            return DeliveryError(said, retry=True, retry_after=_wait(headers.get("retry-after", ""), now))
        return DeliveryError(said, retry=False)

    @property
    def _shown(self) -> str:
        """The address without what may be secret in it: user, password, path and query."""
        parts = urlsplit(self._url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname}{port}/…"

    def _tell(self, text: str) -> str:
        """What the other side said, on one line, without the parts of the address that we keep to ourselves."""
        parts = urlsplit(self._url)
        for hidden in (self._url, parts.query, parts.path.strip("/"), parts.password or "", parts.username or ""):
            if len(hidden) >= 4:
                text = text.replace(hidden, "…").replace(unquote(hidden), "…")
        return clean(text, KEPT_ANSWER)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = httpx.URL(url).host, parts.port  # each refuses what the other lets pass
    except (ValueError, httpx.InvalidURL):
        return False
    return parts.scheme in ("http", "https") and bool(host)


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def _beginning(response: httpx.Response) -> str:
    """The first 4 KB of the answer; what follows is not read."""
    data = b""
    with suppress(httpx.HTTPError):  # the status line decides; a broken body changes nothing
        for chunk in response.iter_bytes(KEPT_ANSWER):
            data += chunk
            if len(data) >= KEPT_ANSWER:
                break
    return data[:KEPT_ANSWER].decode("utf-8", "replace")


def _wait(retry_after: str, now: datetime) -> float | None:
    """Retry-After in seconds, written as a number or a date; at most 24 hours; None when it is absent or nonsense."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


@contextmanager
def _deadline(seconds: float) -> Iterator[dict[str, Any]]:
    """Extensions for one httpx request, whose connection is shut when `seconds` are over.

    httpx limits each read, not the whole: a server that drips one byte a second would hold us for hours.
    """
    sockets: list[socket.socket] = []
    over = threading.Event()

    def shut() -> None:
        over.set()
        for connection in sockets[-1:]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def note(event: str, info: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            sockets.append(info["return_value"].get_extra_info("socket"))
        if over.is_set():
            shut()

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield {"trace": note}
    except httpx.TransportError as error:
        if over.is_set():
            raise httpx.ReadTimeout("deadline") from error
        raise
    finally:
        timer.cancel()
