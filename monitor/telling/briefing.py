"""From kept rows to what a digest is made of: names, figures with their sentences, reports with their changes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlmodel import Session

from monitor.catalogue.indicators import indicator
from monitor.catalogue.regions import NATION, ancestors, path_zh, region
from monitor.comparing.compare import compare
from monitor.comparing.ledger import CHANGE_OF, LedgerEntry, reckon
from monitor.comparing.series import Series, series_of, signature
from monitor.digest import DigestData, Figure, Line, Notice, ReportPart, Steady
from monitor.digest.owners import is_bare, owner, without_place
from monitor.example.source import EXAMPLE_REGIONS
from monitor.telling.context import around, named, past
from monitor.telling.foot import foot
from monitor.telling.hours import zone_of
from monitor.telling.post import Post
from monitor.watches import Watch, is_named
from storage.archive import ArchiveError
from storage.changes import find_in_digest
from storage.models import Change, Digest, Document, Report, SourceState
from storage.models import Notice as KeptNotice
from storage.outbox import find_notices
from storage.reports import find_before, find_documents_by_id, find_last_seen, find_reports_by_id
from storage.series import find_ledger_statements, find_sentences_by_id
from storage.silences import count_hushed, find_hushed
from storage.statements import find_by_id, find_sentences, find_spoken
from storage.values import Basis, ChangeKind, Kind, Role, Stated
from storage.visits import count_unread, find_source, find_sources

Said = tuple[object, ...]
AHEAD = 200  # characters before a sentence in which its owner may stand
NOTICES_SINCE = timedelta(days=8)  # older ones are no news to a watch that is new
_EXAMPLE = {code: (name, name_en) for code, name, name_en in EXAMPLE_REGIONS}


def region_names(code: str) -> tuple[str, str, str]:
    """Chinese name, English name and path of a region; the code itself where the catalogue does not know it."""
    if code in _EXAMPLE:
        name, name_en = _EXAMPLE[code]
        return name, name_en, f"{_EXAMPLE['990000'][0]} · {name}"
    if code == NATION:
        return "国务院", "State Council", "国务院"  # who gives the report, not where it holds
    known = region(code)
    return (known.name, known.english, path_zh(code)) if known else (code, "", code)


def _path_en(code: str) -> str:
    """Jilin · Changchun; "" where a name is missing."""
    if code in _EXAMPLE:
        return " · ".join(_EXAMPLE[one][1] for one in dict.fromkeys(("990000", code)))
    known = region(code)
    above = [one for one in ancestors(code) if one.code != NATION]
    names = [one.english for one in (*reversed(above), known) if one] if known and code != NATION else []
    return " · ".join(names) if all(names) else ""


def brief(session: Session, digest: Digest, watch: Watch, post: Post, now: datetime) -> DigestData:
    """All that `digest` tells the readers of `watch`."""
    changes = find_in_digest(session, digest.id)
    parts = [
        _part(session, report_id, list(group), watch, post)
        for report_id, group in groupby(changes, key=lambda change: change.report_id)
    ]
    sources = {state.key: state for state in find_sources(session)}
    return DigestData(
        id=digest.id,
        watch=watch.key,
        language=watch.language,
        made_at=now,
        parts=tuple(parts),
        notices=tuple(_notices(session, digest, sources)),
        foot=foot(
            watch,
            list(sources.values()),
            region_names,
            unread=count_unread(session),
            hushed=count_hushed(session, digest),
            silenced=_silenced(session, digest, sources),
            seen=find_last_seen(session),
        ),
        home_url=post.links.home,
        zone=zone_of(watch, post.desk.zone),
    )


def _part(session: Session, report_id: int, changes: Sequence[Change], watch: Watch, post: Post) -> ReportPart:
    report = find_reports_by_id(session, [report_id])[report_id]
    assert report.document_id is not None, "a report with changes has a witness"
    document = find_documents_by_id(session, [report.document_id])[report.document_id]
    figures = _Figures(session, changes, report, post)
    unchanged = _unchanged(session, report, changes, watch)
    told = [*figures.told(changes), *unchanged]
    name, name_en, path = region_names(report.region)
    return ReportPart(
        region=name,
        region_en=name_en,
        region_path=path,
        region_code=report.region,
        kind=Kind(report.kind),
        year=report.year,
        title=document.title,
        issuer=document.issuer,
        published_on=document.published_on,
        url=document.url,
        kept_url=post.links.document(report.document_id),
        example=report.example,
        lines=tuple(_line(change, figures) for change in changes),
        found_at=_elsewhere(session, document, report),
        region_path_en=_path_en(report.region),
        unchanged=tuple(_steady(stated, figures) for stated in unchanged),
        around=around(session, report, told, figures.bare, region_names) if _is_news(changes) else None,
        past=past(session, report, told, figures.bare, figures.reached) if _is_news(changes) else None,
    )


def _is_news(changes: Sequence[Change]) -> bool:
    """Whether the report says something: what we correct needs nothing around it."""
    return any(change.basis != Basis.CORRECTION for change in changes)


class _Figures:
    """The figures of one report's changes, and what became of the targets before them."""

    def __init__(self, session: Session, changes: Sequence[Change], report: Report, post: Post) -> None:
        ids = {id for change in changes for id in (change.before_id, change.after_id) if id is not None}
        self._session = session
        self._links, self._archive = post.links, post.desk.archive
        self._stated = find_by_id(session, ids)
        documents = find_documents_by_id(session, {stated.document_id for stated, _ in self._stated.values()})
        self._documents: dict[int, Document] = documents
        self._answers = _answers(session, report, (stated for stated, _ in self._stated.values()))

    def of_id(self, statement_id: int | None) -> Figure | None:
        return None if statement_id is None else self.of(*self._stated[statement_id])

    def stated(self, statement_id: int | None) -> Stated | None:
        return None if statement_id is None else self._stated[statement_id][0]

    def of(self, stated: Stated, sentence: str | None = None) -> Figure:
        data = stated.data
        document = self._document(stated.document_id)
        if sentence is None:
            sentence = find_sentences(self._session, stated.document_id)[stated.id]
        made = Figure(
            text=data.text,
            measure=data.measure,
            op=data.op,
            value=data.value,
            value_hi=data.value_hi,
            unit=data.unit,
            reference=data.reference,
            period=data.period,
            sentence=sentence,
            mark_start=data.start - data.sentence_start,
            mark_end=data.end - data.sentence_start,
            report_title=document.title,
            report_year=stated.year,
            url=document.url,
            kept_url=self._links.statement(stated.document_id, stated.id),
            publisher=document.issuer or document.title,
        )
        if is_bare(data.indicator) and not owner(data.indicator, made):
            made = replace(made, ahead=self._ahead(document, data.sentence_start))
        return made

    def _ahead(self, document: Document, start: int) -> str:
        """What stands before a sentence that does not say of what it is; "" where the kept text is gone."""
        try:
            return self._archive.find_text(document.text_hash)[max(0, start - AHEAD) : start]
        except ArchiveError:
            return ""

    def bare(self, stated: Stated) -> Figure:
        """A figure without its sentence and document, for tables of many."""
        data = stated.data
        return Figure(
            text=data.text, measure=data.measure, op=data.op, value=data.value, value_hi=data.value_hi, unit=data.unit,
            reference=data.reference, period=data.period, sentence="", mark_start=0, mark_end=0, report_title="",
            report_year=stated.year, url="", kept_url=self._links.statement(stated.document_id, stated.id),
        )  # fmt: skip

    def told(self, changes: Sequence[Change]) -> list[Stated]:
        """The targets that are told, main ones first: what the report states of them, else what it did."""
        sides = [self.stated(change.after_id) or self.stated(change.before_id) for change in changes]
        return sorted((one for one in sides if one), key=lambda one: not one.data.headline)

    def reached(self, stated: Stated) -> Stated | None:
        """What became of a target, as the ledger has it; one source for tables, charts and `mubiao targets`."""
        entry = self._answers.get(_said(stated))
        return entry.outturn if entry else None

    def judged(self, stated: Stated | None) -> ChangeKind | None:
        """Whether that met or missed it, by the ledger, whichever changes the watch asked for."""
        entry = self._answers.get(_said(stated)) if stated else None
        return CHANGE_OF.get(entry.verdict) if entry else None

    def outturn(self, stated: Stated | None) -> Figure | None:
        reached = self.reached(stated) if stated else None
        return self.of(reached) if reached else None

    def _document(self, id: int) -> Document:
        if id not in self._documents:
            self._documents |= find_documents_by_id(self._session, [id])
        return self._documents[id]


