"""The command add: look at a page, say what it is, and write it into mubiao.toml."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from monitor.catalogue.regions import path_zh, region
from monitor.cli.building import open_installation, tools_of
from monitor.cli.options import Config, region_code
from monitor.cli.terminal import Stop, say
from monitor.identity import can_be_report, identify
from monitor.settings import add_source
from scrapers.charset import text_of
from scrapers.errors import ScrapeError
from scrapers.pages import official, parse
from scrapers.scrape import Look
from scrapers.source import Source
from storage.values import Kind

SHOWN = 5
KINDS = {
    Kind.WORK_REPORT: "政府工作报告",
    Kind.PLAN_REPORT: "计划报告",
    Kind.BUDGET_REPORT: "预算报告",
    Kind.FIVE_YEAR_PLAN: "五年规划纲要",
    Kind.BULLETIN: "统计公报",
    Kind.OTHER: "文件",
}


def add(
    url: Annotated[str, typer.Argument(help="the index page where the reports appear")],
    region_name: Annotated[str, typer.Option("--region", help="whose reports, if the page does not tell")] = "",
    kind: Annotated[Kind, typer.Option(help="what kind of report")] = Kind.WORK_REPORT,
    key: Annotated[str, typer.Option(help="a short name: letters, digits and hyphens")] = "",
    name: Annotated[str, typer.Option(help="how the source is called in digests")] = "",
    private: Annotated[bool, typer.Option("--private", help="allow an address that is not public")] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="only look, write nothing")] = False,
    config: Config = Path("mubiao.toml"),
) -> None:
    """Look at an index page, show its newest entries, and write it into mubiao.toml as a source.

    Example: mubiao add http://www.changchun.gov.cn/szf/gzbg/ --region 长春市
    """
    code = region_code(region_name)
    try:
        draft = Source(key="draft", name="draft", url=url, region=code or "000000", kind=kind, private=private, pages=1)
    except ValueError as error:
        raise Stop(f"{url}: write the address of an index page, beginning with http:// or https://", code=2) from error
    installation = open_installation(config)
    with tools_of(installation) as tools:
        try:
            look = tools.scraper.read_index(
                draft, name=None, conditions=None, body_hash=None, going_on=lambda entries: False
            )
        except ScrapeError as error:
            raise Stop(f"{url}: {error.label}: {error}") from error
    page = official(parse(text_of(look.first), url))
    code = code or _region_of(look, page.site_code, page.site_name)
    if not code:
        raise Stop("The page does not say whose reports these are; name the region: --region 长春市", code=2)
    source = Source(
        key=key or _key(url, code),
        name=name or f"{_place(code)}{KINDS[kind]}",
        url=url,
        region=code,
        kind=kind,
        family=look.family,
        private=private,
    )
    _show(source, look)
    if dry:
        say("Nothing was written (--dry-run).")
        return
    add_source(config, source)
    say(f"Written to {config} as [sources.{source.key}]. Try it: mubiao check {source.key}")


def _region_of(look: Look, site_code: str, site_name: str) -> str:
    """The region that the site's code, its name or its newest report tells."""
    for title in [entry.title for entry in look.entries if can_be_report(entry.title, Kind.WORK_REPORT)] or [""]:
        found = identify(title, issuer=site_name, site_code=site_code)
        if found.region:
            return found.region
    return ""


def _place(code: str) -> str:
    known = region(code)
    return known.name if known else code


def _key(url: str, code: str) -> str:
    host = (urlsplit(url).hostname or "").removeprefix("www.").split(".")[0]
    return re.sub(r"[^a-z0-9-]", "-", f"{host if host.isalpha() else 'source'}-{code}".lower())


def _show(source: Source, look: Look) -> None:
    say(f"region  {path_zh(source.region)} ({source.region})")
    say(f"kind    {source.kind}")
    say(f"family  {look.family}")
    say(f"entries {len(look.entries)} on the first page; those marked * would be fetched:")
    for entry in look.entries[:SHOWN]:
        mark = "*" if can_be_report(entry.title, source.kind) else " "
        say(f"  {mark} {entry.published_on or '          '} {entry.title}")
