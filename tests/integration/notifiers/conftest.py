"""Messages, certificates and servers on loopback for the tests of the channels."""

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from monitor.notifiers.message import Message
from tests.integration.notifiers.servers import MailServer, Receiver


@pytest.fixture
def message() -> Message:
    return Message(
        id="msg_" + "0123456789abcdef" * 2,
        watch="main",
        thread="main 2026-01",
        language="zh",
        subject="云溪市：地区生产总值目标下调至6%左右",
        text="云溪市 2026 年政府工作报告\n地区生产总值 6.5%以上 → 6%左右\n.一行以点开头\n",
        html="<!doctype html><html lang='zh'><body><p>地区生产总值 6%左右</p></body></html>",
        payload='{"type": "mubiao.digest", "data": {"说明": "目标"}}'.encode(),
        made_at=datetime(2026, 1, 20, 0, 7, tzinfo=UTC),
    )


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def certificate(authority: trustme.CA) -> Callable[[str], ssl.SSLContext]:
    def context(name: str) -> ssl.SSLContext:
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(server)
        return server

    return context


@pytest.fixture
def mail_server() -> Iterator[Callable[..., MailServer]]:
    started: list[MailServer] = []

    def start(**options: object) -> MailServer:
        server = MailServer(**options)  # type: ignore[arg-type]  # handed on as they are
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server
