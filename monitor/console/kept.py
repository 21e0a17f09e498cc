"""What the pages are made from."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from storage.archive import Archive
from storage.database import reading

LARGEST_ID = 2**31 - 1  # PostgreSQL refuses to look for a larger one


@dataclass(frozen=True, slots=True)
class Kept:
    """The database and the archive, for reading, and the clock. Used from several threads at once."""

    engine: Engine
    archive: Archive
    now: Callable[[], datetime]

    def reading(self) -> AbstractContextManager[Session]:
        """One view of the database, as it is at this moment."""
        return reading(self.engine)
