"""Changes, filtered by region, indicator, kind and time: as a page, an Atom feed, JSON and CSV."""

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor import atom
from monitor.catalogue.indicators import TAIL, indicator, indicators
from monitor.console.answers import HEADERS, Reader, html, reader, rendered, tagged
from monitor.console.asking import Asked, AskedWrongly, asked
from monitor.console.conversions import change_of, ids_of
from monitor.console.cursors import cursor
from monitor.console.figures import shown
from monitor.console.kept import Kept
from monitor.console.places import place
from monitor.console.problems import problem
from monitor.console.resources import Change, Listed
from monitor.console.saying import indicator_name, region_name, report_name
from monitor.console.watching import minute
from monitor.digest.figures import difference, said
from monitor.digest.outgoing import clean, clean_pieces
from monitor.notifiers.outgoing import clean_text
from monitor.tables.sheets import write_csv
from monitor.telling.briefing import region_names
from storage import models
from storage.paging import find_change_page
from storage.statements import find_by_id
from storage.values import ChangeKind, Stated

Sides = dict[int, tuple[Stated, str]]
PAGE, FEED, LISTED = 40, 50, 1000  # changes of a page, of a feed, of JSON and CSV
AROUND = 140  # characters of a sentence, on each side of its number
SIGNS = {ChangeKind.RAISED: "▲", ChangeKind.LOWERED: "▼", ChangeKind.MET: "✓", ChangeKind.MISSED: "✗"}
FORMS = ("atom", "json", "csv")
COLUMNS = (
    "id", "seen_at", "told", "region", "code", "report_kind", "report_year", "change", "basis", "indicator",
    "indicator_key", "measure", "headline", "before", "after", "before_value", "before_unit", "after_value",
    "after_unit", "before_sentence", "after_sentence", "page", "example",
)  # fmt: skip


class Found:
    """The changes that a filter finds, with the statements on their sides; `after` is where the next page begins."""

    def __init__(self, session: Session, wanted: Asked, most: int) -> None:
        found = find_change_page(session, wanted.changes(), wanted.after, most + 1)
        self.wanted, self.changes = wanted, found[:most]
        self.sides: Sides = find_by_id(session, ids_of(self.changes))
        last = self.changes[-1] if len(found) > most else None
        self.after = cursor((last.seen_at, last.id)) if last else ""

    def of(self, change: models.Change) -> tuple[Stated | None, Stated | None]:
        before, after = (self.sides[id][0] if id in self.sides else None for id in _ids(change))
        return before, after

    def sentences(self, change: models.Change) -> tuple[str, str]:
        before, after = (self.sides[id][1] if id in self.sides else "" for id in _ids(change))
        return before, after


def routes(kept: Kept, url: str = "") -> list[Route]:
    """`url` is how readers reach the console, for the addresses in feeds and tables; "" is where they ask."""

    def page(request: Request) -> Response:
        try:
            wanted = asked(request.query_params)
        except AskedWrongly as error:
            return _page(request, None, error)
        with kept.reading() as session:
            found = Found(session, wanted, PAGE)
        return _page(request, found, None)

    def form(write: Callable[[Request, Found, str], Response], most: int) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            try:
                wanted = asked(request.query_params)
            except AskedWrongly as error:
                return problem(422, str(error), [{"where": f"query.{error.name}", "what": error.written}])
            with kept.reading() as session:
                found = Found(session, wanted, most)
            response = write(request, found, url or str(request.base_url).rstrip("/"))
            if found.after:
                following = urlencode(dict(request.query_params) | {"after": found.after})
                response.headers["Link"] = f'<{request.url.path}?{following}>; rel="next"'
            return tagged(request, response)

        return answer

    return [
        Route("/changes", page),
        Route("/changes.atom", form(_atom, FEED)),
        Route("/changes.json", form(_json, LISTED)),
        Route("/changes.csv", form(_csv, LISTED)),
    ]


def _page(request: Request, found: Found | None, wrong: AskedWrongly | None) -> Response:
    who = reader(request)
    wanted = found.wanted if found else Asked()
    query = wanted.query()
    return html(
        request, "console/changes.html.j2", _title(wanted, who), 422 if wrong else 200,
        wrong=wrong and who.words("asked_wrongly", written=clean(wrong.written, 60)),
        choices=[(code, clean(path, 60), _with(request, region=code)) for code, path in wrong.choices] if wrong else [],
        written={name: clean(request.query_params.get(name, ""), 60) for name in ("region", "indicator")},
        asked=query, kinds=[(kind.value, who.words[f"{kind}_word"]) for kind in ChangeKind],
        known=[(one.key, one.zh if who.language == "zh" else one.en) for one in indicators() if one.headline],
        rows=[_row(one, found, who) for one in found.changes] if found else [],
        forms=[(form, f"/changes.{form}?{urlencode(query | {'lang': who.language})}") for form in FORMS],
        first=who.link("/changes", **query) if wanted.after else "",
        more=who.link("/changes", **query, after=found.after) if found and found.after else "",
    )  # fmt: skip


def _with(request: Request, **more: str) -> str:
    return f"/changes?{urlencode(dict(request.query_params) | more)}"


