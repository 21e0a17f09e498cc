"""One report composed for a language and a level of detail: its tables, then the long tail by topic."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.values import Basis

from .chart import chart
from .edition import ALL, Beside, Brief, Cell, Comparison, Detail, Story, Topic
from .figures import said
from .outgoing import clean, web_address
from .ranking import RESULTS, ordered
from .rows import named_label, row
from .tables import tables
from .values import BEIJING, Around, Figure, Line, Place, ReportPart
from .words import Words

_OFFICIAL = re.compile(r"(?:(?: \(Xizang\)| Zhuang| Hui| Uygur)? Autonomous Region| Province)$")


def story(
    part: ReportPart, number: int, words: Words, detail: Detail, *, charted: bool = False, alone: bool = True
) -> Story:
    """A report composed for one language at one level of detail, with its last years where it is `charted`, and with
    the regions around it where no table of all reports has them (`alone`).
    """
    kept = web_address(part.kept_url)
    tail = ordered(_tail_lines(part))
    topics, folded = _topics(tail, words, detail)
    return Story(
        anchor=f"r{number}",
        region=region_name(part, words),
        place=clean(part.region_path_en if words.language == "en" and part.region_path_en else part.region_path, 60),
        heading=words("report_heading", year=part.year, kind=words[part.kind.value]),
        title=clean(part.title, 120),
        origin=origin(part, words),
        url=web_address(part.url),
        kept_url=kept,
        example=part.example,
        tables=tables(part, words, detail),
        tail_title=words("tail_counted", n=len(tail)) if tail else "",
        topics=topics,
        folded=folded,
        comparison=_comparison(part.around, part, words) if part.around and alone else None,
        chart=chart(part.past, region_name(part, words), words) if part.past and charted else None,
    )


def in_brief(part: ReportPart, number: int, place: str, lines: Sequence[Line], words: Words, most: int) -> Brief:
    """One of many reports: of `lines` the first `most` that have rows of their own, and how many others there are."""
    made = tables(replace(part, lines=tuple(lines), unchanged=()), words, ALL)
    items = [(row, table.heads) for table in made for row in table.rows]
    tail = _tail_lines(part)
    left = [words("more", n=len(items) - most)] if len(items) > most else []
    left += [words("tail_counted", n=len(tail))] if tail else []
    return Brief(
        f"r{number}", place, web_address(part.url), web_address(part.kept_url), tuple(items[:most]),
        words["list_comma"].join(left),
    )  # fmt: skip


def _comparison(around: Around, part: ReportPart, words: Words) -> Comparison:
    remark = ""
    if around.rank is not None and around.known > 2:
        name = named_label(around.indicators[0], words.language, short=True)
        place = next(one for one in around.places if one.standing == "own")
        region = place_name(place, words)
        remark = words(
            "rank_tied" if around.tied else "rank", region=region, name=name, n=around.known, place=around.rank
        )
    left = around.known - sum(place.standing != "above" for place in around.places)
    if left > 0:
        remark += (" " if remark and words.language == "en" else "") + words("rank_more", n=left)
    return Comparison(
        words("comparison" if any(one.standing == "above" for one in around.places) else "beside", year=part.year),
        (words["column_region"], *(named_label(one, words.language, short=True) for one in around.indicators)),
        tuple(
            Beside(place_name(one, words), tuple(figure_cell(f, words) for f in one.figures), one.standing == "own")
            for one in around.places
        ),
        remark,
    )


def place_name(place: Place, words: Words) -> str:
    return short_place(clean(place.region_en if words.language == "en" and place.region_en else place.region, 40))


def figure_cell(figure: Figure | None, words: Words) -> Cell:
    if figure is None:
        return Cell(words["none"])
    return Cell(said(figure, words.language, signed=False), web_address(figure.kept_url))


def short_name(part: ReportPart, words: Words) -> str:
    """The region as a subject or a narrow column has it: Inner Mongolia, Yanbian."""
    return short_place(region_name(part, words))


def short_place(name: str) -> str:
    """Without what only an official English name needs: Ningxia Hui Autonomous Region → Ningxia, Hubei Province →
    Hubei.
    """
    return _OFFICIAL.sub("", name)


def region_name(part: ReportPart, words: Words) -> str:
    return clean(part.region_en if words.language == "en" and part.region_en else part.region, 40)


def origin(part: ReportPart, words: Words) -> str:
    published = words("published", date=part.published_on.isoformat()) if part.published_on else ""
    elsewhere = words("found_at", source=clean(part.found_at, 60)) if part.found_at else ""
    return " · ".join(filter(None, (clean(part.issuer, 60), published, elsewhere)))


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def zone_name(zone: ZoneInfo, words: Words) -> str:
    """北京时间, or the zone as the settings name it: America/New_York."""
    return words["beijing_time"] if zone == BEIJING else zone.key


def _tail_lines(part: ReportPart) -> list[Line]:
    return [
        line
        for line in part.lines
        if line.basis is Basis.NEXT_REPORT and not line.headline and line.kind not in RESULTS
    ]


def _topics(lines: Sequence[Line], words: Words, detail: Detail) -> tuple[tuple[Topic, ...], str]:
    """The tail by topic, and a sentence that counts what is left out."""
    groups: dict[str, list[Line]] = {}
    for line in lines[: detail.tail]:
        groups.setdefault(_topic(line, words), []).append(line)
    counts: dict[str, int] = {}
    for line in lines[detail.tail :]:
        counts[_topic(line, words)] = counts.get(_topic(line, words), 0) + 1
    topics = tuple(
        Topic(name, tuple(row(line, words) for line in groups[name]))
        for name in sorted(groups, key=lambda name: name == words["topic_other"])
    )
    if not counts:
        return topics, ""
    listed = words["list_comma"].join(
        words("folded_topic", topic=topic, n=counts[topic])
        for topic in sorted(counts, key=lambda topic: (topic == words["topic_other"], -counts[topic]))
    )
    return topics, words("folded" if topics else "folded_all", n=sum(counts.values()), list=listed)


def _topic(line: Line, words: Words) -> str:
    return clean(line.topic_en if words.language == "en" else line.topic_zh, 24) or words["topic_other"]
