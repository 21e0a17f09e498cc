"""The front door: data in, the four forms out."""

from .edition import DETAILS
from .htmlpart import html_part
from .payload import payload
from .ranking import ranked
from .sheet import lay_out
from .subject import subject
from .textpart import text_part
from .values import DigestData, Rendered

MAX_HTML = 90_000  # bytes; Gmail clips a little above 100,000


def render(data: DigestData) -> Rendered:
    """One digest in all its forms; the same data gives the same bytes.

    The HTML stays within 90,000 bytes: a longer digest is told with fewer details, step by step, and the text part
    follows it; the payload is always complete. A digest with neither reports nor notices is a ValueError, and so is
    a language other than zh and en.
    """
    if not data.parts and not data.notices:
        raise ValueError(f"digest {data.id!r} has nothing to tell: no report and no notice")
    if data.language not in ("zh", "en"):
        raise ValueError(f"digest {data.id!r}: language {data.language!r} is neither zh nor en")
    parts = ranked(data.parts)
    title = subject(data, parts)
    for detail in DETAILS:
        sheet = lay_out(data, title, parts, detail)
        html = html_part(sheet)
        if len(html.encode()) <= MAX_HTML:
            break
    return Rendered(subject=title, text=text_part(sheet), html=html, payload=payload(data, title, parts))
