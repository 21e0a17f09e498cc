"""Whether all is well, for programs: /health, /ready, /metrics."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.console.access import is_stranger
from monitor.console.answers import HEADERS, missing

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Vitals(Protocol):
    """How the daemon is. Called from several threads at once."""

    def health(self) -> Mapping[str, object]:
        """Values for JSON; `ok` says whether every promise is kept at the moment."""

    def ready(self) -> Mapping[str, object]:
        """Values for JSON; `ready` says whether it can do its work at all."""

    def metrics(self) -> bytes | None:
        """Figures in the text form of Prometheus; None where there are none."""


def routes(vitals: Vitals) -> list[Route]:
    """/health and /ready are for everybody, but strangers hear only whether all is well and what is not, never why."""

    def health(request: Request) -> Response:
        state = dict(vitals.health())
        if is_stranger(request):
            state = {"ok": state["ok"]}
        return JSONResponse(state, 200 if state["ok"] else 503, HEADERS)

    def ready(request: Request) -> Response:
        state = dict(vitals.ready())
        broken = state.get("broken")
        if is_stranger(request) and isinstance(broken, Mapping):
            state["broken"] = dict.fromkeys(broken, "")
        return JSONResponse(state, 200 if state["ready"] else 503, HEADERS)

    def metrics(request: Request) -> Response:
        figures = vitals.metrics()
        if figures is None:
            return missing(request)
        return Response(figures, headers=HEADERS, media_type=_PROMETHEUS)

    return [Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)]
