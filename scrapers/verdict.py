"""What a response amounts to: an Answer, or the ScrapeError that says what it is instead. Pure."""

import hashlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from scrapers.answer import Answer, Limit
from scrapers.blocks import CHALLENGE_STATUS, LARGEST, is_challenge, is_error_page, is_login
from scrapers.bodies import unpack
from scrapers.charset import decode
from scrapers.errors import (
    BlockedError,
    CharsetError,
    EmptyPageError,
    ErrorPageError,
    GoneError,
    LoginPageError,
    ScrapeError,
    StatusError,
)
from scrapers.exchange import Asked, Got

LONGEST_WAIT = 24 * 3600.0


def judge(asked: Asked, got: Got, limit: Limit, fetched: int) -> Answer:
    """The answer to `asked`: a 200 that is what it says, or a 304 if one was asked for. Raises ScrapeError else."""
    content_type, charset = parse_content_type(got.headers.get("content-type", ""))
    if got.status == 304 and asked.headers():
        body, body_hash = b"", ""
    elif got.status == 200:
        body = unpack(got.body, got.encoding, limit)
        body_hash = hashlib.sha256(body).hexdigest()
        if body_hash != asked.conditions.body_hash:
            _check_stand_in(body, content_type, charset, parse_retry_after(got.headers))
    else:
        raise _status_error(got, limit)
    return Answer(
        url=asked.url,
        status=got.status,
        body=body,
        content_type=content_type,
        charset=charset,
        etag=got.headers.get("etag"),
        last_modified=got.headers.get("last-modified"),
        body_hash=body_hash,
        fetched=fetched,
    )


def parse_content_type(value: str) -> tuple[str, str]:
    """`text/html; charset=GBK` → (`text/html`, `gbk`)."""
    kind, _, rest = value.partition(";")
    named = dict(part.strip().lower().partition("=")[::2] for part in rest.split(";") if "=" in part)
    return kind.strip().lower(), named.get("charset", "").strip("\"' ")


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, at most a day; an HTTP date is counted from the answer's own Date. None for anything else."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            until, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
            seconds = (until - now).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def _check_stand_in(body: bytes, content_type: str, charset: str, retry_after: float | None) -> None:
    if len(body) > LARGEST or not (content_type in ("", "text/html", "text/plain") or "xhtml" in content_type):
        return
    try:
        html = decode(body, label=charset)
    except CharsetError:
        return
    if not html.strip():
        raise EmptyPageError("an empty answer with status 200")
    if is_challenge(html):
        raise BlockedError("a challenge or firewall page with status 200", retry_after=retry_after)
    if is_login(html):
        raise LoginPageError("a login page with status 200")
    if is_error_page(html):
        raise ErrorPageError("an error page with status 200")


def _status_error(got: Got, limit: Limit) -> ScrapeError:
    status = got.status
    if status == 401:
        return LoginPageError("the server wants a login (401)")
    if status in CHALLENGE_STATUS or is_challenge(_readable(got, limit), status):
        retry_after = parse_retry_after(got.headers)
        return BlockedError(f"a challenge or firewall page with status {status}", retry_after=retry_after)
    if status in (404, 410):
        return GoneError(status=status)
    return StatusError(status=status, retry_after=parse_retry_after(got.headers))


def _readable(got: Got, limit: Limit) -> str:
    try:
        return decode(unpack(got.body, got.encoding, limit))
    except ScrapeError:
        return ""
