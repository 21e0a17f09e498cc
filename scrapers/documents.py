"""Attachments and local files → text, in a child process that may die of one without harm to the rest."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

from scrapers.answer import MEGABYTE
from scrapers.errors import DocumentError
from scrapers.frames import OUT_OF_MEMORY, receive_frame, send_frame

LARGEST = 50 * MEGABYTE
CHILD = (sys.executable, "-P", "-m", "scrapers.parser_child")
CAUSES = {
    signal.SIGXCPU: "it took too much computing time",
    signal.SIGALRM: "it took too long",
    signal.SIGSEGV: "it crashed the parser",
    signal.SIGABRT: "it crashed the parser",
    signal.SIGBUS: "it crashed the parser",
    signal.SIGKILL: "the parser was killed, perhaps for want of memory",
}


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a file says: one paragraph a line. `kind` is pdf, docx, doc, ofd or text.

    `warnings` say why the text may not be all of it: `scan: no text layer`, `incomplete: …`, `unreadable: …`.
    """

    text: str
    kind: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one document may take: bytes of memory, seconds of computing, seconds on the clock."""

    memory: int = 1_000_000_000
    cpu: float = 20.0
    wall: float = 30.0


class DocumentReader:
    """Reads one document at a time in a child process; safe to use from several threads.

    The child is started with the first document, used again for the next, replaced after a death, and ends with us.
    """

    def __init__(
        self,
        limits: ChildLimits = ChildLimits(),
        *,
        command: Sequence[str] = CHILD,
    ) -> None:
        self._limits = limits
        self._command = command
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None

    def read_document(self, body: bytes, *, name: str, content_type: str = "") -> DocumentText:
        """The text of a pdf, docx, doc (wps), ofd or plain text file; what it is, its bytes decide.

        Raises DocumentError, naming `name`, for other kinds, damaged or protected files, and those that take more
        than the limits. HTML is not read here. Nothing is written, nothing is fetched.
        """
        if not body:
            raise DocumentError(f"{name}: the file is empty")
        if len(body) > LARGEST:
            raise DocumentError(f"{name}: {len(body)} bytes; {LARGEST} is the limit")
        with self._lock:
            answer = self._ask(body, name, content_type)
        if "error" in answer:
            raise DocumentError(f"{name}: {answer['error']}")
        return DocumentText(answer["text"], answer["kind"], tuple(answer["warnings"]))

    def close(self) -> None:
        """End the child. Reading another document starts a new one."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, body: bytes, name: str, content_type: str) -> dict[str, Any]:
        request = json.dumps({"name": name, "content_type": content_type, **asdict(self._limits)})
        link = self._started()
        link.settimeout(self._limits.wall)
        try:
            send_frame(link, request.encode())
            send_frame(link, body)
            answer = receive_frame(link)
        except TimeoutError:
            self._end()
            raise DocumentError(f"{name}: not read within {self._limits.wall:g} s") from None
        except OSError:
            answer = b""
        if not answer:
            raise DocumentError(f"{name}: not read, {self._cause_of_death()}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed

    def _started(self) -> socket.socket:
        if self._link and self._child and self._child.poll() is None:
            return self._link
        self._end()
        ours, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(
                self._command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        self._link = ours
        return ours

    def _cause_of_death(self) -> str:
        assert self._child is not None
        try:
            code = self._child.wait(2)
        except subprocess.TimeoutExpired:
            code = 0
        self._end()
        if code == OUT_OF_MEMORY:
            return "it took too much memory"
        if code >= 0:
            return f"the parser broke with status {code}"
        return CAUSES.get(signal.Signals(-code), f"the parser died of signal {-code}")

    def _end(self) -> None:
        if self._link:
            self._link.close()
        if self._child:
            self._child.kill()
            self._child.wait()
        self._link = self._child = None


def _environment() -> dict[str, str]:
    """The child needs to find our code, and none of our secrets."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
