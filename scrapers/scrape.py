"""Reading a source: what its index pages show, and what one entry holds. Network and parsing, no memory."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from types import ModuleType
from urllib.parse import urlsplit

from scrapers.answer import FILE, PAGE, Answer, Conditions, Limit
from scrapers.blocks import is_shell
from scrapers.charset import text_of
from scrapers.client import Client
from scrapers.documents import DocumentReader, DocumentText
from scrapers.errors import DocumentError, EmptyPageError, GoneError, LayoutError, NoEntriesError, NotAReportError
from scrapers.exchange import hosts_of
from scrapers.families import family, recognise
from scrapers.folders import is_folder_address, read_place
from scrapers.source import Source
from storage.values import AttachmentData, EntryData, IndexData, PostData, ReportPageData

FORWARDS = 2  # meta refreshes followed from a source's address
BARE = 3  # pages without entries that only lead on: a shell for a script, a script that names the list's request
REDESIGNED = 8  # links on a page without entries: its list is still there, we cannot see it
PARTS = 20  # pages that one report's text may be cut into
SHORTEST = 300  # characters; what is shorter is a notice about a report, not one
PREFERRED = ("docx", "pdf", "ofd", "doc", "wps", "xlsx")  # of several files with the same report
MOST = 2000  # entries of one page that are looked at: more is no list, and would keep the database for minutes
FILES = 4  # of them are tried at most
MARKUP = ("text/html", "application/xhtml+xml", "text/xml", "application/xml", "application/json", "")


@dataclass(frozen=True, slots=True)
class Look:
    """What a source's index pages show, each entry once. `first` is the answer of the source's own address.

    `unchanged`: that answer is what it was, and nothing was parsed. `on_first_page` counts its entries. `too_many` is
    how many a page showed that is too long to be a list: then `entries` has the newest MOST of them.
    """

    first: Answer
    family: str
    unchanged: bool = False
    entries: tuple[EntryData, ...] = ()
    on_first_page: int = 0
    too_many: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """One entry, read. `text` has one paragraph a line; `attached` is the file that it came from, if not the page."""

    answer: Answer
    title: str
    issuer: str
    site_code: str
    published_on: date | None
    text: str
    attached: Answer | None = None
    warnings: tuple[str, ...] = ()  # why the text may not be all of it


@dataclass(frozen=True, slots=True)
class Scraper:
    """Reads sources with one client and one document reader; `page` and `file` limit each fetch."""

    client: Client
    documents: DocumentReader
    page: Limit = PAGE
    file: Limit = FILE

    def read_index(
        self,
        source: Source,
        *,
        name: str | None,
        conditions: Conditions | None,
        body_hash: str | None,
        going_on: Callable[[Sequence[EntryData]], bool],
    ) -> Look:
        """Fetch and parse the index pages, turning on while `going_on` says so of a page's entries.

        At most `source.pages` of them that show some. `name` is the family if it is known, else the first page's marks
        decide. `body_hash` is that of the first page as it was last read. A first page that shows nothing but names the
        request for its list (a shell for a script) is followed, and asked for anew each time: it stays the same when
        the list behind it does not. Raises LayoutError when no page shows entries: that is a fault, not a lack of news.
        """
        if body_hash is not None:
            conditions = replace(conditions or Conditions(), body_hash=body_hash)
        first = self._fetch(source, source.url, conditions)
        if first.status == 304 or (body_hash is not None and first.body_hash == body_hash):
            return Look(first, name or "", unchanged=True)
        home, text = self._forwarded(source, first)
        name = name or recognise(text, home.url)
        bare = home is not first
        entries: dict[str, EntryData] = {}
        on_first_page = shown = too_many = 0
        for index, last, said in self._index_pages(source, name, home, text):  # noqa: B007 - the last one is judged below
            fresh = [entry for entry in index.entries if entry.url not in entries]
            if len(fresh) > MOST and not is_folder_address(source.url):
                too_many, fresh = max(too_many, len(fresh)), newest(fresh)
            entries |= {entry.url: entry for entry in fresh}
            on_first_page, shown = on_first_page or len(entries), shown + bool(index.entries)
            repeated = bool(index.entries) and not fresh  # some servers answer a page past the end with the first one
            bare = bare or not shown
            if repeated or shown == source.pages or (fresh and not going_on(fresh)):
                break
        if not entries:
            if is_shell(said):
                raise EmptyPageError("the index page is a shell that only a script fills", url=last.url)
            links = said.lower().count("<a ")
            if links >= REDESIGNED:
                raise LayoutError(f"the index page shows no entries, but {links} links beside its list", url=last.url)
            raise NoEntriesError("the index page shows no entries", url=last.url)
        if bare:
            first = replace(first, etag=None, last_modified=None, body_hash="")
        return Look(first, name, False, tuple(entries.values()), on_first_page, too_many)

    def _index_pages(
        self, source: Source, name: str, answer: Answer, text: str
    ) -> Iterator[tuple[IndexData, Answer, str]]:
        """The index pages from the given one on, each parsed, fetched as they are asked for."""
        for _ in range(source.pages + BARE):
            index = family(name).parse_index(text, answer.url)
            yield index, answer, text
            if index.next_page is None:
                return
            try:
                answer = self._fetch(source, index.next_page, post=index.next_post)
            except GoneError:
                return  # some lists end with a 404
            text = text_of(answer)

    def fetch_page(self, source: Source) -> Answer:
        """The page at a source's own address, where it forwards to, unparsed."""
        return self._forwarded(source, self._fetch(source, source.url))[0]

    def read_entry(
        self, source: Source, url: str, *, name: str, conditions: Conditions | None = None
    ) -> Fetched | Answer:
        """Fetch one entry and read its text, from the page or the file it links; a bare Answer if unchanged (304).

        Raises NotAReportError for a short notice, LayoutError for no text at all, DocumentError for a scan.
        """
        answer = self._fetch(source, url, conditions)
        if answer.status == 304:
            return answer
        page, attached = ReportPageData("", None, "", "", ""), None
        if answer.content_type in MARKUP:
            page = self._read_parts(source, answer, name)
            attached, read = self._read_attached(source, page)
        else:
            read = self._read_file(answer)
        _check_length(read, answer.url)
        return Fetched(
            answer, page.title, page.issuer, page.site_code, page.published_on, read.text, attached, read.warnings
        )

    def _forwarded(self, source: Source, answer: Answer) -> tuple[Answer, str]:
        text = text_of(answer)
        for _ in range(FORWARDS):
            onward: str | None = _pages().refresh_target(text, answer.url)
            if onward is None:
                break
            answer = self._fetch(source, onward)
            text = text_of(answer)
        return answer, text

    def _read_parts(self, source: Source, answer: Answer, name: str) -> ReportPageData:
        """A report page, with the further pages that its text is cut into."""
        page = part = family(name).parse_report(text_of(answer), answer.url)
        seen = {answer.url}
        while part.next_page is not None and part.next_page not in seen and len(seen) < PARTS:
            seen.add(part.next_page)
            further = self._fetch(source, part.next_page)
            part = family(name).parse_report(text_of(further), further.url)
            page = replace(page, text=f"{page.text}\n{part.text}", attachments=page.attachments + part.attachments)
        return page

    def _read_attached(self, source: Source, page: ReportPageData) -> tuple[Answer | None, DocumentText]:
        """The text, and the file that holds it where the page itself does not: the first that can be read, scans last.

        Raises what was wrong with the first file if none can be.
        """
        readable = sorted((one for one in page.attachments if _rank(one) < len(PREFERRED)), key=_rank)
        if len(page.text) >= SHORTEST or not readable:
            return None, DocumentText(page.text, "html")
        scans: list[Answer] = []
        broken: DocumentError | None = None
        for one in readable[:FILES]:
            answer = self._fetch(source, one.url, limit=self.file)
            try:
                read = self._read_file(answer, ocr=False)
            except DocumentError as error:
                broken = broken or error
                continue
            if not read.is_scan:
                return answer, read
            scans.append(answer)
        if not scans and broken:
            raise broken
        return scans[0], self._read_file(scans[0])

    def _read_file(self, answer: Answer, *, ocr: bool = True) -> DocumentText:
        return self.documents.read_document(answer.body, name=answer.url, content_type=answer.content_type, ocr=ocr)

    def _fetch(
        self,
        source: Source,
        url: str,
        conditions: Conditions | None = None,
        limit: Limit | None = None,
        post: PostData | None = None,
    ) -> Answer:
        if is_folder_address(source.url):
            return read_place(url, source.url, conditions, limit or self.file)
        return self.client.fetch(
            url,
            conditions=conditions,
            allow_hosts=(source.host, *source.allow_hosts),
            private=source.private and (urlsplit(url).hostname or "") in hosts_of(source.url, source.allow_hosts),
            limit=limit or self.page,
            method="POST" if post else "GET",
            form=dict(post.form) if post and post.form else None,
            json=json.loads(post.json) if post and post.json else None,
        )


def newest(entries: Sequence[EntryData]) -> list[EntryData]:
    """The newest MOST, those without a day before all others, in the page's order where the days are the same."""
    return sorted(entries, key=lambda entry: entry.published_on or date.max, reverse=True)[:MOST]


def _check_length(read: DocumentText, url: str) -> None:
    if len(read.text) >= SHORTEST:
        return
    if read.warnings:
        raise DocumentError(f"no text in the file: {'; '.join(read.warnings)}", url=url)
    if not read.text.strip():
        raise LayoutError("the page shows no text", url=url)
    raise NotAReportError(f"only {len(read.text)} characters, which is no report", url=url)


def _rank(attachment: AttachmentData) -> int:
    kind: str = _pages().attachment_type(attachment.url)
    return PREFERRED.index(kind) if kind in PREFERRED else len(PREFERRED)


def _pages() -> ModuleType:
    """What reads markup. Its parsers take as long to import as ten pages to visit, and most pages are unchanged."""
    return import_module("scrapers.pages")
