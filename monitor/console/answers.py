"""Requests and answers that all pages share: the reader's language, security headers, templates."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from monitor.console.language import chosen
from monitor.digest.words import LANGUAGES, WORDS, Words

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
_ENVIRONMENT = Environment(
    loader=PackageLoader("monitor", "templates"),
    autoescape=True,  # always, whatever a template is called
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: their language, and whether they chose it by `?lang=` (then every link keeps it)."""

    words: Words
    asked: str | None

    @property
    def language(self) -> str:
        return self.words.language

    def link(self, path: str, **query: object) -> str:
        """An address within the console, with the chosen language; empty values are left out."""
        kept = {key: value for key, value in query.items() if value not in (None, "", False)}
        path, hash_, anchor = path.partition("#")
        return f"{path}{'?' if (kept := kept | self._kept()) else ''}{urlencode(kept, doseq=True)}{hash_}{anchor}"

    def _kept(self) -> dict[str, object]:
        return {"lang": self.asked} if self.asked else {}


def reader(request: Request) -> Reader:
    asked = request.query_params.get("lang")
    language = chosen(asked, request.headers.get("accept-language", ""))
    return Reader(WORDS[language], asked if asked in LANGUAGES else None)


def html(request: Request, template: str, title: str, status: int = 200, **values: object) -> Response:
    """A page from `monitor/templates/`, in the reader's language. All values are escaped."""
    who = reader(request)
    other = "en" if who.language == "zh" else "zh"
    switched = [*(item for item in request.query_params.multi_items() if item[0] != "lang"), ("lang", other)]
    content = _ENVIRONMENT.get_template(template).render(
        words=who.words,
        lang="zh-CN" if who.language == "zh" else "en",
        other=other,
        switch=f"?{urlencode(switched)}",
        title=title,
        link=who.link,
        path=request.url.path,
        sign_in=_sign_in(request),
        **values,
    )
    return HTMLResponse(content, status, HEADERS)


def _sign_in(request: Request) -> str:
    """Where a guest gives the password and comes back from; "" where there is none, or it was given."""
    if not request.scope.get("mubiao.password") or request.scope.get("mubiao.who"):
        return ""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?{urlencode({'next': here})}"


def rendered(template: str, **values: object) -> str:
    """A piece of markup from `monitor/templates/`. All values are escaped."""
    return _ENVIRONMENT.get_template(template).render(**values)


def tagged(request: Request, response: Response) -> Response:
    """The answer with a mark of its bytes, or 304 without them for who has them already."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers=HEADERS | {"ETag": tag})
    response.headers["ETag"] = tag
    return response


def missing(request: Request) -> Response:
    return html(request, "console/missing.html.j2", reader(request).words["not_found"], 404)
