"""The command indicators: the catalogue of those we know by key."""

from typing import Annotated

import typer

from monitor.catalogue.indicators import Indicator, find_indicators
from monitor.cli.options import AsJson
from monitor.cli.terminal import Stop, print_rows


def list_indicators(
    word: Annotated[str, typer.Argument(help="part of a key, a name or a wording; all when left out")] = "",
    as_json: AsJson = False,
) -> None:
    """List the indicators that are known by key, with their names, measures, wordings, and which way is good.

    With --json the wordings are as the catalogue has them: (全社会|)用电量 stands for two. Exit code 1 if none matches.

    Example: mubiao indicators 失业
    """
    signs_only = word.strip() and not any(char.isalnum() for char in word)  # the wordings have signs of their own
    found = [] if signs_only else find_indicators(word)
    if not found:
        raise Stop(f"no indicator matches {word!r}; the long tail has keys made of its own words (~新增驿站)")
    print_rows([_row(one) if as_json else _short(one) for one in found], as_json=as_json)


def _row(one: Indicator) -> dict[str, object]:
    return {
        "key": one.key,
        "zh": one.zh,
        "en": one.en,
        "topic": one.topic.key,
        "topic_zh": one.topic.zh,
        "topic_en": one.topic.en,
        "measures": list(one.measures),
        "direction": one.direction,
        "headline": one.headline,
        "aliases": list(one.aliases),
        "only": [{"measure": measure, "alias": alias} for measure, alias in one.only],
    }


def _short(one: Indicator) -> dict[str, object]:
    return {
        "key": one.key,
        "chinese": one.zh,
        "english": one.en,
        "topic": one.topic.en,
        "measures": " ".join(one.measures),
        "good": one.direction,
        "wordings": " ".join(one.aliases),
    }