def _title(wanted: Asked, who: Reader) -> str:
    known = [region_name(wanted.region, who.words)] if wanted.region else []
    known += [_indicator_name(wanted.indicator, who)] if wanted.indicator else []
    known += [who.words[f"{wanted.kind}_word"]] if wanted.kind else []
    return " · ".join([who.words["nav_changes"], *known])


def _indicator_name(key: str, who: Reader) -> str:
    known = indicator(key)
    return (known.zh if who.language == "zh" else known.en) if known else clean(key.removeprefix(TAIL), 60)


def _row(change: models.Change, found: Found, who: Reader) -> dict[str, Any]:
    (before, after), words = found.of(change), who.words
    side = after or before
    return {
        "place": place(change.region, who),
        "report": report_name(change.report_kind, change.year, words),
        "kind": change.kind,
        "word": words[f"{change.kind}_word"],
        "sign": SIGNS.get(ChangeKind(change.kind), ""),
        "basis": words[f"basis_{change.basis}"],
        "name": indicator_name(side, words) if side else clean(change.indicator, 40),
        "before": shown(before, who) if before else None,
        "after": shown(after, who) if after else None,
        "by": difference(before.data, after.data, who.language) if before and after else "",
        "seen": minute(change.seen_at),
        "told": change.news,
        "headline": change.headline,
        "quotes": _quotes(change, found),
        "example": change.example,
    }


def _quotes(change: models.Change, found: Found) -> list[tuple[int, str, str, str]]:
    """The sentence of each side, with its report's year: what stands before the number, the number, what behind."""
    pairs = zip(found.of(change), found.sentences(change), strict=True)
    return [_quote(stated, sentence) for stated, sentence in pairs if stated]


def _quote(stated: Stated, sentence: str) -> tuple[int, str, str, str]:
    start, end = stated.data.start - stated.data.sentence_start, stated.data.end - stated.data.sentence_start
    front, mark, back = clean_pieces([sentence[:start], sentence[start:end], sentence[end:]])
    front = f"…{front[-AROUND:]}" if len(front) > AROUND else front
    return stated.year, front, mark, f"{back[:AROUND]}…" if len(back) > AROUND else back


def _atom(request: Request, found: Found, url: str) -> Response:
    who, query = reader(request), found.wanted.query()
    query |= {"lang": who.language}
    own = f"{url}/changes.atom?{urlencode(query)}"
    links = {"self": own, "alternate": f"{url}/changes?{urlencode(query)}"}
    if found.after:
        links["next"] = f"{own}&{urlencode({'after': found.after})}"
    made = atom.feed(
        atom.urn(own),
        f"mubiao · {_title(found.wanted, who)}",
        [_entry(one, found, who, url) for one in found.changes],
        links=links,
    )
    return Response(atom.as_bytes(made), headers=HEADERS, media_type=atom.MEDIA_TYPE)


def _entry(change: models.Change, found: Found, who: Reader, url: str) -> Any:
    row, words = _row(change, found, who), who.words
    figures = " → ".join(one.text for one in (row["before"], row["after"]) if one)
    example = words["example"] if change.example else ""
    title = clean(f"{example}{row['place'].name} {change.year} · {row['name']} {figures} · {row['word']}", 200)
    content = clean_text(rendered("console/entry.html.j2", row=row, words=words, url=url))
    return atom.entry(
        atom.urn(f"change {change.event_id}"), title, content, published=change.seen_at, updated=change.seen_at,
        terms=[change.kind, change.region, clean(change.indicator_key, 100)], link=_address(found.of(change), url),
    )  # fmt: skip


def _json(request: Request, found: Found, url: str) -> Response:
    items = [change_of(one, found.sides) for one in found.changes]
    body = Listed[Change](items=items, next=found.after or None).model_dump_json()
    return Response(body, headers=HEADERS, media_type="application/json")


def _csv(request: Request, found: Found, url: str) -> Response:
    stream = io.StringIO(newline="")
    write_csv((_cells(one, found, url) for one in found.changes), COLUMNS, stream, bom=True)
    headers = HEADERS | {"Content-Disposition": 'attachment; filename="changes.csv"'}
    return Response(stream.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def _cells(change: models.Change, found: Found, url: str) -> dict[str, object]:
    before, after = (one.data if one else None for one in found.of(change))
    sentence_before, sentence_after = found.sentences(change)
    values = (
        change.event_id, change.seen_at.isoformat(), change.news, region_names(change.region)[0],
        change.region, change.report_kind, change.year, change.kind, change.basis, change.indicator,
        change.indicator_key, change.measure, change.headline, said(before, "zh") if before else "",
        said(after, "zh") if after else "", before and before.value, before and before.unit, after and after.value,
        after and after.unit, sentence_before, sentence_after, _address(found.of(change), url), change.example,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _address(sides: tuple[Stated | None, Stated | None], url: str) -> str:
    """Where the sentence is shown that says it now, or said it before."""
    before, after = sides
    stated = after or before
    return f"{url}/documents/{stated.document_id}#s{stated.id}" if stated else ""


def _ids(change: models.Change) -> tuple[int, int]:
    return change.before_id or 0, change.after_id or 0
