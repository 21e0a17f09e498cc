"""The text part: complete on its own, 72 columns, a Chinese character counted as two."""

from collections.abc import Iterator, Sequence

from storage.values import ChangeKind

from .edition import Brief, Cell, Comparison, Front, Move, Quote, Row, Story, Table, Topic
from .layout import WIDTH, table, width, wrap
from .ranking import CHANGED
from .rows import SIGNS
from .sentences import plain
from .sheet import Sheet
from .words import WORDS, Words

_HEAVY = "=" * WIDTH
_LIGHT = "-" * WIDTH


def text_part(sheet: Sheet) -> str:
    """The digest as plain text. Only an address may be longer than 72 columns; it stands on its own line."""
    words = WORDS[sheet.language]
    lines = [*wrap(sheet.subject, WIDTH), *wrap(sheet.made_at, WIDTH)]
    if sheet.example:
        lines += ["", *wrap(words["example_banner"], WIDTH)]
    if sheet.overview_title:
        lines += ["", _HEAVY, *wrap(sheet.overview_title, WIDTH), *(_front(sheet.front, words) if sheet.front else ())]
    if sheet.glances:
        lines += ["", *_glances(sheet, words)]
    for story in sheet.stories:
        lines += ["", "", *_story(story, words)]
    if sheet.briefs:
        lines += ["", _HEAVY, words["each_report" if not sheet.stories else "other_reports"], words["legend_signs"]]
        lines += [line for brief in sheet.briefs for line in _brief(brief, words)]
    if sheet.folded and (sheet.stories or sheet.briefs):
        lines += ["", *wrap(words("reports_folded", n=sheet.folded), WIDTH)]
    lines += _links([(words["all_reports"], sheet.all_url)]) if sheet.folded else []
    if sheet.remarks:
        lines += ["", "", _HEAVY, words["notices"], *_remarks(sheet, words)]
    lines += ["", "", _LIGHT, words["because"]]
    for line in sheet.foot:
        lines += wrap(line, WIDTH)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _front(front: Front, words: Words) -> Iterator[str]:
    """What moved most and where; a region's own page is linked further down."""
    for line in front.said:
        yield from wrap(line, WIDTH)
    yield ""
    yield from wrap(f"[{front.title}]", WIDTH)
    columns = [index for index, head in enumerate(front.heads) if head]
    rows = []
    for entry in front.entries:
        cells = (Cell(entry.place), entry.before, entry.outturn, entry.after, Cell(entry.change))
        rows.append(_dashed([cells[index] for index in columns], words))
    yield from table(_close([front.heads[index] for index in columns], words), rows)
    yield from wrap(words("more", n=front.more), WIDTH) if front.more else ()
    yield from wrap(front.silent, WIDTH) if front.silent else ()
    if front.moves:
        yield ""
        yield from wrap(f"[{words['front_moves']}]", WIDTH)
    for move in front.moves:
        yield from wrap(f"{move.name} {move.moved}{words['colon']}{named(move, words)}", WIDTH, first=f"{move.sign} ")
    yield from wrap(words["front_more"], WIDTH) if front.moves_more else ()


def named(move: Move, words: Words) -> str:
    """Who made a move."""
    return words["list_comma"].join(place.text for place in move.places) + move.others


def _brief(brief: Brief, words: Words) -> Iterator[str]:
    """One of many reports: what else it changes in a paragraph, and where all of it is."""
    items = [f"{row.sign} {row_text(row, heads, words)}" for row, heads in brief.items]
    told = words["item_comma"].join([*items, *([brief.left] if brief.left else [])])
    *lines, last = wrap(f"{brief.place}{words['colon'] if told else ''}{told}", WIDTH, first="* ", rest="  ")
    url = brief.kept_url or brief.url
    if url and width(last) + 2 + width(url) <= WIDTH:
        yield from (*lines, f"{last}  {url}")
    else:
        yield from (*lines, last, *([f"  {url}"] if url else []))


def _close(heads: Sequence[str], words: Words) -> list[str]:
    """Heads without the blanks that Chinese needs none of: columns are dear."""
    return [head.replace(" ", "") for head in heads] if words.language == "zh" else list(heads)


def _glances(sheet: Sheet, words: Words) -> Iterator[str]:
    head = (words["column_region"], words["column_news"], words["column_count"])
    rows = [(glance.place, f"{_sign(glance.kind)}{glance.news}", str(glance.count)) for glance in sheet.glances]
    yield from table(head, rows, press=1)
    if sheet.glances_more:
        yield from wrap(words("overview_more", n=sheet.glances_more), WIDTH)


def _story(story: Story, words: Words) -> Iterator[str]:
    yield _HEAVY
    mark = words["example"] if story.example else ""
    yield from wrap(f"{mark}{story.region} · {story.heading}", WIDTH)
    for line in (story.place if story.place != story.region else "", story.title, story.origin):
        if line:
            yield from wrap(line, WIDTH)
    yield from _links([(words["source_link"], story.url), (words["kept_link"], story.kept_url)])
    for each in story.tables:
        yield ""
        yield from _table(each, words)
    yield from _around(story, words)
    if story.tail_title:
        yield ""
        yield from wrap(f"[{story.tail_title}]", WIDTH)
        for topic in story.topics:
            yield from _topic(topic, words)
        yield from _folded(story, words)


