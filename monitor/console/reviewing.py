"""Reviews: who knows the password says here that a number was read wrongly; guests read what was said."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl

from anyio import from_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.catalogue.indicators import indicator
from monitor.console.access import signed_in
from monitor.console.answers import Reader, html, missing, reader
from monitor.console.kept import LARGEST_ID, Kept
from monitor.console.places import place
from monitor.console.saying import reading, report_name
from monitor.console.watching import minute
from monitor.digest.outgoing import clean, clean_pieces
from monitor.digest.words import Words
from monitor.reviews.reviewing import Listed, Outcome, ReviewRefused, Says, list_reviews
from storage.models import Review
from storage.reviews import find_machines, find_statement
from storage.statements import find_within, stated_of
from storage.values import Measure, Op, ReviewKind, Stated

PATH = "/review"
NEWEST = 200  # reviews of the list
LARGEST_FORM, LARGEST_BODY = 20_000, 1_000_000  # bytes that are understood, and that are read to say so
LONGEST_WHY = 500
NUMBERS, TEXTS = ("value", "value_hi"), ("unit", "op", "period")


class Reviewers(Protocol):
    """Who keeps what readers say. Called from several threads at once."""

    def review(self, statement_id: int, says: Says) -> Outcome:
        """Raises ReviewRefused."""

    def withdraw(self, review_id: int, who: str, why: str) -> Outcome:
        """The same."""


class FormRefused(ValueError):
    """The form was not one of ours, or too old."""


def routes(kept: Kept, reviewers: Reviewers | None) -> list[Route]:
    """Without `reviewers` nobody writes. Forms carry a token that another site's page cannot know."""
    key = secrets.token_bytes(32)

    def token(request: Request) -> str:
        return hmac.new(key, f"{signed_in(request)}\0{request.url.path}".encode(), hashlib.sha256).hexdigest()

    def listed(request: Request) -> Response:
        who = reader(request)
        with kept.reading() as session:
            found = list_reviews(session)[-NEWEST:]
        rows = [_row(one, who) for one in reversed(found)]
        return html(request, "console/reviews.html.j2", who.words["review_all"], rows=rows)

    def one(request: Request) -> Response:
        if request.method == "POST":
            return _answered(request, lambda form: _review(request, form))
        return _page(request)

    def _page(request: Request, status: int = 200, told: str = "", form: Mapping[str, str] | None = None) -> Response:
        statement_id = request.path_params["statement_id"]
        with kept.reading() as session:
            found = find_statement(session, statement_id) if statement_id <= LARGEST_ID else None
            if found is None:
                return missing(request)
            stated, sentence = stated_of(*found), found[0].sentence
            machine = next((one for _, one in find_machines(session, stated.document_id) if _meet(one, stated)), None)
            span = {stated.document_id: (stated.data.start, stated.data.end)}
            now = find_within(session, span).get(stated.document_id, [])
            known = [one for one in list_reviews(session, [stated.region]) if _is_of(one.row, stated, sentence)]
        who = reader(request)
        return html(
            request, "console/review.html.j2", who.words["review_title"], status,
            told=told, number=statement_id, back=who.link(f"/documents/{stated.document_id}#s{statement_id}"),
            place=place(stated.region, who), report=report_name(stated.report_kind, stated.year, who.words),
            quote=_quote(stated, sentence), machine=reading(machine or stated, who.words),
            now=[reading(one, who.words) for one in now] if machine else None,
            reviews=[_row(one, who) for one in known], may=may_review(request), token=token(request),
            figure=dict(_figure(next(iter(now), stated))) | dict(form or {}), ops=[op.value for op in Op],
            action=who.link(f"/review/{statement_id}"),
        )  # fmt: skip

    def may_review(request: Request) -> bool:
        return reviewers is not None and signed_in(request) is not None

    def _answered(request: Request, say: Any) -> Response:
        words, form = reader(request).words, dict[str, str]()
        try:
            body = _body(request)  # first, so that the answer is not lost on who still sends
            if not may_review(request):
                return _page(request, 403, words["review_read_only"])
            form = _form(request, body)
            if not hmac.compare_digest(form.get("token", "").encode(), token(request).encode()):
                return _page(request, 403, words["review_old_form"], form)
            outcome: Outcome = say(form)
        except (FormRefused, ReviewRefused) as error:
            return _page(request, 422, words("review_wrong", why=clean(str(error), 300)), form)
        told = words("review_known" if outcome.known else "review_done", n=outcome.review_id)
        return _page(request, 200, f"{told} {outcome.doubt}".strip())

    def _review(request: Request, form: Mapping[str, str]) -> Outcome:
        assert reviewers is not None, "the caller has looked"
        if withdrawn := form.get("withdraws"):
            return reviewers.withdraw(_number(withdrawn), _who(request), _why(form))
        return reviewers.review(request.path_params["statement_id"], _says(kept, form, _who(request)))

    def to_statement(request: Request) -> Response:
        """Of a number that somebody typed."""
        return RedirectResponse(reader(request).link(f"/review/{request.path_params['statement_id']}"), 307)

    return [
        Route("/review", listed),
        Route("/review/s{statement_id:int}", to_statement),
        Route("/review/{statement_id:int}", one, methods=["GET", "POST"]),
    ]


