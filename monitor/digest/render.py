"""The front door: data in, the four forms out."""

from collections.abc import Callable

from .chart import image
from .chatpart import chat_part
from .crowd import CROWD
from .edition import PLANS, PLANS_OF_MANY
from .htmlpart import html_part
from .payload import payload
from .ranking import ranked
from .sheet import Sheet, lay_out
from .subject import subject
from .textpart import text_part
from .values import DigestData, Rendered
from .words import LANGUAGES

MAX_HTML = 90_000  # bytes; Gmail clips a little above 100,000
MAX_TEXT = 250_000  # bytes


def render(data: DigestData) -> Rendered:
    """One digest in all its forms; the same data gives the same bytes.

    The HTML stays within 90,000 bytes with its pictures, and the text within 250,000: a longer digest, or one of three
    reports and more, tells its first reports at length and the others in short or by one line each. The payload is
    always complete. A digest with neither reports nor notices is a ValueError, and so is a language other than zh and
    en.
    """
    if not data.parts and not data.notices:
        raise ValueError(f"digest {data.id!r} has nothing to tell: no report and no notice")
    if data.language not in LANGUAGES:
        raise ValueError(f"digest {data.id!r}: language {data.language!r} is neither zh nor en")
    parts = ranked(data.parts)
    title = subject(data, parts)
    plans = PLANS if len(parts) < CROWD else PLANS_OF_MANY
    sheets = [lay_out(data, title, parts, plans[0])]  # laid out further only as far as a form needs it shorter

    def fitting(form: Callable[[Sheet], str], limit: int) -> tuple[str, Sheet]:
        made = ""
        for index, plan in enumerate(plans):
            if index == len(sheets):
                sheets.append(lay_out(data, title, parts, plan))
            made = form(sheets[index])
            if len(made.encode()) + _size_of_pictures(made, sheets[index]) <= limit:
                break
        return made, sheets[index]

    html, sheet = fitting(html_part, MAX_HTML)
    images = {made.cid: made for made in (image(story.chart) for story in sheet.stories if story.chart)}
    return Rendered(
        subject=title,
        text=fitting(text_part, MAX_TEXT)[0],
        html=html,
        images=tuple(images.values()),
        payload=payload(data, title, parts),
        chat=chat_part(sheets[0]),
    )


def _size_of_pictures(made: str, sheet: Sheet) -> int:
    """What the pictures add to the bytes where they stand within the HTML (`Message.html_alone`)."""
    images = {one.cid: one for one in (image(story.chart) for story in sheet.stories if story.chart)}
    return sum(made.count(f"cid:{cid}") * 4 * (len(one.png) // 3 + 8) for cid, one in images.items())
