"""The phrases of tests/corpus: wording by wording, what a sentence states and what it does not."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.extractors.statements import extract
from storage.values import About, StatementData

PHRASES = Path(__file__).resolve().parents[2] / "corpus" / "phrases"
PHENOMENA = PHRASES.parent / "phenomena.toml"
HEADINGS = {"target": "二、2024年工作安排", "outturn": "一、2023年工作回顾"}


def _phrases() -> list[Any]:
    """Those with `fails` say what should be stated, and why it is not yet."""
    files = sorted(PHRASES.glob("*.toml"))
    return [
        pytest.param(
            phrase,
            id=f"{file.stem}: {phrase['text'][:24]}",
            marks=[pytest.mark.xfail(reason=phrase["fails"], raises=AssertionError)] if "fails" in phrase else [],
        )
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


@pytest.mark.parametrize("phrase", [pytest.param(*param.values, id=param.id) for param in _phrases()])
def test_a_phrase_takes_the_role_of_its_chapter(phrase: dict[str, Any]) -> None:
    if "heading" in phrase:
        pytest.skip("the phrase brings a heading of its own")
    role = phrase.get("role", "target")
    found = extract(f"{HEADINGS[role]}\n{phrase['text']}", About(year=2024))
    assert {statement.role.value for statement in found} <= {role}


def _phenomena() -> list[Any]:
    listed = tomllib.loads(PHENOMENA.read_text(encoding="utf-8"))["phenomenon"]
    return [pytest.param(one, id=f"{one['number']} {one['name']}") for one in listed]


def test_the_forty_phenomena_are_all_listed() -> None:
    assert [param.values[0]["number"] for param in _phenomena()] == list(range(1, 41))


@pytest.mark.parametrize("phenomenon", _phenomena())
@pytest.mark.parametrize("sort", ["phrases", "counterexamples"])
def test_a_phenomenon_has_phrases_and_counterexamples(phenomenon: dict[str, Any], sort: str) -> None:
    assert phenomenon[sort], f"{phenomenon['name']}: write {sort} and name them in tests/corpus/phenomena.toml"
    for named in phenomenon[sort]:
        file, _, beginning = named.partition(": ")
        phrases = tomllib.loads((PHRASES / f"{file}.toml").read_text(encoding="utf-8"))["phrase"]
        found = [phrase for phrase in phrases if phrase["text"].startswith(beginning)]
        assert found, f"phrases/{file}.toml has no phrase that begins with {beginning}"


def test_most_phenomena_are_read() -> None:
    """A phenomenon may have a phrase that fails, but not only such."""
    unread = []
    for param in _phenomena():
        named = [name.partition(": ") for name in param.values[0]["phrases"]]
        held = [
            "fails" not in phrase
            for file, _, beginning in named
            for phrase in tomllib.loads((PHRASES / f"{file}.toml").read_text(encoding="utf-8"))["phrase"]
            if phrase["text"].startswith(beginning)
        ]
        if not any(held):
            unread.append(param.values[0]["number"])
    assert set(unread) <= {32}, "phenomena that no phrase shows to be read"
