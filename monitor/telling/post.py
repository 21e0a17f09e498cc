"""What delivering works with; `monitor.delivery` does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from monitor.desk import Desk
from monitor.notifiers.message import Notifier


@dataclass(frozen=True, slots=True)
class Links:
    """Where our own page of a kept document is; "" when no console is served."""

    console: str = ""

    def document(self, document_id: int) -> str:
        return f"{self.console}/documents/{document_id}" if self.console else ""

    @property
    def home(self) -> str:
        """Our page with all reports."""
        return f"{self.console}/" if self.console else ""

    def statement(self, document_id: int, statement_id: int) -> str:
        return f"{self.document(document_id)}#s{statement_id}" if self.console else ""


@dataclass(frozen=True, slots=True)
class Post:
    """What delivering works with: the channels by name, and where our own pages are.

    `for_programs` are the channels that wake nobody: quiet hours hold nothing back from them that is due.
    """

    desk: Desk
    channels: Mapping[str, Notifier]
    links: Links
    random: Random
    for_programs: frozenset[str] = frozenset()
