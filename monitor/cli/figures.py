"""What a worker says of itself to who asks by HTTP: its figures and whether it is well. It has no pages."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from monitor.cli.building import Installation, utc_now
from monitor.cli.metrics import Metrics
from monitor.cli.promises import LATE_TICK, VITAL, Pulse, find_broken
from monitor.cli.terminal import Stop

HIGHEST_PORT = 65535


class Figures:
    """The answers, by path. `health` asks the process alone, `ready` the database and the disk as well."""

    def __init__(self, installation: Installation, pulse: Pulse, metrics: Metrics) -> None:
        self._installation, self._pulse, self._metrics = installation, pulse, metrics

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, type and body."""
        if path == "/metrics":
            return 200, "text/plain; version=0.0.4; charset=utf-8", self._metrics.render()
        if path == "/health":
            silent = self._pulse.seconds_since_tick()
            return _json(ok=silent < LATE_TICK, silent_seconds=round(silent, 1))
        if path == "/ready":
            broken = find_broken(self._installation, self._pulse, utc_now())
            return _json(ok=not any(name in broken for name in VITAL), broken=broken)
        return 404, "text/plain", b"/metrics, /health and /ready are here\n"


def _json(*, ok: bool, **more: object) -> tuple[int, str, bytes]:
    return 200 if ok else 503, "application/json", json.dumps({"ok": ok, **more}).encode()


@contextmanager
def serve_figures(listen: str, figures: Figures) -> Iterator[None]:
    """Answer on HOST:PORT until the end of the block. Stops the command where that is no address or is taken."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > HIGHEST_PORT:
        raise Stop(f"--listen {listen}: write an address and a port, like 127.0.0.1:8711", code=2)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = figures.answer(self.path.partition("?")[0])
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Requests are no events."""

    try:
        server = ThreadingHTTPServer((host.strip("[]"), int(port)), Handler)
    except OSError as error:
        raise Stop(f"--listen {listen}: {error.strerror or error}", code=2) from error
    thread = threading.Thread(target=server.serve_forever, name="figures", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()
