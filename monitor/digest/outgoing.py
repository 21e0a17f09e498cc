"""What may leave the house: scraped text and addresses, made harmless for every channel."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SPACE = re.compile(r"[\s\u0085\u2028\u2029]+")
_MAX_URL = 2000
_URL_SAFE = "!$&()*+,/:;=?@[]~%-._"  # no quotes, no angle brackets, no space


def clean(text: str, limit: int | None = None) -> str:
    """One line of plain text: NFC, whitespace folded, controls and surrogates shown as U+FFFD.

    Invisible format characters (direction marks, zero width, soft hyphen, BOM) are dropped: no reader misses them.
    `limit` cuts with an ellipsis. Does not escape anything: that is the template's work.
    """
    line = _SPACE.sub(" ", unicodedata.normalize("NFC", text.translate(_HARMLESS))).strip()
    return line if limit is None else cut(line, limit)


def clean_pieces(pieces: Sequence[str]) -> list[str]:
    """Like `clean` for a sentence in pieces: whitespace at the seams stays, so that the pieces join to one text."""
    folded = [_SPACE.sub(" ", unicodedata.normalize("NFC", piece.translate(_HARMLESS))) for piece in pieces]
    for ends, strip in ((range(len(folded)), str.lstrip), (range(len(folded) - 1, -1, -1), str.rstrip)):
        for index in ends:
            folded[index] = strip(folded[index])
            if folded[index]:
                break
    return folded


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


class _Harmless(dict[int, str]):
    """What each character is replaced by; worked out once for every character that turns up."""

    def __missing__(self, code: int) -> str:
        self[code] = replaced = _harmless(chr(code))
        return replaced


def _harmless(char: str) -> str:
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return REPLACEMENT if category in ("Cc", "Cs") or ord(char) & 0xFFFE == 0xFFFE else char


_HARMLESS = _Harmless()


@lru_cache(maxsize=4096)
def web_address(url: str) -> str:
    """The address if a reader may be sent there, percent-encoded to ASCII; else "".

    http and https with a host and without a password, and file:/// for folder sources. Everything else
    (`javascript:`, `data:`, `//host`, a control character anywhere) is not an address.
    """
    url = url.strip()
    if not url or len(url) > _MAX_URL or any(unicodedata.category(char)[0] == "C" or char == "\\" for char in url):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        netloc = host.encode("idna").decode("ascii") if not host.isascii() else host
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme == "file":
        return (
            urlunsplit(("file", "", quote(parts.path, safe=_URL_SAFE), "", "")) if _is_local(parts.netloc, url) else ""
        )
    if parts.scheme not in ("http", "https") or not _is_host(netloc) or "@" in parts.netloc:
        return ""
    if ":" in netloc:
        netloc = f"[{netloc}]"
    if port is not None:
        netloc = f"{netloc}:{port}"
    path, query, fragment = (quote(part, safe=_URL_SAFE) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _is_local(netloc: str, url: str) -> bool:
    return not netloc and url[5:].startswith("///")


def _is_host(host: str) -> bool:
    return re.fullmatch(r"[0-9a-z_-]+(\.[0-9a-z_-]+)*\.?|[0-9a-f:.]+", host) is not None
