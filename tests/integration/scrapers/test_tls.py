"""Certificates are always checked; what a host is excused from is written down for this host, and said aloud."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from typer.testing import CliRunner

from monitor.cli import app
from monitor.settings import SettingsError, read_settings
from scrapers.client import Client
from scrapers.errors import CertificateError, TlsError
from scrapers.tls import TlsException

NAME = "www.yunxi.example"
OTHER = "www.linchuan.example"
LEGACY = ("TLSv1", "TLSv1_1")

Serve = Callable[..., Any]


class World:
    """A certificate authority, servers that it signed for, and clients that trust it."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.authority = trustme.CA()
        self.ends_at: datetime | None = None  # of the certificate that was shown last

    def server(self, name: str = NAME, *, expired: bool = False, version: str = "") -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        now = datetime.now(UTC)
        days = (-60, -3) if expired else (-60, 60)
        begins, ends = (now + timedelta(days=day) for day in days)
        self.authority.issue_cert(name, not_before=begins, not_after=ends).configure_cert(context)
        if version:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
        return self.serve(tls=context)

    def fetch(self, server: Any, host: str = NAME, **exceptions: TlsException) -> int:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        named = {{"name": NAME, "other": OTHER}[key]: value for key, value in exceptions.items()}
        with Client(
            contact="https://example.org/bot",
            private_gap=0,
            tls=context,
            resolve=lambda *_: [server.host],
            tls_exceptions=named,
        ) as client:
            status = client.fetch(server.url("/", "https", host), private=True).status
            self.ends_at = client.certificate_ends_at(host)
            return status


@pytest.fixture
def world(serve: Serve) -> World:
    return World(serve)


EXPIRED, OLD = TlsException(expired=True), TlsException(legacy=True)


def test_an_expired_certificate_is_a_class_of_its_own_and_says_what_to_do(world: World) -> None:
    server = world.server(expired=True)
    with pytest.raises(CertificateError, match=r'expired = true in \[fetch\.tls\."www\.yunxi\.example"\]') as caught:
        world.fetch(server)
    assert caught.value.label == "certificate"
    assert world.fetch(server, name=EXPIRED) == 200


def test_until_when_a_certificate_holds_is_known_before_it_ends(world: World) -> None:
    assert world.fetch(world.server()) == 200
    assert world.ends_at is not None
    assert timedelta(days=58) < world.ends_at - datetime.now(UTC) < timedelta(days=61)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
@pytest.mark.parametrize("version", LEGACY)
def test_an_old_version_needs_an_exception(world: World, version: str) -> None:
    server = world.server(version=version)
    with pytest.raises(TlsError, match=r"legacy = true") as caught:
        world.fetch(server)
    assert caught.value.label == "tls"
    assert world.fetch(server, name=OLD) == 200


@pytest.mark.parametrize("exception", [EXPIRED, OLD])
def test_an_exception_excuses_no_other_host(world: World, exception: TlsException) -> None:
    server = world.server(expired=True)
    with pytest.raises(CertificateError):
        world.fetch(server, other=exception)


@pytest.mark.parametrize("exception", [EXPIRED, OLD])
def test_an_exception_excuses_neither_another_name_nor_another_signer(
    world: World, exception: TlsException, serve: Serve
) -> None:
    with pytest.raises(CertificateError):
        world.fetch(world.server(OTHER), name=exception)
    with pytest.raises(CertificateError):
        world.fetch(World(serve).server(), name=exception)


def test_old_tls_excuses_no_expired_certificate(world: World) -> None:
    with pytest.raises(CertificateError):
        world.fetch(world.server(expired=True), name=OLD)


def test_exceptions_are_settings_and_the_status_says_them(tmp_path: Path) -> None:
    config = tmp_path / "mubiao.toml"
    config.write_text('contact = "a@example.org"\n[fetch.tls."www.yunxi.example"]\nlegacy = true\nexpired = true\n')
    assert read_settings(config).fetch.tls == {NAME: TlsException(legacy=True, expired=True)}
    said = CliRunner().invoke(app, ["status", "--config", str(config)])
    assert f"{NAME} is excused from what is asked of all others: old TLS and an expired certificate" in " ".join(
        said.output.split()
    ), said.output


@pytest.mark.parametrize(
    ("table", "problem"),
    [('"www.yunxi.example"]', "what the host is excused from"), ('"*"]\nlegacy = true', "is no host")],
)
def test_an_exception_that_names_no_host_or_nothing_is_refused(tmp_path: Path, table: str, problem: str) -> None:
    config = tmp_path / "mubiao.toml"
    config.write_text(f'contact = "a@example.org"\n[fetch.tls.{table}\n')
    with pytest.raises(SettingsError, match=problem):
        read_settings(config)
