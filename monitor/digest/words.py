"""The words of a language, from templates/words.toml and, for the console's pages, templates/console.toml."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("monitor") / "templates" / name).read_text(encoding="utf-8"))


_TABLES, _CONSOLE = _read("words.toml"), _read("console.toml")
LANGUAGES = ("zh", "en")
REFERENCES: Mapping[str, str] = MappingProxyType(_TABLES["references"])
UNITS: Mapping[str, str] = MappingProxyType(_TABLES["units"])
_CHINESE_NAME = re.compile(r"([\u4e00-\u9fff])\{name\}")


class Words:
    """The words of one language.

    `words["change"]` is the word itself, `words("folded", n=3, list="…")` fills its gaps and takes the singular where
    the language has one. A key that is not in the table is a KeyError.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
        self.language = language
        self._words: Mapping[str, str] = _TABLES[language] | _CONSOLE[language]
        self.short: Mapping[str, str] = _TABLES["short"][language]
        self.faults: Mapping[str, str] = _TABLES["faults"][language]
        self.facts: Mapping[str, str] = _TABLES["facts"].get(language, {})

    def __getitem__(self, key: str) -> str:
        return self._words[key]

    def __call__(self, key: str, **gaps: object) -> str:
        if str(gaps.get("n")) == "1":
            key = f"{key}_one" if f"{key}_one" in self._words else key
        wording = self._words[key]
        if str(gaps.get("name", ""))[:1].isascii():
            wording = _CHINESE_NAME.sub(r"\1 {name}", wording)  # 新提出 GDP 增长目标
        return wording.format(**gaps)


WORDS: Mapping[str, Words] = MappingProxyType({language: Words(language) for language in LANGUAGES})
