"""Whose certificate a channel's service shows, and for how long it still holds. Connects, sends nothing."""

import smtplib
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.notifiers import AnySettings
from monitor.notifiers.bots import BotSettings
from monitor.notifiers.email import PORTS, EmailSettings
from monitor.notifiers.tls import trust
from monitor.notifiers.webhook import WebhookSettings

PATIENCE = 5.0  # seconds


def find_expiry(channel: AnySettings) -> datetime | None:
    """When the certificate of the channel's service ends; None for a channel that speaks no TLS of our own.

    Raises OSError (ssl.SSLError is one) or smtplib.SMTPException where there is no trusted connection.
    """
    match channel:
        case EmailSettings(security="none"):
            return None
        case EmailSettings():
            return _of_mail_server(channel)
        case WebhookSettings() | BotSettings():
            parts = urlsplit(channel.url.get_secret_value())
            if parts.scheme != "https" or not parts.hostname:
                return None
            return _of_server(parts.hostname, parts.port or 443, trust(channel.ca_file))
    return None


def _of_server(host: str, port: int, context: ssl.SSLContext) -> datetime:
    with (
        socket.create_connection((host, port), timeout=PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return _expiry(secured.getpeercert())


def _of_mail_server(settings: EmailSettings) -> datetime:
    port, context = settings.port or PORTS[settings.security], trust(settings.ca_file)
    if settings.security == "tls":
        return _of_server(settings.host, port, context)
    with smtplib.SMTP(settings.host, port, timeout=PATIENCE) as smtp:
        smtp.starttls(context=context)
        assert isinstance(smtp.sock, ssl.SSLSocket), "STARTTLS was accepted"
        return _expiry(smtp.sock.getpeercert())


def _expiry(certificate: Mapping[str, Any] | None) -> datetime:
    assert certificate, "a context that checks certificates keeps them"
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
