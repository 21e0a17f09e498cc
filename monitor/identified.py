"""What a document was taken for; `monitor.identity` finds it out."""

from dataclasses import dataclass

from storage.values import Kind


@dataclass(frozen=True, slots=True)
class Identity:
    """What a document was taken for. `region` is "" and `year` None when nothing tells; then a doubt says so.

    `excerpt` is a document that does not hold all of the report, `revised` one that calls itself a later version.
    `doubts` are sentences for the person who looks after the sources; a document with doubts is kept and flagged.
    """

    region: str
    kind: Kind
    year: int | None
    excerpt: bool
    revised: bool
    doubts: tuple[str, ...] = ()
