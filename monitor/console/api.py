"""The API, mounted at /api/v1: what the pages show, as JSON, for programs. docs/console.md says what is stable."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.console.answers import HEADERS, tagged
from monitor.console.cursors import CursorError
from monitor.console.kept import Kept
from monitor.console.limits import Limit, asker
from monitor.console.problems import MEDIA_TYPE, problem
from monitor.console.resources import (
    Change,
    Delivery,
    Document,
    Found,
    IndicatorKnown,
    Listed,
    Region,
    Report,
    Review,
    Source,
    Statement,
    Target,
    Text,
    Visit,
)
from monitor.console.told import Told
from storage.archive import ArchiveError

ABOUT = """What mubiao keeps: reports, what they state, what changed, and how the watching goes. Read-only.

Lists come in pages of `limit`; `next` of an answer is the `cursor` of the following page. Rows that come in meanwhile
move no page. A region stands for itself and all that lies within it, unless `exact` is true. Times are UTC, days those
of China. What is wrong with a question is told as application/problem+json."""
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
WRONG: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What is wrong with the question", "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
}
ANSWERS, SEARCHES, IN_SECONDS = 600, 30, 60.0  # of one address
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def api(kept: Kept, limit: Limit | None = None, searches: Limit | None = None) -> FastAPI:
    """The application behind /api/v1; the limits are how often each address may ask it, and how often search."""
    made = FastAPI(
        title="mubiao", version=version("mubiao"), description=ABOUT, docs_url=None, redoc_url=None, responses=WRONG,
        exception_handlers={
            RequestValidationError: _invalid, CursorError: _no_cursor, ArchiveError: _lost, AnyHTTPException: _failed,
        },
    )  # fmt: skip
    made.state.limit = limit or Limit(ANSWERS, IN_SECONDS)
    made.include_router(_router(Told(kept, searches or Limit(SEARCHES, IN_SECONDS))))
    return made


class _Route(APIRoute):
    """An address that takes no parameter it does not know, asks for patience, and answers 304 to who has the answer."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        known = [one.alias for one in self.dependant.query_params]

        async def ask(request: Request) -> Response:
            if wait := request.app.state.limit.take(asker(request)):
                refused = problem(429, f"that was too often: ask again in {wait:.0f} seconds")
                refused.headers["Retry-After"] = f"{wait + 1:.0f}"
                return refused
            errors = [
                {"where": f"query.{name}", "what": f"unknown; there are {', '.join(known) or 'no parameters'}"}
                for name in request.query_params
                if name not in known
            ]
            return problem(422, "unknown parameters", errors) if errors else _finished(request, await answer(request))

        return ask


def _router(told: Told) -> APIRouter:
    router = APIRouter(route_class=_Route)
    for path, endpoint, model in (
        ("/regions", told.regions, Listed[Region]),
        ("/regions/{code}", told.region, Region),
        ("/regions/{code}/targets", told.targets, list[Target]),
        ("/indicators", told.indicators, Listed[IndicatorKnown]),
        ("/indicators/{key}", told.indicator, IndicatorKnown),
        ("/reports", told.reports, Listed[Report]),
        ("/reports/{region}/{kind}/{year}", told.report, Report),
        ("/documents", told.documents, Listed[Document]),
        ("/documents/{id}", told.document, Document),
        ("/documents/{id}/text", told.text, Text),
        ("/documents/{id}/statements", told.document_statements, list[Statement]),
        ("/statements", told.statements, Listed[Statement]),
        ("/changes", told.changes, Listed[Change]),
        ("/changes/{id}", told.change, Change),
        ("/search", told.search, Listed[Found]),
        ("/reviews", told.reviews, Listed[Review]),
        ("/sources", told.sources, list[Source]),
        ("/sources/{key}", told.source, Source),
        ("/sources/{key}/visits", told.visits, Listed[Visit]),
        ("/deliveries", told.deliveries, Listed[Delivery]),
    ):
        router.add_api_route(path, endpoint, response_model=model, name=path)
    return router


def _finished(request: Request, response: Response) -> Response:
    response.headers.update(HEADERS)
    return tagged(request, response) if response.status_code == HTTPStatus.OK else response


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError), "it is registered for these alone"
    errors = [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()]
    return problem(422, "some parameters are not what they must be", errors)


async def _no_cursor(request: Request, error: Exception) -> Response:
    what = {"where": "query.cursor", "what": "not the `next` of an answer of this list"}
    return problem(422, "some parameters are not what they must be", [what])


async def _lost(request: Request, error: Exception) -> Response:
    return problem(410, "the archive has lost it; `mubiao fsck` says more")


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException), "it is registered for these alone"
    response = problem(error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response
