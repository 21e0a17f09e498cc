"""The phrases of tests/corpus: wording by wording, what a sentence states and what it does not."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.extractors.statements import extract
from storage.values import About, StatementData

PHRASES = Path(__file__).resolve().parents[2] / "corpus" / "phrases"
HEADINGS = {"target": "二、2024年工作安排", "outturn": "一、2023年工作回顾"}


def _phrases() -> list[Any]:
    files = sorted(PHRASES.glob("*.toml"))
    return [
        pytest.param(phrase, id=f"{file.stem}: {phrase['text'][:24]}")
        for file in files
        for phrase in tomllib.loads(file.read_text(encoding="utf-8"))["phrase"]
    ]


def _said(statement: StatementData) -> str:
    words = [statement.measure.value, statement.op.value]
    if statement.value is not None:
        high = "" if statement.value_hi is None else f"..{statement.value_hi:g}"
        words.append(f"{statement.value:g}{high}")
    return " ".join(words)


@pytest.mark.parametrize("phrase", _phrases())
def test_a_phrase_states_what_its_file_says(phrase: dict[str, Any]) -> None:
    role = phrase.get("role", "target")
    heading = phrase.get("heading", HEADINGS[role])
    found = extract(f"{heading}\n{phrase['text']}", About(year=2024))
    told = [(s.text, s.indicator, _said(s)) for s in found]
    assert told == [(s["quote"], s["indicator"], s["is"]) for s in phrase["states"]]
    for statement, expected in zip(found, phrase["states"], strict=True):
        for field in ("unit", "period", "baseline", "reference", "commitment"):
            if field in expected:
                assert getattr(statement, field) == expected[field], field


@pytest.mark.parametrize("phrase", _phrases())
def test_a_phrase_takes_the_role_of_its_chapter(phrase: dict[str, Any]) -> None:
    if "heading" in phrase:
        pytest.skip("the phrase brings a heading of its own")
    role = phrase.get("role", "target")
    found = extract(f"{HEADINGS[role]}\n{phrase['text']}", About(year=2024))
    assert {statement.role.value for statement in found} <= {role}
