"""Who is let in: the password, guests, proxies, few tries, nothing from other sites' pages."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from monitor.cli.serving import access_of
from monitor.cli.terminal import Stop
from monitor.console import Access, app
from monitor.console.access import IN_SECONDS, TRIES, Guard, is_stranger, signed_in
from monitor.console.limits import Limit, asker
from monitor.settings.shape import ConsoleSettings
from storage.database import transaction
from storage.models import SourceState
from tests.consoles import Doings, Filled, filled, found, served

PASSWORD = "correct horse battery"
LI = ("li", PASSWORD)
LOOPBACK, ELSEWHERE = (ip_network("127.0.0.0/8"),), (ip_network("10.0.0.2/32"),)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("access"))


@contextmanager
def console(made: Filled, access: Access) -> Iterator[httpx.Client]:
    doings = Doings()
    doings.state["ok"] = False
    with (
        served(app(made.kept, vitals=doings, subscribers=doings, access=access)) as at,
        httpx.Client(base_url=at, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def locked(made: Filled) -> Iterator[httpx.Client]:
    with console(made, Access(PASSWORD)) as client:
        yield client


@pytest.fixture(scope="module")
def for_guests(made: Filled) -> Iterator[httpx.Client]:
    with console(made, Access(PASSWORD, guests=True)) as client:
        yield client


class Hands:
    """A clock that is set by hand."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


PAGES = ("/", "/changes", "/changes.atom", "/deliveries", "/documents/1", "/metrics", "/api/v1/reports")


