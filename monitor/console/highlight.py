"""Statements as marks in a text: offsets in, nested pieces of paragraphs out."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.digest.outgoing import clean_pieces
from storage.values import Stated


@dataclass(frozen=True, slots=True)
class Open:
    """A mark (or a sentence, when `stated` is None) begins. Only the first piece of a statement carries its anchor."""

    stated: Stated | None
    first: bool


@dataclass(frozen=True, slots=True)
class Close:
    """The innermost open mark or sentence ends."""

    sentence: bool


Token = str | Open | Close
Paragraph = tuple[Token, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """Sorted so that what begins first and ends last comes first: the outer one of two."""

    start: int
    back: int  # minus the end
    order: int
    first: bool = True

    @property
    def end(self) -> int:
        return -self.back


def paragraphs(text: str, statements: Sequence[Stated]) -> Iterator[Paragraph]:
    """The text's lines, each as a stream of texts, openings and closings, properly nested; blank lines are left out.

    A statement that crosses the end of another, or of a line, goes on in a second piece. Spans outside the text
    and empty ones are left out. Texts are cleaned, not escaped.
    """
    spans = sorted(_spans(text, statements))
    at, start, pending = 0, 0, list[_Span]()
    for line in text.split("\n"):
        end = start + len(line)
        while at < len(spans) and spans[at].start < end:
            pending.append(spans[at])
            at += 1
        if line.strip():
            inside = [_clipped(span, start, end) for span in pending if span.end > start]
            yield _cleaned(list(_nested(text, start, end, inside, statements)))
        pending = [span for span in pending if span.end > end]
        start = end + 1


def _spans(text: str, statements: Sequence[Stated]) -> Iterator[_Span]:
    sentences = {(each.data.sentence_start, each.data.sentence_end) for each in statements}
    for start, end in sentences:
        if 0 <= start < end <= len(text):
            yield _Span(start, -end, -1)
    for order, each in enumerate(statements):
        if 0 <= each.data.start < each.data.end <= len(text):
            yield _Span(each.data.start, -each.data.end, order)


def _clipped(span: _Span, start: int, end: int) -> _Span:
    return _Span(max(span.start, start), -min(span.end, end), span.order, span.first and span.start >= start)


def _nested(text: str, start: int, end: int, spans: Iterable[_Span], statements: Sequence[Stated]) -> Iterator[Token]:
    queue = list(spans)
    heapq.heapify(queue)
    stack: list[_Span] = []
    at = start
    while queue or stack:
        if stack and (not queue or queue[0].start >= stack[-1].end):
            done = stack.pop()
            yield text[at : done.end]
            at = done.end
            yield Close(done.order < 0)
            continue
        span = heapq.heappop(queue)
        if stack and span.end > stack[-1].end:  # crosses its surroundings: cut there, and go on behind
            heapq.heappush(queue, _Span(stack[-1].end, span.back, span.order, False))
            span = _Span(span.start, stack[-1].back, span.order, span.first)
        yield text[at : span.start]
        at = span.start
        yield Open(None if span.order < 0 else statements[span.order], span.first)
        stack.append(span)
    yield text[at:end]


def _cleaned(tokens: list[Token]) -> Paragraph:
    texts = iter(clean_pieces([token for token in tokens if isinstance(token, str)]))
    cleaned = [next(texts) if isinstance(token, str) else token for token in tokens]
    return tuple(token for token in cleaned if token != "")
