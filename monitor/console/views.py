"""Values → HTML, in the reader's language. Everything is escaped; nothing is decided here about HTTP."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.catalogue.indicators import indicator
from monitor.console.highlight import Close, Open, paragraphs
from monitor.console.pages import ListedReport, ReportPage, Witness
from monitor.digest.figures import label, said
from monitor.digest.outgoing import clean, web_address
from monitor.digest.words import WORDS, Words
from storage.values import Kind, Measure, Role, Stated

_ENVIRONMENT = Environment(
    loader=PackageLoader("monitor", "templates"),
    autoescape=True,  # always, whatever a template is called
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement in words, for the list beside the text."""

    id: int
    role: str
    headline: bool
    name: str
    said: str
    period: str


def home(reports: list[ListedReport], language: str, query: str) -> str:
    words = WORDS[language]
    lines = [
        {
            "url": f"/documents/{report.document_id}{query}",
            "region": _region(report.region, report.region_en, words),
            "kind": _heading(report.kind, report.year, words),
            "title": clean(report.title, 120),
            "published": report.published_on.isoformat() if report.published_on else "",
            "statements": words("statements_counted", n=report.statements),
            "example": report.example,
        }
        for report in reports
    ]
    return _page("home.html.j2", words, words["home_title"], query, lines=lines)


def document(page: ReportPage, language: str, query: str) -> str:
    words = WORDS[language]
    return _page(
        "report.html.j2",
        words,
        clean(page.title, 200),
        query,
        page=page,
        region=_region(page.region, page.region_en, words),
        place=clean(page.region_path, 80),
        kind=_heading(page.kind, page.year, words),
        issuer=clean(page.issuer, 80),
        published=words("published", date=page.published_on.isoformat()) if page.published_on else "",
        source=web_address(page.url),
        witnesses=[_witness(each, query) for each in page.witnesses],
        readings=[reading(each, words) for each in page.statements],
        paragraphs=paragraphs(page.text, page.statements),
        reading_of=lambda stated: reading(stated, words),
    )


def unsubscribe(address: str, done: bool, language: str, query: str) -> str:
    words = WORDS[language]
    return _page("unsubscribe.html.j2", words, words["unsubscribe"], query, address=clean(address, 254), done=done)


def missing(language: str, query: str) -> str:
    words = WORDS[language]
    return _page("missing.html.j2", words, words["not_found"], query)


def reading(stated: Stated, words: Words) -> Reading:
    """What a statement says, as the digest would say it."""
    data = stated.data
    known = indicator(stated.indicator_key)
    falls = data.value is not None and data.value < 0
    name = label(
        data.indicator, known.en if known else "", stated.indicator_key, data.measure, words.language, falls=falls
    )
    return Reading(
        id=stated.id,
        role=data.role.value,
        headline=data.headline and data.role is Role.TARGET,
        name=name,
        said=said(data, words.language, signed=falls or data.measure is not Measure.GROWTH),
        period=_period(data.period, words),
    )


def _period(period: str | None, words: Words) -> str:
    if period is None:
        return ""
    start, _, end = clean(period, 20).partition("/")
    return words("period_span", start=start, end=end) if end else words("period_year", year=start)


def _page(template: str, words: Words, title: str, query: str, **values: object) -> str:
    return _ENVIRONMENT.get_template(template).render(
        words=words,
        lang="zh-CN" if words.language == "zh" else "en",
        other="en" if words.language == "zh" else "zh",
        title=title,
        query=query,
        is_open=lambda token: isinstance(token, Open),
        is_close=lambda token: isinstance(token, Close),
        **values,
    )


def _region(name: str, english: str, words: Words) -> str:
    return clean(english if words.language == "en" and english else name, 40)


def _heading(kind: Kind, year: int, words: Words) -> str:
    return words("report_heading", year=year, kind=words[kind.value])


def _witness(witness: Witness, query: str) -> dict[str, str]:
    details = (clean(witness.publisher, 60), witness.published_on.isoformat() if witness.published_on else "")
    return {
        "url": f"/documents/{witness.document_id}{query}",
        "title": clean(witness.title, 120),
        "details": " · ".join(filter(None, (*details, f"v{witness.version}"))),
    }
