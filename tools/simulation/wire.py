"""What of the world can be fetched: a transport without a network, on which time passes and hosts fail."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from scrapers.errors import DeadlineError, TruncatedError, UnreachableError
from scrapers.transport import GuardedTransport
from tools.simulation.world import Portal

SECONDS = 0.3  # that an answer takes
SLOW = 45.0
BLOCKED = "<html><head><title>访问被拦截</title></head><body>您的请求已被拦截，请完成验证</body></html>"
MAINTENANCE = "<html><head><title>系统维护中</title></head><body>网站正在升级改造，请稍后访问</body></html>"


@dataclass(frozen=True)
class Asked:
    """One request: when it began and ended, and how often the clocks had been set by then."""

    host: str
    path: str
    began: float
    ended: float
    jumps: int
    status: int


class Wire(GuardedTransport):
    """Answers for all portals; `pass_time` lets seconds go by, `step` is where the process may be killed."""

    def __init__(
        self, portals: list[Portal], now: Callable[[], float], pass_time: Callable[[float], None],
        step: Callable[[], None], jumps: Callable[[], int], log: list[Asked],
    ) -> None:  # fmt: skip
        self._portals = {one.host: one for one in portals}
        self._now, self._pass, self._step, self._jumps, self._log = now, pass_time, step, jumps, log

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._step()
        began, parts = self._now(), urlsplit(str(request.url))
        portal = self._portals[parts.hostname or ""]
        fault = portal.fault_at(began)
        status = 0
        try:
            response = self._answer(portal, parts.path, fault, request)
            status = response.status_code
            return response
        finally:
            self._log.append(Asked(portal.host, parts.path, began, self._now(), self._jumps(), status))
            self._step()

    def stop(self) -> None:
        """Nothing is under way."""

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, portal: Portal, path: str, fault: str, request: httpx.Request) -> httpx.Response:
        self._pass(SLOW if fault == "slow" else SECONDS)
        if fault == "down":
            raise UnreachableError("nothing answered within 10 s")
        if fault == "slow":
            raise DeadlineError("the server fell silent for 30 s")
        if path == "/robots.txt":
            return _response(500, "") if fault == "robots" else _response(200, portal.robots, kind="text/plain")
        if fault == "busy":
            return _response(503, "busy", {"retry-after": "1800"})
        if fault == "error":
            return _response(500, "Internal Server Error")
        if fault in ("maintenance", "blocked"):
            return _response(200, BLOCKED if fault == "blocked" else MAINTENANCE)
        page = portal.page(path, hollow=fault == "hollow")
        if page is None:
            return _response(404, "<html><head><title>404</title></head><body>页面不存在</body></html>")
        if fault == "cut":
            raise TruncatedError("the connection ended within the answer")
        etag = f'"{hashlib.sha256(page.encode()).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return _response(304, "", {"etag": etag})
        return _response(200, page, {"etag": etag})


class _Body(httpx.SyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


def _response(status: int, text: str, more: dict[str, str] | None = None, kind: str = "text/html") -> httpx.Response:
    body = text.encode()
    headers = {"content-type": f"{kind}; charset=utf-8", "content-length": str(len(body)), **(more or {})}
    seen: dict[str, Any] = {"location": "", "body_received": lambda: len(body)}
    return httpx.Response(status, headers=headers, stream=_Body(body), extensions=seen)
