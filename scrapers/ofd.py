"""OFD (GB/T 33190), the national page format: a zip of XML with words at places. Pure."""

import posixpath
from collections.abc import Iterator
from zipfile import ZipFile

from lxml import etree

from scrapers.archives import open_zip, read_part
from scrapers.errors import DocumentError
from scrapers.paragraphs import Line, indent_lines, join_pages

SAME_LINE = 0.5  # of the letters' height
MOST_PAGES = 500


def parse_ofd(body: bytes) -> str:
    """The text of an OFD file, paragraphs put together from its lines. "" when its pages are pictures."""
    with open_zip(body) as archive:
        pages = [_lines(read_part(archive, name)) for name in _pages(archive)]
    return join_pages(pages)


def _pages(archive: ZipFile) -> list[str]:
    names = []
    for root in read_part(archive, "OFD.xml").iter("{*}DocRoot"):
        document = _place("OFD.xml", root.text)
        folder = read_part(archive, document)
        names += [_place(document, page.get("BaseLoc")) for pages in folder.iter("{*}Pages") for page in pages]
    if not names:
        raise DocumentError("the OFD file names no pages")
    return names[:MOST_PAGES]


def _place(base: str, location: str | None) -> str:
    """A location is from the root when it begins with a slash, else from the file that names it."""
    location = (location or "").strip()
    whole = location if location.startswith("/") else posixpath.join(posixpath.dirname(base), location)
    return posixpath.normpath(whole).lstrip("/")


def _lines(page: etree._Element) -> list[str]:
    """The words of a page, from top to bottom and left to right."""
    words = sorted(_words(page))
    lines: list[list[tuple[float, str]]] = []
    top = height = 0.0
    for y, x, size, text in words:
        if not lines or y - top > SAME_LINE * max(height, 1.0):
            lines.append([])
            top, height = y, size
        lines[-1].append((x, text))
    return indent_lines([Line(min(line)[0], height, "".join(text for _, text in sorted(line))) for line in lines])


def _words(page: etree._Element) -> Iterator[tuple[float, float, float, str]]:
    for item in page.iter("{*}TextObject"):
        left, top, *_ = [*_numbers(item.get("Boundary")), 0.0, 0.0]
        size = next(_numbers(item.get("Size")), 3.0)
        for code in item.iter("{*}TextCode"):
            x, y = next(_numbers(code.get("X")), 0.0), next(_numbers(code.get("Y")), 0.0)
            if code.text:
                yield top + y, left + x, size, code.text


def _numbers(value: str | None) -> Iterator[float]:
    for part in (value or "").split():
        try:
            yield float(part)
        except ValueError:
            return
