"""Readers who want no more mail: the address that each of their mails has."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.console.answers import html, missing, reader
from monitor.digest.outgoing import clean


class Subscribers(Protocol):
    """Who gets mail. Called from several threads at once."""

    def address_of(self, token: str) -> str | None:
        """Whose unsubscribe address this is; None for one that we did not make."""

    def unsubscribe(self, address: str) -> None:
        """No more mail to this address, from now on."""


def routes(subscribers: Subscribers) -> list[Route]:
    def unsubscribe(request: Request) -> Response:
        address = subscribers.address_of(request.path_params["token"])
        if address is None:
            return missing(request)
        done = request.method == "POST"
        if done:
            subscribers.unsubscribe(address)
        title = reader(request).words["unsubscribe"]
        return html(request, "console/unsubscribe.html.j2", title, address=clean(address, 254), done=done)

    return [Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"])]
