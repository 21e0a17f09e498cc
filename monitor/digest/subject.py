"""The subject line: the news itself, in at most sixty characters."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from storage.values import Basis, ChangeKind

from .outgoing import clean, cut
from .ranking import CHANGED, RESULTS, is_first, is_longer, main_lines, ordered
from .rows import figure_text, line_name
from .stories import short_name
from .values import DigestData, Line, Notice, ReportPart
from .words import WORDS, Words

MAX_SUBJECT = 60
NEVER = datetime.min.replace(tzinfo=UTC)
NOTICE_KINDS = ("broken", "unread", "recovered", "baseline", "baselines", "dead_channel", "rules")
_FEW = 3  # first visits that are told one by one


def subject(data: DigestData, parts: Sequence[ReportPart]) -> str:
    """`长春市 2025：GDP 增长目标 6.5%以上 → 6%左右，另有 5 项主要目标变化`, for the first of the ranked `parts`.

    Where that is too long, the count goes first, then the word 目标, then the figures; only then the end is cut.
    A digest without reports is named after its first notice.
    """
    words = WORDS[data.language]
    if not parts:
        return _fitting(_notice_subjects(data.notices, words), "")
    lead = parts[0]
    told = [part for part in parts if part.example == lead.example]
    return _fitting(_report_subjects(lead, len(told), words), words["example"] if lead.example else "")


def _fitting(candidates: Iterator[str], prefix: str) -> str:
    shortest = ""
    for candidate in candidates:
        shortest = clean(prefix + candidate)
        if len(shortest) <= MAX_SUBJECT:
            return shortest
    at = shortest.rfind(" ", 0, MAX_SUBJECT)
    return f"{shortest[:at].rstrip(' ·:,')}…" if at > MAX_SUBJECT // 2 else cut(shortest, MAX_SUBJECT)


def _report_subjects(part: ReportPart, reports: int, words: Words) -> Iterator[str]:
    for text in _one_report(part, words, alone=reports == 1):
        yield words("subject_reports", subject=text, n=reports) if reports > 1 else text


def _one_report(part: ReportPart, words: Words, *, alone: bool) -> Iterator[str]:
    """The same news in fewer and fewer characters."""
    lines = _leading(part)
    region = short_name(part, words)
    year = f"{part.year}" if part.kind.value == "work_report" else f"{part.year} {words[part.kind.value]}"
    frame = _frame(part, lines)
    if not lines:
        for news in _tail_news(part, words):
            yield words("subject_report", region=region, year=year, news=news)
        return
    first = frame == "subject_first"
    readings = [line_news(lines[0], words, brief=brief, first=first) for brief in (False, True)]
    for news in readings if alone or first else ():
        for counted in _counted(news, lines[1:], frame, words):
            yield words(frame, region=region, year=year, news=counted)
    for news in readings:
        yield words(frame, region=region, year=year, news=news)
    count = "subject_count_results" if lines[0].kind in RESULTS else "subject_count"
    yield words(frame, region=region, year=year, news=words(count, n=len(lines)))


def _leading(part: ReportPart) -> list[Line]:
    """The lines a subject may speak of, the best first: revisions, changes of this year's targets, others, what we
    correct, results.
    """
    for basis in (Basis.REVISION, Basis.CONFLICT, Basis.NEXT_REPORT, Basis.CORRECTION):
        lines = main_lines(part, basis)
        near = [line for line in lines if not is_longer(line)] or lines
        if near:
            return sorted(near, key=lambda line: not line.headline)
    return ordered(line for line in part.lines if line.headline and line.kind in RESULTS)


def _frame(part: ReportPart, lines: Sequence[Line]) -> str:
    basis = lines[0].basis if lines else Basis.NEXT_REPORT
    if basis is Basis.REVISION:
        return "subject_revised"
    if basis is Basis.CONFLICT:
        return "subject_conflicting"
    if basis is Basis.CORRECTION:
        return "subject_correcting"
    return "subject_first" if is_first(part) else "subject_report"


def _counted(news: str, others: Sequence[Line], frame: str, words: Words) -> Iterator[str]:
    if not others:
        return
    if frame == "subject_first":
        yield words("subject_first_more", news=news, n=len(others) + 1)
        return
    if frame == "subject_correcting":
        yield words("subject_more_corrected", news=news, n=len(others))
        return
    more = "subject_more_results" if others[0].kind in RESULTS else "subject_more"  # results lead only by themselves
    yield words(more, news=news, n=len(others))
    yield words(f"{more}_short", news=news, n=len(others))


def _tail_news(part: ReportPart, words: Words) -> Iterator[str]:
    changed = [line for line in part.lines if line.kind not in RESULTS]
    told, key = (changed, "subject_tail") if changed or not part.lines else (part.lines, "subject_tail_results")
    if told:
        yield words(f"{key}_named", name=line_name(ordered(told)[0], words.language), n=len(told))
    yield words(key, n=len(told))


def line_news(line: Line, words: Words, *, brief: bool = False, first: bool = False) -> str:
    """One change as a few words: `GDP 增长目标 6.5%以上 → 6%左右`; `brief` leaves 目标 out."""
    language = words.language
    name = line_name(line, language, short=True)
    before, after = (figure_text(line, side, language) for side in (line.before, line.after))
    if first:
        key = "subject_added"
    elif line.kind is ChangeKind.CORRECTED:
        key = "subject_corrected" if line.before and line.after else "subject_told" if line.after else "subject_untold"
    elif line.basis is Basis.CONFLICT:
        key = "subject_conflict"
    elif line.kind in CHANGED:
        key = "subject_changed"
    else:
        key = {ChangeKind.ADDED: "subject_new"}.get(line.kind, f"subject_{line.kind.value}")
    if brief and key in ("subject_conflict", "subject_changed"):
        key += "_brief"
    return words(key, name=name, before=before, after=after)


def part_news(part: ReportPart, words: Words) -> tuple[ChangeKind | None, str]:
    """The news of one report for the overview, without its place and year, and what kind of change it names."""
    lines = _leading(part)
    if not lines:
        return None, next(_tail_news(part, words))
    if lines[0].kind is ChangeKind.CORRECTED:
        return None, words["corrected_word"] + words["colon"] + line_news(lines[0], words)
    moved = lines[0].kind in CHANGED and lines[0].basis is not Basis.CONFLICT
    news = line_news(lines[0], words, brief=moved, first=is_first(part))
    return (lines[0].kind if moved else None), news


def changed_count(part: ReportPart) -> int:
    """How many main targets of its year (else of later ones) moved, came or went."""
    return sum(line.headline and line.kind not in RESULTS for line in _leading(part))


def _notice_subjects(notices: Sequence[Notice], words: Words) -> Iterator[str]:
    back = {notice.source: notice.at for notice in notices if notice.kind == "recovered"}
    ranked = ranked_notices(notices)
    # What has been mended since is told further down, and names no digest.
    lasting = (one for one in ranked if one.kind not in ("broken", "unread") or one.at > back.get(one.source, NEVER))
    first = next(lasting, ranked[0])
    text = notice_subject(first, words)
    if len(ranked) > 1:
        yield words("subject_notices", subject=text, n=len(ranked))
    yield text


def notice_subject(notice: Notice, words: Words) -> str:
    key = f"subject_{notice.kind}" if notice.kind in NOTICE_KINDS else "subject_other"
    text = words(key, source=clean(notice.source, 40), n=notice.count, detail=clean(notice.detail, 80))
    return words["example"] + text if notice.example else text


def ranked_notices(notices: Sequence[Notice]) -> list[Notice]:
    """What is broken first, then dead channels, what recovered, and the baselines; oldest first in each.

    A morning on which many sources begin is one line.
    """
    order = ("broken", "unread", "dead_channel", "recovered", "rules", "baselines", "baseline")
    notices = _gathered(notices)
    place = {kind: index for index, kind in enumerate(order)}
    return sorted(
        notices, key=lambda notice: (notice.example, place.get(notice.kind, len(place)), notice.at, notice.source)
    )


def _gathered(notices: Sequence[Notice]) -> Sequence[Notice]:
    """First visits as one notice of how many sources and reports, where there are more than a few."""
    first = [one for one in notices if one.kind == "baseline"]
    if len(first) <= _FEW:
        return notices
    years = [year for one in first for year in one.years or ()]
    one_line = Notice(
        "baselines", f"{len(first)}", "", max(one.at for one in first), sum(one.count for one in first),
        (min(years), max(years)) if years else None, example=all(one.example for one in first),
    )  # fmt: skip
    return [*(one for one in notices if one.kind != "baseline"), one_line]
