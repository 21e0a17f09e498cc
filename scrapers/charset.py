"""Bytes of a page → its text, without losing a character. Pure.

Labels lie on government sites: pages called gb2312 hold characters that only GB18030 has (镕, 喆), servers add their
own latin-1, templates keep a gbk tag over UTF-8 bytes. So a label decides only where the bytes do not speak.
"""

import codecs
import re

from scrapers.answer import Answer
from scrapers.errors import CharsetError

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}
# Not latin-1: servers add it when nobody told them, and every byte string is valid in it.
SPOKEN = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "hz"}
SPEAKING = 8  # so many multi-byte characters in valid UTF-8 are no accident (联通 in GBK is two)
META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
XML_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{2,40})["']""")
LOST = "\ufffd"


def text_of(answer: Answer) -> str:
    """The page as text. Raises CharsetError when more than 0.1 % of its characters would be lost."""
    return decode(answer.body, label=answer.charset, url=answer.url)


def decode(body: bytes, *, label: str = "", url: str = "") -> str:
    """Decode by BOM, then `label` (the header's), then the page's own tag, then UTF-8, then GB18030.

    gb2312 and gbk mean GB18030, big5 means Big5-HKSCS. Where a label cannot decode the bytes the others are tried;
    valid UTF-8 with more than a few Chinese characters is UTF-8 whatever it is called. NUL is dropped: parsers end
    there.
    """
    for bom, codec in BOMS:
        if body.startswith(bom):
            return _checked(body.decode(codec, "replace"), url)
    for codec in _candidates(body, label):
        try:
            return _checked(body.decode(codec), url)
        except UnicodeDecodeError:
            continue
    # Nothing fits: the reading that loses least, if it loses next to nothing.
    readings = [body.decode(codec, "replace") for codec in _candidates(body, label)]
    return _checked(min(readings, key=lambda reading: reading.count(LOST)), url)


def codec_of(label: str) -> str | None:
    """The codec that a label stands for: `GB2312` → `gb18030`; None for an unknown one, and for latin-1."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    name = WIDER.get(name, name)
    return name if name in SPOKEN else None


def _candidates(body: bytes, label: str) -> list[str]:
    named = [codec_of(label)] if label else []
    head = body[:4096]
    own = (META.search(head), XML_DECLARATION.search(head))
    named += [codec_of(found.group(1).decode("ascii")) for found in own if found]
    order = [codec for codec in named if codec] + ["utf-8", "gb18030"]
    if order[0] != "utf-8" and _speaks_utf8(body):
        order.insert(0, "utf-8")
    return list(dict.fromkeys(order))


def _speaks_utf8(body: bytes) -> bool:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(body) - len(text) >= 2 * SPEAKING  # a Chinese character has three bytes


def _checked(text: str, url: str) -> str:
    lost = text.count(LOST)
    if lost > 1 and lost * 1000 > len(text):
        raise CharsetError(
            f"{lost} of {len(text)} characters cannot be read; the page mixes or hides its charset", url=url
        )
    return text.replace("\x00", "") if "\x00" in text else text
