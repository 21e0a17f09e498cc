"""Visits that several processes may have in mind at once: each is made by one of them."""

from monitor.pipeline import visit
from monitor.visiting.visited import Tools, Visited
from scrapers.source import Source
from storage.claims import claimed
from storage.database import reading
from storage.visits import is_due


def visit_once(source: Source, tools: Tools) -> Visited | None:
    """Visit a source, unless another process is at it, or has been since it was found due: then None."""
    engine = tools.desk.engine
    with claimed(engine, f"visit {source.key}") as ours:
        if not ours:
            return None
        if engine.dialect.name == "postgresql":  # SQLite has one process, which asked just now
            with reading(engine) as session:
                if not is_due(session, source.key, tools.clock()):
                    return None
        return visit(source, tools)
