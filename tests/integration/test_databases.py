"""The databases that the other tests are handed are real, empty and their own."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from storage.database import newest_revision
from storage.upgrading import alembic_config


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(engine_url: str, turn: int) -> None:
    engine = create_engine(engine_url)
    try:
        assert inspect(engine).get_table_names() == []
        with engine.begin() as connection:
            connection.execute(text("create table kept (name text)"))
            connection.execute(text("insert into kept values ('云溪市')"))
        with engine.connect() as connection:
            assert connection.execute(text("select name from kept")).scalar_one() == "云溪市"
    finally:
        engine.dispose()


def test_the_newest_revision_is_told_without_alembic() -> None:
    assert newest_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()
