"""The command add: look at an address, say what it is, and write what it shows into mubiao.toml."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import urldefrag, urlsplit

import typer

from monitor.catalogue.regions import NATION, path_zh, region
from monitor.cli.building import open_installation, tools_of
from monitor.cli.options import AsJson, Config, region_code
from monitor.cli.terminal import Stop, print_json, say, warn
from monitor.identity import can_be_report, identify, title_year
from monitor.settings import read_settings
from monitor.settings.editing import add_source
from monitor.visiting.choosing import holds_reports
from scrapers.charset import text_of
from scrapers.discovery import find_column_of, find_columns
from scrapers.errors import BlockedError, LayoutError, RefusedAddressError, ScrapeError, TlsError, UnreachableError
from scrapers.families import family
from scrapers.pages import Official, official, parse
from scrapers.scrape import Look, Scraper
from scrapers.source import Source
from storage.values import EntryData, Kind

SHOWN = 5
PAGES = 5  # of a list are read at most, now and at each visit
REPORT, SENTENCES = 1500, 15  # characters and full stops that a report has at least, and a list has not
KINDS = {
    Kind.WORK_REPORT: "政府工作报告",
    Kind.PLAN_REPORT: "计划报告",
    Kind.BUDGET_REPORT: "预算报告",
    Kind.FIVE_YEAR_PLAN: "五年规划纲要",
    Kind.BULLETIN: "统计公报",
    Kind.OTHER: "文件",
}
SOUGHT = (Kind.WORK_REPORT, Kind.PLAN_REPORT, Kind.BUDGET_REPORT)  # on a portal, when no kind is named


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source to be, and what its index page shows. `column` is what a portal calls it."""

    source: Source
    look: Look
    column: str = ""


