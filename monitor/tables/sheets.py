"""Tables as CSV, for spreadsheets: UTF-8, CRLF, no cell that runs as a formula."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

# What a spreadsheet takes for a formula at the start of a cell, full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"


def write_csv(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], stream: TextIO, *, bom: bool = False
) -> int:
    """Write the head and the rows; answers with how many rows there were. `bom` is for Excel, which guesses else."""
    if bom:
        stream.write(BOM)
    writer = csv.DictWriter(stream, fieldnames=columns, lineterminator="\r\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow({name: cell(value) for name, value in row.items()})
        count += 1
    return count


def cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula is quoted; numbers stay numbers, truth is `true` or `false`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
