"""Each saved page of tests/pages/<family>/ is read as the expectation beside it says.

A page is `index-….` or `report-….` (html, xml, answer.json), its expectation `….expected.json`; both are found by name.
For a new page run once with MUBIAO_WRITE_EXPECTED=1: the expectation is written and the test fails, so that a person
reads it before it is committed. `url` in it is the page's address; write that one line yourself if it matters.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from scrapers.families import families, family, recognise

PAGES = Path(__file__).resolve().parents[2] / "pages"
WRITE = "MUBIAO_WRITE_EXPECTED"


def saved_pages() -> list[Path]:
    return sorted(p for p in PAGES.glob("*/*") if p.is_file() and not p.name.endswith(".expected.json"))


def expectation(page: Path) -> Path:
    return page.with_name(page.name.split(".")[0] + ".expected.json")


def read(page: Path, url: str) -> dict[str, Any]:
    """What the family makes of the page, as plain JSON."""
    one, text = family(page.parent.name), page.read_text("utf-8")
    value = one.parse_index(text, url) if page.name.startswith("index") else one.parse_report(text, url)
    plain: dict[str, Any] = json.loads(json.dumps(asdict(value), default=str))
    if plain.get("next_post", ...) is None:
        del plain["next_post"]
    if "text" in plain:
        plain["text"] = plain["text"].split("\n")
    return {"url": url, **plain}


@pytest.mark.parametrize("page", saved_pages(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_saved_page_is_read_as_expected(page: Path) -> None:
    path = expectation(page)
    expected = json.loads(path.read_text("utf-8")) if path.exists() else {}
    url = expected.get("url", f"http://www.lanyi.example/zwgk/gzbg/{page.name}")
    got = read(page, url)
    if WRITE in os.environ and got != expected:
        path.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"wrote {path.name}: read it, then commit it")
    assert expected, f"{path.name} is missing; run once with {WRITE}=1"
    assert got == expected


@pytest.mark.parametrize("page", saved_pages(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_saved_page_is_recognised_by_its_marks(page: Path) -> None:
    if page.name == "report.html" and page.parent.name in ("atom", "folder", "sitemap"):
        pytest.skip("what a feed, a sitemap or a folder leads to is of any family")
    assert recognise(page.read_text("utf-8"), "http://an.example/") == page.parent.name


@pytest.mark.parametrize("name", [one.name for one in families()])
def test_every_family_has_saved_pages(name: str) -> None:
    names = [p.name for p in saved_pages() if p.parent.name == name]
    assert any(n.startswith("index") for n in names), f"tests/pages/{name} has no index page"
    assert any(n.startswith("report") for n in names), f"tests/pages/{name} has no report page"


def test_every_expectation_belongs_to_a_page() -> None:
    expected = {expectation(p) for p in saved_pages()}
    assert set(PAGES.glob("*/*.expected.json")) == expected
