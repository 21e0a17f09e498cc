"""Images as one piece of bytes, to be kept beside the HTML that shows them."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence

from .values import Image


def packed(images: Sequence[Image]) -> bytes:
    """A JSON list; b"" for none."""
    listed = [{"alt": one.alt, "cid": one.cid, "png": b64encode(one.png).decode()} for one in images]
    return json.dumps(listed, ensure_ascii=False, sort_keys=True).encode() if listed else b""


def unpacked(kept: bytes) -> tuple[Image, ...]:
    return tuple(Image(one["cid"], b64decode(one["png"]), one["alt"]) for one in json.loads(kept or b"[]"))