def add(
    url: Annotated[str, typer.Argument(help="an index page where reports appear, a portal's home page, or a folder")],
    region_name: Annotated[str, typer.Option("--region", help="whose reports, if the page does not tell")] = "",
    kind: Annotated[Kind | None, typer.Option(help="what kind of report, if the page does not tell")] = None,
    key: Annotated[str, typer.Option(help="a short name: small letters, digits and hyphens")] = "",
    name: Annotated[str, typer.Option(help="how the source is called in digests")] = "",
    private: Annotated[bool, typer.Option("--private", help="allow an address that is not public")] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="only look, write nothing")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Look at a page, say whose reports it lists and which would be kept, and write it into mubiao.toml as a source.

    A portal's home page is walked along its tree of 法定主动公开内容 to the columns of work reports, plans and budgets;
    each that holds reports becomes a source. A folder becomes a source too. All else in the file stays as it is.
    Exit code 1 if nothing is found, if the page is itself a report, or if the address is watched already.

    Example: mubiao add http://www.changchun.gov.cn/ --region 长春市
    """
    code = region_code(region_name)
    draft = _draft(url, code, private)
    watched = read_settings(config).sources
    _check_new(draft.url, kind, watched.values())
    with tools_of(open_installation(config)) as tools:
        found = _unwatched(_proposals(tools.scraper, draft, kind, code), watched.values())
    taken = set(watched)
    for place, proposal in enumerate(found):
        source = _named(proposal, key if place == 0 else "", name if place == 0 else "", taken)
        taken.add(source.key)
        print_json(_row(source, proposal.look)) if as_json else _show(source, proposal)
        if not dry:
            add_source(config, source)
            (warn if as_json else say)(
                f"Written to {config} as [sources.{source.key}]. Try it: mubiao check {source.key}\n"
            )
    if dry:
        warn("Nothing was written (--dry-run).")


def _check_new(url: str, kind: Kind | None, watched: Iterable[Source]) -> None:
    """Stops where the address is watched already; another kind of report from the same list must be named."""
    for one in watched:
        if _same_place(one.url, url) and kind in (None, one.kind):
            raise Stop(f"{url} is watched already, as [sources.{one.key}]; nothing was written")


def _unwatched(found: Sequence[Proposal], watched: Collection[Source]) -> list[Proposal]:
    """Those columns of a portal that are not watched yet."""
    new = []
    for proposal in found:
        same = [one for one in watched if _same_place(one.url, proposal.source.url)]
        known = next((one for one in same if one.kind is proposal.source.kind), None)
        if known:
            warn(f"{proposal.source.url} is watched already, as [sources.{known.key}].")
        else:
            new.append(proposal)
    if found and not new:
        raise Stop("All that was found is watched already; nothing was written")
    return new


def _same_place(one: str, other: str) -> bool:
    return urldefrag(one).url.rstrip("/") == urldefrag(other).url.rstrip("/")


def _draft(url: str, code: str, private: bool) -> Source:
    """What is looked at, before it is known what it is."""
    address = Path(url).resolve().as_uri() if Path(url).is_dir() else urldefrag(url).url
    try:
        return Source(key="draft", name="draft", url=address, region=code or "000000", private=private, pages=PAGES)
    except ValueError as error:
        raise Stop(
            f"{url}: write the address of an index page or a portal, beginning with http:// or https://, or a folder",
            code=2,
        ) from error


def _proposals(scraper: Scraper, draft: Source, kind: Kind | None, code: str) -> list[Proposal]:
    """The page itself where it lists reports, else the columns that its portal leads to, else the page as it is."""
    look, broken = None, None
    try:
        look = scraper.read_index(  # where nothing is a report, a further page may have some
            draft, name=None, conditions=None, body_hash=None, going_on=lambda entries: not _holds_any(entries, kind)
        )
    except LayoutError as error:  # a home page need not list anything
        broken = error
    except ScrapeError as error:
        raise Stop(f"{draft.url}: {error.label}: {error}{_remedy(draft, error)}. Nothing was written") from error
    if look and look.family != "folder" and (title := _report_itself(look)):
        _refuse_report(scraper, draft, title, (kind,) if kind else SOUGHT)
    guessed = kind or (_kind_of(look.entries) if look else None)
    if look and (look.family == "folder" or (guessed and holds_reports(look.entries, guessed))):
        return [_proposal(scraper, draft, look, guessed or Kind.WORK_REPORT, code)]
    wanted = (kind,) if kind else SOUGHT
    if columns := find_columns(scraper, draft, wanted, holds_reports):
        places = [
            _proposal(scraper, _at(draft, column.url), column.look, column.kind, code, column.name)
            for column in columns
        ]
        missing = [KINDS[one] for one in wanted if one not in {column.kind for column in columns}]
        if missing:
            warn(f"The portal leads to no column of {', '.join(missing)} that holds any.")
        return places
    if look is None:
        raise Stop(f"{draft.url}: {broken}, and leads to no column of reports; add the column's own address")
    warn("None of the entries is a report yet, and the page leads to no column that holds any.")
    return [_proposal(scraper, draft, look, guessed or Kind.WORK_REPORT, code)]


def _remedy(draft: Source, error: ScrapeError) -> str:
    """What a person can try, where the page may be fine for them; "" where the error says it."""
    scheme, _, rest = draft.url.partition("://")
    match error:
        case BlockedError():
            return (
                "; such sites let programs in at some times: try again later, or add another publisher of the reports"
            )
        case UnreachableError() | TlsError():
            other = "http" if scheme == "https" else "https"
            return f"; if it opens in a browser, look which address that shows, perhaps {other}://{rest}"
        case RefusedAddressError() if "private = true" in str(error):
            return ": mubiao add … --private"
    return ""


def _holds_any(entries: Sequence[EntryData], kind: Kind | None) -> bool:
    return holds_reports(entries, kind) if kind else _kind_of(entries) is not None


def _report_itself(look: Look) -> str:
    """The title, where the page is itself a report and no list of them; else ""."""
    text, url = text_of(look.first), look.first.url
    page = family(look.family).parse_report(text, url)
    if len(page.text) < REPORT or page.text.count("。") < SENTENCES:
        return ""
    alone = all(_same_place(entry.url, url) for entry in look.entries)
    named = official(parse(text, url)).title or (page.title if title_year(page.title) else "")
    return (page.title or url) if alone or any(can_be_report(named, kind) for kind in Kind if named) else ""


def _refuse_report(scraper: Scraper, draft: Source, title: str, kinds: Sequence[Kind]) -> NoReturn:
    told = f"{draft.url}: this is a report ({title}), not a list of them"
    column = find_column_of(scraper, draft, kinds, holds_reports)
    if column is None:
        raise Stop(f"{told}; give the address of the column that it stands in. Nothing was written")
    raise Stop(f"{told}; its column is {column.url}: mubiao add {column.url}. Nothing was written")


def _proposal(scraper: Scraper, at: Source, look: Look, kind: Kind, code: str, column: str = "") -> Proposal:
    code = code or _region_of(look, kind, _told(look)) or _region_of(look, kind, _told_by_home(scraper, at))
    code = code or (NATION if look.family == "govcn" else "")
    if not code:
        raise Stop("The page does not say whose reports these are; name the region: --region 长春市", code=2)
    values = {"region": code, "kind": kind, "family": look.family, "pages": PAGES}
    return Proposal(Source.model_validate(at.model_dump(exclude={"name"}) | {"name": "draft"} | values), look, column)


def _told(look: Look) -> Official:
    return official(parse(text_of(look.first), look.first.url))


def _told_by_home(scraper: Scraper, at: Source) -> Official:
    """What the site's home page says of itself; columns often lack the official tags."""
    if not at.host:
        return official(parse(""))
    try:
        answer = scraper.fetch_page(_at(at, f"{urlsplit(at.url).scheme}://{urlsplit(at.url).netloc}/"))
    except ScrapeError:
        return official(parse(""))
    return official(parse(text_of(answer), answer.url))


