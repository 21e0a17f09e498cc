"""The commands review: what a reader says of a number that was read wrongly."""

import getpass
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from monitor.catalogue.indicators import indicator
from monitor.cli.building import Installation, open_installation, utc_now
from monitor.cli.options import AsJson, Config
from monitor.cli.places import codes_within
from monitor.cli.terminal import Stop, print_json, print_rows, say, warn
from monitor.reviews.reviewing import Listed, Outcome, Says, list_reviews, withdraw
from monitor.reviews.reviewing import review as review_statement
from monitor.telling.briefing import region_names
from monitor.visiting.rhythm import CHINA
from storage.database import reading
from storage.models import Review
from storage.reviews import find_statement
from storage.values import Measure, Op, ReviewKind

review = typer.Typer(
    help="What readers say of numbers that were read wrongly: kept beside the machine's reading, and applied on top.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
Who = Annotated[str, typer.Option(help="who says so; the login name when left out")]
Why = Annotated[str, typer.Option(help="why, in a few words, for whoever reads it later")]


@review.callback()
def about() -> None:
    """What readers say of numbers that were read wrongly: kept beside the machine's reading, and applied on top."""


@review.command("list")
def list_all(
    region: Annotated[str, typer.Argument(help="a region, with what lies within it; all when left out")] = "",
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """All reviews, the oldest first, and what became of each.

    applied; superseded by a later one of the same number; withdrawn; unanchored: nothing is read at its place now, or
    its sentence is not kept. Nothing of it is lost: it counts again as soon as its sentence is read.

    Example: mubiao review list 长春市
    """
    installation = open_installation(config)
    with reading(installation.engine) as session:
        listed = list_reviews(session, codes_within(region, session) if region else None)
    rows = [_row(one) | (_more(one.row) if as_json else {}) for one in listed]
    print_rows(rows, as_json=as_json, empty="nobody has said yet that something was read wrongly: mubiao review add")


@review.command("add")
def add(
    statement: Annotated[str, typer.Argument(help="s345, 345, or a digest's link that ends in #s345")],
    no_target: Annotated[bool, typer.Option("--no-target", help="it states nothing that counts")] = False,
    value: Annotated[float | None, typer.Option(help="the right figure, as written before 万 and 亿")] = None,
    value_hi: Annotated[float | None, typer.Option(help="the upper end of a range")] = None,
    unit: Annotated[str | None, typer.Option(help="%, 万人, 亿元")] = None,
    op: Annotated[str | None, typer.Option(help=f"how it is hedged: {', '.join(Op)}")] = None,
    measure: Annotated[str | None, typer.Option(help=f"what sort of number it is: {', '.join(Measure)}")] = None,
    period: Annotated[str | None, typer.Option(help="the year or span that it is for: 2026, 2026/2030")] = None,
    same_as: Annotated[
        str, typer.Option(help="its indicator is that one: a key (gdp), or another statement (s17) of it")
    ] = "",
    why: Why = "",
    who: Who = "",
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Say that a statement was read wrongly: that it is no target, that the figure is another one, or the indicator.

    What is not given of a figure stays as it was read. It holds for every kept text that has the sentence, now and
    later. Readers who were told otherwise are told of the correction.

    Example: mubiao review add s345 --value 6.5 --op at_least --why "以上 stands on the next page"
    """
    figure = {"value": value, "value_hi": value_hi, "unit": unit, "op": op, "measure": measure, "period": period}
    given = {name: said for name, said in figure.items() if said is not None}
    if sum((no_target, bool(given), bool(same_as))) != 1:
        raise Stop("say one thing: --no-target, or a figure (--value 6.5), or --same-as gdp", code=2)
    installation = open_installation(config)
    kind = ReviewKind.NO_TARGET if no_target else ReviewKind.VALUE if given else ReviewKind.SERIES
    key, words = _series(installation, same_as) if same_as else (None, None)
    says = Says(kind, who or _login(), why, given, key, words)
    _print(review_statement(installation.desk, statement_id(statement), says, utc_now()), as_json)


@review.command("withdraw")
def take_back(
    number: Annotated[int, typer.Argument(help="the review's, as mubiao review list has it")],
    why: Why = "",
    who: Who = "",
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Take a review back: what was read counts again, or an earlier review. Both stay on record.

    Example: mubiao review withdraw 3 --why "the printed report says so too"
    """
    installation = open_installation(config)
    _print(withdraw(installation.desk, number, who or _login(), why, utc_now()), as_json)


def statement_id(said: str) -> int:
    """345 of 345, s345, 12#s345, or a link that ends so."""
    found = re.fullmatch(r"(?:.*#)?s?(\d{1,18})", said.strip())
    if found is None:
        raise Stop(f"{said}: write the number of a statement, s345, or a digest's link that ends in #s345", code=2)
    return int(found[1])


def _series(installation: Installation, same_as: str) -> tuple[str, str | None]:
    """The key of an indicator, and its words where the catalogue does not know it."""
    if indicator(same_as) is not None:
        return same_as, None
    if re.fullmatch(r"(?:.*#)?s\d+", same_as.strip()) is None:
        raise Stop(f"--same-as {same_as}: the catalogue has no such key (mubiao indicators); or name a statement", 2)
    with reading(installation.engine) as session:
        found = find_statement(session, statement_id(same_as))
        if found is None:
            raise Stop(f"--same-as {same_as}: there is no such statement", code=2)
        known = indicator(found[0].indicator_key)
        return found[0].indicator_key, None if known else found[0].indicator


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        raise Stop("this user has no name: say --who", code=2) from None


def _print(outcome: Outcome, as_json: bool) -> None:
    if outcome.doubt:
        warn(f"Look again: {outcome.doubt}.")
    if as_json:
        print_json({
            "review": outcome.review_id, "known": outcome.known, "places": outcome.places, "corrections": outcome.told,
            **({"doubt": outcome.doubt} if outcome.doubt else {}),
        })  # fmt: skip
    elif outcome.known:
        say(f"Review {outcome.review_id} says so already; nothing was changed.")
    elif not outcome.places:
        say(f"Review {outcome.review_id} is kept. Nothing is read otherwise by it now.")
    else:
        say(f"Review {outcome.review_id} is kept: {outcome.places} readings are other ones now.")
        say(f"{outcome.told} corrections are owed to those who were told otherwise." if outcome.told else
            "Nobody had been told otherwise.")  # fmt: skip


def _row(one: Listed) -> dict[str, object]:
    row = one.row
    return {
        "review": row.id,
        "at": f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        "who": row.who,
        "region": region_names(row.region)[0],
        "year": row.year,
        "says": _says(row),
        "machine": _figure(json.loads(row.machine)) if row.machine else "",
        "words": row.sentence[row.start : row.end],
        "state": one.state,
        "why": row.why,
    }


def _says(row: Review) -> str:
    if row.kind == ReviewKind.WITHDRAWN:
        return f"withdraws {row.withdraws}"
    if row.kind == ReviewKind.SERIES:
        return f"is {row.indicator_key}"
    return "is no target" if row.kind == ReviewKind.NO_TARGET else f"is {_figure(row.model_dump())}"


def _figure(said: Mapping[str, object]) -> str:
    """6.5% at_least; with its indicator, where that is told."""
    value, high, unit = said["value"], said["value_hi"], said["unit"]
    size = "" if value is None else f"{value:g}" + ("" if high is None else f"–{high:g}") + str(unit or "")
    return " ".join(str(part) for part in (said.get("indicator"), size, said["op"], said["period"]) if part)


def _more(row: Review) -> dict[str, object]:
    kept = row.model_dump(exclude={"id", "machine", "at", "who", "why", "year"}, mode="json")
    return kept | {"said_at": row.at, "machine": json.loads(row.machine) if row.machine else None}
