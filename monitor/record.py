"""The record of a report: which of its witnesses speaks, and the changes that follow from what they all say.

Whatever came first, the same witnesses make the same record; docs/changes.md has the rules. Only who is told depends
on what was new when.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlmodel import Session

from monitor.comparing.compare import compare, event_id
from monitor.comparing.farther import is_farther, last_word
from monitor.comparing.ledger import settle
from storage.changes import Kept, find_told, keep_changes
from storage.farther import find_farther_targets, find_later_of_periods
from storage.models import Change, Document, Report
from storage.reports import find_after, find_before, find_document, find_witnesses
from storage.series import find_sentences_by_id
from storage.statements import find_of_document
from storage.values import Basis, ChangeData, ChangeKind, Stated
from storage.visits import find_source

CHINA = ZoneInfo("Asia/Shanghai")
FULLER = 1.5  # a witness that states this many times as much speaks, whoever published it
PAIRED = (ChangeKind.RAISED, ChangeKind.LOWERED, ChangeKind.REWORDED)
RESULTS = (ChangeKind.MET, ChangeKind.MISSED)
Events = dict[str, ChangeData]
IsNews = Callable[[ChangeData], bool]


def _nothing(_: ChangeData) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a document did to its report's record: `fresh` changes were not on it, `news` are to be told."""

    revised: bool
    fresh: int
    news: list[tuple[int, ChangeData]]


def standing(witnesses: Iterable[Document]) -> list[Document]:
    """What each address says: its latest whole version, or its latest where none is whole."""
    latest: dict[str, Document] = {}
    for document in sorted(witnesses, key=lambda one: one.version):
        known = latest.get(document.url)
        if known is None or known.excerpt or not document.excerpt:
            latest[document.url] = document
    return sorted(latest.values(), key=_rank)


def speaker_of(witnesses: Iterable[Document]) -> Document | None:
    """Who speaks for a report: a whole text before an excerpt, the fullest, the government's own page, the earliest.

    Texts that state nearly as much are equally full, so that a reposter's foot or a slip decides nothing.
    """
    candidates = standing(witnesses)
    whole = [one for one in candidates if not one.excerpt] or candidates
    most = max((one.targets for one in whole), default=0)
    return next((one for one in whole if one.targets * FULLER >= most), None)


def _rank(document: Document) -> tuple[bool, bool, date, str]:
    return document.excerpt, "政府" not in document.issuer, document.published_on or date.max, document.url


