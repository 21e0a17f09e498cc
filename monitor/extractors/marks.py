"""Brackets, quotes and titles: what stands inside them is one word of the sentence around. Pure."""

import re

_INSIDE = re.compile(r"(?<=（)[^（）]*(?=）)|(?<=“)[^“”]*(?=”)|(?<=《)[^《》]*(?=》)")
_MARK = re.compile("[（）“”《》]")
_OPENS = {"）": "（", "”": "“", "》": "《"}


def hidden(words: str) -> str:
    """`words`, as long as before, without what brackets and quotes hold: no list is cut inside 县（市、区）."""
    if _MARK.search(words) is None:
        return words
    return _INSIDE.sub(lambda inside: "·" * len(inside[0]), words)


def paired(words: str) -> str:
    """`words` without marks whose other half is not there, and without the rest of a bracket that was cut.

    区）生产总值 → 生产总值, 在全县（市 → 在全县, “国家实验室 → 国家实验室, 》等行政法规 → 行政法规.
    """
    while _MARK.search(words) and (shorter := _without_halves(words)) != words:
        words = shorter
    return words


def _without_halves(words: str) -> str:
    opened: list[int] = []
    alone: list[int] = []
    for at, char in ((match.start(), match[0]) for match in _MARK.finditer(words)):
        if char not in _OPENS:
            opened.append(at)
        elif opened and words[opened[-1]] == _OPENS[char]:
            opened.pop()
        else:
            alone.append(at)
    cut = next((at for at in opened if words[at] == "（" and at), len(words))
    behind = max((at + 1 for at in alone if words[at] != "”"), default=0)
    if behind < cut:
        alone = [at for at in alone if at >= behind]
    else:
        behind = 0
    kept = "".join(words[at] for at in range(behind, cut) if at not in alone and at not in opened)
    return kept.removeprefix("等") if behind else kept
