"""What the example site has published at each stage: articles.toml and texts/, as values. No clock, no network."""

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

CHINA = timezone(timedelta(hours=8))


class Stage(StrEnum):
    """How far the site's small story has come; each stage holds all of the one before."""

    BASELINE = "baseline"  # last year's report, and news
    REVISED = "revised"  # one of its numbers is corrected, at the same address
    NEXT = "next"  # this year's report

    def reached(self, other: "Stage") -> bool:
        """Whether this stage is `other` or a later one."""
        order = list(Stage)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class Correction:
    """A change in a published text: the words before and after, and when it was made."""

    was: str
    becomes: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `path` is its address below the column; `text` has a paragraph a line; times are of China."""

    path: str
    since: Stage
    title: str
    published_at: datetime
    text: str
    correction: Correction | None = None

    def at(self, stage: Stage) -> "Article":
        """The article as it reads at a stage: once its correction was made, with it and dated by it, where it was."""
        fix = self.correction
        if fix is None or not stage.reached(Stage.REVISED):
            return self
        return replace(self, text=self.text.replace(fix.was, fix.becomes), published_at=fix.made_at, correction=None)


def published(stage: Stage) -> tuple[Article, ...]:
    """What the site shows at a stage, newest first."""
    shown = [article.at(stage) for article in _articles() if stage.reached(article.since)]
    return tuple(sorted(shown, key=lambda article: article.published_at, reverse=True))


@cache
def _articles() -> tuple[Article, ...]:
    table = tomllib.loads(files(__package__).joinpath("articles.toml").read_text(encoding="utf-8"))
    return tuple(_article(entry) for entry in table["article"])


def _article(entry: dict[str, Any]) -> Article:
    day = entry["published"]
    text = entry.get("text") or files(__package__).joinpath("texts", entry["file"]).read_text(encoding="utf-8")
    correction = None
    if "revised" in entry:
        correction = Correction(entry["was"], entry["becomes"], entry["revised"].replace(tzinfo=CHINA))
    return Article(
        path=f"{day:%Y%m}/t{day:%Y%m%d}_{entry['number']}.html",
        since=Stage(entry["from"]),
        title=entry["title"],
        published_at=day.replace(tzinfo=CHINA),
        text=text.strip(),
        correction=correction,
    )