class Record:
    """One report's record within one transaction."""

    def __init__(self, session: Session, report: Report, now: datetime, watched: Callable[[Stated], bool]) -> None:
        assert report.id is not None, "the report is kept"
        self.session, self.report, self.id, self.now, self.watched = session, report, report.id, now, watched
        self._said: dict[int, Sequence[Stated]] = {}

    def take_in(self, document: Document, said: Sequence[Stated], *, known: bool, news: bool) -> Taken:
        """Make the record agree with a witness that was just kept; `known` says that the report had others before.

        With `news`, what it changes is told: a revision of the page that spoke, and of the newest report all else.
        """
        witnesses = self._witnesses
        before = [one for one in witnesses if one.id != document.id]
        self._said[_id(document)] = said
        spoke, speaks = speaker_of(before), self._elect()
        revision = self._revision(document, before)
        disputes, following = self._disputes(speaks), self._following(speaks)
        newest = news and find_after(self.session, self.report) is None
        self._wait_or_not(document, known=known, newest=newest, news=news)

        explained = [*revision.values(), *disputes.values()] if spoke else []
        fit = _Untold(explained, find_told(self.session, self.id) if newest and spoke else ())
        spoken = spoke is not None and spoke.url == document.url
        kept = [
            self._keep(revision, (), news and spoken),
            self._keep(disputes, (Basis.CONFLICT,), newest),
            keep_changes(
                self.session, following, report_id=self.id, bases=(Basis.NEXT_REPORT,), now=self.now,
                example=self.report.example,
                is_news=lambda change, _: newest and not self.report.waiting and fit.to_be_told(change),
            ),
        ]  # fmt: skip
        if spoke is None or spoke.id != speaks.id:
            self.redo_later(self.said(spoke) if spoke else ())  # an older report came or changed: nobody is alarmed
        revised = any(one.url == document.url for one in before)
        return Taken(revised, sum(len(one.fresh) for one in kept), [told for one in kept for told in one.news])

    def redo(self, is_news: IsNews = _nothing) -> list[tuple[int, ChangeData]]:
        """Make the record again from what is kept: better rules have read it anew, or a review has put it right.

        Nobody is told, but of what `is_news` says: that is answered with, to be owed.
        """
        speaks = self._elect()
        revisions: Events = {}
        for document in self._witnesses:
            revisions |= self._revision(document, [one for one in self._witnesses if one.version < document.version])
        kept = [
            self._rekeep(revisions, Basis.REVISION, is_news),
            self._rekeep(self._disputes(speaks), Basis.CONFLICT, is_news),
            self._rekeep(self._following(speaks), Basis.NEXT_REPORT, is_news),
        ]
        return [told for one in kept for told in one.news]

    def redo_later(
        self, before: Iterable[Stated], is_news: IsNews = _nothing
    ) -> list[tuple[Report, list[tuple[int, ChangeData]]]]:
        """What the next report changed is found again, and later ones that speak of the same farther years.

        `before` is what this report stated until now. The same is told as by `redo`, for each report.
        """
        later = self._later([*before, *self._spoken(self.report)])
        return [(report, Record(self.session, report, self.now, self.watched)._refollow(is_news)) for report in later]

    def _later(self, stated: Iterable[Stated]) -> list[Report]:
        following = find_after(self.session, self.report)
        if following is None:
            return []
        periods = {str(one.data.period) for one in stated if is_farther(one)}
        farther = find_later_of_periods(self.session, self.report, periods)
        return [following, *(report for report in farther if report.id != following.id)]

    def _refollow(self, is_news: IsNews) -> list[tuple[int, ChangeData]]:
        assert self.report.document_id is not None, "somebody speaks for it"
        document = find_document(self.session, self.report.document_id)
        assert document is not None, "the speaker is kept"
        return self._rekeep(self._following(document), Basis.NEXT_REPORT, is_news).news

    @cached_property
    def _witnesses(self) -> list[Document]:
        return find_witnesses(self.session, self.id)

    def _elect(self) -> Document:
        speaks = speaker_of(self._witnesses)
        assert speaks is not None, "the report has a witness"
        self.report.document_id, self.report.title = speaks.id, speaks.title
        return speaks

    def said(self, document: Document) -> Sequence[Stated]:
        """What one witness states; read once."""
        if _id(document) not in self._said:
            self._said[_id(document)] = find_of_document(self.session, _id(document))
        return self._said[_id(document)]

    def _keep(self, changes: Events, bases: Collection[Basis], news: bool) -> Kept:
        return keep_changes(
            self.session, changes, report_id=self.id, bases=bases, now=self.now, example=self.report.example,
            is_news=lambda change, known: news and not known,
        )  # fmt: skip

    def _rekeep(self, changes: Events, basis: Basis, is_news: IsNews) -> Kept:
        return keep_changes(
            self.session, changes, report_id=self.id, bases=(basis,), now=self.now, example=self.report.example,
            is_news=lambda change, _: is_news(change),
        )  # fmt: skip

    def _compared(
        self, before: Sequence[Stated], after: Sequence[Stated], basis: Basis, *, full: bool = True
    ) -> list[ChangeData]:
        return compare(before, after, year=self.report.year, basis=basis, full=full, watched=self.watched)

    def _revision(self, document: Document, before: Iterable[Document]) -> Events:
        """How an address' text differs from what the address said before; to an excerpt nothing is added later."""
        earlier = next((one for one in standing(before) if one.url == document.url), None)
        if earlier is None or earlier.targets_hash == document.targets_hash:
            return {}
        full = not document.excerpt
        changes = self._compared(self.said(earlier), self.said(document), Basis.REVISION, full=full)
        if earlier.excerpt:
            changes = [change for change in changes if change.kind in PAIRED]
        return {event_id(change, f"{document.url}#{document.version}"): change for change in changes}

    def _disputes(self, speaks: Document) -> Events:
        """Where other addresses state other figures; but not those that the speaking one stated before its revision."""
        changes: Events = {}
        for other in self._others(speaks):
            for change in self._compared(self.said(speaks), self.said(other), Basis.CONFLICT):
                dispute = replace(change, kind=ChangeKind.CONFLICT)
                turned = replace(dispute, before=change.after, after=change.before)
                changes.setdefault(min(event_id(dispute), event_id(turned)), dispute)  # whoever of the two speaks
        if changes:
            superseded = [one for one in self._witnesses if one.url == speaks.url and one.version < speaks.version]
            changes = {
                id: change
                for id, change in changes.items()
                if not any(_states(self.said(one), change.after, same=True) for one in superseded)
            }
        return changes

    def _others(self, speaks: Document) -> list[Document]:
        """One witness of each other set of targets."""
        others = {one.targets_hash: one for one in reversed(standing(self._witnesses))}
        others.pop(speaks.targets_hash, None)
        return list(reversed(others.values()))

    def _following(self, speaks: Document) -> Events:
        """Against the report before: changes of targets, and what became of those of then.

        A target for a farther year meets what the last report said that stated one for it. What another witness still
        states is not `dropped`: the speaker's text may lack a line.
        """
        before = find_before(self.session, self.report)
        earlier = [] if before is None or before.document_id is None else list(self._spoken(before))
        earlier += last_word(find_farther_targets(self.session, self.report), earlier, self.report.year)
        said = self.said(speaks)
        changes = self._compared(earlier, said, Basis.NEXT_REPORT, full=not speaks.excerpt)
        changes = [
            one for one in changes if one.kind is not ChangeKind.DROPPED or not self._elsewhere(speaks, one.shown)
        ]
        return {event_id(change): change for change in [*changes, *settle(earlier, said, sentences=self._sentences)]}

    def _sentences(self, ids: Iterable[int]) -> Mapping[int, str]:
        return find_sentences_by_id(self.session, ids)

    def _elsewhere(self, speaks: Document, stated: Stated) -> bool:
        return any(_states(self.said(other), stated) for other in self._others(speaks))

    def _spoken(self, report: Report) -> Sequence[Stated]:
        assert report.document_id is not None, "somebody speaks for it"
        return find_of_document(self.session, report.document_id)

    def _wait_or_not(self, document: Document, *, known: bool, newest: bool, news: bool) -> None:
        """A report of first visits and imports waits for a source that was watched already when the report came out."""
        if not known:
            self.report.waiting = not news
        elif newest and self.report.waiting and self._came_out_watched(document):
            self.report.waiting = False

    def _came_out_watched(self, document: Document) -> bool:
        source = find_source(self.session, document.source_key)
        shown = any(one.source_key == document.source_key for one in self._witnesses if one.id != document.id)
        if source is None or source.baseline_at is None or shown:
            return False
        days = [one.published_on for one in self._witnesses if one.published_on]
        out_on = min([self.report.first_seen_at.astimezone(CHINA).date(), *days])
        return source.baseline_at.astimezone(CHINA).date() <= out_on


