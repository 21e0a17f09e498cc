"""Two documents side by side: which targets changed, and which words."""

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.comparing.compare import compare
from monitor.console.answers import Reader, html, missing, reader
from monitor.console.differing import Pair, Piece, differences
from monitor.console.figures import shown
from monitor.console.kept import Kept
from monitor.console.places import above, place
from monitor.console.reports import KeptReport, find_kept
from monitor.console.saying import change_word, day, indicator_name, report_name
from monitor.digest.figures import difference
from monitor.digest.outgoing import clean, clean_pieces
from storage.values import Basis, ChangeData, ChangeKind

PART = 36_000  # characters of both texts on one page
TARGETS = 300
_SIGNS = {ChangeKind.RAISED: "▲", ChangeKind.LOWERED: "▼"}


def routes(kept: Kept) -> list[Route]:
    def both(request: Request) -> Response:
        with kept.reading() as session:
            before, after = (find_kept(session, kept, request.path_params[name]) for name in ("before", "after"))
        if before is None or after is None:
            return missing(request)
        who = reader(request)
        title = who.words["compare_title"]
        part = request.query_params.get("part", "1")
        number = int(part) if part.isascii() and part.isdigit() and len(part) < 4 else 1
        return html(request, "console/compare.html.j2", title, **view(before, after, number, who))

    return [Route("/compare/{before:int}/{after:int}", both)]


def view(before: KeptReport, after: KeptReport, part: int, who: Reader) -> dict[str, Any]:
    """What the template shows; `part` counts from 1."""
    changes = _changes(before, after)
    parts = list(_parts(folded(differences(before.text, after.text))))
    part = max(1, min(part, len(parts)))
    return {
        "sides": [_side(one, who) for one in (before, after)],
        "above": [*above(after.report.region, who), place(after.report.region, who)],
        "changes": [_change(one, who) for one in changes[:TARGETS]],
        "more": max(0, len(changes) - TARGETS),
        "rows": [_row(one) for one in parts[part - 1]] if parts else [],
        "part": part,
        "parts": len(parts),
        "here": lambda number: who.link(f"/compare/{before.document.id}/{after.document.id}", part=number),
    }


def folded(pairs: Iterable[Pair]) -> list[Pair | int]:
    """What changed, in order; a number stands for so many paragraphs that did not."""
    found: list[Pair | int] = []
    for pair in pairs:
        if not pair.same:
            found.append(pair)
        elif found and isinstance(found[-1], int):
            found[-1] += 1
        else:
            found.append(1)
    return found


def _parts(rows: Iterable[Pair | int]) -> Iterable[list[Pair | int]]:
    """So much as a page can carry."""
    part: list[Pair | int] = []
    size = 0
    for row in rows:
        part.append(row)
        size += sum(len(piece.text) for piece in (*row.before, *row.after)) if isinstance(row, Pair) else 0
        if size > PART:
            yield part
            part, size = [], 0
    if part:
        yield part


def _row(row: Pair | int) -> dict[str, Any]:
    if isinstance(row, int):
        return {"same": row}
    return {"same": 0, "before": _clean(row.before), "after": _clean(row.after)}


def _clean(pieces: Sequence[Piece]) -> list[Piece]:
    texts = clean_pieces([piece.text for piece in pieces])
    return [Piece(text, piece.changed) for text, piece in zip(texts, pieces, strict=True) if text]


def _changes(before: KeptReport, after: KeptReport) -> list[ChangeData]:
    """As the ledger of changes would have them; a cut text takes nothing back."""
    same = before.report.id == after.report.id
    return compare(
        before.statements,
        after.statements,
        year=after.report.year,
        basis=Basis.REVISION if same else Basis.NEXT_REPORT,
        full=not after.document.excerpt,
    )


def _change(change: ChangeData, who: Reader) -> dict[str, Any]:
    before, after = change.before, change.after
    return {
        "name": indicator_name(change.shown, who.words),
        "headline": change.headline,
        "kind": change.kind.value,
        "word": change_word(change.kind, who.words),
        "sign": _SIGNS.get(change.kind, ""),
        "before": shown(before, who) if before else None,
        "after": shown(after, who) if after else None,
        "by": difference(before.data, after.data, who.language) if before and after else "",
    }


def _side(one: KeptReport, who: Reader) -> dict[str, Any]:
    document = one.document
    details = clean(document.issuer, 60), day(document.published_on, who.words), f"v{document.version}"
    return {
        "url": who.link(f"/documents/{document.id}"),
        "name": report_name(one.report.kind, one.report.year, who.words),
        "place": place(one.report.region, who),
        "title": clean(document.title, 120),
        "details": " · ".join(filter(None, details)),
        "lost": one.lost,
    }
