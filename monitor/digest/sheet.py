"""The whole digest laid out, before it is text or HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

from .crowd import CROWD, together
from .edition import Comparison, Glance, Plan, Story
from .notes import foot_lines, notice_text
from .outgoing import clean, web_address
from .stories import beijing_time, short_name, story
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
    glances: tuple[Glance, ...]
    glances_title: str
    glances_more: int
    together: Comparison | None
    stories: tuple[Story, ...]
    folded: int
    remarks: tuple[Remark, ...]
    remarks_more: int
    made_at: str
    foot: tuple[str, ...]


def lay_out(data: DigestData, subject: str, parts: Sequence[ReportPart], plan: Plan) -> Sheet:
    """The digest as far as the plan goes; `parts` are ranked."""
    words = WORDS[data.language]
    full = parts[: plan.long + plan.short]
    folded = len(parts) - len(full)
    glanced = len(parts) >= CROWD or folded > 0
    notices = ranked_notices(data.notices)
    charts = min(plan.long, plan.charts)
    compared = together(parts[: plan.overview], words) if glanced else None
    years = {part.year for part in parts}
    return Sheet(
        language=data.language,
        subject=subject,
        example=bool(parts) and all(part.example for part in parts),
        glances=tuple(
            _glance(part, index, plan, words, year=len(years) > 1) for index, part in enumerate(parts[: plan.overview])
        )
        if glanced
        else (),
        glances_title=words("overview_count", n=len(parts)) + (f" · {next(iter(years))}" if len(years) == 1 else ""),
        glances_more=max(0, len(parts) - plan.overview) if glanced else 0,
        together=compared,
        stories=tuple(
            story(part, number, words, plan.detail(number - 1), charted=number <= charts, alone=compared is None)
            for number, part in enumerate(full, start=1)
        ),
        folded=folded,
        remarks=tuple(
            Remark(*notice_text(notice, words), web_address(notice.url), notice.kind in ("broken", "unread"))
            for notice in notices[: plan.notices]
        ),
        remarks_more=max(0, len(notices) - plan.notices),
        made_at=words("made_at", time=beijing_time(data.made_at)),
        foot=tuple(foot_lines(data.foot, words)),
    )


def _glance(part: ReportPart, index: int, plan: Plan, words: Words, *, year: bool) -> Glance:
    anchor = f"#r{index + 1}" if index < plan.long + plan.short else ""
    kind, news = part_news(part, words)
    mark = words["example"] if part.example else ""
    place = f"{mark}{short_name(part, words)}{f' {part.year}' if year else ''}"
    if part.kind.value != "work_report":
        place += f" {words[part.kind.value]}"
    url = anchor or web_address(part.kept_url) or web_address(part.url)
    return Glance(url, place, kind, clean(news, 90), changed_count(part))
