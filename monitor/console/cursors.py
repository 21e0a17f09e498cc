"""Cursors: where a page of a list ended, as one word that fits into an address. What is in it is nobody's business."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.console.kept import LARGEST_ID


class CursorError(ValueError):
    """That is no cursor that an answer of this list gave."""


def cursor(place: Sequence[object]) -> str:
    """Of texts, whole numbers and times."""
    written = [one.isoformat() if isinstance(one, datetime) else one for one in place]
    packed = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def place(written: str, *kinds: type) -> tuple[Any, ...]:
    """What a cursor was made of, which is of these kinds. Raises CursorError for any other word."""
    try:
        found = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode())
        if not isinstance(found, list) or len(found) != len(kinds):
            raise CursorError(written)
        return tuple(_read(one, kind) for one, kind in zip(found, kinds, strict=True))
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise CursorError(written) from error


def _read(value: object, kind: type) -> object:
    if kind is datetime and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or moment.year not in range(1900, 9999):
            raise CursorError(value)
        return moment
    if type(value) is not kind or (isinstance(value, int) and not 0 <= value <= LARGEST_ID):
        raise CursorError(str(value))
    if isinstance(value, str) and not value.isprintable():
        raise CursorError(value)
    return value