def _body(request: Request) -> bytes:
    """What was sent. Raises FormRefused for more than anybody would write."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or int(length[:12]) > LARGEST_BODY:
        raise FormRefused("the form is too large")
    body: bytes = from_thread.run(request.body)
    return body


def _form(request: Request, body: bytes) -> dict[str, str]:
    """The fields of a form; of one name the last. Raises FormRefused for what is none, or too large."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise FormRefused("this is no form")
    if len(body) > LARGEST_FORM:
        raise FormRefused("the form is too large")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=40, errors="strict")
    except ValueError as error:
        raise FormRefused("the form cannot be read") from error
    return dict(pairs)


def _says(kept: Kept, form: Mapping[str, str], who: str) -> Says:
    kind = form.get("kind", "")
    if kind not in (ReviewKind.NO_TARGET, ReviewKind.VALUE, ReviewKind.SERIES):
        raise FormRefused("say what is wrong")
    key, words = _series(kept, form.get("key", "").strip()) if kind == ReviewKind.SERIES else (None, None)
    return Says(ReviewKind(kind), who, _why(form), _given(form), key, words)


def _given(form: Mapping[str, str]) -> dict[str, object]:
    figure: dict[str, object] = {}
    for name in NUMBERS:
        written = form.get(name, "").strip()
        figure[name] = None if not written else _float(written)
    for name in TEXTS:
        figure[name] = clean(form.get(name, ""), 40) or None
    return figure


def _float(written: str) -> float:
    try:
        return float(written.translate(str.maketrans("，．－", ",.-")).replace(",", ""))
    except ValueError as error:
        raise FormRefused(f"{clean(written, 40)} is no number") from error


def _number(written: str) -> int:
    if not (written.isascii() and written.isdigit() and int(written[:20]) <= LARGEST_ID):
        raise FormRefused("this is no review")
    return int(written)


def _series(kept: Kept, written: str) -> tuple[str, str | None]:
    if indicator(written) is not None:
        return written, None
    number = written.rpartition("#")[2].removeprefix("s")
    with kept.reading() as session:
        found = (
            find_statement(session, int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
        )
    if found is None:
        raise FormRefused(f"{clean(written, 60)}: neither the key of an indicator nor the number of a statement")
    key = found[0].indicator_key
    return key, None if indicator(key) else found[0].indicator


def _who(request: Request) -> str:
    return clean(signed_in(request) or "", 40) or "?"


def _why(form: Mapping[str, str]) -> str:
    return clean(form.get("why", ""), LONGEST_WHY)


def _meet(one: Stated, other: Stated) -> bool:
    return one.data.start < other.data.end and other.data.start < one.data.end


def _is_of(row: Review, stated: Stated, sentence: str) -> bool:
    """Whether a review is of this number; by its sentence, as reviews are."""
    start = stated.data.start - stated.data.sentence_start
    of_report = (row.region, row.report_kind, row.year) == (stated.region, stated.report_kind, stated.year)
    return (
        of_report
        and row.sentence == sentence
        and row.start < start + stated.data.end - stated.data.start
        and start < row.end
    )


def _figure(stated: Stated) -> Mapping[str, str]:
    data = stated.data
    return {
        "value": "" if data.value is None else f"{data.value:.12g}",
        "value_hi": "" if data.value_hi is None else f"{data.value_hi:.12g}",
        "unit": data.unit or "", "op": data.op.value, "period": data.period or "", "key": "", "why": "",
        "kind": ReviewKind.VALUE,
    }  # fmt: skip


def _quote(stated: Stated, sentence: str) -> list[str]:
    start, end = stated.data.start - stated.data.sentence_start, stated.data.end - stated.data.sentence_start
    return clean_pieces([sentence[:start], sentence[start:end], sentence[end:]])


def _row(one: Listed, who: Reader) -> dict[str, Any]:
    row, words = one.row, who.words
    return {
        "id": row.id,
        "at": minute(row.at),
        "who": clean(row.who, 40),
        "why": clean(row.why, LONGEST_WHY),
        "place": place(row.region, who),
        "report": report_name(row.report_kind, row.year, words),
        "kind": words[f"review_{row.kind}"],
        "says": _words(row, words),
        "machine": _size(json.loads(row.machine), words) if row.machine else "",
        "state": words[f"review_state_{one.state}"],
        "withdraws": row.withdraws,
        "can_withdraw": one.state in ("applied", "superseded", "unanchored"),
        "quote": clean_pieces([row.sentence[: row.start], row.sentence[row.start : row.end], row.sentence[row.end :]]),
    }


def _words(row: Review, words: Words) -> str:
    if row.kind == ReviewKind.SERIES:
        return clean(row.indicator or row.indicator_key or "", 60)
    return _size(row.model_dump(), words) if row.kind == ReviewKind.VALUE else ""


def _size(said: Mapping[str, Any], words: Words) -> str:
    """7.5%，以上，2026."""
    value, high = said["value"], said["value_hi"]
    number = "" if value is None else f"{value:g}" + ("" if high is None else f"–{high:g}")
    hedge = "" if said["op"] in (Op.EXACT, Op.RANGE) else words[f"op_{said['op']}"]
    measure = "" if said["measure"] in (Measure.GROWTH, Measure.LEVEL, Measure.RATIO) else said["measure"]
    return words["comma"].join(
        filter(None, (f"{number}{clean(said['unit'] or '', 12)}", hedge, measure, said["period"]))
    )
