"""Real servers on loopback that record what they were sent and answer as they are told."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """The server's side of each conversation: `replies` maps a recipient or "DATA" to the answer it gets."""

    replies: dict[str, str] = field(default_factory=dict)
    pause: float = 0  # seconds before the answer to the final dot
    drops: int = 0  # how many times to hang up instead of that answer
    mails: list[Envelope] = field(default_factory=list)
    logins: list[tuple[bytes, bool]] = field(default_factory=list)  # password, over TLS
    verbs: list[str] = field(default_factory=list)

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        self.verbs.append("EHLO")
        session.host_name = hostname
        return "250 HELP"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.verbs.append("RCPT")
        envelope.rcpt_tos.append(address)
        return self.replies.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.verbs.append("DATA")
        self.mails.append(envelope)
        await asyncio.sleep(self.pause)
        if self.drops:
            self.drops -= 1
            server.transport.abort()
        return self.replies.get("DATA", "250 OK kept as 42")


class MailServer:
    """An SMTP server on a free port. `starttls` and `tls` are server contexts; `password` demands a login."""

    def __init__(
        self,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        password: str = "",
        login_anywhere: bool = False,
    ) -> None:
        self.box = Mailbox()
        self.port = free_port()
        options: dict[str, object] = {"tls_context": starttls, "timeout": 30}
        if password:
            options |= {
                "authenticator": self._authenticate(password),
                "auth_required": not login_anywhere,
                "auth_require_tls": not login_anywhere,
            }
        self._controller = Controller(self.box, hostname="127.0.0.1", port=self.port, ssl_context=tls, **options)
        self._controller.start()

    def _authenticate(self, password: str) -> Callable[..., AuthResult]:
        def check(
            server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
        ) -> AuthResult:
            self.box.logins.append((login.password, session.ssl is not None))
            return AuthResult(success=login.password == password.encode(), handled=False)

        return check

    def stop(self) -> None:
        self._controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Got:
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """An HTTP endpoint: `status`, `headers` and `body` are its answer, `pause` the seconds before it."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.status = 204
        self.headers: dict[str, str] = {}
        self.body = b""
        self.pause = 0.0
        self.drip = False  # one byte of the headers every 50 ms, without end
        self.got: list[Got] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drip = False
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(receiver) -> type[BaseHTTPRequestHandler]:  # `self` is the handler below
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                time.sleep(receiver.pause)
                try:
                    self._drip() if receiver.drip else self._answer()
                except OSError:
                    self.close_connection = True  # the sender had enough

            do_GET = do_POST

            def _answer(self) -> None:
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                if receiver.status != 204:
                    self.send_header("content-length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body if receiver.status != 204 else b"")

            def _drip(self) -> None:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
                while receiver.drip:
                    self.wfile.write(b"x")
                    time.sleep(0.05)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
