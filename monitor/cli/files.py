"""Reports that lie in files: which files those are, and what one of them says."""

import atexit
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from scrapers.charset import decode
from scrapers.documents import DocumentReader
from scrapers.errors import DocumentError
from scrapers.families import family, recognise
from storage.values import ReportPageData

PAGES = (".html", ".htm", ".shtml")
DOCUMENTS = (".pdf", ".docx", ".doc", ".wps", ".ofd", ".xlsx")
READABLE = (".txt", *PAGES, *DOCUMENTS)


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those below the folders named whose endings are READABLE, each folder's by name.

    Hidden files and folders (.git, ._report.txt) are passed over, unless they are named themselves.
    """
    return list(_files_of(paths))


def _files_of(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(_below(path))
        else:
            yield path


def _below(folder: Path) -> Iterator[Path]:
    for inside, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]  # what is taken out is not walked into
        for name in files:
            one = Path(inside, name)
            if not name.startswith(".") and one.suffix.lower() in READABLE and (one.is_file() or not one.exists()):
                yield one  # a link to nowhere too, so that it is said


def read_file(path: Path) -> tuple[ReportPageData, bytes]:
    """A file's text with what its page tells, and its bytes. A text file's text is the file's own, to the character,
    line ends included; a byte order mark and NULs are no characters of it.

    Raises DocumentError for a file that cannot be had or is empty, or another ScrapeError.
    """
    if path.is_fifo() and not path.is_relative_to("/dev"):  # /dev/stdin has its writer already
        raise DocumentError("a named pipe, whose writer may never come: name a file, or pipe it to /dev/stdin")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DocumentError(error.strerror or str(error)) from error
    if not raw.strip():
        raise DocumentError("the file is empty")
    url = path.resolve().as_uri()
    suffix = path.suffix.lower()
    if suffix in PAGES:
        page = decode(raw, url=url)
        return family(recognise(page, url)).parse_report(page, url), raw
    if suffix in DOCUMENTS:
        return ReportPageData("", None, "", "", _documents().read_document(raw, name=str(path)).text), raw
    return ReportPageData("", None, "", "", decode(raw, url=url)), raw


@cache
def _documents() -> DocumentReader:
    """This process's own; its child ends with it."""
    reader = DocumentReader()
    atexit.register(reader.close)
    return reader