@pytest.mark.parametrize("path", PAGES)
def test_without_the_password_nothing_is_read(locked: httpx.Client, path: str) -> None:
    refused = locked.get(path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic ")
    assert "长春" not in refused.text
    assert locked.get(path, auth=LI).status_code == 200


@pytest.mark.parametrize(
    "given", ["Basic", "Basic !!", "Basic /w==", "Bearer x", f"Basic {base64.b64encode(b'li').decode()}"]
)
def test_what_is_no_password_is_refused(locked: httpx.Client, given: str) -> None:
    assert locked.get("/", headers={"Authorization": given, "X": "1"}).status_code in (401, 429)


def test_programs_are_refused_in_their_own_words(locked: httpx.Client) -> None:
    refused = locked.get("/api/v1/reports")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == 401


def test_supervisors_and_mail_programs_need_no_password(locked: httpx.Client) -> None:
    assert locked.get("/health").json() == {"ok": False}
    assert locked.get("/ready").status_code == 503
    assert locked.get("/console.css").status_code == 200
    assert locked.get("/unsubscribe/good").status_code == 200
    pressed = locked.post("/unsubscribe/good", content=b"List-Unsubscribe=One-Click")
    assert pressed.status_code == 200


def test_supervisors_are_answered_whatever_they_send(made: Filled) -> None:
    with console(made, Access(PASSWORD)) as client:
        for path in ("/health", "/ready"):
            for _ in range(TRIES + 2):
                assert client.get(path, auth=("li", "wrong")).status_code == 503
            assert client.get(path, headers={"Authorization": "Basic !!"}).status_code == 503
        assert client.get("/health", auth=("li", "wrong")).json() == {"ok": False}
        assert client.get("/health", auth=LI).json() == {"ok": False}, "who went on guessing there learns nothing"
        assert client.get("/", auth=LI).status_code == 200, "no try was used up"


def test_guests_are_told_no_paths_of_this_machine(made: Filled) -> None:
    url = "file:///srv/archive/%E6%8A%A5%E5%91%8A.txt"
    number = made.file(found("150000", 2024, url=url))
    with transaction(made.desk.engine) as session:
        session.get_one(SourceState, "source-440000").url = "file:///srv/archive"
    paths = [
        f"/documents/{number}", f"/api/v1/documents/{number}", f"/api/v1/documents/{number}/statements",
        "/api/v1/documents?region=150000", "/api/v1/statements?region=150000", "/sources/source-440000",
        "/api/v1/sources", "/api/v1/sources/source-440000",
    ]  # fmt: skip
    with console(made, Access(PASSWORD, guests=True)) as client:
        for path in paths:
            guest, known = client.get(path), client.get(path, auth=LI)
            assert (guest.status_code, known.status_code) == (200, 200)
            assert "/srv/archive" not in guest.text, path
            assert "/srv/archive" in known.text, path
        assert client.get(paths[1]).json()["url"] == "报告.txt"
        assert "报告.txt" in client.get(paths[0]).text
    with console(made, Access()) as client:
        assert client.get(paths[1]).json()["url"] == url, "nobody else reaches it"
    with console(made, Access(proxies=LOOPBACK)) as client:
        assert client.get(paths[1]).json()["url"] == "报告.txt"


def test_strangers_are_not_told_why_something_is_broken(made: Filled) -> None:
    class Broken(Doings):
        def ready(self) -> dict[str, object]:
            return {"ready": False, "broken": {"disk": "no room in /var/secret"}}

    with served(app(made.kept, vitals=Broken(), access=Access(PASSWORD))) as at:
        assert httpx.get(f"{at}/ready", trust_env=False).json() == {"ready": False, "broken": {"disk": ""}}
        assert "/var/secret" in httpx.get(f"{at}/ready", trust_env=False, auth=LI).text


def test_guests_read_and_only_those_who_know_the_password_see_addresses(for_guests: httpx.Client) -> None:
    seen = for_guests.get("/deliveries")
    assert seen.status_code == 200
    assert "readers@example.org" not in seen.text
    assert "r…@example.org" in seen.text
    assert "no such user" not in seen.text
    assert "readers@example.org" in for_guests.get("/deliveries", auth=LI).text
    rows = for_guests.get("/api/v1/deliveries").json()["items"]
    assert {row["address"] for row in rows} == {"r…@example.org"}
    assert {row["answer"] for row in rows} == {""}
    assert for_guests.get("/api/v1/deliveries", auth=LI).json()["items"][0]["address"] == "readers@example.org"


def test_a_guest_signs_in_and_comes_back(for_guests: httpx.Client) -> None:
    assert "/sign-in?next=%2Fdeliveries%3Fstate%3Ddue" in for_guests.get("/deliveries?state=due").text
    assert for_guests.get("/sign-in?next=/deliveries").status_code == 401
    back = for_guests.get("/sign-in", params={"next": "/deliveries?state=due"}, auth=LI)
    assert (back.status_code, back.headers["location"]) == (303, "/deliveries?state=due")
    assert "/sign-in" not in for_guests.get("/deliveries", auth=LI).text


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_signing_in_leads_nowhere_else(for_guests: httpx.Client, path: str) -> None:
    assert for_guests.get("/sign-in", params={"next": path}, auth=LI).headers["location"] == "/"


def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait() -> None:
    clock = Hands()
    guarded = whoami(Access(PASSWORD), Limit(TRIES, IN_SECONDS, clock=clock))
    with served(guarded) as at, httpx.Client(base_url=at, trust_env=False, timeout=60) as client:
        wrong = [client.get("/", auth=("li", "wrong")).status_code for _ in range(11)]
        assert wrong == [401] * 10 + [429]
        late = client.get("/", auth=LI)
        assert (late.status_code, late.headers["retry-after"]) == (429, "60")
        clock.at = 61
        assert client.get("/", auth=LI).status_code == 200


def test_another_sites_page_cannot_send_anything_here(locked: httpx.Client) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert locked.post("/documents/1", auth=LI, headers=headers).status_code == 403
    own = {"Origin": str(locked.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert locked.post("/documents/1", auth=LI, headers=own).status_code == 405


def test_only_the_proxy_is_answered(made: Filled) -> None:
    with console(made, Access(proxies=ELSEWHERE)) as client:
        assert client.get("/").status_code == 403
        assert client.get("/api/v1/reports").status_code == 403
        assert client.get("/unsubscribe/good").status_code == 403
        assert client.get("/health").json() == {"ok": False}
    with console(made, Access(proxies=LOOPBACK)) as client:
        assert client.get("/").status_code == 200


def whoami(access: Access, tries: Limit | None = None) -> Starlette:
    def me(request: Request) -> JSONResponse:
        return JSONResponse([asker(request), signed_in(request), is_stranger(request)])

    made = Starlette(routes=[Route("/", me)])
    made.add_middleware(Guard, access=access, tries=tries)
    return made


def test_who_asks_is_known_by_what_the_proxy_says_and_by_nobody_else() -> None:
    told = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 127.0.0.1"}
    with served(whoami(Access(PASSWORD, True, LOOPBACK))) as at:
        assert httpx.get(at, trust_env=False, headers=told, auth=LI).json() == ["203.0.113.9", "li", False]
        assert httpx.get(at, trust_env=False, headers=told).json() == ["203.0.113.9", None, True]
    with served(whoami(Access(PASSWORD, True))) as at:
        assert httpx.get(at, trust_env=False, headers=told, auth=LI).json() == ["127.0.0.1", "li", False]


def test_a_name_is_one_harmless_line() -> None:
    with served(whoami(Access(PASSWORD))) as at:
        name = "李\u202e\r\n" + "x" * 99
        encoded = base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
        _, who, _ = httpx.get(at, trust_env=False, headers={"Authorization": f"Basic {encoded}"}).json()
        assert who.startswith("李 x")
        assert len(who) == 40


def settings(**given: object) -> ConsoleSettings:
    return ConsoleSettings.model_validate(given)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.3.2.1"])
def test_on_this_machine_alone_no_guard_is_needed(host: str) -> None:
    assert access_of(settings(host=host)) == Access()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "mubiao.example.org"])
def test_beyond_this_machine_an_unguarded_console_does_not_start(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Stop) as stopped:
        access_of(settings(host=host))
    assert stopped.value.exit_code == 2
    assert "password_file" in capsys.readouterr().err
    assert access_of(settings(host=host, password=PASSWORD)).password == PASSWORD
    assert access_of(settings(host=host, trusted_proxies=["10.0.0.2"])).proxies == ELSEWHERE


def test_the_password_may_lie_in_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    assert access_of(settings(password_file=file)).knows(PASSWORD)
    file.chmod(0o644)
    for text, mode in ((PASSWORD, 0o644), ("short", 0o600), ("", 0o600)):
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        with pytest.raises(Stop):
            access_of(settings(password_file=file))
        assert str(file) in capsys.readouterr().err


@given(st.text(), st.text())
def test_only_the_password_opens(one: str, other: str) -> None:
    assert Access(one.replace("\ud800", "")).knows(one) == bool(one) if one == other else not Access(one).knows(other)


def test_a_limit_lets_a_burst_through_and_then_a_steady_trickle() -> None:
    clock = Hands()
    limit = Limit(3, 30.0, clock=clock)
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 10]
    assert limit.take("b") == 0
    clock.at = 10
    assert [limit.take("a"), limit.take("a")] == [0, 10]
    clock.at = 100
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 10]


def test_asking_how_long_to_wait_costs_nothing() -> None:
    limit = Limit(1, 60.0, clock=Hands())
    assert [limit.wait("a"), limit.wait("a"), limit.take("a")] == [0, 0, 0]
    assert limit.wait("a") == 60


def test_a_limit_forgets_the_oldest_name_rather_than_to_grow() -> None:
    limit = Limit(1, 60.0, clock=Hands(), names=2)
    for name in "abc":
        limit.take(name)
    assert [bool(limit.wait(name)) for name in "abc"] == [False, True, True]
