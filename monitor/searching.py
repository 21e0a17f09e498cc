"""Looking for words in all that is kept (检索): which reports have them, and in which sentence; and keeping that fast.

The index tells which documents have all terms of the words; the kept text tells whether the words stand there.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine
from sqlmodel import Session

from monitor.catalogue.indicators import Indicator, find_indicators
from monitor.comparing.terms import VERSION, places, terms, words_of
from storage.archive import Archive, ArchiveError
from storage.database import transaction
from storage.reports import find_documents_by_id
from storage.search import Candidate, Narrowed, add_terms, find_candidates, find_unsearched
from storage.statements import find_within
from storage.values import Kind, Stated

SHOWN = 20  # hits of one answer
LOOKED_AT = 150  # texts read for one answer, whatever they hold
SENTENCE_ENDS = "。！？；!?;\n"
LONGEST = 240  # characters of a sentence that is shown; a table has none
STEP = 20  # documents that one step lets be found
INDICATORS = 12

Marks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: words that must all be there, in reports of these regions, of a year, of a kind."""

    words: str
    regions: Sequence[str] | None = None
    year: int | None = None
    kind: Kind | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A report, or a document of none, in which the words stand, with the sentence that has most of them.

    `marks` are where the words stand in `sentence`, which begins at `start` of the kept text, in its `paragraph`-th
    line that is not blank, from 1. `times` counts them all over the text. `stated` is a statement in that sentence, if
    one was read there.
    """

    document_id: int
    title: str
    region: str
    kind: Kind | None
    year: int | None
    published_on: date | None
    speaks: bool
    sentence: str
    marks: Marks
    start: int
    paragraph: int
    times: int
    stated: Stated | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits, how many documents may hold more, and where to go on (None: that was all)."""

    hits: tuple[Hit, ...]
    indicators: tuple[Indicator, ...]
    candidates: int
    next_offset: int | None


def search(session: Session, archive: Archive, asked: Asked) -> Answer:
    """The newest reports with all the words; each report once, by the document that speaks for it where that has them.

    Raises NothingToLookFor, whose message says what may be asked.
    """
    words = words_of(asked.words)
    wanted = set().union(*map(terms, words))
    narrowed = Narrowed(asked.regions, asked.year, asked.kind)
    found, candidates = find_candidates(session, wanted, narrowed, offset=asked.offset, limit=LOOKED_AT + 1)
    hits: list[tuple[Candidate, str, list[Marks]]] = []
    shown: set[int | None] = {None}
    read = 0
    for candidate in found[:LOOKED_AT]:
        if len(hits) == SHOWN:
            break
        read += 1
        if candidate.report_id in shown and candidate.report_id is not None:
            continue
        text = _text(archive, candidate)
        where = [tuple(places(word, text)) for word in words]
        if all(where):
            hits.append((candidate, text, where))
            shown.add(candidate.report_id)
    more = read < len(found)
    return Answer(
        hits=_hits(session, hits),
        indicators=tuple(find_indicators(asked.words.strip()))[:INDICATORS] if asked.offset == 0 else (),
        candidates=candidates,
        next_offset=asked.offset + read if more else None,
    )


def index_some(engine: Engine, archive: Archive, limit: int = STEP) -> int:
    """Let a few more documents be found that cannot be yet; answers how many. Texts that are gone are found by nothing.

    The texts are read before the transaction begins.
    """
    with transaction(engine) as session:
        waiting = [(one.id, one.text_hash) for one in find_unsearched(session, VERSION, limit) if one.id is not None]
    made = [(id, _terms(archive, text_hash)) for id, text_hash in waiting]
    if made:
        with transaction(engine) as session:
            still = {one.id for one in find_unsearched(session, VERSION, limit)}
            for id, found in made:
                if id in still:  # nobody was quicker, and it is still kept
                    add_terms(session, id, found, VERSION)
    return len(made)


def _terms(archive: Archive, text_hash: str) -> set[str]:
    try:
        return terms(archive.find_text(text_hash))
    except ArchiveError:
        return set()  # `fsck` tells of it


def _text(archive: Archive, candidate: Candidate) -> str:
    try:
        return archive.find_text(candidate.text_hash)
    except ArchiveError:
        return ""


def _hits(session: Session, found: Sequence[tuple[Candidate, str, list[Marks]]]) -> tuple[Hit, ...]:
    documents = find_documents_by_id(session, [candidate.document_id for candidate, _, _ in found])
    sentences = {candidate.document_id: _best_sentence(text, where) for candidate, text, where in found}
    stated = find_within(session, sentences)
    hits = []
    for candidate, text, where in found:
        document = documents[candidate.document_id]
        start, end = sentences[candidate.document_id]
        inside = sorted((a - start, b - start) for marks in where for a, b in marks if start <= a and b <= end)
        hits.append(
            Hit(
                document_id=candidate.document_id,
                title=document.title,
                region=candidate.region,
                kind=Kind(candidate.kind) if candidate.kind else None,
                year=candidate.year,
                published_on=document.published_on,
                speaks=candidate.speaks,
                sentence=text[start:end],
                marks=_apart(inside),
                start=start,
                paragraph=_paragraph_at(text, start),
                times=sum(map(len, where)),
                stated=_nearest(stated.get(candidate.document_id, ()), [start + a for a, _ in inside]),
            )
        )
    return tuple(hits)


def _best_sentence(text: str, where: Sequence[Marks]) -> tuple[int, int]:
    """The first sentence that has most of the different words."""
    best, most, at = (0, 0), 0, 0
    begins = [[start for start, _ in marks] for marks in where]
    for start in sorted(start for starts in begins for start in starts):
        if start < at:
            continue
        sentence = _sentence_at(text, start)
        at = sentence[1]
        count = sum(bisect_left(starts, at) > bisect_left(starts, sentence[0]) for starts in begins)
        if count > most:
            best, most = sentence, count
        if most == len(where):
            break
    return best


def _sentence_at(text: str, at: int) -> tuple[int, int]:
    """The sentence around a place, without what is more than LONGEST characters around it."""
    start = max(text.rfind(end, max(0, at - LONGEST), at) for end in SENTENCE_ENDS) + 1
    start = start or max(0, at - LONGEST // 2)
    ends = [found for mark in SENTENCE_ENDS if (found := text.find(mark, at, start + LONGEST)) >= 0]
    end = min(ends) + 1 if ends else min(len(text), start + LONGEST)
    end = max(end, min(len(text), at + 1))
    return start + len(text[start:end]) - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())


def _paragraph_at(text: str, at: int) -> int:
    """The how manieth line that is not blank this is, from 1."""
    return 1 + sum(1 for line in text[: text.rfind("\n", 0, at) + 1].split("\n") if line.strip())


def _apart(marks: Sequence[tuple[int, int]]) -> Marks:
    """Marks that meet become one."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _nearest(stated: Sequence[Stated], at: Sequence[int]) -> Stated | None:
    """The statement that stands nearest to the words."""
    return min(stated, key=lambda one: min(abs(one.data.start - place) for place in at), default=None)
