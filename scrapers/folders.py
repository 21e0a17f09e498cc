"""A folder of files as a source: its listing stands for the index page, each file for an entry. Writes nothing."""

import hashlib
import json
import os
from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scrapers.answer import Answer, Conditions, Limit
from scrapers.errors import GoneError, RefusedAddressError, TooLargeError, UnreachableError

READABLE = frozenset((".html", ".htm", ".txt", ".md", ".pdf", ".docx", ".doc", ".wps", ".ofd"))
LISTING = "application/json"


def is_folder_address(url: str) -> bool:
    return url.startswith("file:")


def read_place(url: str, within: str, conditions: Conditions | None, limit: Limit) -> Answer:
    """What lies at a `file:///` address: a file's bytes, or a folder's listing, subfolders included, as JSON.

    `within` is the source's own address: nothing outside of it is read, by whatever links. The etag is made of size and
    moment of change; the same one answers 304. Hidden files and those of other kinds are not listed.

    Raises:
        UnreachableError: the folder is not there, or cannot be read.
        GoneError: the file is not there any more.
        RefusedAddressError: the address lies outside of the source's folder.
        TooLargeError: the file has more bytes than `limit.decoded`.
    """
    root, path = path_of(within), path_of(url)
    if not path.is_relative_to(root):
        raise RefusedAddressError(f"{path} lies outside of {root}", url=url)
    try:
        if path.is_dir():
            return _answer(url, _listing(path), LISTING, None, conditions)
        state = path.stat()
        if state.st_size > limit.decoded:
            raise TooLargeError(f"{state.st_size} bytes; {limit.decoded} is the limit", url=url)
        return _answer(url, path.read_bytes(), guess_type(path.name)[0] or "", _etag(state), conditions)
    except FileNotFoundError as error:
        if path == root:
            raise UnreachableError(f"{path} does not exist; is its disk mounted?", url=url) from error
        raise GoneError(f"{path} does not exist any more", url=url, status=404) from error
    except OSError as error:
        raise UnreachableError(f"{path} cannot be read: {error.strerror}", url=url) from error


def find_etag(url: str) -> str | None:
    """The etag that a file would be read with now, without reading it; None where it cannot be looked at."""
    try:
        return _etag(path_of(url).stat())
    except OSError:
        return None


def _etag(state: os.stat_result) -> str:
    return f'"{state.st_size}-{state.st_mtime_ns}"'


def path_of(url: str) -> Path:
    """The place that a `file:///` address names, whether it is there or not."""
    return Path(unquote(urlsplit(url).path)).resolve()


def _listing(folder: Path) -> bytes:
    files = [
        {"url": path.as_uri(), "name": path.name, "size": path.stat().st_size, "changed": path.stat().st_mtime_ns}
        for path in _files(folder)
    ]
    return json.dumps({"folder": folder.name, "files": files}, ensure_ascii=False).encode("utf-8", "replace")


def _files(folder: Path) -> Iterator[Path]:
    """In the order of their names; one that is just being written away is passed over."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in READABLE and not hidden and path.is_file():
            yield path


def _answer(url: str, body: bytes, content_type: str, etag: str | None, conditions: Conditions | None) -> Answer:
    if etag and conditions and conditions.etag == etag:
        return Answer(url, 304, b"", "", "", etag, None, "", 0)
    return Answer(url, 200, body, content_type, "", etag, None, hashlib.sha256(body).hexdigest(), len(body))
