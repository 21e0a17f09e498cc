"""Files that are zips of XML (docx, ofd, xlsx): opened without trusting their sizes, parsed without entities. Pure."""

import io
import zipfile
import zlib

from lxml import etree

from scrapers.answer import MEGABYTE
from scrapers.errors import DamagedFileError, DocumentError

LARGEST_PART = 50 * MEGABYTE
LARGEST_WHOLE = 200 * MEGABYTE
RATIO = 200  # XML packs well, but not better than this
MOST_PARTS = 20_000


def open_zip(body: bytes) -> zipfile.ZipFile:
    """The zip, if its directory promises nothing outrageous."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise DamagedFileError(f"the file is a damaged zip: {error}") from error
    if len(archive.infolist()) > MOST_PARTS:
        raise DocumentError(f"the zip holds {len(archive.infolist())} parts; {MOST_PARTS} is the limit")
    return archive


def refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Raises DocumentError if the directory promises parts that no honest file has; for readers that open it whole."""
    for info in archive.infolist():
        _check_size(info)
    whole = sum(info.file_size for info in archive.infolist())
    if whole > LARGEST_WHOLE:
        raise DocumentError(f"the zip unpacks to {whole} bytes; {LARGEST_WHOLE} is the limit")


def read_part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """One XML part, parsed. Raises DocumentError for a missing, damaged, encrypted or oversized one."""
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise DocumentError(f"the file has no part {name}") from error
    _check_size(info)
    try:
        data = archive.read(info)  # never more than the directory says
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise DocumentError(f"{name} cannot be unpacked: {error}") from error
    return parse_xml(data, name)


def _check_size(info: zipfile.ZipInfo) -> None:
    if info.file_size > LARGEST_PART or info.file_size > RATIO * max(info.compress_size, 1) > RATIO * 1000:
        raise DocumentError(
            f"{info.filename} unpacks from {info.compress_size} to {info.file_size} bytes: refused as a zip bomb"
        )


def parse_xml(data: bytes, name: str) -> etree._Element:
    """XML without DTD, entities or network."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"{name} is not readable XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise DocumentError(f"{name} declares a document type, which no such file needs: refused")
    return root
