"""Spreadsheets (xlsx) → text: tables of indicators, a row a line, cells apart by tabs. Pure."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

from lxml import etree
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils.exceptions import InvalidFileException

from scrapers.archives import open_zip, refuse_bombs
from scrapers.errors import DocumentError

MOST_ROWS = 20_000  # of all sheets together
MOST_CELLS = 100  # of a row
DAMAGE = (InvalidFileException, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, TypeError, OSError)


def parse_xlsx(body: bytes) -> tuple[str, tuple[str, ...]]:
    """The rows of all visible sheets, each as it is shown: 0.065 in a cell for percentages is `6.5%`.

    Empty rows are left out; a formula gives the result that was saved with it. Of several sheets each begins with its
    name. Answers with what is wrong, too: `incomplete: …`.
    """
    with open_zip(body) as archive:
        refuse_bombs(archive)
    lines: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that no text needs
            sheets = _sheets(body)
            for name, rows in sheets:
                shown = [line for line in rows if line]
                lines += [name, *shown] if len(sheets) > 1 and shown else shown
    except DAMAGE as error:
        raise DocumentError(f"the spreadsheet cannot be read: {error}") from error
    if len(lines) > MOST_ROWS:
        return "\n".join(lines[:MOST_ROWS]), (f"incomplete: the first {MOST_ROWS} of {len(lines)} rows",)
    return "\n".join(lines), ()


def _sheets(body: bytes) -> list[tuple[str, list[str]]]:
    book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = []
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                sheet.reset_dimensions()  # what the file claims is not to be trusted
                sheets.append((str(sheet.title), list(_lines(sheet.iter_rows(max_col=MOST_CELLS)))))
        return sheets
    finally:
        book.close()


def _lines(rows: Iterator[tuple[Cell, ...]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number > 4 * MOST_ROWS:
            return
        yield "\t".join(_shown(cell) for cell in row).rstrip("\t")


def _shown(cell: Cell) -> str:
    """A cell as its reader sees it, roughly: the number's format decides over percent and decimals."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or "General").partition(";")[0])
    return " ".join(str(value).split())


def _number(value: float, shape: str) -> str:
    percent = shape.count("%")
    value *= 100**percent
    if shape in ("General", "@", "G/通用格式"):
        return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"
    decimals = len(shape.partition(".")[2]) - len(shape.partition(".")[2].lstrip("0#?"))
    said = f"{value:.{decimals}f}"
    return said + "%" * percent
