"""The panel as Parquet, where pyarrow is installed (`pip install 'mubiao[parquet]'`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from monitor.cli.terminal import Stop
from monitor.tables.panel import COLUMNS, Column

try:
    import pyarrow
    from pyarrow.parquet import ParquetWriter
except ImportError:  # an extra: most users want CSV
    pyarrow = None

GROUP = 50_000  # rows held at a time


def check_installed() -> None:
    if pyarrow is None:
        raise Stop("Parquet needs pyarrow: pip install 'mubiao[parquet]', or export as csv or jsonl", code=2)


def write_parquet(rows: Iterable[Mapping[str, object]], path: Path, columns: Sequence[Column] = COLUMNS) -> int:
    """Write the rows in groups, compressed; answers with how many there were."""
    schema, count = _schema(columns), 0
    with ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(iter(rows)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count


def _groups(rows: Iterator[Mapping[str, object]]) -> Iterator[list[Mapping[str, object]]]:
    while group := list(islice(rows, GROUP)):
        yield group


def _schema(columns: Sequence[Column]) -> Any:
    types = {
        "string": pyarrow.string(), "integer": pyarrow.int32(), "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(), "date": pyarrow.date32(),
    }  # fmt: skip
    fields = [
        pyarrow.field(column.name, types[column.type], nullable=not column.required, metadata={"title": column.title})
        for column in columns
    ]
    return pyarrow.schema(fields)
