"""The web application. It binds nowhere: the address is the caller's."""

from collections.abc import Sequence
from importlib.resources import files

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from monitor.console import views
from monitor.console.language import chosen
from monitor.console.pages import Pages, Subscribers
from monitor.digest.words import LANGUAGES

LATEST = 100  # reports on the first page
_LARGEST_ID = 2**63 - 1  # more than that no database knows
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_STYLE = (files("monitor") / "templates" / "console.css").read_text(encoding="utf-8")


def app(pages: Pages, hosts: Sequence[str] = ("*",), subscribers: Subscribers | None = None) -> Starlette:
    """Read-only pages over what `pages` finds: `/`, `/documents/{id}`, `/health`; `/unsubscribe/{token}` for readers.

    `hosts` are the names it answers to: a page elsewhere that makes its own name point here reads nothing.

    Each statement of a document has the anchor `#s{id}`. `/health` and `/ready` answer 200 or 503, `/metrics` is for
    Prometheus. There is no script, and no
    page takes anything but `?lang=zh` or `?lang=en`.
    """

    def home(request: Request) -> Response:
        language, query = _language(request)
        return _html(views.home(list(pages.find_latest(LATEST)), language, query))

    def document(request: Request) -> Response:
        document_id: int = request.path_params["document_id"]
        page = pages.find_document(document_id) if document_id <= _LARGEST_ID else None
        if page is None:
            return _missing(request)
        language, query = _language(request)
        return _html(views.document(page, language, query))

    def health(request: Request) -> Response:
        state = dict(pages.health())
        return JSONResponse(state, 200 if state["ok"] else 503, _HEADERS)

    def ready(request: Request) -> Response:
        state = dict(pages.ready())
        return JSONResponse(state, 200 if state["ready"] else 503, _HEADERS)

    def metrics(request: Request) -> Response:
        return Response(pages.metrics(), headers=_HEADERS, media_type=_PROMETHEUS)

    def style(request: Request) -> Response:
        return Response(_STYLE, headers=_HEADERS, media_type="text/css")

    def unsubscribe(request: Request) -> Response:
        address = subscribers.address_of(request.path_params["token"]) if subscribers else None
        if subscribers is None or address is None:
            return _missing(request)
        done = request.method == "POST"
        if done:
            subscribers.unsubscribe(address)
        response = _html(views.unsubscribe(address, done, *_language(request)))
        response.headers["Content-Security-Policy"] = _HEADERS["Content-Security-Policy"].replace(
            "form-action 'none'", "form-action 'self'"
        )
        return response

    return Starlette(
        routes=[
            Route("/", home),
            Route("/documents/{document_id:int}", document),
            Route("/health", health),
            Route("/ready", ready),
            Route("/metrics", metrics),
            Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"]),
            Route("/console.css", style),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
        exception_handlers={404: _not_found},
    )


def _not_found(request: Request, error: Exception) -> Response:
    return _missing(request)


def _missing(request: Request) -> Response:
    return _html(views.missing(*_language(request)), 404)


def _html(content: str, status: int = 200) -> Response:
    return HTMLResponse(content, status, _HEADERS)


def _language(request: Request) -> tuple[str, str]:
    """The reader's language, and the query that keeps it for the next page when it was asked for."""
    asked = request.query_params.get("lang")
    language = chosen(asked, request.headers.get("accept-language", ""))
    return language, f"?lang={asked}" if asked in LANGUAGES else ""
