"""By what a text is found (检索词): pairs of neighbouring Chinese characters, words of letters, numbers. Pure.

A text that holds a phrase holds all of the phrase's terms; whether it holds the phrase itself, `pattern` says. Widths
and cases of letters do not count, nor do spaces between Chinese characters. 增长6.5%以上 has 增长, 6.5 and 以上.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

VERSION = 1  # of what `terms` makes of a text: texts indexed by another one are indexed again
LONGEST = 80  # characters of what is looked for
MOST = 8  # words of it

_HALF = {code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_SMALL = _HALF | {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}  # one to one, unlike str.lower
_LETTER = r"[^\W0-9a-z_]"  # of Chinese, and of any other script than ours
_LATIN = "A-Za-z\uff21-\uff3a\uff41-\uff5a"  # and the wide ones
_RUN = re.compile(rf"[0-9]+(?:\.[0-9]+)?|[a-z]+|{_LETTER}+")


class NothingToLookFor(ValueError):
    """What is asked for has nothing that texts are found by; the message says what would."""


def terms(text: str) -> set[str]:
    """All terms of a text."""
    found: set[str] = set()
    for run in _RUN.findall(_joined(_folded(text))):
        found.update(map(str.__add__, run, run[1:]) if _is_other(run) else (run,))
    return found


def words_of(asked: str) -> list[str]:
    """What is looked for, word by word: all of them must be there. Raises NothingToLookFor."""
    words = list(dict.fromkeys(asked[:LONGEST].split()))[:MOST]
    for word in words:
        if not terms(word):
            raise NothingToLookFor(f"{word}: give two Chinese characters in a row, a word of letters or a number")
    if not words:
        raise NothingToLookFor("give something to look for: 专精特新, or two words")
    return words


@lru_cache(maxsize=256)
def pattern(word: str) -> re.Pattern[str]:
    """Finds a word in a kept text: 6.5 is not in 16.5, nor GDP in GDPR; 生产 总值 is 生产总值."""
    folded = "".join(_folded(word).split())
    pieces = [_any_width(char) for char in folded]
    for at in range(len(folded) - 1, 0, -1):
        if _is_other(folded[at]) and _is_other(folded[at - 1]):
            pieces.insert(at, r"\s*")
    return re.compile(_before(folded[0]) + "".join(pieces) + _behind(folded[-1]))


def places(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a word stands in a text."""
    return (found.span() for found in pattern(word).finditer(text))


def _folded(text: str) -> str:
    return text.translate(_SMALL)


def _joined(text: str) -> str:
    """Without the spaces and line breaks between Chinese characters."""
    parts = text.split()
    pieces = parts[:1]
    for left, right in pairwise(parts):
        if not (_is_other(left[-1]) and _is_other(right[0])):
            pieces.append(" ")
        pieces.append(right)
    return "".join(pieces)


def _is_other(run: str) -> bool:
    return not ("0" <= run[0] <= "9" or "a" <= run[0] <= "z")


def _any_width(char: str) -> str:
    forms = {char, char.upper()} if char.isascii() else {char}
    forms |= {chr(ord(one) + 0xFEE0) for one in forms if "!" <= one <= "~"}
    return f"[{''.join(map(re.escape, sorted(forms)))}]"


def _before(char: str) -> str:
    if char.isascii() and char.isdigit():
        return r"(?<![0-9０-９])(?<![0-9０-９][.．])"
    return f"(?<![{_LATIN}])" if char.isascii() and char.isalpha() else ""


def _behind(char: str) -> str:
    if char.isascii() and char.isdigit():
        return r"(?![0-9０-９])(?![.．][0-9０-９])"
    return f"(?![{_LATIN}])" if char.isascii() and char.isalpha() else ""
