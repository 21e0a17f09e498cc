"""The bytes of an answer: unpacked, and whole. Pure."""

import json
import re
import zlib

from scrapers.answer import MEGABYTE, Limit
from scrapers.errors import EncodingError, TooLargeError, TruncatedError

RATIO = 100  # decoded to packed, above a megabyte
PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # wbits
NOT_ASKED = {"br", "zstd", "compress", "dcb", "dcz"}
STEP = 64 * 1024
ROOT_TAG = re.compile(rb"<([A-Za-z_][\w:.-]*)")


def unpack(body: bytes, encodings: str, limit: Limit) -> bytes:
    """`body` free of its Content-Encoding.

    A gzip or deflate stream must come to its end (TruncatedError), stay under `limit.decoded` bytes and, above a
    megabyte, under a hundred times its packed size (TooLargeError). Labels that name no packing are passed over,
    and so is a gzip label over bytes that are not gzip: both are common and harmless.
    """
    labels = [label.strip().lower() for label in encodings.split(",") if label.strip()]
    if len(labels) > 2:
        raise EncodingError(f"the answer is packed {len(labels)} times over ({encodings[:80]})")
    packed = len(body)
    for label in reversed(labels):
        if label in NOT_ASKED:
            raise EncodingError(f"the answer is packed with {label}, which was not asked for")
        if label in PACKED and body:
            body = _inflate(body, PACKED[label], packed, limit)
    return body


def is_packed(body: bytes, encodings: str) -> bool:
    """Whether the body brings its own end mark, being a gzip stream."""
    return "gzip" in encodings.lower() and body.startswith(b"\x1f\x8b")


def ends_whole(body: bytes) -> bool:
    """Whether a body that came with neither length nor chunks shows its own end.

    HTML must close (`</html>`), XML its root element; JSON must parse; PDF and zip files have an end mark. A body of
    any other kind cannot be told from half of it: False.
    """
    tail = body[-4096:].rstrip().lower()
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"</html>" in tail:
        return True
    if start.startswith(b"%PDF"):
        return b"%%eof" in tail
    if start.startswith(b"PK\x03\x04"):
        return b"PK\x05\x06" in body[-66_000:]
    if start[:1] in (b"{", b"["):
        return _parses(body)
    root = ROOT_TAG.search(start) if start.startswith(b"<?xml") else None
    return root is not None and tail.endswith(b"</" + root.group(1).lower() + b">")


def _parses(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _inflate(body: bytes, wbits: int, packed: int, limit: Limit) -> bytes:
    if wbits == 31 and not body.startswith(b"\x1f\x8b"):
        return body
    if wbits == 15 and not _has_zlib_header(body):
        wbits = -15  # servers that send raw deflate under that name
    out = bytearray()
    at = 0
    while at < len(body):
        at = _inflate_member(body, at, wbits, out, packed, limit)
        if wbits != 31 or body[at : at + 2] != b"\x1f\x8b":
            break  # padding after the last member
    return bytes(out)


def _inflate_member(body: bytes, start: int, wbits: int, out: bytearray, packed: int, limit: Limit) -> int:
    """Unpack one stream from `start` on, and say where it ended."""
    stream = zlib.decompressobj(wbits)
    try:
        for at in range(start, len(body), STEP):
            data = body[at : at + STEP]
            while data and not stream.eof:
                out += stream.decompress(data, MEGABYTE)
                _check_size(len(out), packed, limit)
                data = stream.unconsumed_tail
            if stream.eof:
                return min(at + STEP, len(body)) - len(stream.unused_data)
    except zlib.error as error:
        raise TruncatedError(f"the packed body is damaged: {error}") from error
    raise TruncatedError("the packed body ends before its end mark")


def _has_zlib_header(body: bytes) -> bool:
    return len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _check_size(size: int, packed: int, limit: Limit) -> None:
    if size > limit.decoded:
        raise TooLargeError(f"the body unpacks to more than {limit.decoded} bytes")
    if size > MEGABYTE and size > RATIO * packed:
        raise TooLargeError(f"{packed} bytes unpack to more than {RATIO} times as many")
