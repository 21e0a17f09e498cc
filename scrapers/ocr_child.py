"""The process that reads pictures of text, for `mubiao[ocr]`. `scrapers.documents` starts it when a scan is to be read.

It is asked and limited as `scrapers.parser_child` is. RapidOCR brings its models along: nothing is fetched.
"""

from collections.abc import Iterator
from typing import Any

import pypdfium2
from rapidocr import RapidOCR

from scrapers.errors import DocumentError
from scrapers.paragraphs import Line, indent_lines, join_pages
from scrapers.parser_child import Parser, serve

MOST_PAGES = 100
DOTS = 2200  # on the longer side of a page: what the models read well
SURE = 0.6  # below, a line is left out
SAME_LINE = 0.5  # of the letters' height


def parse_scan(body: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a PDF whose pages are pictures. Warns always: `ocr: …` says that letters may be wrong."""
    reader = RapidOCR(params={"Global.log_level": "critical"})
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise DocumentError(f"the PDF cannot be opened: {error}") from error
    count = len(document)
    doubtful = 0
    pages = []
    for picture in _pictures(document, min(count, MOST_PAGES)):
        lines, unsure = _read(reader, picture)
        pages.append(indent_lines(lines))
        doubtful += unsure
    warnings = [f"ocr: {len(pages)} pages were read from pictures, {doubtful} lines of them could not be"]
    if count > MOST_PAGES:
        warnings.append(f"incomplete: the first {MOST_PAGES} of {count} pages")
    return join_pages(pages), tuple(warnings)


def _pictures(document: pypdfium2.PdfDocument, count: int) -> Iterator[Any]:
    for number in range(count):
        page = document[number]
        scale = DOTS / max(*page.get_size(), 1.0)
        yield page.render(scale=min(scale, 4.0)).to_numpy()
        page.close()


def _read(reader: RapidOCR, picture: Any) -> tuple[list[Line], int]:
    """The lines of a page from top to bottom, and how many could not be read."""
    found = reader(picture)
    if found.txts is None:
        return [], 0
    words = []
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        left, top, bottom = float(box[0][0]), float(box[0][1]), float(box[3][1])
        if score >= SURE:
            words.append((top, left, bottom - top, str(text)))
    return list(_lines(sorted(words))), len(found.txts) - len(words)


def _lines(words: list[tuple[float, float, float, str]]) -> Iterator[Line]:
    """Words side by side are one line."""
    line: list[tuple[float, str]] = []
    first = height = 0.0
    for top, left, size, text in words:
        if line and top - first > SAME_LINE * height:
            yield Line(min(line)[0], height, " ".join(text for _, text in sorted(line)))
            line = []
        if not line:
            first, height = top, size
        line.append((left, text))
    if line:
        yield Line(min(line)[0], height, " ".join(text for _, text in sorted(line)))


PARSERS: dict[str, Parser] = {"pdf": parse_scan}

if __name__ == "__main__":
    serve(PARSERS)
