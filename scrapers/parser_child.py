"""The process that reads documents, one after another, and may die of one. `scrapers.documents` starts it.

It is asked with a JSON frame (name, content_type, memory, cpu, wall) and a frame with the file, and answers with one
JSON frame: text, kind and warnings, or error.
"""

import json
import resource
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

from scrapers.charset import decode
from scrapers.errors import CharsetError, DocumentError, LayoutError
from scrapers.frames import OUT_OF_MEMORY, receive_frame, send_frame
from scrapers.ofd import parse_ofd
from scrapers.pages import parse as parse_page
from scrapers.pdf import parse_pdf
from scrapers.prose import body_text
from scrapers.spreadsheet import parse_xlsx
from scrapers.word import parse_doc, parse_docx

Parser = Callable[[bytes], tuple[str, tuple[str, ...]]]

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM")
WHAT_TO_DO = {
    "rar": "unpack it",
    "7z": "unpack it",
    "rtf": "save it as docx",
    "xls": "save it as xlsx",
    "pptx": "slides are not read; look for the text version",
    "zip": "unpack it",
    "picture": "it needs to be read by a person or by OCR",
    "html": "it is a page; read it as one",
}


def parse_text(body: bytes) -> tuple[str, tuple[str, ...]]:
    """A plain text file, its lines as they are."""
    try:
        return decode(body).replace("\r\n", "\n").replace("\r", "\n"), ()
    except CharsetError as error:
        raise DocumentError(f"not a text file: {error}") from error


def parse_saved_page(body: bytes) -> tuple[str, tuple[str, ...]]:
    """A document that Word saved as a page, under the name of a Word file."""
    try:
        page = parse_page(decode(body))
    except (CharsetError, LayoutError) as error:
        raise DocumentError(f"the page that Word saved cannot be read: {error}") from error
    return body_text(page.body or page), ()


PARSERS: dict[str, Parser] = {
    "pdf": parse_pdf,
    "docx": lambda body: (parse_docx(body), ()),
    "doc": lambda body: (parse_doc(body), ()),
    "ofd": lambda body: (parse_ofd(body), ()),
    "xlsx": parse_xlsx,
    "text": parse_text,
    "word-page": parse_saved_page,
}


def kind_of(body: bytes, name: str, content_type: str) -> str:
    """What a file is, by its first bytes; its name and label decide only for what looks like text."""
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"%PDF-" in body[:1024]:
        return "pdf"
    if body.startswith(b"PK\x03\x04"):
        return _zip_kind(body, name)
    if body.startswith(OLE):
        return "doc"
    for kind, mark in (("rar", b"Rar!"), ("7z", b"7z\xbc\xaf"), ("rtf", b"{\\rtf")):
        if start.startswith(mark):
            return kind
    if body.startswith(PICTURES):
        return "picture"
    if (
        start[:200].lower().startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<meta"))
        or "html" in content_type
    ):
        return "word-page" if name.lower().endswith((".doc", ".docx", ".wps")) else "html"
    if b"\0" in body[:1024] and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return name.rpartition(".")[2].lower()[:8] or "binary"
    return "text"


def _zip_kind(body: bytes, name: str) -> str:
    # The directory comes last and names the parts in plain bytes.
    for kind, part in (
        ("docx", b"word/document.xml"),
        ("ofd", b"OFD.xml"),
        ("xlsx", b"xl/workbook.xml"),
        ("pptx", b"ppt/"),
    ):
        if part in body[-200_000:]:
            return kind
    suffix = name.rpartition(".")[2].lower()
    return suffix if suffix in PARSERS and b"PK\x05\x06" not in body[-66_000:] else "zip"  # cut off: its parser says so


def parse(body: bytes, name: str, content_type: str, parsers: Mapping[str, Parser] = PARSERS) -> dict[str, Any]:
    """The answer to one request, as JSON would have it."""
    kind = kind_of(body, name, content_type)
    try:
        if kind not in parsers:
            raise DocumentError(f"{kind} files are not read: {WHAT_TO_DO.get(kind, 'convert it to PDF or docx')}")
        text, warnings = parsers[kind](body)
    except DocumentError as error:
        return {"error": str(error), "label": error.label}
    except RecursionError:
        return {"error": f"the {kind} file is nested too deeply"}
    return {"text": text.encode("utf-8", "replace").decode(), "kind": kind, "warnings": warnings}


def limit_one(cpu: float, wall: float) -> None:
    """The process dies when one document takes more seconds than this, even if nobody waits for it any more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + cpu) + 1, hard))
    signal.setitimer(signal.ITIMER_REAL, wall + 1)


def serve(parsers: Mapping[str, Parser]) -> None:
    """Answer until the other side closes the link, which is standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the link
    link = socket.socket(fileno=sys.stdin.fileno())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    while asked := receive_frame(link):
        request = json.loads(asked)
        resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
        body = receive_frame(link)
        limit_one(request["cpu"], request["wall"])
        try:
            answer = json.dumps(parse(body, request["name"], request["content_type"], parsers))
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)  # what is left of the heap is not to be trusted
        signal.setitimer(signal.ITIMER_REAL, 0)
        send_frame(link, answer.encode())


def main() -> None:
    serve(PARSERS)


if __name__ == "__main__":
    main()