def _region_of(look: Look, kind: Kind, told: Official) -> str:
    """The region that the site's code, its name or most of its reports' titles tell."""
    titles = [entry.title for entry in look.entries if can_be_report(entry.title, kind)] or [""]
    found = Counter(
        identify(title, issuer=told.site_name, site_code=told.site_code, source_kind=kind).region for title in titles
    )
    del found[""]
    return found.most_common(1)[0][0] if found else ""


def _kind_of(entries: Sequence[EntryData]) -> Kind | None:
    """The kind of most of the entries that can be reports."""
    counted = Counter(kind for kind in Kind if kind is not Kind.OTHER for e in entries if can_be_report(e.title, kind))
    return counted.most_common(1)[0][0] if counted else None


def _at(draft: Source, url: str) -> Source:
    return Source.model_validate(draft.model_dump() | {"url": url})


def _named(proposal: Proposal, key: str, name: str, taken: set[str]) -> Source:
    source = proposal.source
    if key and not re.fullmatch(r"[a-z0-9][a-z0-9-]*", key):
        raise Stop(f"--key {key}: small letters, digits and hyphens only, like changchun-budget", code=2)
    key = key or _free(_key(source), taken)
    return Source.model_validate(
        source.model_dump() | {"key": key, "name": name or f"{_place(source.region)}{KINDS[source.kind]}"}
    )


def _key(source: Source) -> str:
    """`changchun-220100` for a work report, `changchun-220100-budget-report` for another kind."""
    host = source.host.removeprefix("www.").split(".")[0]
    start = host if host.isalpha() and host.isascii() else "folder" if not source.host else "source"
    kind = "" if source.kind is Kind.WORK_REPORT else f"-{source.kind}"
    return re.sub(r"[^a-z0-9-]", "-", f"{start}-{source.region}{kind}".lower())


def _free(key: str, taken: set[str]) -> str:
    return next(name for name in (key, *(f"{key}-{n}" for n in range(2, 1000))) if name not in taken)


def _place(code: str) -> str:
    known = region(code)
    return known.name if known else code


def _show(source: Source, proposal: Proposal) -> None:
    look = proposal.look
    kept = [entry for entry in look.entries if _would_keep(entry, source.kind)]
    say(f"source  {source.name} {source.url}{f' ({proposal.column})' if proposal.column else ''}")
    say(f"region  {path_zh(source.region)} ({source.region})")
    say(f"kind    {source.kind}")
    say(f"family  {look.family}")
    say(f"entries {len(look.entries)} seen, of which {len(kept)} would be kept (*); the last ones:")
    shown = sorted({*look.entries[:SHOWN], *kept[:SHOWN]}, key=look.entries.index)
    for entry in shown:
        mark = "*" if entry in kept else " "
        say(f"  {mark} {entry.published_on or '          '} {entry.title or entry.url}")


def _row(source: Source, look: Look) -> dict[str, object]:
    return {
        "key": source.key,
        "name": source.name,
        "url": source.url,
        "region": source.region,
        "kind": source.kind,
        "family": look.family,
        "entries": [
            {
                "title": entry.title,
                "url": entry.url,
                "published_on": entry.published_on,
                "kept": _would_keep(entry, source.kind),
            }
            for entry in look.entries
        ],
    }


def _would_keep(entry: EntryData, kind: Kind) -> bool:
    return not entry.title or can_be_report(entry.title, kind)
