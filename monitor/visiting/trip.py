"""An entry's trip: fetch its page or file | read it | file what was found | note when to look at it again."""

from datetime import datetime

from monitor.comparing.cut_copies import check_whole
from monitor.desk import Filed, Found
from monitor.filing import file
from monitor.identity import can_be_report, title_and_heading
from monitor.visiting.rhythm import next_recheck, next_try
from monitor.visiting.visited import Tools, Visited, attempt, is_kept_and_gone, page_of
from scrapers.answer import Conditions
from scrapers.charset import check_readable
from scrapers.errors import NotAReportError, ScrapeError, StoppedError
from scrapers.folders import is_folder_address
from scrapers.scrape import Fetched
from scrapers.source import Source
from storage.database import reading, transaction
from storage.models import Document, Entry
from storage.reports import find_latest_version, keep_entry
from storage.values import storable
from storage.visits import Remembered, find_page, keep_page


def carry_out(entry: Entry, state: Remembered, name: str, tools: Tools, visited: Visited) -> None:
    """Read and file one entry; what breaks costs this entry only, and it is tried again."""
    if tools.stopping.is_set():
        raise StoppedError
    source = visited.source
    with reading(tools.desk.engine) as session:
        page = find_page(session, entry.url)
        kept = find_latest_version(session, entry.url)
    news = state.baseline_at is not None and (kept is not None or entry.first_seen_at > state.baseline_at)
    conditions = Conditions(page.etag, page.last_modified) if page and kept else None
    filed = attempt(
        lambda: _read_and_file(source, entry, name or state.family or "generic", conditions, kept, news, tools)
    )
    if isinstance(filed, NotAReportError) and kept is None:
        entry.state, entry.tries, entry.error, entry.recheck_at = "passed", 0, str(filed), None
    elif isinstance(filed, ScrapeError):
        visited.failed.append((entry, filed))
        _note_failure(entry, filed, source, tools, kept=kept is not None)
    else:
        visited.filed += [(entry, filed)] if filed else []
        entry.state, entry.tries, entry.error = "kept", 0, ""
        entry.recheck_at = next_recheck(source, tools.clock(), first_seen_at=entry.first_seen_at)
    with transaction(tools.desk.engine) as session:
        keep_entry(session, entry)


def _note_failure(entry: Entry, error: ScrapeError, source: Source, tools: Tools, *, kept: bool) -> None:
    """When to try again; what we have and the web has no more counts as read."""
    entry.state, entry.error = "kept" if kept else "failed", str(error)
    if is_kept_and_gone(entry, error):
        entry.tries, entry.recheck_at = 0, next_recheck(source, tools.clock(), first_seen_at=entry.first_seen_at)
    else:
        entry.tries += 1
        entry.recheck_at = next_try(source, tools.clock(), tries=entry.tries)


def _read_and_file(
    source: Source, entry: Entry, name: str, conditions: Conditions | None, kept: Document | None, news: bool,
    tools: Tools,
) -> Filed | None:  # fmt: skip
    """What became of an entry; None when its page is unchanged. A spoilt or cut copy of what is `kept` is refused."""
    got = tools.scraper.read_entry(source, entry.url, name=name, conditions=conditions)
    if not isinstance(got, Fetched):
        return None
    now = tools.clock()
    found = _found(source, entry, got, now)
    check_readable(found.text, entry.url)
    if kept is not None:
        check_whole(found.text, tools.desk.archive.find_text(kept.text_hash), entry.url)
    if not (entry.title or is_folder_address(source.url) or can_be_report(found.title, source.kind)):
        raise NotAReportError(f"its title is that of no report: {found.title[:80]}", url=entry.url)
    filed = file(found, tools.desk, news=news, now=now)
    with transaction(tools.desk.engine) as session:
        keep_page(session, page_of(entry.url, got.answer, now))
    return filed


def _found(source: Source, entry: Entry, got: Fetched, now: datetime) -> Found:
    text = storable(got.text)
    return Found(
        source_key=source.key,
        region=source.region,
        kind=source.kind,
        url=entry.url,
        title=storable(_title(source, entry, got)),
        issuer=storable(got.issuer),
        site_code=got.site_code,
        published_on=got.published_on or entry.published_on,
        text=text,
        raw=got.answer.body,
        content_type=got.answer.content_type,
        fetched_at=now,
        heading=title_and_heading(text)[1],
        attachment_url=got.attached.url if got.attached else None,
        attachment=got.attached.body if got.attached else None,
        warnings=got.warnings,
        example=source.example,
    )


def _title(source: Source, entry: Entry, got: Fetched) -> str:
    """The longer of the index's and the page's: one of them may be cut with "...". Where neither tells, the text's."""
    told = max(got.title, entry.title, key=len)
    if entry.title or can_be_report(told, source.kind):
        return told
    return title_and_heading(storable(got.text))[0] or told
