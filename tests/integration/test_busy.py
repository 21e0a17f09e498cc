"""Another process that keeps the database: told in words, and nothing of the source is noted for it."""

from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.visiting.visited import attempt
from storage.database import make_engine, transaction
from storage.errors import DatabaseBusy


def test_a_database_that_others_keep_busy_is_told_in_words_and_is_no_fault_of_a_source(tmp_path: Path) -> None:
    ours, theirs = make_engine(f"sqlite:///{tmp_path / 'm.db'}"), make_engine(f"sqlite:///{tmp_path / 'm.db'}")
    event.listen(ours, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=0"))

    def write() -> None:
        with transaction(ours) as session:
            session.connection()

    with transaction(theirs) as session:
        session.connection()
        with pytest.raises(DatabaseBusy, match="another process keeps the database busy"):
            attempt(write)
    attempt(write)
