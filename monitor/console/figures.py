"""One figure as pages show it: in words, with the address of its sentence, and with what became of it."""

from dataclasses import dataclass

from monitor.comparing.ledger import LedgerEntry, Verdict
from monitor.console.answers import Reader
from monitor.digest.figures import difference, middle, said
from storage.values import Measure, Stated

MARKS = {Verdict.MET: "✓", Verdict.MISSED: "✗"}


@dataclass(frozen=True, slots=True)
class Shown:
    """6%左右, and where it is written."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A target with what was reached; `verdict` is a word of the ledger, `mark` its sign."""

    target: Shown
    outturn: Shown | None
    verdict: str
    mark: str
    by: str


def shown(stated: Stated, who: Reader) -> Shown:
    """A figure beside the name of its indicator: a rise is not said again, a fall is."""
    falls = stated.data.value is not None and stated.data.value < 0
    signed = falls or stated.data.measure is not Measure.GROWTH
    return Shown(said(stated.data, who.language, signed=signed), sentence_of(stated, who))


def sentence_of(stated: Stated, who: Reader) -> str:
    return who.link(f"/documents/{stated.document_id}#s{stated.id}")


def judged(entry: LedgerEntry, who: Reader) -> Judged:
    apart = difference(entry.target.data, entry.outturn.data, who.language) if entry.outturn and entry.apart else ""
    return Judged(
        shown(entry.target, who),
        shown(entry.outturn, who) if entry.outturn else None,
        entry.verdict.value,
        MARKS.get(entry.verdict, ""),
        f"{'+' if (entry.apart or 0) > 0 else '−'}{apart}" if apart else "",
    )


def size(stated: Stated) -> float | None:
    """For order and colour: the value as written, or the middle of a range."""
    found = middle(stated.data)
    return None if found is None else float(found)
