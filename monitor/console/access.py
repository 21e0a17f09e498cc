"""Who is let in: whoever reaches the console, whoever knows the password, or whoever comes through the proxy."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.console.answers import HEADERS, html, reader
from monitor.console.limits import Limit, asker, too_many
from monitor.console.problems import is_for_programs, problem
from monitor.digest.outgoing import clean
from monitor.digest.words import WORDS

Network = IPv4Network | IPv6Network
SUPERVISORS = ("/health", "/ready")  # asked on the machine itself, past proxy and password
OPEN = (*SUPERVISORS, "/unsubscribe/", "/console.css")  # no password: mail programs know none
TRIES, IN_SECONDS = 10, 600.0  # wrong passwords of one address
LONGEST_QUERY = 4000  # bytes behind the ?
CHALLENGE = {"WWW-Authenticate": 'Basic realm="mubiao", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class Access:
    """The rules: without a `password` everybody who gets through is a guest; with one, guests need `guests` to read.

    With `proxies` only connections from these networks are answered, and they say in X-Forwarded-For who asks.
    """

    password: str = ""
    guests: bool = False
    proxies: tuple[Network, ...] = ()

    def knows(self, password: str) -> bool:
        """In a time that tells nothing of the password."""
        return bool(self.password) and hmac.compare_digest(_hashed(password), _hashed(self.password))

    def may_read(self, who: str | None, path: str) -> bool:
        return not self.password or self.guests or who is not None or _is_open(path)

    def may_connect(self, host: str, path: str) -> bool:
        return not self.proxies or path in SUPERVISORS or _is_within(host, self.proxies)


def signed_in(request: Request) -> str | None:
    """The name with which a reader who knows the password came; None for a guest."""
    who: str | None = request.scope.get("mubiao.who")
    return who


def is_guest(request: Request) -> bool:
    """Whether this may be somebody from elsewhere who has not given the password: no paths of this machine for them."""
    return signed_in(request) is None and bool(request.scope.get("mubiao.guarded"))


def is_stranger(request: Request) -> bool:
    """Whether this is somebody who is told no more than that all is well, or is not: a supervisor, or anybody."""
    return bool(request.scope.get("mubiao.stranger"))


def can_sign_in(request: Request) -> bool:
    """Whether there is a password that this reader has not given."""
    return bool(request.scope.get("mubiao.password")) and signed_in(request) is None


class Guard:
    """Stands before the application and turns away who may not ask."""

    def __init__(self, app: ASGIApp, access: Access, tries: Limit | None = None) -> None:
        self._app, self._access = app, access
        self._tries = tries or Limit(TRIES, IN_SECONDS)
        self._probes = Limit(TRIES, IN_SECONDS)  # wrong passwords at /health: no way round the tries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        too_long = len(scope["query_string"]) > LONGEST_QUERY
        refusal = _too_long(request) if too_long else self._refusal(request)
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        """None for who may go on; then `signed_in` knows who it is."""
        access, path = self._access, request.url.path
        host = request.client.host if request.client else ""
        if not access.may_connect(host, path):
            return _refused(request, 403, "only_by_proxy")
        by_proxy = bool(access.proxies) and _is_within(host, access.proxies)
        if by_proxy:
            request.scope["client"] = (_behind(request, access.proxies) or host, 0)
        request.scope["mubiao.password"] = bool(access.password)
        request.scope["mubiao.guarded"] = bool(access.password or access.proxies)
        if _comes_from_elsewhere(request):
            return _refused(request, 403, "from_elsewhere")
        refusal = self._sign_in(request) if access.password else None
        direct = bool(access.proxies) and not by_proxy
        request.scope["mubiao.stranger"] = direct or (bool(access.password) and signed_in(request) is None)
        if refusal is None and not access.may_read(signed_in(request), path):
            return _refused(request, 401, "password_wanted", **CHALLENGE)
        return refusal

    def _sign_in(self, request: Request) -> Response | None:
        given = _credentials(request)
        path = request.url.path
        if given is None or (_is_open(path) and path not in SUPERVISORS):
            return None
        who, password = given
        if path in SUPERVISORS:  # answered whatever was sent
            self._let_in(request, who, password, self._probes)
            return None
        if wait := self._tries.wait(asker(request)):  # the right password too: else one could go on guessing
            return too_many(request, wait)
        known = self._let_in(request, who, password, self._tries)
        return None if known else _refused(request, 401, "password_wrong", **CHALLENGE)

    def _let_in(self, request: Request, who: str, password: str, tries: Limit) -> bool:
        """Whether the password is right; a wrong one is counted, and after too many none is looked at."""
        if tries.wait(asker(request)):
            return False
        if not self._access.knows(password):
            tries.take(asker(request))
            return False
        request.scope["mubiao.who"] = clean(who, 40) or "?"
        return True


def routes() -> list[Route]:
    """/sign-in asks a guest for the password and leads back to where the guest came from."""

    def sign_in(request: Request) -> Response:
        if can_sign_in(request):
            return _refused(request, 401, "password_wanted", **CHALLENGE)
        wanted = request.query_params.get("next", "/")
        return RedirectResponse(wanted if _is_local(wanted) else "/", 303)

    return [Route("/sign-in", sign_in)]


def _hashed(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()


def _is_open(path: str) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in OPEN)


def _is_within(host: str, networks: Sequence[Network]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address.version == one.version and address in one for one in networks)


def _behind(request: Request, proxies: Sequence[Network]) -> str:
    """Who asked the proxy: the last in X-Forwarded-For that is no proxy of ours; what stands before is hearsay."""
    told = [one.strip() for line in request.headers.getlist("x-forwarded-for") for one in line.split(",")]
    return next((one for one in reversed(told) if one and not _is_within(one, proxies)), "")


def _comes_from_elsewhere(request: Request) -> bool:
    """Whether another site's page has a reader's browser send something here, with the password that it remembers.

    Mail programs press "unsubscribe" from nowhere; its address is a secret of its own.
    """
    if request.method in ("GET", "HEAD", "OPTIONS") or request.url.path.startswith("/unsubscribe/"):
        return False
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


def _credentials(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        who, _, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return who, password


def _is_local(path: str) -> bool:
    """A page of ours: neither //elsewhere nor /\\elsewhere."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def _too_long(request: Request) -> Response:
    """In few words, with nothing of what was asked."""
    if is_for_programs(request.url.path):
        return problem(414, f"the query has more than {LONGEST_QUERY} bytes: ask for less at once")
    words = reader(request).words
    return PlainTextResponse(words("query_too_long", n=LONGEST_QUERY) + "\n", 414, HEADERS)


def _refused(request: Request, status: int, word: str, **headers: str) -> Response:
    if is_for_programs(request.url.path):
        response: Response = problem(status, WORDS["en"][f"{word}_hint"])
    else:
        words = reader(request).words
        response = html(request, "console/refused.html.j2", words[word], status, told=words[f"{word}_hint"])
    response.headers.update(headers)
    return response
