"""Trains monitor/extractors/outlook.tsv: which two-character pieces look ahead, and which back.

Run `python tests/corpus/train_outlook.py` beside `../shared`. Data selection: every unlabelled report of 2003 and later
whose chapter headings tell by themselves (year arithmetic, 回顾, 目标任务); their sentences get the heading's role.
The reports themselves are not part of the project. It prints the share of sentences that the table and one change
point per report get right, five-fold over reports, before it writes the table trained on all of them.
"""

import sys
from collections import Counter
from math import log, sqrt
from pathlib import Path

from monitor.extractors import outlook
from monitor.extractors.headings import heading_role
from monitor.extractors.layout import chapters_of
from monitor.extractors.script import read_script
from storage.values import Role

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "unlabelled"
KEPT = 600
FOLDS = 5
Sentences = list[tuple[str, Role]]


def labelled_reports() -> list[Sentences]:
    """The sentences of each report that has both a review and a plan by its headings, in order."""
    reports = []
    rows = (SHARED / "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for name, _, _, year, *_ in (row.split("\t") for row in rows):
        if int(year) >= 2003:
            plain = read_script((SHARED / name).read_text(encoding="utf-8")).plain
            sentences = _labelled(plain, int(year))
            if {role for _, role in sentences} == {Role.OUTTURN, Role.TARGET}:
                reports.append(sentences)
    return reports


def _labelled(plain: str, year: int) -> Sentences:
    labelled: Sentences = []
    for chapter in chapters_of(plain):
        role = heading_role(chapter.heading, year) if chapter.heading else None
        if role:
            labelled += [(piece.text, role) for piece in chapter.pieces if len(piece.text) > 8]
    return labelled


def train(reports: list[Sentences]) -> dict[str, float]:
    """The KEPT pieces that tell most (by z score of their log odds) and their log odds."""
    ahead: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for sentences in reports:
        for sentence, role in sentences:
            (ahead if role is Role.TARGET else back).update(_pieces(sentence))
    ahead_total, back_total = ahead.total(), back.total()
    odds = {
        piece: log((ahead[piece] + 1) / ahead_total) - log((back[piece] + 1) / back_total)
        for piece in ahead.keys() | back.keys()
        if ahead[piece] + back[piece] > 30
    }
    strength = {
        piece: abs(weight) / sqrt(1 / (ahead[piece] + 1) + 1 / (back[piece] + 1)) for piece, weight in odds.items()
    }
    kept = sorted(odds, key=lambda piece: (-strength[piece], piece))[:KEPT]
    return {piece: odds[piece] for piece in kept}


def _pieces(sentence: str) -> set[str]:
    return {
        piece
        for piece in map(str.__add__, sentence, sentence[1:])
        if all("\u4e00" <= char <= "\u9fff" for char in piece)
    }


def share_right(table: dict[str, float], reports: list[Sentences]) -> float:
    """The share of sentences whose role the table and one change point per report get right."""
    right = total = 0
    for sentences in reports:
        turn = outlook.change_point([outlook.score(sentence, table) for sentence, _ in sentences])
        right += sum((at < turn) == (role is Role.OUTTURN) for at, (_, role) in enumerate(sentences))
        total += len(sentences)
    return right / total


def main() -> None:
    if not SHARED.is_dir():
        sys.exit("../shared is missing: the reports to train on are not part of the project")
    reports = labelled_reports()
    folds = [
        share_right(train([r for j, r in enumerate(reports) if j % FOLDS != k]), reports[k::FOLDS])
        for k in range(FOLDS)
    ]
    right = sum(folds) / FOLDS
    header = (
        f"# trained on {sum(map(len, reports))} sentences of {len(reports)} reports; {FOLDS}-fold {right:.4f} right"
    )
    print(header, *(f"{fold:.4f}" for fold in folds))
    rows = sorted(train(reports).items(), key=lambda item: item[1])
    outlook.WEIGHTS.write_text(
        "\n".join([header, *(f"{piece}\t{weight:.2f}" for piece, weight in rows)]) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
