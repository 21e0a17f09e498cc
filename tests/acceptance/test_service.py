"""The daemon as a supervisor, an operator and a thief of secrets see it: one run of the installed command, looked at.

Everything secret in its settings is a canary. At the end, none of them is anywhere but in the settings.
"""

import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.acceptance.test_commands import COMMAND, environment

pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),  # it is what is tested
    pytest.mark.timeout(300),  # one daemon, and commands beside it, each a process of its own
]
CANARIES = {
    "password": "kanarie-smtp-71a0c2",
    "bot": "kanarie-bot-5d21fe-8e77",
    "hook": "kanarie-hook-90ab12",
    "sign": "kanarie-feishu-4411cd",
    "apprise": "kanarieapprise0033ff",
    "ping": "kanarie-ping-e2e2e2",
    "unsubscribe": "kanarie-unsubscribe-1234",
    "key": "a2FuYXJpZS13ZWJob29rLWtleS0wMTIzNDU2",
}
CONFIG = """
data = "data"
example = true
[console]
port = {port}
[watches.all]
indicators = ["all"]
when = "at once"
wait_seconds = 1
channels = ["out", "mail", "hook", "bot", "sign", "other"]
[channels.out]
type = "folder"
path = "digests"
[channels.mail]
type = "email"
host = "127.0.0.1"
port = {smtp}
security = "none"
username = "me"
password_file = "smtp.password"
sender = "me@example.org"
recipients = ["you@example.org"]
unsubscribe_url = "https://mubiao.example.org/unsubscribe"
unsubscribe_secret = "{unsubscribe}"
[channels.hook]
type = "webhook"
url = "http://127.0.0.1:{http}/{hook}?token={hook}"
secret = "whsec_{key}"
[channels.bot]
type = "wecom"
url = "http://127.0.0.1:{http}/cgi-bin/webhook/send?key={bot}"
[channels.sign]
type = "feishu"
url = "http://127.0.0.1:{http}/open-apis/bot/v2/hook/{bot}"
secret = "{sign}"
[channels.other]
type = "apprise"
url = "json://user:{apprise}@127.0.0.1:{http}/notify"
[ping]
url = "http://127.0.0.1:{http}/{ping}"
every_seconds = 10
"""


class Echo(BaseHTTPRequestHandler):
    """Refuses everything, and says it all back, as a badly behaved service would."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = f"no: {self.path} {self.headers}".encode()
        self.send_response_only(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@dataclass
class Service:
    """A running daemon and what it says."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    notices: socket.socket
    told: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def until(self, holds: Callable[[], object], what: str, seconds: float = 200) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, f"it ended: {self.lines[-20:]}"
            assert time.monotonic() < deadline, f"not in {seconds} s: {what}; {self.lines[-20:]}"
            time.sleep(0.1)

    def logged(self, event: str) -> list[str]:
        return [line for line in self.lines if f'"event": "{event}"' in line]

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [COMMAND, *words], cwd=self.folder, capture_output=True, text=True, timeout=90, check=False,
            env=environment(),
        )  # fmt: skip
        self.lines += [done.stdout, done.stderr]
        return done


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("service")
    refusing = Controller(
        _Silent(), hostname="127.0.0.1", port=free_port(), auth_required=True, auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=False, handled=False),
    )  # fmt: skip
    refusing.start()
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Echo) as echo,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices,
    ):
        threading.Thread(target=echo.serve_forever, args=(0.05,), daemon=True).start()
        notices.bind(str(folder / "n"))
        port = free_port()
        config = CONFIG.format(port=port, smtp=refusing.port, http=echo.server_port, **CANARIES)
        (folder / "mubiao.toml").write_text(config)
        (folder / "smtp.password").write_text(CANARIES["password"])
        (folder / "smtp.password").chmod(0o600)
        process = subprocess.Popen(
            [COMMAND, "run", "--log", "json"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment() | {"NOTIFY_SOCKET": str(folder / "n")}, umask=0o022,
        )  # fmt: skip
        found = Service(folder, port, process, notices)
        readers = [threading.Thread(target=read, args=(found,), daemon=True) for read in (_read_lines, _read_notices)]
        for reader in readers:
            reader.start()
        try:
            yield found
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=30)
            notices.sendto(b"", str(folder / "n"))
            for reader in readers:
                reader.join(timeout=30)
            if process.stdout is not None:
                process.stdout.close()
            refusing.stop()
            echo.shutdown()


class _Silent:
    """A mail server's handler that is never reached: the login is refused."""


def _read_lines(service: Service) -> None:
    assert service.process.stdout is not None
    for line in service.process.stdout:
        service.lines.append(line)


def _read_notices(service: Service) -> None:
    while said := service.notices.recv(4096):  # nothing: the end
        service.told.append(said.decode())


def test_it_says_when_it_is_ready_and_that_it_lives(service: Service) -> None:
    service.until(lambda: any("READY=1" in one for one in service.told), "READY=1")
    service.until(lambda: "WATCHDOG=1" in service.told, "WATCHDOG=1")
    status, body = service.get("/ready")
    assert (status, json.loads(body)["ready"]) == (200, True)


def test_every_line_of_its_log_is_json(service: Service) -> None:
    service.until(lambda: len(service.logged("delivery.failed")) >= 5, "each channel has been tried")
    events = [line for line in service.lines if line.startswith("{")]
    assert all({"event", "level", "timestamp"} <= json.loads(line).keys() for line in events)