def _answers(session: Session, report: Report, told: Iterable[Stated]) -> dict[Said, LedgerEntry]:
    """Ledger entries with an outturn: targets of the region, and those `told` of that no report states any more."""
    known = find_ledger_statements(session, report.region, headline=False)
    ids = {one.id for one in known}
    stated = [*known, *(one for one in told if one.id not in ids and one.data.role is Role.TARGET)]
    entries = reckon(stated, sentences=lambda wanted: find_sentences_by_id(session, wanted))
    return {_said(entry.target): entry for entry in entries if entry.outturn}


def _said(target: Stated) -> Said:
    """What two statements of one target in one report share."""
    return target.year, target.report_kind, *series_of(target), signature(target)


def _line(change: Change, figures: _Figures) -> Line:
    known = indicator(change.indicator_key)
    before, after = figures.stated(change.before_id), figures.stated(change.after_id)
    settled = change.kind in (ChangeKind.MET, ChangeKind.MISSED, ChangeKind.CORRECTED)
    renamed = change.kind == ChangeKind.CORRECTED and before and after and before.indicator_key != after.indicator_key
    return Line(
        kind=ChangeKind(change.kind),
        basis=Basis(change.basis),
        indicator=_shown(change.indicator, change.indicator_key, change.region),
        indicator_key=change.indicator_key,
        name_en=known.en if known else "",
        topic_zh=known.topic.zh if known else "",
        topic_en=known.topic.en if known else "",
        headline=change.headline,
        before=figures.of_id(change.before_id),
        after=figures.of_id(change.after_id),
        outturn=None if settled else figures.outturn(before),
        judged=None if settled else figures.judged(before),
        told_as=named(before) if renamed and before else None,
    )


