"""Looking for a government's report columns from its portal: for a new source, and for one whose column is gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from scrapers.charset import text_of
from scrapers.errors import ScrapeError, StoppedError
from scrapers.folders import is_folder_address
from scrapers.portal import Signpost, signposts
from scrapers.scrape import Look, Scraper
from scrapers.source import Source
from storage.values import EntryData, Kind

STEPS = 12  # pages of the portal that are read on the way
TRIES = 4  # columns that are looked at for one kind
FOLDERS = 3  # above a report, that may be its column
DEPTH = 4  # links from the home page


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds reports of a kind: where, what the portal calls it, and what it shows."""

    kind: Kind
    name: str
    url: str
    look: Look


def find_columns(
    scraper: Scraper,
    home: Source,
    kinds: Sequence[Kind],
    holds: Callable[[Sequence[EntryData], Kind], bool],
) -> list[Column]:
    """The columns of these kinds that `home.url`'s portal leads to, in the order of `kinds`, at most one each.

    Walks from the home page along the tree of 法定主动公开内容, the plainest names first, at most STEPS pages; a column
    counts when `holds` says that its entries are reports. Pages that cannot be read are passed over.
    """
    found: dict[Kind, Column] = {}
    tried: dict[Kind, int] = dict.fromkeys(kinds, 0)
    queue: list[tuple[int, Signpost]] = [(0, Signpost(home.url, "", None, 0))]
    seen = {home.url}
    read = 0
    while queue and read < STEPS and len(found) < len(tried):
        depth, here = queue.pop(0)
        page = _fetch(scraper, home, here.url)
        read += 1
        if page is None:
            continue
        wanted = tuple(kind for kind in kinds if kind not in found)
        ahead = [post for post in signposts(page[0], page[1], wanted) if post.url not in seen]
        seen |= {post.url for post in ahead}
        for post in ahead:
            if post.kind is None:
                queue += [(depth + 1, post)] if depth < DEPTH else []
            elif post.kind not in found and tried[post.kind] < TRIES:
                tried[post.kind] += 1
                look = _look(scraper, home, post.url)
                if look and holds(_listed(look, post.url), post.kind):
                    found[post.kind] = Column(post.kind, post.name, post.url, look)
                else:
                    queue += [(depth + 1, post)] if depth < DEPTH else []  # a shelf with columns of its own
        queue.sort(key=lambda one: (one[0] + one[1].rank, one[1].kind is None))
    return [found[kind] for kind in kinds if kind in found]


def find_column_of(
    scraper: Scraper, report: Source, kinds: Sequence[Kind], holds: Callable[[Sequence[EntryData], Kind], bool]
) -> Column | None:
    """The column that the page of a report stands in: a folder above it, or what its own links lead to."""
    for url in _folders_above(report.url):
        look = _look(scraper, report, url)
        kind = next((kind for kind in kinds if look and holds(_listed(look, url), kind)), None)
        if look and kind:
            return Column(kind, "", url, look)
    return next(iter(find_columns(scraper, report, kinds, holds)), None)


def _folders_above(url: str) -> list[str]:
    """`…/gzbg/202601/t1.html` → `…/gzbg/202601/` and `…/gzbg/`, never the whole site."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/")[1:-1] if step]
    return [
        f"{parts.scheme}://{parts.netloc}/{'/'.join(steps[:depth])}/" for depth in range(len(steps), 0, -1)
    ][:FOLDERS]  # fmt: skip


def find_again(
    scraper: Scraper, source: Source, holds: Callable[[Sequence[EntryData], Kind], bool]
) -> Column | None:  # fmt: skip
    """Where the column of a source that broke may be now, from its host's home page; None when nothing is found.

    Only a proposal: the old address is not tried, and nothing is replaced.
    """
    if is_folder_address(source.url):
        return None
    home = Source.model_validate(source.model_dump() | {"url": urljoin(source.url, "/"), "family": None})
    columns = find_columns(scraper, home, (source.kind,), holds) if source.kind is not Kind.OTHER else []
    return next((column for column in columns if column.url != source.url), None)


def _fetch(scraper: Scraper, home: Source, url: str) -> tuple[str, str] | None:
    """A page's text and final address."""
    try:
        answer = scraper.fetch_page(_at(home, url))
        return text_of(answer), answer.url
    except StoppedError:
        raise
    except ScrapeError:
        return None


def _look(scraper: Scraper, home: Source, url: str) -> Look | None:
    try:
        return scraper.read_index(
            _at(home, url), name=None, conditions=None, body_hash=None, going_on=lambda entries: False
        )
    except StoppedError:
        raise
    except ScrapeError:
        return None


def _listed(look: Look, url: str) -> list[EntryData]:
    """The entries of a list; a page that is its own only entry is a report, no column."""
    return [entry for entry in look.entries if entry.url not in (url, look.first.url)]


def _at(home: Source, url: str) -> Source:
    return Source.model_validate(home.model_dump() | {"url": url, "pages": 1, "family": None})
