"""The command console as a user runs it: the pages without the daemon."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

COMMAND = Path(sys.executable).parent / "mubiao"
SETTINGS = """
data = "data"
[watches.all]
channels = ["out"]
[channels.out]
type = "folder"
path = "digests"
[console]
enabled = false
port = {port}
"""
PATIENCE = 60.0  # seconds; a loaded machine takes its time
pytestmark = pytest.mark.timeout(300)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MUBIAO_")}


@contextmanager
def started(folder: Path, port: int, *words: str) -> Iterator[str]:
    """A running `mubiao console`; its address. It is asked to stop, and must."""
    process = subprocess.Popen([COMMAND, "console", *words], cwd=folder, env=environment())
    try:
        at, deadline = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE
        while not _answers(at):
            assert process.poll() is None, "it has ended"
            assert time.monotonic() < deadline, "it does not answer"
            time.sleep(0.1)
        yield at
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


def _answers(at: str) -> bool:
    try:
        return httpx.get(f"{at}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_the_pages_are_served_without_a_daemon_until_they_are_stopped(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "mubiao.toml").write_text(SETTINGS.format(port=1), encoding="utf-8")
    with (
        started(tmp_path, port, "--port", str(port)) as at,
        httpx.Client(base_url=at, trust_env=False, timeout=PATIENCE) as browser,
    ):
        assert browser.get("/health").json() == {"ok": True, "sources": 0}
        assert browser.get("/ready").json() == {"ready": True, "broken": {}}
        assert browser.get("/metrics").status_code == 404
        assert "还没有报告" in browser.get("/").text
        assert browser.get("/api/v1/reports").json() == {"items": [], "next": None}
        again = _run(tmp_path, "--port", str(port))
        assert again.returncode == 2
        assert f"mubiao console --port {port + 1}" in again.stderr
    assert not list((tmp_path / "data").glob("*.lock"))


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    asked: list[str | Path] = [COMMAND, "console", *words]
    return subprocess.run(
        asked, cwd=folder, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
