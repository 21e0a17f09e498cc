"""The databases that the other tests are handed are real, empty and their own."""

import pytest
from sqlalchemy import create_engine, inspect, text


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
