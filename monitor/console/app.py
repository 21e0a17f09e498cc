"""The web application. It binds nowhere: the address is the caller's."""

from collections.abc import Sequence
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from monitor.console import access as _access
from monitor.console import (
    changes,
    comparing,
    drawing,
    home,
    indicators,
    leaving,
    regions,
    reports,
    reviewing,
    search,
    watching,
)
from monitor.console import vitals as _vitals
from monitor.console.access import Access, Guard
from monitor.console.answers import HEADERS, html, missing, reader
from monitor.console.api import api
from monitor.console.asking import AskedWrongly
from monitor.console.kept import Kept
from monitor.console.leaving import Subscribers
from monitor.console.problems import API
from monitor.console.reviewing import Reviewers
from monitor.console.vitals import Vitals
from monitor.digest.outgoing import clean

_STYLE, _ICON = (
    (files("monitor") / "templates" / name).read_text(encoding="utf-8") for name in ("console.css", "icon.svg")
)


def app(
    kept: Kept,
    *,
    hosts: Sequence[str] = ("*",),
    vitals: Vitals | None = None,
    subscribers: Subscribers | None = None,
    access: Access | None = None,
    url: str = "",
    reviewers: Reviewers | None = None,
) -> Starlette:
    """Pages over what is kept; with `vitals` also /health, /ready and /metrics, with `subscribers` /unsubscribe.

    `hosts` are the names it answers to: a page elsewhere that makes its own name point here reads nothing. `access`
    says who is let in, None everybody; `url` is how readers reach it, for addresses in feeds. `reviewers` keep what is
    said by those who know the password.
    Each statement of a document has the anchor `#s{id}`. No page has a script or a style of its own.
    """
    return Starlette(
        routes=[
            *home.routes(kept),
            *regions.routes(kept),
            *indicators.routes(kept),
            *drawing.routes(kept),
            *reports.routes(kept),
            *comparing.routes(kept),
            *changes.routes(kept, url),
            *watching.routes(kept),
            *search.routes(kept),
            *reviewing.routes(kept, reviewers),
            *(Route(path, _to_description) for path in (API, f"{API}/")),
            Mount(API, api(kept)),
            *_access.routes(),
            *(_vitals.routes(vitals) if vitals else []),
            *(leaving.routes(subscribers) if subscribers else []),
            Route("/console.css", _style),
            Route("/icon.svg", _icon),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts)),
            Middleware(_Packing, minimum_size=2000, compresslevel=5),
            Middleware(Guard, access=access or Access()),
        ],
        exception_handlers={404: _not_found, AskedWrongly: _asked_wrongly},
    )


class _Packing(GZipMiddleware):
    """Compresses but for pages with a secret of their own: how well they shrink would tell it, letter by letter."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = scope.get("path", "").startswith(reviewing.PATH)
        await (self.app if secret else super().__call__)(scope, receive, send)


def _style(request: Request) -> Response:
    return Response(_STYLE, headers=HEADERS, media_type="text/css")


def _icon(request: Request) -> Response:
    return Response(_ICON, headers=HEADERS, media_type="image/svg+xml")


def _not_found(request: Request, error: Exception) -> Response:
    return missing(request)


def _asked_wrongly(request: Request, error: Exception) -> Response:
    assert isinstance(error, AskedWrongly), "it is registered for these alone"
    words = reader(request).words
    told = words("asked_wrongly", written=clean(error.written, 60))
    return html(request, "console/refused.html.j2", words["asked_wrongly_title"], 422, told=told)


def _to_description(request: Request) -> Response:
    """Who asks the API for nothing is shown all that it has."""
    return RedirectResponse(f"{API}/openapi.json", 307, HEADERS)
