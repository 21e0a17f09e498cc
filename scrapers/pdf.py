"""PDF → text, by PDFium. Runs in the parser child only: PDFium is not thread-safe."""

import pypdfium2

from scrapers.errors import DocumentError
from scrapers.paragraphs import join_pages

MOST_PAGES = 500
A_FEW = 20  # characters on a page that holds no more than a stamp or a page number
PRIVATE = range(0xE000, 0xF900)  # where fonts without a table put their letters


def parse_pdf(body: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a PDF and what is wrong with it: `scan: no text layer`, `incomplete: …`, `unreadable: …`."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise DocumentError(f"the PDF cannot be opened: {error}") from error
    warnings = []
    pages: list[list[str]] = []
    lost = 0
    try:
        count = len(document)
        for number in range(min(count, MOST_PAGES)):
            try:
                pages.append(_page_lines(document, number))
            except pypdfium2.PdfiumError:
                lost += 1
    finally:
        document.close()
    if count > MOST_PAGES:
        warnings.append(f"incomplete: the first {MOST_PAGES} of {count} pages")
    if lost:
        warnings.append(f"incomplete: {lost} of {count} pages are damaged")
    text = join_pages(pages)
    return text, (*warnings, *_doubts(text, pages))


def _page_lines(document: pypdfium2.PdfDocument, number: int) -> list[str]:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            said: str = words.get_text_range()
        finally:
            words.close()
    finally:
        page.close()
    return said.splitlines()


def _doubts(text: str, pages: list[list[str]]) -> list[str]:
    if not pages:
        return []
    empty = sum(sum(map(len, page)) < A_FEW for page in pages)
    if len(text) < A_FEW * len(pages):
        return ["scan: no text layer"]
    doubts = [f"incomplete: {empty} of {len(pages)} pages have no text"] if empty * 5 > len(pages) else []
    strange = sum(ord(mark) in PRIVATE or mark == "\ufffd" for mark in text)
    if strange * 100 > len(text):
        doubts.append(f"unreadable: {strange} of {len(text)} characters are in a font that does not say what they are")
    return doubts
