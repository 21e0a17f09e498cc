"""robots.txt, by RFC 9309: which addresses a site asks crawlers to leave alone."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

from scrapers.errors import RobotsError

DAY = 24 * 3600.0
AGAIN = 300.0  # seconds until a robots.txt that could not be had is asked for again
PARSED = 500 * 1024  # bytes of it that are read
PRODUCT = "mubiao"


@dataclass(frozen=True, slots=True)
class RobotsReply:
    """What the server said when asked for robots.txt; status 0 when the answer broke off."""

    status: int
    body: bytes


@dataclass
class _Kept:
    asking: threading.Lock = field(default_factory=threading.Lock)
    until: float = 0.0
    rules: Protego | None = None  # None: not to be had, so everything is disallowed for now
    reason: str = ""


class Robots:
    """The robots.txt of all sites, kept for a day.

    4xx means that there are no rules; 5xx or a broken answer that nothing may be fetched for now. `require` is told
    the Crawl-delay of a host.
    """

    def __init__(self, require: Callable[[str, float | None], None], monotonic: Callable[[], float]) -> None:
        self._require = require
        self._monotonic = monotonic
        self._sites: dict[str, _Kept] = {}
        self._guard = threading.Lock()

    def check(self, url: str, fetch: Callable[[str], RobotsReply]) -> None:
        """Raises RobotsError when `url` may not be fetched.

        `fetch` gets a robots.txt that is not known yet; what it raises (no connection) goes up, and is not kept.
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._guard:
            kept = self._sites.setdefault(site, _Kept())
        with kept.asking:
            if self._monotonic() >= kept.until:
                self._renew(kept, site, fetch(f"{site}/robots.txt"))
            rules, reason = kept.rules, kept.reason
        if rules is None:
            raise RobotsError(
                f"{site}/robots.txt could not be read ({reason}); nothing is fetched for now", url=url, retry=True
            )
        if not rules.can_fetch(url, PRODUCT):
            raise RobotsError(f"robots.txt of {parts.netloc} does not allow this address", url=url)

    def _renew(self, kept: _Kept, site: str, reply: RobotsReply) -> None:
        if 200 <= reply.status < 300:
            kept.rules = Protego.parse(reply.body[:PARSED].decode("utf-8-sig", "replace"))
        elif 400 <= reply.status < 500:
            kept.rules = Protego.parse("")
        else:
            kept.rules, kept.reason = None, f"status {reply.status}" if reply.status else "the answer broke off"
        kept.until = self._monotonic() + (DAY if kept.rules else AGAIN)
        if kept.rules:
            delay = kept.rules.crawl_delay(PRODUCT)
            self._require(urlsplit(site).hostname or "", float(delay) if delay else None)
