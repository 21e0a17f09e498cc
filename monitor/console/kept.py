"""What the pages are made from."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from storage.archive import Archive
from storage.database import reading

LARGEST_ID = 2**63 - 1  # more than that no database knows


@dataclass(frozen=True, slots=True)
class Kept:
    """The database and the archive, for reading, and the clock. Used from several threads at once."""

    engine: Engine
    archive: Archive
    now: Callable[[], datetime]

    def reading(self) -> AbstractContextManager[Session]:
        """One view of the database, as it is at this moment."""
        return reading(self.engine)
