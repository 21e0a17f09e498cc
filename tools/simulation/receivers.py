"""Who is told: channels that are away at times, and at times lose the answer to what they took."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from monitor.notifiers.message import DeliveryError, Message

LOSES, REFUSES = 0.03, 0.03  # of the tries: the answer is lost, the service does not take it


@dataclass
class Taken:
    """A message that the service took. `excused`: it could not be known that it had, so it may come again."""

    channel: str
    address: str
    id: str
    body: bytes
    at: float
    excused: bool = False


class Receiver:
    """A channel. `away` says whether its service is down now; `took` hears of each message it takes."""

    def __init__(
        self, name: str, addresses: Sequence[str], random: Random, now: Callable[[], float],
        step: Callable[[], None], took: Callable[[Taken], None], away: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._name, self._addresses, self._random, self._now = name, addresses, random, now
        self._step, self._took, self._away = step, took, away

    def addresses(self) -> Sequence[str]:
        return self._addresses

    def room(self, now: datetime) -> int | None:
        return None

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        return (json.dumps({"for": address, **json.loads(message.payload)}, ensure_ascii=False).encode(),)

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        self._step()
        if self._away(self._name):
            raise DeliveryError("503 away", retry=True)
        if self._random.random() < REFUSES:
            raise DeliveryError("429 not now", retry=True, retry_after=60)
        taken = Taken(self._name, address, id, body, self._now(), self._random.random() < LOSES)
        self._took(taken)
        self._step()
        if taken.excused:
            raise DeliveryError("the connection ended before the answer", retry=True)
        return "200 taken"
