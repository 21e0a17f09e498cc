"""An answer's bytes are unpacked within limits, and half of them is never taken for the whole."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.answer import Limit
from scrapers.bodies import ends_whole, unpack
from scrapers.errors import EncodingError, TooLargeError, TruncatedError
from tests import files

LIMIT = Limit(1, wire=1_000_000, decoded=3_000_000)
TEXT = "城镇调查失业率5.5%左右。".encode() * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encodings"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (TEXT, "utf-8"),
        (TEXT, "gzip"),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZIP"),
        (gzip.compress(TEXT, mtime=0) + bytes(20), "gzip"),
        (gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0), "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (gzip.compress(zlib.compress(TEXT), mtime=0), "deflate, gzip"),
    ],
)
def test_what_comes_out_is_what_went_in(body: bytes, encodings: str) -> None:
    assert unpack(body, encodings, LIMIT) == TEXT


@given(st.integers(1, 400))
def test_a_cut_stream_is_truncated(at: int) -> None:
    packed = gzip.compress(bytes(range(256)) * 4, mtime=0)
    for body, label in ((packed, "gzip"), (zlib.compress(bytes(range(256)) * 4), "deflate")):
        with pytest.raises(TruncatedError):
            unpack(body[: max(2, min(at, len(body) - 1))], label, LIMIT)


def test_more_than_the_limit_is_refused() -> None:
    random = b"".join(zlib.crc32(bytes([n % 256, n // 256])).to_bytes(4, "big") for n in range(65536)) * 14
    with pytest.raises(TooLargeError, match="3000000"):
        unpack(gzip.compress(random), "gzip", LIMIT)


def test_a_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(TooLargeError, match="100 times"):
        unpack(gzip.compress(bytes(2_000_000)), "gzip", LIMIT)


def test_small_pages_may_pack_as_well_as_they_can() -> None:
    assert len(unpack(gzip.compress(bytes(900_000)), "gzip", LIMIT)) == 900_000


@pytest.mark.parametrize("label", ["br", "zstd", "compress", "gzip, gzip, gzip"])
def test_packings_that_were_not_asked_for_are_named(label: str) -> None:
    with pytest.raises(EncodingError, match=label[:4]):
        unpack(b"x", label, LIMIT)


WHOLE = [
    b"<html><body>x</body></html>",
    b"<HTML><body>x</body></HTML>\r\n<!-- cached -->",
    b'{"a": [1, 2]}',
    b"[]",
    b'<?xml version="1.0"?><rss><channel/></rss>\n',
    b'\xef\xbb\xbf<?xml version="1.0"?><ns:feed></ns:feed>',
    files.pdf([["增长"]]),
    files.docx_of("增长"),
]


@pytest.mark.parametrize("body", WHOLE)
def test_a_body_that_shows_its_end_is_whole(body: bytes) -> None:
    assert ends_whole(body)


@pytest.mark.parametrize("body", [*WHOLE, b"plain text"])
def test_half_of_it_is_not(body: bytes) -> None:
    assert not ends_whole(body[: len(body) // 2])
    assert not ends_whole(b"")
