"""The commands that tell: changes, digest, deliver."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import Installation, open_installation, utc_now
from monitor.cli.options import AsJson, Config
from monitor.cli.places import codes_within
from monitor.cli.terminal import print_rows, say, warn
from monitor.cli.times import ZONE, in_china
from monitor.comparing.series import period_of
from monitor.delivery import close_digests, deliver, preview
from monitor.digest.figures import said
from monitor.telling.briefing import region_names
from storage.changes import find_changes
from storage.database import reading
from storage.outbox import find_digests, find_open_digests
from storage.statements import find_by_id
from storage.values import Role, Stated


def changes(
    region: Annotated[str, typer.Argument(help="a region, with what lies within it; all when left out")] = "",
    days: Annotated[int | None, typer.Option(help="only those found in the last so many days")] = None,
    year: Annotated[int | None, typer.Option(help="only those of the reports of this year")] = None,
    all_: Annotated[bool, typer.Option("--all", help="every target, not only the main ones")] = False,
    limit: Annotated[int, typer.Option(min=0, help="how many, the newest first; 0: all")] = 200,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """What changed: which target, from what to what, told or only recorded.

    Example: mubiao changes 吉林省 --year 2026
    """
    installation = open_installation(config)
    since = utc_now() - timedelta(days=days) if days is not None else None
    with reading(installation.engine) as session:
        codes = codes_within(region, session) if region else None
        found = find_changes(
            session, regions=codes, since=since, year=year, headline=not all_, limit=limit + 1 if limit else None
        )
        more = bool(limit) and len(found) > limit
        found = found[:limit] if more else found
        ids = {id for one in found for id in (one.before_id, one.after_id) if id}
        stated = find_by_id(session, ids)
    rows = []
    for one in found:
        period = _period([stated.get(id or 0) for id in (one.after_id, one.before_id)])
        if not as_json and period == str(one.year):
            period = ""  # the report's own year goes without saying
        row: dict[str, object] = {
            "seen": in_china(one.seen_at),
            "region": region_names(one.region)[0],
            "year": one.year,
            "period": period,
            "change": one.kind,
            "basis": one.basis,
            "indicator": one.indicator,
            "before": _said(stated.get(one.before_id or 0)),
            "after": _said(stated.get(one.after_id or 0)),
            "news": "yes" if one.news else "",
        }
        if as_json:
            row |= {
                "id": one.event_id, "region_code": one.region, "indicator_key": one.indicator_key,
                "headline": one.headline, "news": one.news, "example": one.example,
                "before_sentence": stated[one.before_id][1] if one.before_id else None,
                "after_sentence": stated[one.after_id][1] if one.after_id else None,
            }  # fmt: skip
        rows.append(row)
    print_rows(rows, as_json=as_json, empty="no change is on record", heads={"seen": f"seen ({ZONE})"})
    if more:
        warn(f"the newest {limit}; --limit 0 shows all, and a region, --year or --days fewer")


def digest(
    preview_: Annotated[bool, typer.Option("--preview", help="what is gathering now, without closing it")] = False,
    html: Annotated[bool, typer.Option("--html", help="the HTML part instead of the text")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Print the newest digest, or with --preview what each watch would be told now. Nothing is sent.

    Example: mubiao digest --preview
    """
    installation = open_installation(config)
    if preview_:
        shown = _previews(installation)
    else:
        with reading(installation.engine) as session:
            shown = [(one.subject, one.text, one.html, one.payload) for one in find_digests(session, limit=1)]
    if not shown:
        say("nothing is gathering" if preview_ else "no digest has been made yet")
    for subject, text, markup, payload in shown:
        if as_json:
            sys.stdout.write(payload.decode() + "\n")
        else:
            sys.stdout.write(markup + "\n" if html else f"{subject}\n\n{text}\n")


def deliver_now(config: Config = Path("mubiao.toml"), as_json: AsJson = False) -> None:
    """Close the digests that are due and try every delivery that is. Exit code 1 if one was not accepted.

    Example: mubiao deliver
    """
    installation = open_installation(config)
    post = installation.post
    close_digests(post, utc_now())
    told = [one for channel in post.channels for one in deliver(post, channel, utc_now)]
    rows = [
        {
            "channel": one.channel,
            "sent": one.sent if as_json else "sent" if one.sent else "not sent",
            "subject": one.subject,
            "answer": one.answer,
            "next": one.due_at if as_json else in_china(one.due_at),
        }
        for one in told
    ]
    heads = {"sent": "", "next": f"next try ({ZONE})"}
    print_rows(rows, as_json=as_json, empty="nothing is due", heads=heads, brief=("answer",))
    raise typer.Exit(int(any(not one.sent for one in told)))


def _period(sides: Sequence[tuple[Stated, str] | None]) -> str:
    """The year or span (2026/2030) that a change's target is for."""
    targets = [side[0] for side in sides if side is not None]
    target = next((one for one in targets if one.data.role is Role.TARGET), None)
    return period_of(target) if target else ""


def _said(found: tuple[Stated, str] | None) -> str:
    return said(found[0].data, "zh") if found else ""


def _previews(installation: Installation) -> list[tuple[str, str, str, bytes]]:
    with reading(installation.engine) as session:
        gathering = find_open_digests(session)
    watches = {watch.key: watch for watch in installation.desk.watches}
    rendered = [
        preview(installation.post, watches[one.watch], one, utc_now()) for one in gathering if one.watch in watches
    ]
    return [(one.subject, one.text, one.html, one.payload) for one in rendered]
