"""Does a sentence look back or ahead by its words alone, and where in a run of sentences does the view turn. Pure.

The weights are log odds of two-character pieces, trained by `tests/corpus/train_roles.py` on the chapters of real
reports whose headings tell; only the table is kept here.
"""

from functools import cache
from math import sqrt
from pathlib import Path

WEIGHTS = Path(__file__).with_name("role_weights.tsv")


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


def change_point(scores: list[float]) -> int:
    """How many sentences at the start look back, when every one behind them looks ahead; costs one pass."""
    best = 0
    lowest = running = 0.0
    for at, score in enumerate(scores, 1):
        running += score
        if running < lowest:
            best, lowest = at, running
    return best
