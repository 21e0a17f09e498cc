"""Which report a document is: whose, of which kind, for which year, and whether it is all of it. Pure."""

from datetime import date

from monitor.identified import Identity
from monitor.identity.places import place_of
from monitor.identity.titles import (
    can_be_report,
    heading_of,
    is_excerpt_title,
    is_revised_title,
    kind_of_title,
    title_and_heading,
)
from monitor.identity.wholeness import is_cut
from monitor.identity.years import title_year, year_of
from monitor.written import normalised
from storage.values import Kind

__all__ = ["Identity", "can_be_report", "identify", "title_and_heading", "title_year"]


def identify(
    title: str,
    *,
    issuer: str = "",
    site_code: str = "",
    heading: str = "",
    text_head: str = "",
    text: str = "",
    published_on: date | None = None,
    source_region: str = "",
    source_kind: Kind = Kind.WORK_REPORT,
    known_year: int | None = None,
) -> Identity:
    """Place a document: 2024年政府工作报告 on 云溪市's portal is the work report of 云溪市 for 2024.

    `text` is the whole text, which tells most when title and heading are missing; `text_head` its beginning, where
    the whole is not at hand (then nothing is called an excerpt for being short). `source_region` is a code or "".
    Title, heading (——2024年1月10日在云溪市…会议上), issuer and site code outweigh the source: a report of another
    place in its column is filed where it belongs. A report given in November or December plans the next year.
    `known_year` is what a person says it is for: it counts where the text tells none, or names several.
    """
    body = normalised(text or text_head)
    heading = heading or heading_of(title) or heading_of(body)
    place = place_of(normalised(title), normalised(heading), normalised(issuer), site_code, body, source_region)
    excerpt = is_excerpt_title(title) or (bool(text) and is_cut(body))
    year, doubts = year_of(title, heading, body, published_on, excerpt=excerpt, known=known_year)
    return Identity(
        region=place.region,
        kind=kind_of_title(title) or source_kind,
        year=year,
        excerpt=excerpt,
        revised=is_revised_title(title),
        doubts=(*place.doubts, *doubts),
    )
