"""Where in a report we are: the sentences, each with the role, the years and the headline that its place gives. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.extractors.clock import Clock
from monitor.extractors.headlines import goes_on, states_main_targets
from monitor.extractors.layout import Chapter, chapters_of
from monitor.extractors.periods import Span
from monitor.extractors.report_year import report_year
from monitor.extractors.roles import settle_roles
from storage.values import About, Role


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the plain text, with what its place in the report says of every number in it."""

    start: int
    end: int
    role: Role
    span: Span | None
    headline: bool
    opens_paragraph: bool
    rule: str
    term: Span | None = None  # the several years of the chapter, where it speaks of several


def read_sections(plain: str, about: About) -> list[Sentence]:
    """The sentences of a report in order, page furniture left out."""
    year = report_year(plain, about)
    return [
        sentence
        for chapter, roles, rule in settle_roles(chapters_of(plain), year)
        for sentence in _sentences(chapter, roles, rule, year)
    ]


def _sentences(chapter: Chapter, roles: Sequence[Role], rule: str, year: int | None) -> Iterator[Sentence]:
    clock = Clock(year, chapter.heading)
    headline = ""  # the last sentence of those that state the main targets
    for piece, role in zip(chapter.pieces, roles, strict=True):
        clock.read(piece.text, role, piece.opens)
        stated = role is Role.TARGET and (
            states_main_targets(piece.text) or (headline != "" and goes_on(piece.text, headline, piece.opens))
        )
        headline = piece.text if stated else ""
        end = piece.start + len(piece.text)
        yield Sentence(piece.start, end, role, clock.span, stated, piece.opens, rule, clock.term)
