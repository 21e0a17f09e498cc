"""The front door: data in, the four forms out."""

from collections.abc import Callable, Sequence

from .chart import image
from .chatpart import chat_part
from .crowd import CROWD
from .edition import Plan, plans_of
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
Fitted = tuple[str, Sheet, Sequence[Plan]]
MAX_LINES = 150  # of the text of three reports and more: a morning's news, not its archive


def render(data: DigestData) -> Rendered:
    """One digest in all its forms; the same data gives the same bytes.

    The HTML stays within 90,000 bytes with its pictures, and the text within 250,000, and of three reports or more
    within 150 lines: such a digest opens with a front page, tells as many reports at length as that allows, the others
    in a paragraph each, and counts those that it leaves out. The payload is always complete. A digest with neither
    reports nor notices is a ValueError, and so is a language other than zh and en.
    """
    if not data.parts and not data.notices:
        raise ValueError(f"digest {data.id!r} has nothing to tell: no report and no notice")
    if data.language not in LANGUAGES:
        raise ValueError(f"digest {data.id!r}: language {data.language!r} is neither zh nor en")
    parts = ranked(data.parts)
    title = subject(data, parts)
    crowd = len(parts) >= CROWD

    def laid_out(plans: Sequence[Plan], form: Callable[[Sheet], str], fits: Callable[[str, Sheet], bool]) -> Fitted:
        """The first plan by which a form is short enough, else the last; with those that are left from there on."""
        for at in range(len(plans)):
            sheet = lay_out(data, title, parts, plans[at])
            made = form(sheet)
            if fits(made, sheet):
                break
        return made, sheet, plans[at:]

    def is_short(text: str, _: Sheet) -> bool:
        return len(text.encode()) <= MAX_TEXT and (not crowd or text.count("\n") <= MAX_LINES)

    def is_light(html: str, sheet: Sheet) -> bool:
        return len(html.encode()) + _size_of_pictures(html, sheet) <= MAX_HTML

    plans = plans_of(len(parts), crowd)
    text, sheet, left = laid_out(plans, text_part, is_short)
    chat = chat_part(sheet)
    html, sheet, _ = laid_out(left if crowd else plans, html_part, is_light)  # both forms of a crowd tell the same
    images = {made.cid: made for made in (image(story.chart) for story in sheet.stories if story.chart)}
    return Rendered(title, text, html, payload(data, title, parts), chat, tuple(images.values()))


def _size_of_pictures(made: str, sheet: Sheet) -> int:
    """What the pictures add to the bytes where they stand within the HTML (`Message.html_alone`)."""
    images = {one.cid: one for one in (image(story.chart) for story in sheet.stories if story.chart)}
    return sum(made.count(f"cid:{cid}") * 4 * (len(one.png) // 3 + 8) for cid, one in images.items())
