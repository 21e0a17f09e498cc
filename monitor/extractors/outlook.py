"""Does a sentence look back or ahead by its words alone, and where in a run of sentences does the view turn. Pure.

The weights are log odds of two-character pieces, trained by `tests/corpus/train_outlook.py` on the chapters of real
reports whose headings tell; only the table is kept here.
"""

from collections.abc import Sequence
from functools import cache
from math import sqrt
from pathlib import Path

WEIGHTS = Path(__file__).with_name("outlook.tsv")


@cache
def weights() -> dict[str, float]:
    """Two characters → how much they speak for looking ahead (above zero) or back (below)."""
    rows = (line.split("\t") for line in WEIGHTS.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return {piece: float(weight) for piece, weight in rows}


def score_sentence(sentence: str) -> float:
    """Above zero: the sentence looks ahead. Long sentences weigh more, but not in proportion."""
    return score(sentence, weights())


def score(sentence: str, known: dict[str, float]) -> float:
    """The same by another table, for the training."""
    found = [known[piece] for piece in map(str.__add__, sentence, sentence[1:]) if piece in known]
    return sum(found) / sqrt(len(found)) if found else 0.0


def change_point(scores: Sequence[float], allowed: Sequence[bool] | None = None) -> int:
    """How many sentences at the start look back, when every one behind them looks ahead; costs one pass.

    Where `allowed` is given, the view turns only at a sentence that it allows, or never.
    """
    best = 0 if allowed is None else len(scores)
    lowest = 0.0 if allowed is None else sum(scores)
    running = 0.0
    for at, score in enumerate(scores):
        if running < lowest and (allowed is None or allowed[at]):
            best, lowest = at, running
        running += score
    return len(scores) if running < lowest else best
