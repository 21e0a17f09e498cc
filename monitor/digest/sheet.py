"""The whole digest laid out, before it is text or HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from .crowd import CROWD, address, besides, front_page, report_place
from .edition import Brief, Front, Glance, Plan, Story
from .notes import foot_lines, notice_text
from .outgoing import clean, web_address
from .stories import clock_time, in_brief, story, zone_name
from .subject import changed_count, part_news, ranked_notices
from .values import DigestData, ReportPart
from .words import WORDS, Words


@dataclass(frozen=True, slots=True)
class Remark:
    """A notice in words, with the source's address; `broken` ones are marked."""

    what: str
    why: str
    url: str
    broken: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """What both forms show, in order."""

    language: str
    subject: str
    example: bool
    overview_title: str  # "" where there is no overview
    front: Front | None
    glances: tuple[Glance, ...]
    glances_more: int
    stories: tuple[Story, ...]
    briefs: tuple[Brief, ...]
    folded: int
    all_url: str
    remarks: tuple[Remark, ...]
    remarks_more: int
    made_at: str
    foot: tuple[str, ...]


def lay_out(data: DigestData, subject: str, parts: Sequence[ReportPart], plan: Plan) -> Sheet:
    """The digest as far as the plan goes; `parts` are ranked."""
    words = WORDS[data.language]
    told = parts[: plan.long + plan.short]
    folded = len(parts) - len(told)
    years = {part.year for part in parts}
    front = front_page(parts, len(told), plan, words) if len(parts) >= CROWD else None
    glanced = front is None and (len(parts) >= CROWD or folded > 0)
    glances = [_glance(part, index, plan, words, year=len(years) > 1) for index, part in enumerate(parts)]
    notices = ranked_notices(data.notices)
    return Sheet(
        language=data.language,
        subject=subject,
        example=bool(parts) and all(part.example for part in parts),
        overview_title=_overview_title(parts, years, words) if front or glanced else "",
        front=front,
        glances=tuple(glances[: plan.overview]) if glanced else (),
        glances_more=max(0, len(parts) - plan.overview) if glanced else 0,
        stories=tuple(
            story(part, number, words, plan.detail, charted=number <= plan.charts, alone=len(parts) < CROWD)
            for number, part in enumerate(told[: plan.long], start=1)
        ),
        briefs=tuple(
            in_brief(
                part,
                index + 1,
                report_place(part, words, year=len(years) > 1),
                besides(part, index, front),
                words,
                plan.items,
            )
            for index, part in enumerate(told)
            if index >= plan.long
        ),
        folded=folded,
        all_url=web_address(data.home_url),
        remarks=tuple(
            Remark(*notice_text(notice, words, data.zone), web_address(notice.url), notice.kind in ("broken", "unread"))
            for notice in notices[: plan.notices]
        ),
        remarks_more=max(0, len(notices) - plan.notices),
        made_at=words("made_at", time=clock_time(data.made_at, data.zone), zone=zone_name(data.zone, words)),
        foot=tuple(foot_lines(data.foot, words, data.zone)),
    )


def _overview_title(parts: Sequence[ReportPart], years: set[int], words: Words) -> str:
    year = f" · {next(iter(years))}" if len(years) == 1 else ""
    return words["overview"] + " · " + words("overview_count", n=len(parts)) + year


def _glance(part: ReportPart, index: int, plan: Plan, words: Words, *, year: bool) -> Glance:
    kind, news = part_news(part, words)
    url = address(part, index, plan.long + plan.short)
    return Glance(url, report_place(part, words, year=year), kind, clean(news, 90), changed_count(part))
