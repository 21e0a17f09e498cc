"""Room on the disk: what whoever fetches, sends and keeps asks first; `monitor.cli.room` looks at the real one."""

from datetime import datetime
from typing import Protocol


class Room(Protocol):
    """How much room the disk has for what is found."""

    def look(self, now: datetime) -> str:
        """`` when there is enough; `low`: nothing is fetched any more; `full`: nothing can be written."""
        ...

    def note_full(self) -> None:
        """Something could not be written just now."""
        ...


class Plenty:
    """Room that never ends."""

    def look(self, now: datetime) -> str:
        return ""

    def note_full(self) -> None:
        """Cannot be."""