def _unchanged(session: Session, report: Report, changes: Sequence[Change], watch: Watch) -> list[Stated]:
    """The main targets that the report repeats, each series once, where it is told as the next report.

    A series that changed is not among them, however often the report says it (CPI once as a target, once explained).
    """
    earlier = find_before(session, report)
    if earlier is None or all(change.basis != Basis.NEXT_REPORT for change in changes):
        return []
    now = [stated for stated in find_spoken(session, report) if _is_main(stated)]
    then = [stated for stated in find_spoken(session, earlier) if _is_main(stated)]
    moved = compare(then, now, year=report.year, basis=Basis.NEXT_REPORT, full=False)
    changed = {series_of(side) for change in moved for side in (change.before, change.after) if side}
    steady: dict[Series, Stated] = {}
    for stated in now:
        if (series := series_of(stated)) not in changed:
            steady.setdefault(series, stated)
    return [stated for stated in steady.values() if any(is_named(word, stated) for word in watch.indicators)]


def _is_main(stated: Stated) -> bool:
    return stated.data.headline and stated.data.role is Role.TARGET


def _steady(stated: Stated, figures: _Figures) -> Steady:
    known = indicator(stated.indicator_key)
    name = _shown(stated.data.indicator, stated.indicator_key, stated.region)
    return Steady(name, stated.indicator_key, known.en if known else "", figures.of(stated))


def _shown(words: str, key: str, code: str) -> str:
    """A known indicator goes without its own region's name; of the long tail the words are all there is to go by."""
    return without_place(words, region_names(code)[0]) if indicator(key) else words


def _silenced(session: Session, digest: Digest, sources: dict[str, SourceState]) -> list[tuple[str, str]]:
    """What silences kept back, by name, in Chinese and in English: 长春市 GDP, or a source; each name once."""
    changes, notices = find_hushed(session, digest)
    named = []
    for change in changes:
        known = indicator(change.indicator_key)
        name, name_en, _ = region_names(change.region)
        zh, en = (known.zh, known.en) if known else (change.indicator, change.indicator)
        named.append((f"{name}{zh}", f"{name_en or name} {en}"))
    for notice in notices:
        state = sources.get(notice.source_key)
        named.append((state.name if state else notice.source_key,) * 2)
    return list(dict.fromkeys(named))


def _elsewhere(session: Session, document: Document, report: Report) -> str:
    """The name of the source, where it is declared for another region than the report is of."""
    source = find_source(session, document.source_key)
    return source.name if source and source.region != report.region else ""


def _notice(kept: KeptNotice, sources: dict[str, SourceState]) -> Notice:
    state = sources.get(kept.source_key)
    years = (kept.first_year, kept.last_year) if kept.first_year and kept.last_year else None
    return Notice(
        kind=kept.kind,
        source=state.name if state else kept.source_key,
        url=state.url if state else "",
        at=kept.at,
        count=kept.count,
        years=years,
        detail=kept.detail,
        label=kept.label,
        example=kept.example,
    )


def _notices(session: Session, digest: Digest, sources: dict[str, SourceState]) -> list[Notice]:
    """What is told of the watching; documents that new rules have read again are one line, however many regions."""
    kept = find_notices(session, digest.id)
    told = [_notice(one, sources) for one in kept if one.kind != "rules"]
    again = [one for one in kept if one.kind == "rules"]
    if again:
        count = sum(one.count for one in again)
        told.append(
            Notice("rules", f"{len({one.source_key for one in again})}", "", max(one.at for one in again), count)
        )
    return told
