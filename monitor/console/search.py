"""Search: a form, and what the kept texts hold of the words, each report with its sentence and the words marked."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.catalogue.indicators import Indicator
from monitor.comparing.terms import LONGEST, VERSION, NothingToLookFor
from monitor.console.answers import Reader, html, reader
from monitor.console.asking import AskedWrongly, asked, codes
from monitor.console.kept import Kept
from monitor.console.limits import Limit, limited
from monitor.console.places import place
from monitor.console.saying import day, reading, report_name
from monitor.digest.outgoing import clean, clean_pieces
from monitor.searching import Answer, Asked, Hit, search
from storage.database import reading as reading_of
from storage.search import count_unsearched
from storage.values import Kind

OFTEN, IN_SECONDS = 30, 60.0  # searches of one address
FIRST_YEAR, LAST_YEAR = 1949, 2100
FARTHEST = 1_000_000
LONGEST_ASKED = 200  # characters; of fewer, what is beyond LONGEST is not looked for


def routes(kept: Kept, limit: Limit | None = None) -> list[Route]:
    """/search; only a search counts for the limit, not the empty form."""

    def form(request: Request) -> Response:
        return _page(request, None, 0, "")

    def results(request: Request) -> Response:
        words = reader(request).words
        if len(request.query_params.get("q", "")) > LONGEST_ASKED:
            return _page(request, None, 0, words("search_too_long", n=LONGEST_ASKED), 422)
        try:
            wanted = _asked(request)
            with reading_of(kept.engine) as session:
                answer = search(session, kept.archive, wanted)
                waiting = count_unsearched(session, VERSION)
        except AskedWrongly as error:
            return _page(request, None, 0, words("asked_wrongly", written=clean(error.written, 60)), 422)
        except NothingToLookFor:
            return _page(request, None, 0, words["search_refused"], 422)
        return _page(request, answer, waiting, "")

    look = limited(limit or Limit(OFTEN, IN_SECONDS), results)

    def page(request: Request) -> Response:
        return look(request) if request.query_params.get("q", "").strip() else form(request)

    return [Route("/search", page)]


def _asked(request: Request) -> Asked:
    query = request.query_params
    region = asked({"region": query.get("region", "")}).region
    kind = query.get("kind", "")
    if kind and kind not in tuple(Kind):
        raise AskedWrongly("kind", kind)
    found = codes(region or None)
    return Asked(
        words=query.get("q", ""),
        regions=None if found is None else sorted(found),
        year=_number("year", query.get("year", ""), FIRST_YEAR, LAST_YEAR),
        kind=Kind(kind) if kind else None,
        offset=_number("offset", query.get("offset", ""), 0, FARTHEST) or 0,
    )


def _number(name: str, written: str, least: int, most: int) -> int | None:
    written = written.strip()
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < 10 and least <= int(written) <= most):
        raise AskedWrongly(name, written)
    return int(written)


def _page(request: Request, answer: Answer | None, waiting: int, wrong: str, status: int = 200) -> Response:
    who, query = reader(request), request.query_params
    written = {name: clean(query.get(name, ""), LONGEST) for name in ("q", "region", "year", "kind")}
    return html(
        request,
        "console/search.html.j2",
        " · ".join(filter(None, (written["q"], who.words["nav_search"]))),
        status,
        written=written,
        longest=LONGEST,
        wrong=wrong,
        kinds=[(kind.value, who.words[kind]) for kind in Kind],
        hits=[_hit(one, who) for one in answer.hits] if answer else None,
        indicators=[_indicator(one, who) for one in answer.indicators] if answer else [],
        first=who.link("/search", **written) if query.get("offset") else "",
        more=_more(answer, written, who) if answer else "",
        candidates=answer.candidates if answer else 0,
        waiting=waiting,
    )


def _more(answer: Answer, written: dict[str, str], who: Reader) -> str:
    return who.link("/search", **written, offset=answer.next_offset) if answer.next_offset is not None else ""


def _indicator(one: Indicator, who: Reader) -> dict[str, str]:
    return {"url": who.link(f"/indicators/{one.key}"), "name": one.zh if who.language == "zh" else one.en}


def _hit(hit: Hit, who: Reader) -> dict[str, Any]:
    words = who.words
    anchor = f"s{hit.stated.id}" if hit.stated else f"p{hit.paragraph}"
    known = hit.kind is not None and hit.year is not None
    return {
        "url": who.link(f"/documents/{hit.document_id}#{anchor}") if known else "",
        "title": clean(hit.title, 120),
        "place": place(hit.region, who) if hit.region else None,
        "report": report_name(str(hit.kind), hit.year or 0, words) if known else words["search_no_report"],
        "published": day(hit.published_on, words),
        "times": words("search_times", n=hit.times),
        "pieces": _pieces(hit),
        "stated": reading(hit.stated, words) if hit.stated else None,
    }


def _pieces(hit: Hit) -> list[tuple[str, bool]]:
    """The sentence in pieces, each with whether it is a word that was looked for."""
    cuts, at = [], 0
    for start, end in hit.marks:
        cuts += [(hit.sentence[at:start], False), (hit.sentence[start:end], True)]
        at = end
    cuts.append((hit.sentence[at:], False))
    cleaned = clean_pieces([piece for piece, _ in cuts])
    return [(piece, marked) for piece, (_, marked) in zip(cleaned, cuts, strict=True) if piece]
