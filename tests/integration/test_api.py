"""The API as a program sees it: the rows of export, pages that stay, clear refusals, and nothing that breaks it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.catalogue.regions import contains
from monitor.console import app
from monitor.console.api import api
from monitor.console.cursors import cursor
from monitor.console.limits import Limit
from monitor.console.resources import Statement
from monitor.reviews.review_table import review_rows
from monitor.reviews.reviewing import Says, review
from monitor.searching import index_some
from monitor.tables.panel import NAMES, panel
from monitor.tables.targets import target_rows
from storage.statements import find_of_document
from storage.values import ReviewKind
from tests.consoles import BROKEN, CITY, NOW, PROVINCE, Filled, filled, served

BASE = "/api/v1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def client(made: Filled) -> Iterator[httpx.Client]:
    with served(app(made.kept)) as at, httpx.Client(base_url=f"{at}{BASE}", trust_env=False, timeout=60) as client:
        yield client


def every(client: httpx.Client, path: str, **query: str | int | bool) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    after: dict[str, str | int | bool] = {}
    while True:
        answer = client.get(path, params=query | after)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"cursor": page["next"]}


def test_statements_are_the_rows_of_export(client: httpx.Client, made: Filled) -> None:
    with made.kept.reading() as session:
        exported = json.loads(json.dumps(list(panel(session)), default=str))
    found = every(client, "/statements", limit=70)
    assert len(found) > 400
    assert [{name: row[name] for name in NAMES} for row in found] == exported
    assert set(found[0]) == {"id", "document", *NAMES} == set(Statement.model_fields)


def test_a_row_leads_to_its_document_and_its_place_in_the_text(client: httpx.Client) -> None:
    row = client.get("/statements", params={"region": CITY, "role": "target", "limit": 1}).json()["items"][0]
    text = client.get(f"/documents/{row['document']}/text").json()
    assert text["archive"] == row["archive"]
    assert text["text"][row["start"] : row["end"]] == row["text"]
    assert client.get(f"/documents/{row['document']}").json()["text"] == row["archive"]
    assert row in client.get(f"/documents/{row['document']}/statements").json()


def test_a_document_that_does_not_speak_has_statements_without_verdicts(client: httpx.Client, made: Filled) -> None:
    earlier = made.document()  # the city's last report has a later version
    rows = client.get(f"/documents/{earlier}/statements").json()
    with made.kept.reading() as session:
        assert [row["id"] for row in rows] == [one.id for one in find_of_document(session, earlier)]
    assert {row["verdict"] for row in rows} == {None}


def test_a_region_stands_for_what_lies_within_it_unless_it_is_meant_exactly(client: httpx.Client) -> None:
    within = {row["code"] for row in every(client, "/statements", region=PROVINCE, headline=True, limit=500)}
    assert len(within) > 2
    assert all(contains(PROVINCE, code) for code in within)
    assert {one["region"] for one in every(client, "/reports", region=PROVINCE, exact=True)} == {PROVINCE}
    nation = every(client, "/reports", region="000000")
    assert nation == every(client, "/reports", limit=2)


def test_changes_are_paged_newest_first_and_found_by_their_id(client: httpx.Client) -> None:
    found = every(client, "/changes", limit=50)
    assert len({one["id"] for one in found}) == len(found) > 100
    assert [one["seen_at"] for one in found] == sorted((one["seen_at"] for one in found), reverse=True)
    assert client.get(f"/changes/{found[7]['id']}").json() == found[7]
    lowered = every(client, "/changes", kind="lowered", region=CITY, headline="true")
    assert lowered == [
        one for one in found if one["kind"] == "lowered" and one["report"]["region"] == CITY and one["headline"]
    ]
    before = lowered[0]["before"]
    assert before["page"] == f"/documents/{before['document']}#s{before['statement']}"
    assert before["text"] in before["sentence"]


def test_days_are_those_of_china(client: httpx.Client) -> None:
    found = every(client, "/changes", since="2026-01-21", until="2026-01-21", limit=1000)
    assert found
    assert {one["seen_at"][:10] for one in found} == {"2026-01-21"}
    assert every(client, "/changes", since="2026-01-22", until="2026-01-23") == []
    assert client.get("/changes", params={"since": "0001-01-01", "until": "9999-12-31"}).status_code == 200


def test_the_ledger_of_a_region_is_that_of_the_command_line(client: httpx.Client, made: Filled) -> None:
    with made.kept.reading() as session:
        main = json.loads(json.dumps(target_rows(session, CITY, [], every=False), default=str))
        gdp = json.loads(json.dumps(target_rows(session, CITY, ["gdp"], every=True), default=str))
    assert client.get(f"/regions/{CITY}/targets").json() == main
    assert client.get(f"/regions/{CITY}/targets", params={"indicator": "gdp"}).json() == gdp
    assert client.get(f"/regions/{CITY}/targets", params={"all": True}).json() != main


def test_sources_and_their_visits(client: httpx.Client) -> None:
    sources = {one["key"]: one for one in client.get("/sources").json()}
    assert sources[BROKEN]["state"] == "gone"
    assert sources[BROKEN]["failures"] == 3
    assert client.get(f"/sources/{BROKEN}").json() == sources[BROKEN]
    visits = every(client, f"/sources/{BROKEN}/visits", limit=2)
    assert [one["outcome"] for one in visits][:3] == ["failed", "failed", "failed"] or len(visits) == 7
    assert [one["started_at"] for one in visits] == sorted((one["started_at"] for one in visits), reverse=True)


def test_words_are_found_with_their_sentences(client: httpx.Client, made: Filled) -> None:
    while index_some(made.kept.engine, made.kept.archive):
        pass
    found = every(client, "/search", q="幼儿园", region=CITY)
    assert len(found) == 4
    for one in found:
        assert one["report"]["region"] == CITY
        assert {one["sentence"][start:end] for start, end in one["marks"]} == {"幼儿园"}
        text = client.get(f"/documents/{one['document']}/text").json()["text"]
        assert text[one["start"] :].startswith(one["sentence"][:20])
    assert client.get("/search", params={"q": "园"}).status_code == 422
    assert client.get("/search").status_code == 422


def test_reviews_are_the_rows_of_export(client: httpx.Client, made: Filled) -> None:
    row = client.get("/statements", params={"indicator": "kindergartens", "limit": 1}).json()["items"][0]
    for why in ("看错了", "又看了一遍"):
        says = Says(ReviewKind.NO_TARGET if why == "看错了" else ReviewKind.SERIES, "li", why, indicator_key="schools")
        review(made.desk, row["id"], says, NOW)
    with made.kept.reading() as session:
        exported = json.loads(json.dumps(list(review_rows(session)), default=str))
    assert every(client, "/reviews", limit=1) == exported
    assert exported[0]["why"] == "看错了"


def test_regions_and_indicators_are_the_catalogues(client: httpx.Client) -> None:
    regions = {one["code"]: one for one in every(client, "/regions", limit=1000)}
    assert regions[CITY]["parent"] == PROVINCE
    assert regions[CITY]["reports"] == 4
    assert regions[CITY] == client.get(f"/regions/{CITY}").json()
    kept = every(client, "/regions", reports=True, code=PROVINCE)
    assert [one["code"] for one in kept] == sorted(
        code for code, one in regions.items() if one["reports"] and contains(PROVINCE, code)
    )
    keys = [one["key"] for one in every(client, "/indicators", limit=100)]
    assert keys == sorted(keys)
    assert client.get("/indicators/gdp.annual").json()["zh"].endswith("（年均）")


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/regions/999999", 404, "999999"),
        ("/indicators/nothing", 404, "nothing"),
        ("/documents/99999", 404, "99999"),
        ("/documents/99999/text", 404, "99999"),
        (f"/documents/{10**30}", 422, "path.id"),
        ("/reports/220100/work_report/1901", 404, "1901"),
        ("/reports/220100/no_report/2026", 422, "path.kind"),
        ("/changes/" + "0" * 64, 404, "no such change"),
        ("/sources/nowhere", 404, "nowhere"),
        ("/sources/nowhere/visits", 404, "nowhere"),
        ("/statements?limit=0", 422, "query.limit"),
        ("/statements?limit=1001", 422, "query.limit"),
        ("/statements?regoin=220000", 422, "query.regoin"),
        ("/statements?region=长春", 422, "query.region"),
        ("/statements?indicator=%00", 422, "query.indicator"),
        ("/statements?cursor=AAAA", 422, "query.cursor"),
        ("/changes?since=yesterday", 422, "query.since"),
        ("/changes?since=2026", 422, "query.since"),
        ("/nothing", 404, "Not Found"),
    ],
)
def test_what_is_wrong_is_named(client: httpx.Client, path: str, status: int, told: str) -> None:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == status == answer.json()["status"]
    assert told in answer.text


@pytest.mark.parametrize(
    "place",
    [
        (),
        (1,),
        ("a",),
        (-1, 2),
        (2**70, 1),
        (None, 1),
        ("2026-01-20", 1),
        ("2026-01-20T00:00:00", 1),
        ([], {}),
        ("\x00", "a"),
    ],
)
def test_a_cursor_that_no_answer_gave_is_refused(client: httpx.Client, place: tuple[object, ...]) -> None:
    assert client.get("/changes", params={"cursor": cursor(place)}).status_code == 422
    other = client.get("/documents", params={"limit": 1}).json()["next"]
    assert client.get("/changes", params={"cursor": other}).status_code == 422


def test_only_reading_is_possible(client: httpx.Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = client.request(method, "/reports")
        assert answer.status_code == 405
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["allow"] == "GET"


def test_who_has_the_answer_is_not_sent_it_again(client: httpx.Client) -> None:
    first = client.get("/reports")
    again = client.get("/reports", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get("/reports", headers={"If-None-Match": '"other"'}).content == first.content


def test_who_asks_too_often_is_asked_for_patience(made: Filled) -> None:
    with served(api(made.kept, Limit(2, 600.0))) as at:
        answers = [httpx.get(f"{at}/indicators/gdp", trust_env=False) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 200
    assert answers[2].headers["content-type"] == "application/problem+json"


def test_it_describes_itself(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    assert described["servers"] == [{"url": BASE}]
    columns = described["components"]["schemas"]["Statement"]["properties"]
    assert "行政区划代码" in columns["code"]["description"]
    for path, operations in described["paths"].items():
        assert operations["get"]["summary"], path
        assert operations["get"]["description"], path
        assert "4XX" in operations["get"]["responses"], path


def test_visiting_does_not_pay_for_it() -> None:
    asked = "import sys; from monitor.cli import COMMANDS; import monitor.cli.visiting; print('fastapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.timeout(900)
def test_nothing_breaks_it(made: Filled, tmp_path: Path) -> None:
    """What schemathesis makes of each parameter, always the same; `make fuzz-api` goes on with chance for minutes."""
    with served(api(made.kept, *[Limit(1_000_000_000, 1.0)] * 2)) as at:
        assert fuzz(at, int(os.environ.get("MUBIAO_FUZZ_EXAMPLES", "0")), tmp_path) == ""


def fuzz(at: str, examples: int, folder: Path) -> str:
    """What schemathesis holds against the API, "" for nothing; it leaves files in the folder."""
    phases = "coverage,fuzzing" if examples else "coverage"
    done = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis", "run", f"{at}/openapi.json", "--seed", "7",
            "--max-examples", str(examples or 1), "--phases", phases, "--no-color", "--request-timeout", "120",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance,negative_data_rejection,unsupported_method",
        ],
        cwd=folder, capture_output=True, text=True, timeout=6000, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
