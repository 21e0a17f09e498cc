"""The JSON form, held against the documented schema."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from monitor.cli.posting import trial_message
from tests.digests import SAMPLES, sample

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA = json.loads((DOCS / "digest.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_payload_keeps_its_schema(name: str, language: str) -> None:
    payload = json.loads(sample(name, language).payload)
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(payload)


def test_the_schema_is_one_and_refuses_what_it_does_not_know() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    payload = json.loads(sample("year").payload)
    payload["data"]["reports"][0]["changes"][0]["kind"] = "vanished"
    assert not Draft202012Validator(SCHEMA).is_valid(payload)


def test_the_payload_of_a_test_keeps_a_schema_of_its_own() -> None:
    schema = json.loads((DOCS / "test.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    checked = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    payload = json.loads(trial_message(datetime(2026, 1, 20, tzinfo=UTC)).payload)
    checked.validate(payload)
    assert not checked.is_valid(json.loads(sample("year").payload))
    assert not Draft202012Validator(SCHEMA).is_valid(payload)


def test_the_mark_shows_where_the_number_stands() -> None:
    payload = json.loads(sample("year").payload)
    figures = [change["after"] for change in payload["data"]["reports"][0]["changes"] if change["after"]]
    assert len(figures) > 20
    for figure in figures:
        start, end = figure["mark"]
        assert figure["sentence"][start:end] == figure["text"]


def test_keys_are_sorted_and_bytes_are_utf8() -> None:
    payload = sample("year").payload
    assert (
        json.dumps(json.loads(payload), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == payload
    )
