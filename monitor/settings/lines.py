"""Where a key stands in a TOML file, and what TOML itself has against the file."""

import json
import re
import tomllib
from functools import cached_property
from typing import Any

from monitor.settings.problems import Path, Problem

_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
_HEADER = re.compile(rf"\s*\[\[?\s*({_PART}(?:\s*\.\s*{_PART})*)\s*\]\]?")
_KEY = re.compile(rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*=")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))


class Lines:
    """The line numbers of a file's tables and keys; a later one of the same name is not noted."""

    def __init__(self, text: str) -> None:
        self._text = text.splitlines()

    @cached_property
    def _found(self) -> dict[Path, int]:
        """Looked for when something is wrong: most files are right."""
        found: dict[Path, int] = {}
        table: Path = ()
        in_string = False
        for number, line in enumerate(self._text, 1):
            if not in_string:
                if header := _HEADER.match(line):
                    table = _parts(header[1])
                    for length in range(1, len(table) + 1):
                        found.setdefault(table[:length], number)
                elif key := _KEY.match(line):
                    found.setdefault(table + _parts(key[1]), number)
            in_string ^= (line.count('"""') + line.count("'''")) % 2 == 1
        return found

    def find(self, path: Path, value: object = None) -> int | None:
        """The line of what stands at `path`, or of the nearest table around it; None when none of it is there.

        `value` finds the element of a list that is written over several lines.
        """
        for length in range(len(path), 0, -1):
            line = self._found.get(path[:length])
            if line is not None:
                return self._element(line, value) if length < len(path) and isinstance(path[length], int) else line
        return None

    def _element(self, line: int, value: object) -> int:
        written = json.dumps(value, ensure_ascii=False)
        end = min((other for other in self._found.values() if other > line), default=len(self._text) + 1)
        return next((n for n in range(line, end) if written in self._text[n - 1]), line)


def parse(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The file's data and its duplicates, each of them named. Another fault of the syntax ends the reading: data is {}.

    A duplicate is taken out, so that what is wrong elsewhere can be told in the same breath.
    """
    problems: list[Problem] = []
    where = Lines(text)
    lines = text.split("\n")
    while True:
        try:
            data = tomllib.loads("\n".join(lines))
            return {key: value for key, value in data.items() if not key.startswith("twice at ")}, problems
        except tomllib.TOMLDecodeError as error:
            at = _AT_LINE.search(str(error))
            number = int(at[1]) if at else None
            duplicate = number and _duplicate(where, lines, number, str(error))
            if not duplicate:
                what = _AT_LINE.sub("", str(error))
                return {}, [*problems, Problem(f"not valid TOML here: {what}; texts need quotes", line=number)]
            problems.append(duplicate)


def _duplicate(where: Lines, lines: list[str], number: int, said: str) -> Problem | None:
    """What stands twice, after its second occurrence was taken out of `lines`; None when that is not the trouble."""
    if "twice" not in said and "overwrite" not in said:
        return None
    line = lines[number - 1]
    if header := _HEADER.match(line):
        lines[number - 1] = f'["twice at {number}"]'  # what follows it belongs to no table that we know
        path = _parts(header[1])
        advice = "give one of them another key"
    else:
        key = _KEY.match(line)
        if key is None or line.rstrip().endswith(("[", "{", '"""', "'''")):
            return None
        lines[number - 1] = ""
        tables = (match for text in reversed(lines[: number - 1]) if (match := _HEADER.match(text)))
        table = next(tables, None)
        path = (_parts(table[1]) if table else ()) + _parts(key[1])
        advice = "remove one of them"
    first = where.find(path)
    return Problem(f"stands here a second time, after line {first}: {advice}", path=path, line=number)
