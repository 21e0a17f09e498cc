"""Who may ask a host: the contract, and the gates of a process on its own. `storage.gates` has those of many."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from storage.values import Standing


class Gates(Protocol):
    """Where all who might ask a host meet. One thread of a process calls for a host at a time; seconds throughout."""

    def take(self, host: str, seconds: float) -> Standing:
        """Hold the host for one request, which ends within `seconds` of its beginning, if nobody else does."""
        ...

    def leave(self, host: str, gap: float) -> None:
        """End the hold; nobody asks the host for `gap` from now."""
        ...

    def rest(self, host: str, seconds: float, status: int) -> None:
        """Let everybody leave the host alone: it answered with `status`, or blocked us (0)."""
        ...

    def slow(self, host: str, factor: float) -> None:
        """Multiply the gaps at this host from now on."""
        ...


@dataclass
class _Gate:
    next_at: float = 0.0
    rest_until: float = 0.0
    rest_status: int = 0
    slower: float = 1.0


class OwnGates:
    """The gates of one process that shares its hosts with nobody."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._gates: dict[str, _Gate] = {}

    def take(self, host: str, seconds: float) -> Standing:
        gate, now = self._gate(host), self._monotonic()
        if gate.rest_until > now:
            return Standing(False, rest=gate.rest_until - now, rest_status=gate.rest_status)
        return Standing(True, max(gate.next_at - now, 0.0), slower=gate.slower)

    def leave(self, host: str, gap: float) -> None:
        gate = self._gate(host)
        gate.next_at = max(gate.next_at, self._monotonic() + gap)

    def rest(self, host: str, seconds: float, status: int) -> None:
        gate, until = self._gate(host), self._monotonic() + seconds
        if until > gate.rest_until:
            gate.rest_until, gate.rest_status = until, status

    def slow(self, host: str, factor: float) -> None:
        self._gate(host).slower = factor

    def _gate(self, host: str) -> _Gate:
        return self._gates.setdefault(host, _Gate())
