"""One visit in words for people, and as a row for programs."""

from monitor.desk import Outcome
from monitor.visiting.visited import Visited

OUTCOMES = {
    Outcome.REPORT: ("report", "reports"),
    Outcome.REVISION: ("revision", "revisions"),
    Outcome.WITNESS: ("further witness", "further witnesses"),
    Outcome.UNPLACED: ("document without a known year or place", "documents without a known year or place"),
}


def visit_words(visited: Visited) -> str:
    """One visit in one line."""
    name = visited.source.name
    if visited.error:
        return f"{name}: {visited.error.label}: {visited.error}"
    if visited.outcome == "unchanged":
        return f"{name}: unchanged"
    counts = {outcome: sum(filed.outcome is outcome for _, filed in visited.filed) for outcome in Outcome}
    words = [
        f"{counts[outcome]} {one if counts[outcome] == 1 else many}"
        for outcome, (one, many) in OUTCOMES.items()
        if counts[outcome]
    ]
    statements = sum(filed.statements for _, filed in visited.filed)
    words += [f"{statements} statements"] if statements else []
    if visited.changes and not visited.baseline:
        words.append(f"{visited.changes} change{'s' if visited.changes > 1 else ''}")
    words += [f"{len(visited.failed)} could not be read"] if visited.failed else []
    first = "first visit, recorded without alarm: " if visited.baseline else ""
    return f"{name}: {first}{', '.join(words) or f'{visited.entries} entries, no new report'}"


def visit_row(visited: Visited) -> dict[str, object]:
    return {
        "source": visited.source.key,
        "outcome": visited.outcome,
        "baseline": visited.baseline,
        "entries": visited.entries,
        "documents": visited.documents,
        "changes": visited.changes,
        "failed": [{"url": entry.url, "label": error.label, "error": str(error)} for entry, error in visited.failed],
        "label": visited.error.label if visited.error else None,
        "error": str(visited.error) if visited.error else None,
        "seconds": round(visited.seconds, 3),
    }
