"""Word files, new (docx: a zip of XML) and old (doc: OLE with a piece table), and WPS files of the old kind. Pure."""

import io
import struct
from collections.abc import Iterator

import olefile
from lxml import etree

from scrapers.archives import open_zip, read_part
from scrapers.errors import DamagedFileError, DocumentError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
UNSEEN = {"del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr"}
MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}

MOST_COLUMNS = 63  # Word's own limit

WORD_MARK = 0xA5EC
ENCRYPTED, TABLE_1 = 0x0100, 0x0200
TEXT_LENGTH_AT, PIECES_AT = 0x4C, 0x1A2
COMPRESSED = 0x40000000


def parse_docx(body: bytes) -> str:
    """The paragraphs of a docx, one a line; a table's row is a line with tabs. Deleted text and notes are left out.

    Numbers that Word makes itself (automatic 一、二、) are not in the text.
    """
    with open_zip(body) as archive:
        root = read_part(archive, "word/document.xml")
    return "\n".join(line for block in _blocks(root) for line in block.split("\n"))


def _blocks(node: etree._Element) -> Iterator[str]:
    """Paragraphs and rows below a node, in order."""
    for child in node:
        name = _name(child)
        if name == "p":
            yield _run(child)
            for inner in child.iter(f"{W}txbxContent", f"{STRICT}txbxContent"):
                if not any(parent.tag == FALLBACK for parent in inner.iterancestors()):
                    yield from _blocks(inner)
        elif name == "tr":
            yield "\t".join(_cell(cell) for cell in child if _name(cell) == "tc")
        elif name not in UNSEEN:
            yield from _blocks(child)


def _cell(cell: etree._Element) -> str:
    """A cell's text in one line, with a tab for each further column that it goes over."""
    spans = [node for part in cell if _name(part) == "tcPr" for node in part if _name(node) == "gridSpan"]
    said = next((str(value) for node in spans for value in node.attrib.values()), "")
    further = min(int(said), MOST_COLUMNS) - 1 if said.isdecimal() else 0
    return " ".join(" ".join(_blocks(cell)).split("\n")) + "\t" * further


def _run(node: etree._Element) -> str:
    parts = []
    for child in node:
        name = _name(child)
        if name == "t":
            parts.append(child.text or "")
        elif name in MARKS:
            parts.append(MARKS[name])
        elif name not in UNSEEN and name != "txbxContent":
            parts.append(_run(child))
    return "".join(parts)


def _name(node: etree._Element) -> str:
    """The local name; "del" for what is to be passed over."""
    if not isinstance(node.tag, str) or node.tag == FALLBACK:
        return "del"
    return node.tag.rpartition("}")[2]


def parse_doc(body: bytes) -> str:
    """The paragraphs of a Word 97–2003 (or WPS) file, one a line; a table's row is a line with tabs."""
    try:
        with olefile.OleFileIO(io.BytesIO(body)) as ole:
            if ole.exists("Workbook") or ole.exists("Book"):
                raise DocumentError("an old Excel file, which does not say what is a percentage: save it as xlsx")
            if not ole.exists("WordDocument"):
                raise DocumentError("an old Office file, but not a Word document: save it as docx or PDF")
            main = ole.openstream("WordDocument").read()
            table = ole.openstream(_table_name(main)).read()
    except (OSError, IndexError, ValueError, struct.error) as error:
        raise DamagedFileError(f"the old Word file is damaged: {error}") from error
    return _plain(_characters(main, table))


def _table_name(main: bytes) -> str:
    mark, flags = struct.unpack_from("<H8xH", main)
    if mark != WORD_MARK:
        raise DocumentError("a Word file from before 1997: save it as docx or PDF")
    if flags & ENCRYPTED:
        raise DocumentError("the Word file is protected by a password")
    return "1Table" if flags & TABLE_1 else "0Table"


def _characters(main: bytes, table: bytes) -> str:
    """Put the pieces of the text together; footnotes and headers, which follow it, are left out."""
    (length,) = struct.unpack_from("<I", main, TEXT_LENGTH_AT)
    parts = []
    for start, end, at, compressed in _pieces(main, table):
        size = max(min(end, length) - start, 0) * (1 if compressed else 2)
        if at + size > len(main):
            raise DocumentError("the old Word file ends before its text does")
        parts.append(main[at : at + size].decode("cp1252" if compressed else "utf-16-le", "replace"))
    return "".join(parts)


def _pieces(main: bytes, table: bytes) -> Iterator[tuple[int, int, int, bool]]:
    try:
        at, size = struct.unpack_from("<II", main, PIECES_AT)
        end = min(at + size, len(table))
        while at < end and table[at] == 1:  # formatting that the pieces share
            at += 3 + struct.unpack_from("<H", table, at + 1)[0]
        if at >= end or table[at] != 2:
            raise DocumentError("the old Word file has no piece table; save it as docx or PDF")
        count = (struct.unpack_from("<I", table, at + 1)[0] - 4) // 12
        bounds = struct.unpack_from(f"<{count + 1}I", table, at + 5)
        for n in range(count):
            (place,) = struct.unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * n + 2)
            compressed = bool(place & COMPRESSED)
            place &= COMPRESSED - 1
            yield bounds[n], bounds[n + 1], place // 2 if compressed else place, compressed
    except struct.error as error:
        raise DamagedFileError(f"the old Word file's piece table is damaged: {error}") from error


def _plain(text: str) -> str:
    """Word's marks → ours: 0D ends a paragraph, 07 a cell or (twice) a row, 13…14 is a field's code, 15 its end."""
    text = text.replace("\x07\x07", "\n").replace("\x07", "\t").replace("\x0b", "\n").replace("\x0c", "\n")
    text = text.replace("\r", "\n").replace("\x1e", "-").replace("\x1f", "").replace("\xa0", " ")
    parts: list[str] = []
    codes: list[bool] = []  # for each field we are in: still in its code
    for mark in text:
        if mark == "\x13":
            codes.append(True)
        elif mark in "\x14\x15" and codes:
            codes.pop()
            codes += [False] if mark == "\x14" else []
        elif not any(codes) and (mark >= " " or mark in "\n\t"):
            parts.append(mark)
    return "".join(parts)