def test_its_metrics_have_bounded_labels(service: Service) -> None:
    status, body = service.get("/metrics")
    assert status == 200
    shapes = set()
    for line in body.splitlines():
        if line.startswith("mubiao_"):
            name, labels = re.match(r"(\w+)(?:\{(.*)\})? ", line).groups()  # type: ignore[union-attr]
            shapes.add((name, tuple(re.findall(r'(\w+)="', labels or ""))))
            assert not re.search(r"https?:|/|[\u4e00-\u9fff]", labels or ""), line
    golden = set((Path(__file__).parent / "metrics.txt").read_text().splitlines())
    found = {f"{name} {' '.join(labels)}".strip() for name, labels in shapes}
    assert found - golden == set()
    assert all("fault" in line or "source_" in line for line in golden - found)  # the example has none, or is apart


def test_changed_settings_are_taken_and_wrong_ones_are_not(service: Service) -> None:
    config = service.folder / "mubiao.toml"
    before = config.read_text()
    config.write_text(before + "[fetch]\nworker = 3\n")
    done = service.run("reload")
    assert (done.returncode, "unknown key; did you mean workers?" in done.stderr) == (2, True)
    service.process.send_signal(signal.SIGHUP)
    service.until(lambda: service.logged("settings.refused"), "the refusal in the log")
    assert service.get("/ready")[0] == 200
    config.write_text(before + "[fetch]\nworkers = 3\n")
    done = service.run("reload")
    assert (done.returncode, done.stdout) == (0, "The settings are taken: fetch.\n"), done.stderr
    service.until(lambda: any(one.startswith("RELOADING=1") for one in service.told), "RELOADING=1")


def test_no_secret_is_anywhere_and_everything_is_private(service: Service) -> None:
    service.until(lambda: service.logged("ping.failed") or service.logged("promise.broken"), "the switch was asked")
    for words in (
        ["status"],
        ["deliveries", "--json"],
        ["doctor"],
        ["backup"],
        ["send-test", "hook"],
        ["send-test", "mail"],
    ):
        service.run(*words)
    assert service.get("/ready")[1]
    assert service.get("/health")[1]
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(timeout=60) == 0
    assert any("STOPPING=1" in one for one in service.told)
    service.lines += [service.folder.name]
    kept = {path: path.read_bytes() for path in service.folder.rglob("*") if path.is_file()}
    said = "".join(service.lines) + "".join(service.told)
    asked = "".join(Echo.asked)
    assert all(CANARIES[name] in asked for name in ("hook", "bot", "ping"))  # they were in use, and were said back
    for canary in CANARIES.values():
        assert canary not in said, [line for line in service.lines if canary in line][:3]
        places = {path.name for path, content in kept.items() if canary.encode() in content}
        assert places <= {"mubiao.toml", "smtp.password"}
    data = service.folder / "data"
    open_ = [path for path in (data, *data.rglob("*")) if path.stat().st_mode & 0o077]
    assert open_ == []
    assert not (data / "mubiao.running").exists()


@pytest.mark.parametrize("name", ["mubiao.service", "mubiao-worker@.service"])
def test_the_unit_is_hardened(name: str) -> None:
    unit = Path(__file__).resolve().parents[2] / "deploy" / name
    text = unit.read_text()
    for line in ("Type=notify", "Restart=on-failure", "WatchdogSec=90", "ProtectSystem=strict", "TimeoutStopSec=35"):
        assert f"\n{line}\n" in text
    assert int(re.search(r"WatchdogSec=(\d+)", text)[1]) / 2 > 12  # type: ignore[index]  # a beat each twelve seconds
    try:
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(unit)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("systemd-analyze is missing: the unit's exposure was not measured")
    assert done.returncode == 0, done.stdout[-200:] + done.stderr


WORKERS = "compose.workers.yaml"


def test_the_image_runs_without_root_and_without_a_writable_root() -> None:
    root = Path(__file__).resolve().parents[2]
    image, compose, workers = ((root / name).read_text() for name in ("Dockerfile", "compose.yaml", WORKERS))
    assert re.findall(r"^USER (\S+)$", image, re.MULTILINE) == ["10001"]
    assert image.index("\nUSER ") < image.index("\nENTRYPOINT ")
    assert "HEALTHCHECK" in image
    assert "/ready" in image
    assert all(
        re.fullmatch(r"FROM python:[\d.]+-slim( AS \w+)?", line) for line in image.splitlines() if "FROM" in line
    )
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "stop_grace_period: 35s"):
        assert line in compose
        assert line in workers
    assert '"worker", "--log", "json", "--listen"' in workers
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", image, re.MULTILINE)
    assert all((root / name).exists() or find_spec(name) for names in copied for name in names.split())
    ignored = (root / ".dockerignore").read_text().splitlines()
    assert all(f"!{name}" in ignored for names in copied for name in names.split())


def test_the_alert_rules_ask_for_figures_that_exist() -> None:
    rules = (Path(__file__).resolve().parents[2] / "deploy" / "alerts.yml").read_text()
    known = {line.split()[0] for line in (Path(__file__).parent / "metrics.txt").read_text().splitlines()}
    asked = set(re.findall(r"\bmubiao_\w+", rules))
    assert asked
    assert asked - known == set()
