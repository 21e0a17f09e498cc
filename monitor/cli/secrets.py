"""What must never be printed: every secret of the settings, in each form in which it could turn up."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pydantic import BaseModel, SecretStr
from sqlalchemy import make_url

from monitor.notifiers.secret_files import read_secret
from monitor.settings import Settings

SHORTEST = 6  # characters: to hide shorter ones would make holes into everything


def secrets_of(settings: Settings) -> set[str]:
    """Passwords, keys and secret addresses, also those in files and in the database's URL. Unreadable files: none."""
    found = {form for secret in _secrets(settings) for form in _forms(secret)}
    if password := make_url(settings.database_url).password:
        found |= set(_forms(password))
    return {one for one in found if len(one) >= SHORTEST}


def _secrets(value: object, name: str = "") -> Iterator[str]:
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case BaseModel():
            for key in type(value).model_fields:
                yield from _secrets(getattr(value, key), key)
        case dict():
            for key, one in value.items():
                yield from _secrets(one, str(key))
        case list() | tuple():
            for one in value:
                yield from _secrets(one, name)
        case Path() if name.endswith(("password_file", "secret_file")):
            yield from _in_file(value)


def _in_file(path: Path) -> list[str]:
    try:
        return read_secret(path).splitlines()
    except ValueError:  # told where the channel is made
        return []


def _forms(secret: str) -> Iterator[str]:
    """As it is, quoted and unquoted; of an address also what comes behind the host, and its parts."""
    yield from (secret, quote(secret, safe=""), unquote(secret), secret.removeprefix("whsec_"))
    parts = urlsplit(secret) if "://" in secret else None
    if parts is None:
        return
    if parts.password:
        yield parts.password
    behind = parts.path + (f"?{parts.query}" if parts.query else "")
    if len(behind) >= 2 * SHORTEST:  # a path like /mubiao is no secret, and stands in much else
        yield behind
    yield from (value for _, value in parse_qsl(parts.query) if len(value) >= 2 * SHORTEST)
    yield from (part for part in parts.path.split("/") if len(part) >= 2 * SHORTEST)