def row_text(row: Row, heads: Sequence[str], words: Words) -> str:
    """`GDP 增长 6.5%以上 → 6%左右`, with what came of last year's target where that is known; who differs is named."""
    if row.kind is ChangeKind.CONFLICT:
        return f"{row.name} {heads[1]} {row.before.text} / {heads[3]} {row.after.text}"
    head = heads[2].replace(" ", "") if words.language == "zh" else heads[2]
    told = tail_text(row, words)
    if head and row.outturn.text != words["none"]:
        told += f"{words['open_bracket']}{head} {row.outturn.text}{words['close_bracket']}"
    return told


def _around(story: Story, words: Words) -> Iterator[str]:
    """The neighbours, and the last years."""
    if story.comparison:
        yield ""
        yield from _comparison(story.comparison, words, own="own_place")
    if story.chart:
        yield ""
        yield from wrap(f"[{story.chart.title}]", WIDTH)
        heads = (words["chart_year_head"], words["target"], words["outturn"])
        yield from table(
            heads, [(str(one.year), *_dashed((one.target, one.outturn), words)) for one in story.chart.years]
        )


def _comparison(made: Comparison, words: Words, *, own: str = "") -> Iterator[str]:
    yield from wrap(f"[{made.title}]", WIDTH)
    rows = [
        (words(own, place=one.name) if one.own and own else one.name, *_dashed(one.cells, words)) for one in made.rows
    ]
    yield from table(made.heads, rows)
    yield from wrap(made.remark, WIDTH) if made.remark else ()


def _dashed(cells: Sequence[Cell], words: Words) -> list[str]:
    return ["-" if cell.text == words["none"] else cell.text for cell in cells]


def _links(links: list[tuple[str, str]]) -> Iterator[str]:
    """Each address beside its name when the line holds it, else below it."""
    for name, url in links:
        if not url:
            continue
        if width(name) + 2 + width(url) <= WIDTH:
            yield f"{name}  {url}"
        else:
            yield name
            yield url


def _table(made: Table, words: Words) -> Iterator[str]:
    yield from wrap(f"[{made.title}]", WIDTH)
    columns = [index for index, head in enumerate(made.heads) if head]
    rows = []
    for row in made.rows:
        cells = (row.name, row.before.text, row.outturn.text, row.after.text, row.change)
        rows.append(["-" if cells[index] == words["none"] else cells[index] for index in columns])
    if rows:
        yield from table(_close([made.heads[index] for index in columns], words), rows)
    if made.legend:
        yield made.legend
    if made.more:
        yield words("more", n=made.more)
    if made.unchanged:
        yield from wrap(made.unchanged, WIDTH)
    if made.quotes:
        yield ""
        for quote in made.quotes:
            yield from _quote(quote)


def _quote(quote: Quote) -> Iterator[str]:
    yield from wrap(quote.about, WIDTH, first="* ")
    said = plain(quote.fragments)
    if said:
        yield from wrap(f"“{said}”", WIDTH, first="  ")
    if quote.url:
        yield f"  {quote.url}"


def _topic(topic: Topic, words: Words) -> Iterator[str]:
    yield from wrap(topic.name, WIDTH)
    for row in topic.rows:
        yield from wrap(tail_text(row, words), WIDTH, first=f"  {row.sign} ")


def _sign(kind: ChangeKind | None) -> str:
    return f"{SIGNS[kind]} " if kind else ""


def tail_text(row: Row, words: Words) -> str:
    """One line of the long tail: `新增公园 5个 → 6个`."""
    if row.kind is ChangeKind.CONFLICT:
        return f"{row.name} {row.before.text} / {row.after.text}"
    if row.kind is ChangeKind.CORRECTED:
        return words("row_corrected", name=row.name, before=row.before.text, after=row.after.text)
    if row.kind in CHANGED:
        return f"{row.name} {row.before.text} → {row.after.text}"
    if row.kind is ChangeKind.DROPPED:
        return f"{row.name} {row.before.text}{words['comma']}{words['dropped']}"
    return f"{row.name} {row.after.text}"


def _folded(story: Story, words: Words) -> Iterator[str]:
    if not story.folded:
        return
    yield from wrap(story.folded, WIDTH)
    if story.kept_url:
        yield words["folded_link"]
        yield story.kept_url


def _remarks(sheet: Sheet, words: Words) -> Iterator[str]:
    for remark in sheet.remarks:
        yield from wrap(remark.what + remark.why, WIDTH, first="! " if remark.broken else "* ")
        if remark.url:
            yield f"  {remark.url}"
    if sheet.remarks_more:
        yield from wrap(words("notices_more", n=sheet.remarks_more), WIDTH)
