"""The "unsubscribe" button of mail programs (RFC 8058): an address that only we could have made for one reader."""

import base64
import binascii
import hashlib
import hmac

LONGEST = 600  # characters of a token


def token_for(address: str, secret: str) -> str:
    """The last part of a reader's unsubscribe address: her e-mail address and a signature of it."""
    named = base64.urlsafe_b64encode(address.encode()).decode("ascii").rstrip("=")
    return f"{named}.{_signature(address, secret)}"


def address_of(token: str, secret: str) -> str | None:
    """The e-mail address of a token, or None for one that was not made with this secret."""
    named, _, signature = token.partition(".")
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        address = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return address if hmac.compare_digest(signature, _signature(address, secret)) else None


def _signature(address: str, secret: str) -> str:
    made = hmac.new(secret.encode(), f"unsubscribe {address}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode("ascii").rstrip("=")
