"""What is wrong with the settings, in words that say what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from storage.errors import Mendable

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands (`file` and `line`, or a variable of the environment), which key, what to do."""

    message: str
    path: Path = ()
    file: str = ""
    line: int | None = None
    variable: str = ""

    def __str__(self) -> str:
        place = self.variable or (f"{self.file}:{self.line}" if self.line else self.file)
        return ": ".join(part for part in (place, dotted(self.path), self.message) if part)


class SettingsError(Mendable):
    """The settings cannot be used; `problems` are all that is wrong with them, in the order of the file."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def dotted(path: Path) -> str:
    """`watches.main.regions`; the place in a list is left out, since the message names the element."""
    return ".".join(part for part in path if isinstance(part, str))


_WORDS: Mapping[str, str] = {
    "string_type": 'must be text in quotes, like "…"',
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "tuple_type": 'must be a list, like ["…", "…"]',
    "path_type": "must be a path in quotes",
    "dict_type": "must be a table with keys of your choice, like [sources.my-city]",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "date_type": "must be a day like 2026-03-01, without quotes",
    "date_parsing": "must be a day like 2026-03-01, without quotes",
    "date_from_datetime_parsing": "must be a day like 2026-03-01, without quotes",
    "date_from_datetime_inexact": "must be a day like 2026-03-01, without a time",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
}


def words_for(
    error: ErrorDetails,
    known: Callable[[Path], list[str]],
    near: Callable[[str, list[str]], str],
    channels: list[str],
) -> str:
    """The message for one of pydantic's errors. `known` tells what may stand in a table, `near` what was meant,
    `channels` are the kinds of channel.
    """
    kind, path = error["type"], error["loc"]
    context: dict[str, Any] = error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            keys = known(path[:-1])
            meant = near(str(path[-1]), keys)
            return f"unknown key{meant or '; known here: ' + ', '.join(keys)}"
        case "missing":
            return "is missing, and has no default"
        case "enum" | "literal_error":
            return f"must be {context['expected']}"
        case "union_tag_not_found":
            return f'needs a type: one of {", ".join(channels)}, like type = "folder"'
        case "union_tag_invalid":
            meant = near(str(context["tag"]), channels)
            return f'type "{context["tag"]}" is not known: {", ".join(channels)}{meant}'
        case "string_pattern_mismatch" if path[-1] in ("key", "[key]"):
            return "a name may hold small letters, digits and hyphens only, like my-city"
        case "value_error":
            return str(context["error"])
    return _WORDS.get(kind) or error["msg"].replace("Input should be", "must be")
