"""PDF → text, by PDFium. Runs in the parser child only: PDFium is not thread-safe."""

import pypdfium2
import pypdfium2.raw

from scrapers.errors import DamagedFileError
from scrapers.paragraphs import Line, indent_lines, join_pages

MOST_PAGES = 500
A_FEW = 20  # characters on a page that holds no more than a stamp or a page number
PRIVATE = range(0xE000, 0xF900)  # where fonts without a table put their letters


def parse_pdf(body: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a PDF and what is wrong with it: `scan: no text layer`, `incomplete: …`, `unreadable: …`."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        raise DamagedFileError(f"the PDF cannot be opened: {error}") from error
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
        text = join_pages(pages)
        scanned = len(text) < A_FEW * len(pages) and (not text or _has_pictures(document))
    finally:
        document.close()
    if count > MOST_PAGES:
        warnings.append(f"incomplete: the first {MOST_PAGES} of {count} pages")
    if lost:
        warnings.append(f"incomplete: {lost} of {count} pages are damaged")
    return text, (*warnings, *(["scan: no text layer"] if scanned else _doubts(text, pages)))


def _has_pictures(document: pypdfium2.PdfDocument) -> bool:
    """Whether the first page shows more than text: a short text alone is no scan."""
    try:
        page = document[0]
    except pypdfium2.PdfiumError:
        return True
    try:
        return any(item.type != pypdfium2.raw.FPDF_PAGEOBJ_TEXT for item in page.get_objects())
    finally:
        page.close()


def _page_lines(document: pypdfium2.PdfDocument, number: int) -> list[str]:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            return indent_lines(_lines(words))
        finally:
            words.close()
    finally:
        page.close()


def _lines(words: pypdfium2.PdfTextPage) -> list[Line]:
    """The page's lines; their places are 0 where PDFium counts letters in another way than it prints them."""
    said: str = words.get_text_range()
    placed = len(said) == words.count_chars()
    lines = []
    at = 0
    for text in said.split("\r\n"):
        first = at + len(text) - len(text.lstrip())
        if placed and text.strip():
            left = words.get_charbox(first)[0]
            lines.append(Line(left, pypdfium2.raw.FPDFText_GetFontSize(words, first), text))
        else:
            lines.append(Line(0, 0, text))
        at += len(text) + 2
    return lines


def _doubts(text: str, pages: list[list[str]]) -> list[str]:
    if len(text) < A_FEW * len(pages):
        return []  # a few words on a page of nothing else
    empty = sum(sum(map(len, page)) < A_FEW for page in pages)
    doubts = [f"incomplete: {empty} of {len(pages)} pages have no text"] if empty * 5 > len(pages) else []
    strange = sum(ord(mark) in PRIVATE or mark == "\ufffd" for mark in text)
    if strange * 100 > len(text):
        doubts.append(f"unreadable: {strange} of {len(text)} characters are in a font that does not say what they are")
    return doubts
