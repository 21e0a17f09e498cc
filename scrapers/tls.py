"""TLS: certificates are always checked; what a named host is excused from is written in the settings, host by host."""

import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, from Python 3.12 on
NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME

HOST = re.compile(r"[a-z0-9](?:[a-z0-9.:-]*[a-z0-9])?")


def _checked_host(name: str) -> str:
    if not HOST.fullmatch(name):
        raise ValueError(f'"{name}" is no host: write its name in small letters, like www.yunxi.gov.cn; there are no *')
    return name


Host = Annotated[str, AfterValidator(_checked_host)]


class TlsException(BaseModel):
    """What one host is excused from. Its name and who signed its certificate are checked nevertheless.

    `legacy` allows the renegotiation, versions and ciphers that OpenSSL gave up; `expired` a certificate whose time
    is over (or has not begun).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    legacy: bool = False
    expired: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "TlsException":
        if not (self.legacy or self.expired):
            raise ValueError("must say what the host is excused from: legacy = true or expired = true")
        return self

    @property
    def words(self) -> str:
        """`an expired certificate`, for whoever reads the status."""
        named = (("old TLS", self.legacy), ("an expired certificate", self.expired))
        return " and ".join(word for word, allowed in named if allowed)


class Contexts:
    """The TLS settings for each host: `usual` for all but those named. `tls` is there for tests' own authorities."""

    def __init__(self, exceptions: Mapping[str, TlsException], tls: ssl.SSLContext | None = None) -> None:
        self._given = tls
        self._ends_at: dict[str, datetime] = {}
        self._special = {host: _excused(exception, tls) for host, exception in exceptions.items()}

    @cached_property
    def usual(self) -> ssl.SSLContext:
        """The authorities are read when the first host wants them: half the sites we know speak plain HTTP."""
        return self._given or _context()

    def of(self, host: str | None) -> ssl.SSLContext:
        return self._special.get((host or "").lower(), self.usual)

    def note(self, host: str | None, certificate: Mapping[str, Any] | None) -> None:
        """Note until when the certificate holds that a host just showed."""
        if host and certificate:
            ends = ssl.cert_time_to_seconds(certificate["notAfter"])
            self._ends_at[host.lower()] = datetime.fromtimestamp(ends, UTC)

    def ends_at(self, host: str) -> datetime | None:
        """The end of the certificate that the host showed last; None if it has not been asked over TLS."""
        return self._ends_at.get(host)


def _context() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _excused(exception: TlsException, tls: ssl.SSLContext | None) -> ssl.SSLContext:
    context = _context()
    if tls is not None:
        for certificate in tls.get_ca_certs(binary_form=True):
            context.load_verify_locations(cadata=certificate)
    if exception.legacy:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.options |= LEGACY_SERVER_CONNECT
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if exception.expired:
        context.verify_flags |= NO_CHECK_TIME
    return context
