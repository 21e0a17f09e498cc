"""What leaves the house, made harmless: any scraped text can be put into any channel."""

import re
import unicodedata

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # they reorder what the reader sees
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Text of many lines: NFC, every kind of line break is LF, controls and lone surrogates become U+FFFD."""
    text = _BIDI.sub("", _BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub("\ufffd", text))


def clean_line(text: str, limit: int = 200) -> str:
    """Text of one line, at most `limit` characters, its white space folded; for headers and errors."""
    line = " ".join(clean_text(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
