"""What is asked of a site and what it answered. Values only."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """How long one fetch may take, redirects included and waiting for our own pace not, and how much it may bring in.

    `wire` counts bytes as they arrive, `decoded` after gzip.
    """

    seconds: float
    wire: int = 20 * MEGABYTE
    decoded: int = 50 * MEGABYTE


PAGE = Limit(seconds=60)
FILE = Limit(seconds=300)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the last answer said of itself, sent back so that an unchanged page is answered with 304.

    `body_hash` is that of the last answer's body, if it was whole and good: the same body is not judged again.
    """

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered: the whole of it, or a 304 with no body.

    `url` is where it came from in the end, after redirects. `body` is free of its content encoding but still bytes;
    `scrapers.charset.text_of` turns it into text. `charset` is the label of the Content-Type header, lower case, ""
    when it has none. `body_hash` is the SHA-256 of `body` in hex, "" for a 304. `fetched` counts the bytes that came
    over the wire, headers included.
    """

    url: str
    status: int
    body: bytes
    content_type: str
    charset: str
    etag: str | None
    last_modified: str | None
    body_hash: str
    fetched: int
