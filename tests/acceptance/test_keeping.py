"""backup, restore, fsck and doctor, as whoever runs mubiao uses them; each fault is planted, and each is named."""

import json
import os
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from sqlmodel import select
from typer.testing import CliRunner, Result

from monitor.cli import app, certificates, doctoring
from monitor.cli.building import utc_now
from storage.archive import Archive
from storage.backup import find_backups
from storage.database import make_engine, reading, sqlite_module, transaction
from storage.models import Document, SourceState
from tests.fakes import report_text

CONFIG = """
data = "data"
[watches.all]
indicators = ["all"]
channels = ["out"]
[channels.out]
type = "folder"
path = "digests"
"""


class Room:
    """An installation with one invented report, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "mubiao.toml"
        self.config.write_text(CONFIG)
        self.config.chmod(0o600)
        (folder / "2026.txt").write_bytes(report_text(2026).encode("gbk"))  # so that page and text are two objects
        self.run("import", str(folder / "2026.txt"), "--region", "220106")

    def run(self, *words: str, expect: int = 0) -> Result:
        done = CliRunner().invoke(app, [*words, "--config", str(self.config)])
        assert done.exit_code == expect, f"{done.output}{done.exception!r}"
        return done

    def doctor(self, *words: str, expect: int = 0) -> dict[str, tuple[str, str]]:
        lines = self.run("doctor", "--json", *words, expect=expect).stdout.splitlines()
        rows = sorted(map(json.loads, lines), key=lambda row: ["ok", "warn", "bad"].index(row["state"]))
        return {row["subject"]: (row["state"], row["words"]) for row in rows}

    @property
    def database(self) -> Path:
        return self.folder / "data" / "mubiao.sqlite"

    def document(self) -> Document:
        engine = make_engine(f"sqlite:///{self.database}")
        with reading(engine) as session:
            found = session.exec(select(Document)).one()
        engine.dispose()
        return found

    def add_source(self, key: str, **facts: Any) -> None:
        engine = make_engine(f"sqlite:///{self.database}")
        with transaction(engine) as session:
            source: dict[str, Any] = {"name": key, "url": "http://a.test/", "region": "110000", "kind": "work_report"}
            session.add(SourceState(key=key, next_due_at=utc_now(), **source, **facts))
        engine.dispose()

    def execute(self, *statements: str) -> None:
        connection = sqlite_module().connect(self.database)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    for name in [name for name in os.environ if name.startswith("MUBIAO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Room(tmp_path)


def test_a_backup_is_made_listed_and_put_back(room: Room) -> None:
    told = room.run("backup").stdout
    assert "checked; 2 objects of the archive" in " ".join(told.split())
    (row,) = (json.loads(line) for line in room.run("backup", "--list", "--json").stdout.splitlines())
    assert (row["good"], row["why"], row["objects"]) == (True, "asked for", 2)
    room.execute("DELETE FROM passage", "DELETE FROM statement")
    told = room.run("restore").stdout
    assert "rows." in told
    assert room.run("export", "--format", "jsonl").stdout.count("\n") > 5


def test_a_backup_goes_where_it_is_told(room: Room) -> None:
    room.run("backup", str(room.folder / "elsewhere"))
    (copy,) = find_backups(room.folder / "elsewhere")
    room.run("restore", str(copy.path))
    done = room.run("restore", str(room.folder / "2026.txt"), expect=2)
    assert "is no backup of mubiao" in done.output
    assert "there is no good backup" in room.run("restore", expect=2).output


def test_fsck_finds_nothing_wrong_in_a_sound_installation(room: Room) -> None:
    assert "2 objects and 1 documents read, 0 faults" in room.run("fsck").stdout


def test_fsck_names_a_flipped_bit_and_a_missing_object_with_the_document_that_needs_them(room: Room) -> None:
    archive = Archive(room.folder / "data" / "archive")
    document = room.document()
    flipped = archive.path_of(document.text_hash)
    packed = bytearray(flipped.read_bytes())
    packed[-6] ^= 4
    flipped.write_bytes(packed)
    archive.path_of(document.raw_hash).unlink()
    told = room.run("fsck", expect=1).output
    assert re.search(rf"{document.text_hash}.zst is damaged.*, of {document.url}", told)
    assert f"{document.raw_hash} is not in the archive" in told


def test_fsck_mends_from_a_backup_what_is_damaged(room: Room) -> None:
    archive = Archive(room.folder / "data" / "archive")
    room.run("backup")
    address = room.document().text_hash
    archive.path_of(address).unlink()
    room.run("fsck", expect=1)
    assert "mended" in room.run("fsck", "--mend").output
    assert archive.find_text(address)
    room.run("fsck")


def test_fsck_names_rows_without_their_parents_and_a_damaged_database(room: Room) -> None:
    room.execute("PRAGMA foreign_keys=OFF", "DELETE FROM report")
    assert "belongs to a row of report that is not there" in room.run("fsck", expect=1).output
    room.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with room.database.open("r+b") as writer:
        writer.seek(4096)
        writer.write(b"\xa5" * 4096)
    told = room.run("fsck", expect=1).output
    assert "database: " in told
    assert "mubiao restore" in told


def test_a_zstd_bomb_in_the_archive_is_named_and_not_unpacked(room: Room) -> None:
    path = Archive(room.folder / "data" / "archive").path_of("ab" * 32)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes.fromhex("28b52ffda0000000400100000000"))  # declares a gigabyte
    assert "that the archive never writes" in room.run("fsck", expect=1).output


def test_doctor_finds_a_healthy_installation_healthy(room: Room) -> None:
    room.run("backup")
    found = room.doctor("--offline")
    assert {state for state, _ in found.values()} == {"ok"}
    assert {"settings", "sqlite", "database", "disk", "backups", "data", "authorities", "zones"} <= found.keys()


def test_doctor_keeps_its_columns_apart(room: Room) -> None:
    room.config.write_text(room.config.read_text().replace("channels.out]", "channels.out-of-the-house]"))
    room.config.write_text(room.config.read_text().replace('["out"]', '["out-of-the-house"]'))
    lines = room.run("doctor", "--offline").stdout.splitlines()
    assert any("  channel out-of-the-house  " in line for line in lines)
    assert all(re.match(r"(ok|warn|bad) {2,}\S.*? {2,}\S", line) for line in lines)


def test_doctor_tells_wrong_settings_with_their_line(room: Room) -> None:
    room.config.write_text(CONFIG + "[fetch]\nworker = 3\n")
    assert "mubiao.toml:10" in room.doctor(expect=1)["settings"][1]


def test_doctor_names_a_damaged_database_and_the_backup(room: Room) -> None:
    room.run("backup")
    (copy,) = find_backups(room.folder / "data" / "backups")
    room.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    room.database.write_bytes(b"no database" * 999)
    state, words = room.doctor("--offline", expect=1)["database"]
    assert state == "bad"
    assert str(copy.path) in words


def test_doctor_names_what_others_can_read(room: Room) -> None:
    room.database.chmod(0o644)
    state, words = room.doctor("--offline")["permissions"]
    assert (state, "chmod 600" in words) == ("warn", True)


def test_doctor_names_a_full_disk(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.cli.doctoring.RESERVE", 1 << 60)
    state, words = room.doctor("--offline", expect=1)["disk"]
    assert (state, "make room" in words) == ("bad", True)


def test_doctor_names_missing_and_stale_backups(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "none yet" in room.doctor("--offline")["backups"][1]
    room.run("backup")
    now = utc_now()
    monkeypatch.setattr("monitor.cli.doctoring.utc_now", lambda: now.replace(year=now.year + 1))
    assert "is `mubiao run` at work?" in room.doctor("--offline")["backups"][1]


def test_doctor_names_a_clock_that_is_behind_what_is_kept(room: Room) -> None:
    room.add_source("a", last_visit_at=utc_now().replace(year=2099))
    state, words = room.doctor("--offline", expect=1)["clock"]
    assert (state, "set this machine's clock" in words) == ("bad", True)


def test_doctor_compares_the_clock_with_that_of_the_sites(room: Room) -> None:
    ahead = utc_now().replace(year=2090)

    class Site(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(200)
            self.send_header("Date", format_datetime(ahead, usegmt=True))
            self.end_headers()

    with serving(Site) as port:
        source = f'[sources.a]\nname = "a"\nurl = "http://127.0.0.1:{port}/"\nregion = "220106"\nprivate = true\n'
        room.config.write_text(CONFIG + source)
        state, words = room.doctor(expect=1)["clock"]
    assert (state, "off that of" in words) == ("bad", True)


@pytest.mark.parametrize(
    ("name", "days", "trusted", "state", "said"),
    [
        ("localhost", 365, True, "ok", "is good until"),
        ("localhost", 3, True, "warn", "have it renewed"),
        ("elsewhere.test", 365, True, "bad", "is refused"),
        ("localhost", 365, False, "bad", "is refused"),
    ],
)
def test_doctor_looks_at_the_certificate_of_a_channel(
    room: Room, name: str, days: int, trusted: bool, state: str, said: str
) -> None:
    authority = trustme.CA()
    ends = utc_now() + (utc_now() - utc_now().replace(year=utc_now().year - 1)) * days / 365
    certificate = authority.issue_cert(name, not_after=ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    authority.cert_pem.write_to_path(room.folder / "ca.pem")
    with serving(BaseHTTPRequestHandler, context) as port:
        ca_file = 'ca_file = "ca.pem"\n' if trusted else ""
        secret = "whsec_" + "A" * 44
        room.config.write_text(
            CONFIG
            + f'[channels.hook]\ntype = "webhook"\nurl = "https://localhost:{port}/"\nsecret = "{secret}"\n{ca_file}'
        )
        found, words = room.doctor(expect=int(state == "bad"))["channel hook"]
    assert (found, said in words) == (state, True), words


def test_doctor_waits_for_nobody_longer_than_ten_seconds(room: Room) -> None:
    room.config.write_text(
        CONFIG + '[channels.hook]\ntype = "webhook"\nurl = "https://127.0.0.1:1/"\nsecret = "whsec_' + "A" * 44 + '"\n'
    )
    assert room.doctor(expect=1)["channel hook"][0] == "bad"
    assert doctoring.PATIENCE * doctoring.ASKED < 10
    assert certificates.PATIENCE < 10


def test_status_is_one_screen_with_everything_on_it(room: Room) -> None:
    room.config.write_text(CONFIG.replace("[watches.all]", 'watch_catalogue = ["high"]\n[watches.all]', 1))
    since = utc_now()
    broken: dict[str, Any] = {
        "failures": 3,
        "failing_since": since,
        "failure_label": "unreachable",
        "failure": "no answer",
    }
    room.add_source("beijing-work-report", last_visit_at=since, **broken)
    room.run("backup")
    told = room.run("status", expect=1).stdout
    assert len(told.splitlines()) <= 30
    assert re.search(r"daemon +not running", told)
    assert re.search(r"data .* GB free", told)
    assert re.search(r"database .* MB, last backup 20", told)
    assert re.search(r"beijing-work-report .*unreachable since .*3 times: no answer", told)
    assert "others, 0 of them in trouble; --all shows them" in told
    (report,) = (json.loads(line) for line in room.run("status", "--json", expect=1).stdout.splitlines())
    assert report["each"][0]["state"] == "unreachable"
    assert {"running", "disk_free_bytes", "database_bytes", "last_backup_at", "promises_broken"} <= report.keys()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[int]:
    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients that hang up are what is tested."""

    with Server(("127.0.0.1", 0), handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_port
        server.shutdown()
