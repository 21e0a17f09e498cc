"""The command search: which reports have some words, and in which sentence."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import Installation, open_installation
from monitor.cli.options import AsJson, Config
from monitor.cli.places import codes_within
from monitor.cli.terminal import Stop, print_json, print_rows, progress, say, warn
from monitor.comparing.terms import VERSION, NothingToLookFor
from monitor.searching import STEP, Answer, Asked, Hit, index_some, search
from monitor.telling.briefing import region_names
from storage.database import reading
from storage.search import count_unsearched
from storage.values import Kind


def search_words(
    words: Annotated[list[str] | None, typer.Argument(help="专精特新 企业: all of them must be there")] = None,
    region: Annotated[str, typer.Option(help="only this region, with what lies within it")] = "",
    year: Annotated[int | None, typer.Option(help="only reports of this year")] = None,
    kind: Annotated[str, typer.Option(help=f"only reports of this kind: {', '.join(Kind)}")] = "",
    offset: Annotated[int, typer.Option(min=0, help="where to go on, as the end of an answer says")] = 0,
    catch_up: Annotated[
        bool, typer.Option("--catch-up", help="first let everything be found that cannot be yet")
    ] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Look for words in the texts of all reports, the newest first, each with the sentence that has most of the words.

    Two Chinese characters in a row are enough, and words of letters or numbers. Behind a hit stands the statement that
    was read in its sentence (s345): mubiao review add s345 says that it is wrong.

    Example: mubiao search 专精特新 --region 吉林省 --year 2026
    """
    if kind and kind not in tuple(Kind):
        raise Stop(f"--kind {kind}: one of {', '.join(Kind)}", code=2)
    if not words and not catch_up:
        raise Stop("give something to look for: mubiao search 专精特新", code=2)
    installation = open_installation(config)
    if catch_up:
        _catch_up(installation)
    if not words:
        return
    with reading(installation.engine) as session:
        codes = codes_within(region, session) if region else None
        asked = Asked(" ".join(words), codes, year, Kind(kind) if kind else None, offset)
        try:
            answer = search(session, installation.desk.archive, asked)
        except NothingToLookFor as error:
            raise Stop(str(error), code=2) from error
        waiting = count_unsearched(session, VERSION)
    _print(answer, as_json)
    if waiting:
        warn(f"{waiting} documents cannot be found yet: mubiao run sees to that, or mubiao search --catch-up")


def _catch_up(installation: Installation) -> None:
    with reading(installation.engine) as session:
        waiting = count_unsearched(session, VERSION)
    for _ in progress(range(0, waiting, STEP), "letting documents be found", -(-waiting // STEP)):
        index_some(installation.engine, installation.desk.archive)
    say(f"{waiting} more documents can be found")


def _print(answer: Answer, as_json: bool) -> None:
    if as_json:
        for one in answer.indicators:
            print_json({"indicator_key": one.key, "zh": one.zh, "en": one.en})
        for hit in answer.hits:
            print_json(_row(hit) | _more(hit))
    else:
        if answer.indicators:
            say(f"indicators: {'，'.join(f'{one.key} {one.zh} {one.en}' for one in answer.indicators)}\n")
        print_rows(map(_row, answer.hits), as_json=False, empty="no kept text has these words")
    if answer.next_offset is not None:
        warn(f"there may be more, of {answer.candidates} documents: --offset {answer.next_offset} goes on")


def _row(hit: Hit) -> dict[str, object]:
    stated = f"s{hit.stated.id}" if hit.stated else ""
    return {
        "region": region_names(hit.region)[0] if hit.region else "",
        "year": hit.year,
        "kind": hit.kind,
        "document": hit.document_id,
        "statement": stated,
        "times": hit.times,
        "sentence": _marked(hit),
    }


def _marked(hit: Hit) -> str:
    """The sentence with its words in brackets: a table has no colours."""
    pieces, at = [], 0
    for start, end in hit.marks:
        pieces += [hit.sentence[at:start], "【", hit.sentence[start:end], "】"]
        at = end
    return " ".join("".join([*pieces, hit.sentence[at:]]).split())


def _more(hit: Hit) -> dict[str, object]:
    return {
        "title": hit.title, "region_code": hit.region, "published_on": hit.published_on, "speaks": hit.speaks,
        "sentence": hit.sentence, "marks": hit.marks, "start": hit.start,
        "indicator_key": hit.stated.indicator_key if hit.stated else None,
    }  # fmt: skip
