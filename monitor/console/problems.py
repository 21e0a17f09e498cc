"""What programs are told when something is wrong with their question: application/problem+json (RFC 9457)."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import JSONResponse

from monitor.console.answers import HEADERS

MEDIA_TYPE = "application/problem+json"
API = "/api/v1"
_FORMS = (".atom", ".json", ".csv")


def is_for_programs(path: str) -> bool:
    """Whether who asks for it would rather have JSON than a page."""
    return path == "/api" or path.startswith("/api/") or path.endswith(_FORMS)


def problem(status: int, detail: str, errors: Sequence[dict[str, str]] = ()) -> JSONResponse:
    """`errors` name the parameters that are wrong, each with what is wrong with it."""
    body: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail} | ({"errors": list(errors)} if errors else {})
    return JSONResponse(body, status, HEADERS, MEDIA_TYPE)