class _Untold:
    """Which changes against the report before are news, when part of the report was known already."""

    def __init__(self, explained: Iterable[ChangeData], told: Iterable[Change]) -> None:
        explained = list(explained)
        self._statements = {stated.id for change in explained for stated in (change.before, change.after) if stated}
        self._gone = [change.shown for change in explained if change.kind is ChangeKind.DROPPED]
        self._results = {(one.kind, one.indicator_key, one.measure) for one in told}

    def to_be_told(self, change: ChangeData) -> bool:
        """Not what a revision or a conflict tells already, nor a verdict that was told."""
        if change.kind in RESULTS:
            return (change.kind, change.shown.indicator_key, change.shown.data.measure) not in self._results
        if change.kind is ChangeKind.DROPPED:
            return not _states(self._gone, change.shown)
        return change.shown.id not in self._statements


def _states(said: Sequence[Stated], stated: Stated | None, *, same: bool = False) -> bool:
    """Whether one of these statements is of the same thing, and, with `same`, gives the same figure."""
    assert stated is not None, "this side is there"
    changes = compare(said, [stated], year=stated.year, basis=Basis.REVISION, full=False)
    return not changes if same else all(change.kind is not ChangeKind.ADDED for change in changes)


def _id(document: Document) -> int:
    assert document.id is not None, "the row was read"
    return document.id
