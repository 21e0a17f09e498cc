"""One request and its response, as they go over the wire: what is asked, what is read, where it leads on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

import httpx

from scrapers.answer import Conditions
from scrapers.blocks import LARGEST
from scrapers.bodies import ends_whole, is_packed
from scrapers.errors import RefusedAddressError, TooLargeError, TruncatedError

REDIRECT_STATUS = {301, 302, 303, 307, 308}
LONGEST_URL = 8192
LAST_PORT = 65_535
SURPLUS = 256  # bytes beyond the announced length: a status line and hints before the answer are no more


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `lenient`: so many bytes of the body are enough, and it need not be whole."""

    method: str
    url: str
    form: Mapping[str, str] | None = None
    json: object = None
    conditions: Conditions = field(default_factory=Conditions)
    lenient: int = 0

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def headers(self) -> dict[str, str]:
        named = {"If-None-Match": self.conditions.etag, "If-Modified-Since": self.conditions.last_modified}
        return {name: value for name, value in named.items() if value and value.isascii() and value.isprintable()}


@dataclass(frozen=True, slots=True)
class Got:
    """One response: `body` still packed, whole for a 200, of an error no more than is needed to recognise it."""

    status: int
    headers: httpx.Headers
    body: bytes = b""
    location: str = ""

    @property
    def encoding(self) -> str:
        return str(self.headers.get("content-encoding", ""))

    @property
    def redirects(self) -> bool:
        return self.status in REDIRECT_STATUS and bool(self.location)


def clean_url(url: str, base: str = "") -> str:
    """The address as it is asked for: no fragment, no user, Chinese percent-encoded. Raises RefusedAddressError.

    `base` is the page that a relative `url` stands on.
    """
    try:
        parsed = httpx.URL(urljoin(base, url.strip()))
        cleaned = str(parsed.copy_with(fragment=None, username=None, password=None))
        usable = parsed.scheme in ("http", "https") and bool(parsed.host) and (parsed.port or 0) <= LAST_PORT
    except (httpx.InvalidURL, ValueError) as error:
        raise RefusedAddressError(f"not a usable address: {error}", url=url[:200]) from error
    if not usable or len(cleaned) > LONGEST_URL:
        raise RefusedAddressError(
            "only http and https addresses of reasonable length, with a port that exists, are fetched", url=url[:200]
        )
    return cleaned


def hosts_of(url: str, allow_hosts: Collection[str]) -> set[str]:
    """Where a fetch of `url` may be led: its own host, with or without www., and those allowed."""
    host = urlsplit(url).hostname or ""
    return {host, f"www.{host}", host.removeprefix("www."), *(name.lower() for name in allow_hosts)}


def follow(asked: Asked, got: Got, hosts: Collection[str]) -> Asked:
    """The request that a redirect leads to. Raises RefusedAddressError where it must not be followed."""
    target = replace(asked, url=clean_url(got.location, asked.url))
    if target.host not in hosts:
        raise RefusedAddressError(f"redirects to another host, {target.host}; add it to allow_hosts if that is right")
    if asked.url.startswith("https:") and target.url.startswith("http:"):
        raise RefusedAddressError("redirects from https to http")
    return target if got.status in (307, 308) else replace(target, method="GET", form=None, json=None)


def read(asked: Asked, response: httpx.Response, most: int) -> Got:
    """The response to `asked`, its body not longer than `most` bytes and, if it is a 200, all there."""
    whole = response.status_code == 200 and not asked.lenient
    announced = _length(response)
    if whole and announced > most:
        raise TooLargeError(f"{announced} bytes are announced; {most} is the limit")
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if not whole and len(body) >= (asked.lenient or LARGEST):
            break
    if whole:
        _check_end(bytes(body), response)
    return Got(response.status_code, response.headers, bytes(body), response.extensions["location"])


def _length(response: httpx.Response) -> int:
    length = response.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _check_end(body: bytes, response: httpx.Response) -> None:
    """Chunks and a length were checked while reading; without either the body must show its own end.

    So must one whose length is too small: servers that count characters announce two thirds of a Chinese page.
    """
    if "chunked" in response.headers.get("transfer-encoding", "").lower():
        return
    if "content-length" in response.headers:
        more = response.extensions["body_received"]() - len(body)
        if more > SURPLUS and not response.headers.get("content-encoding") and not ends_whole(body):
            raise TruncatedError(f"{len(body)} bytes are announced, and some {more} more were sent")
        return
    if is_packed(body, response.headers.get("content-encoding", "")) or ends_whole(body):
        return
    raise TruncatedError(f"the connection closed after {len(body)} bytes, with no sign that this was all")
