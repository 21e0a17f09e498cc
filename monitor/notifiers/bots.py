"""Group bots: 企业微信 (WeCom), 钉钉 (DingTalk), 飞书 (Feishu). All answer 200; a code in the body tells.

The codes and limits are those that the services document, or were seen to answer.
"""

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import quote_plus

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from monitor.digest.outgoing import clean
from monitor.notifiers.chat import Allowance, in_parts
from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.posting import Poster, WebAddress
from monitor.notifiers.secret_files import read_secret

MINUTE = 60.0


class BotSettings(BaseModel):
    """The address that the group's owner is shown when the bot is made; it holds the bot's key, and is secret."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: WebAddress
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 20


class SignedBotSettings(BotSettings):
    """`secret` (or `secret_file`) is the bot's 加签 key; without one the bot must be guarded by keyword or address."""

    secret: SecretStr | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.secret and self.secret_file:
            raise ValueError("give secret or secret_file, not both")
        return self


class WecomSettings(BotSettings):
    """A group bot of 企业微信."""

    type: Literal["wecom"]


class DingtalkSettings(SignedBotSettings):
    """A group bot of 钉钉."""

    type: Literal["dingtalk"]


class FeishuSettings(SignedBotSettings):
    """A group bot of 飞书 or Lark."""

    type: Literal["feishu"]


class Bot(ABC):
    """One bot. Sends the digest's short form; "sent" means that the answer's code said so."""

    limit: ClassVar[int]  # bytes of text in a message
    per_minute: ClassVar[int]
    at_a_time: ClassVar[int]
    code: ClassVar[str]  # the key of the answer's code; 0 is success
    too_fast: ClassVar[Mapping[int, float]]  # codes, and the seconds to wait
    mendable: ClassVar[Mapping[int, str]]  # codes that a person can mend, so that the message is kept and tried again

    def __init__(self, settings: BotSettings, secret: str = "") -> None:
        self._poster = Poster(settings.url, settings.timeout_seconds, settings.ca_file)
        self._secret = secret
        self._allowance = Allowance(self.per_minute, self.at_a_time)

    def addresses(self) -> Sequence[str]:
        return ("",)

    def room(self, now: datetime) -> int | None:
        return self._allowance.room(now)

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        """The messages, each the service's own JSON; a signature with its time is added when one is sent."""
        return tuple(_json(self.form(part)) for part in in_parts(message, self.limit))

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        self._allowance.note(now)
        query, signed = self.sign(body, now)
        return self._said(self._poster.post(signed, {}, now, query).body)

    @abstractmethod
    def form(self, text: str) -> dict[str, Any]:
        """The service's JSON for a message of plain text."""

    def sign(self, body: bytes, now: datetime) -> tuple[str, bytes]:
        """What is added to the address, and the body as it is sent at this moment."""
        return "", body

    def _said(self, answer: str) -> str:
        """The service's answer if it is a success; DeliveryError otherwise. Unknown JSON is no success."""
        try:
            told = json.loads(answer)
            code = told[self.code]
        except (ValueError, KeyError, TypeError):
            raise DeliveryError(
                f"{self._poster.shown} answered what is no answer of a bot: {clean(answer, 200)}", retry=True
            ) from None
        if code == 0:
            return clean(answer, 300)
        said = f"{self._poster.shown} refused with code {code}: {clean(answer, 300)}"
        if code in self.too_fast:
            raise DeliveryError(f"{said} (too many messages)", retry=True, retry_after=self.too_fast[code])
        if code in self.mendable:
            raise DeliveryError(f"{said} ({self.mendable[code]})", retry=True)
        raise DeliveryError(said, retry=False)


class WecomBot(Bot):
    """企业微信: 2,048 bytes of text, 20 messages a minute."""

    limit, per_minute, at_a_time, code = 2048, 18, 18, "errcode"
    too_fast: ClassVar = {45009: MINUTE}
    mendable: ClassVar = {93000: "the bot is not there: put the address of a bot of today into url"}

    def form(self, text: str) -> dict[str, Any]:
        return {"msgtype": "text", "text": {"content": text}}


class DingtalkBot(Bot):
    """钉钉: about 20,000 bytes, 20 messages a minute; who sends more is muted for ten minutes."""

    limit, per_minute, at_a_time, code = 18_000, 18, 18, "errcode"
    too_fast: ClassVar = {130101: 10 * MINUTE}
    mendable: ClassVar = {
        310000: "keyword, signature or address do not fit the bot's settings, or this machine's clock is wrong",
        300001: "the bot is not there: put the address of a bot of today into url",
    }

    def form(self, text: str) -> dict[str, Any]:
        return {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}}

    def sign(self, body: bytes, now: datetime) -> tuple[str, bytes]:
        """The signature is over the time in milliseconds, a line feed and the secret."""
        if not self._secret:
            return "", body
        moment = str(int(now.timestamp() * 1000))
        signature = _hmac(self._secret, f"{moment}\n{self._secret}")
        return f"timestamp={moment}&sign={quote_plus(signature)}", body


class FeishuBot(Bot):
    """飞书, Lark: 20 KB, 100 messages a minute and five a second."""

    limit, per_minute, at_a_time, code = 18_000, 90, 4, "code"
    too_fast: ClassVar = {11232: MINUTE}
    mendable: ClassVar = {
        19021: "the signature does not fit: check secret, and this machine's clock",
        19022: "this machine's address is not on the bot's list",
        19024: "the message lacks the keyword that the bot asks for: use a signature instead",
        19001: "the bot is not there: put the address of a bot of today into url",
    }

    def form(self, text: str) -> dict[str, Any]:
        return {"msg_type": "text", "content": {"text": text}}

    def sign(self, body: bytes, now: datetime) -> tuple[str, bytes]:
        """The key of the signature is the time in seconds, a line feed and the secret; what is signed is empty."""
        if not self._secret:
            return "", body
        moment = str(int(now.timestamp()))
        signature = _hmac(f"{moment}\n{self._secret}", "")
        return "", _json({"timestamp": moment, "sign": signature} | json.loads(body))


def bot(settings: WecomSettings | DingtalkSettings | FeishuSettings) -> Bot:
    """The bot for its settings. Raises ValueError for a secret file that cannot be read."""
    if isinstance(settings, WecomSettings):
        return WecomBot(settings)
    secret = settings.secret.get_secret_value() if settings.secret else ""
    if settings.secret_file:
        secret = read_secret(settings.secret_file)
    return (DingtalkBot if isinstance(settings, DingtalkSettings) else FeishuBot)(settings, secret)


def _hmac(key: str, signed: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()).decode("ascii")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
