"""What the group bots have in common: short messages under a limit of bytes, and a limit of messages a minute."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.notifiers.message import Message

MINUTE = timedelta(minutes=1)
_NUMBER = len("(10/10)\n")
_CALLS_NOBODY = str.maketrans({"@": "\N{FULLWIDTH COMMERCIAL AT}", "<": "\N{FULLWIDTH LESS-THAN SIGN}"})


def calling_nobody(text: str) -> str:
    """`@` and `<` as full-width ones: a page's text could hold a service's word for "everybody"."""
    return text.translate(_CALLS_NOBODY)


class Allowance:
    """How many messages a service still takes; counts what this process began. Not shared between processes: what a
    second one sends is answered with the service's own "too fast", and tried again."""

    def __init__(self, per_minute: int, at_a_time: int) -> None:
        self._per_minute, self._at_a_time = per_minute, at_a_time
        self._begun: deque[datetime] = deque()

    def room(self, now: datetime) -> int:
        while self._begun and now - self._begun[0] >= MINUTE:
            self._begun.popleft()
        return max(0, min(self._at_a_time, self._per_minute - len(self._begun)))

    def note(self, now: datetime) -> None:
        self._begun.append(now)


def in_parts(message: Message, limit: int) -> tuple[str, ...]:
    """The digest's short form in messages of at most `limit` bytes of UTF-8, cut between lines and numbered (1/3).

    A line is never cut: the short form has none as long as any service's limit. Nobody is called by
    name.
    """
    parts: list[list[str]] = [[]]
    room = limit - _NUMBER
    for line in message.chat:
        line = calling_nobody(line)
        if parts[-1] and _size([*parts[-1], line]) > room:
            parts.append([])
        parts[-1].append(line)
    if len(parts) == 1:
        return ("\n".join(parts[0]).strip(),)
    return tuple(
        f"({number}/{len(parts)})\n" + "\n".join(part).strip() for number, part in enumerate(parts, start=1) if part
    )


def _size(lines: Sequence[str]) -> int:
    return len("\n".join(lines).encode())
