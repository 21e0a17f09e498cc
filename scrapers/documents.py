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
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self

from scrapers.answer import MEGABYTE
from scrapers.errors import DamagedFileError, DocumentError
from scrapers.frames import OUT_OF_MEMORY, receive_frame, send_frame

LARGEST = 50 * MEGABYTE
CHILD = (sys.executable, "-P", "-m", "scrapers.parser_child")
OCR_CHILD = (sys.executable, "-P", "-m", "scrapers.ocr_child")
CAUSES = {
    signal.SIGXCPU: "it took too much computing time",
    signal.SIGALRM: "it took too long",
    signal.SIGSEGV: "it crashed the parser",
    signal.SIGABRT: "it crashed the parser",
    signal.SIGBUS: "it crashed the parser",
    signal.SIGKILL: "the parser was killed, perhaps for want of memory",
}
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)
FAULTS = {DamagedFileError.label: DamagedFileError}
SCAN = "scan:"
NO_OCR = f"{SCAN} no text layer, only pictures of pages; to have them read: pip install 'mubiao[ocr]'"


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What a file says: one paragraph a line. `kind` is pdf, docx, doc, ofd, xlsx, text or word-page (saved as HTML).

    `warnings` say why the text may not be all of it, or not to the letter: `scan: …`, `incomplete: …`,
    `unreadable: …`, `ocr: …`.
    """

    text: str
    kind: str
    warnings: tuple[str, ...] = ()

    @property
    def is_scan(self) -> bool:
        """Whether it is made of pictures that nobody has read."""
        return any(warning.startswith(SCAN) for warning in self.warnings)


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one document may take: bytes of memory, seconds of computing, seconds on the clock."""

    memory: int = 1_000_000_000
    cpu: float = 20.0
    wall: float = 30.0


OCR_LIMITS = ChildLimits(memory=6_000_000_000, cpu=2400, wall=1200)  # some six seconds of computing a page


class DocumentReader:
    """Reads one document at a time in a child process; safe to use from several threads.

    The child is started with the first document, used again for the next, replaced after a death, and ends with us.
    Scans are read in another one, so that they hold up nothing else; where `ocr_command` is None, not at all.
    """

    def __init__(
        self,
        limits: ChildLimits = ChildLimits(),
        *,
        command: Sequence[str] = CHILD,
        ocr_limits: ChildLimits = OCR_LIMITS,
        ocr_command: Sequence[str] | None = OCR_CHILD if find_spec("rapidocr") else None,
    ) -> None:
        self._parser = _Child(command, limits)
        self._ocr = _Child(ocr_command, ocr_limits) if ocr_command else None

    def read_document(self, body: bytes, *, name: str, content_type: str = "", ocr: bool = True) -> DocumentText:
        """The text of a pdf, docx, doc (wps), ofd, xlsx or plain text file; what it is, its bytes decide.

        A scan is read by OCR if `ocr` says so and that is installed; otherwise its text is empty and a warning says
        what to do. Raises DocumentError, naming `name`, for other kinds, damaged or protected files, and those that
        take more than the limits; DamagedFileError says which of them are damaged. HTML is read only where its name is
        that of a Word file: Word saves such. Nothing is written, nothing is fetched.
        """
        if not body:
            raise DocumentError(f"{name}: the file is empty")
        if len(body) > LARGEST:
            raise DocumentError(f"{name}: {len(body)} bytes; {LARGEST} is the limit")
        read = self._parser.read(body, name, content_type)
        if not (ocr and read.is_scan):
            return read
        if self._ocr is None:
            return DocumentText(read.text, read.kind, (NO_OCR,))
        try:
            return self._ocr.read(body, name, content_type)
        finally:
            self._ocr.end()  # its models take half a gigabyte, and the next scan may be months away

    def close(self) -> None:
        """End the children. Reading another document starts new ones."""
        self._parser.end()
        if self._ocr:
            self._ocr.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Child:
    """One child process, started when it is needed; one document at a time."""

    def __init__(self, command: Sequence[str], limits: ChildLimits) -> None:
        self._command = command
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None

    def read(self, body: bytes, name: str, content_type: str) -> DocumentText:
        with self._lock:
            answer = self._ask(body, name, content_type)
        if "error" in answer:
            raise FAULTS.get(answer.get("label", ""), DocumentError)(f"{name}: {answer['error']}")
        return DocumentText(answer["text"], answer["kind"], tuple(answer["warnings"]))

    def end(self) -> None:
        with self._lock:
            self._end()

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
            cause, fault = self._cause_of_death()
            raise fault(f"{name}: not read, {cause}")
        parsed: dict[str, Any] = json.loads(answer)
        return parsed

    def _started(self) -> socket.socket:
        if self._link and self._process and self._process.poll() is None:
            return self._link
        self._end()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                self._command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        self._link = ours
        return ours

    def _cause_of_death(self) -> tuple[str, type[DocumentError]]:
        assert self._process is not None
        try:
            code = self._process.wait(2)
        except subprocess.TimeoutExpired:
            code = 0
        self._end()
        if code == OUT_OF_MEMORY:
            return "it took too much memory", DocumentError
        if code >= 0:
            return f"it is damaged, or not what its name says: its parser gave up (status {code})", DamagedFileError
        died_of = signal.Signals(-code)
        fault = DamagedFileError if died_of in CRASHES else DocumentError
        return CAUSES.get(died_of, f"the parser died of signal {-code}"), fault

    def _end(self) -> None:
        if self._link:
            self._link.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._link = self._process = None


def _environment() -> dict[str, str]:
    """The child needs to find our code, and none of our secrets."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ") if name in os.environ}
