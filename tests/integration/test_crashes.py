"""Killed at any moment: nothing that was promised is lost, and what is repeated has the same id.

A worker in a process of its own files a stream of invented reports and delivers to two channels: a folder, and a
receiver on loopback that keeps what it was sent. It is killed (SIGKILL) at random moments, over and over. Then it runs
to its end. MUBIAO_CRASHES sets how many kills: `MUBIAO_CRASHES=150` for the long version.
"""

import json
import os
import random
import signal
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import text
from sqlmodel import select

from storage.archive import Archive
from storage.database import make_engine, migrate, reading
from storage.models import Change, Delivery, Digest, DigestChange, Document, Report
from storage.statements import find_of_document
from tests.crashing import work

KILLS = int(os.environ.get("MUBIAO_CRASHES", "15"))
REPORTS = max(24, 2 * KILLS)
SECRET = "whsec_" + "A" * 44


class Receiver(ThreadingHTTPServer):
    """Keeps each message by its id; answers with 503 now and then, as services do."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: dict[str, list[bytes]] = defaultdict(list)
        self.random = random.Random(5)

    def accept(self, id: str, body: bytes) -> bool:
        if self.random.random() < 0.1:
            return False
        self.got[id].append(body)
        return True


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        accepted = self.server.accept(self.headers["webhook-id"], body)
        self.send_response(204 if accepted else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_a_worker_that_is_killed_over_and_over_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'db'}"
    engine = make_engine(url)
    migrate(engine)
    with Receiver() as receiver:
        threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{receiver.server_port}/"
        chance, kills = random.Random(11), 0
        while kills < KILLS:
            worker = _worker(tmp_path, address)
            time.sleep(chance.uniform(0.02, 0.3))
            if not worker.is_alive():
                break  # all done before it could be killed
            worker.kill()
            worker.join()
            assert worker.exitcode == -signal.SIGKILL
            kills += 1
            with engine.connect() as connection:
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
                assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        worker = _worker(tmp_path, address)
        worker.join(100)
        assert worker.exitcode == 0
        receiver.shutdown()
    assert kills >= min(KILLS, 10)
    archive = Archive(tmp_path / "archive")
    with reading(engine) as session:
        reports = session.exec(select(Report)).all()
        assert sorted(report.year for report in reports) == list(range(2000, 2000 + REPORTS))
        for document in session.exec(select(Document)):
            kept = archive.find_text(document.text_hash)
            stated = find_of_document(session, document.id or 0)
            assert stated
            assert all(kept[one.data.start : one.data.end] == one.data.text for one in stated)
        news = {change.id for change in session.exec(select(Change)) if change.news}
        told_changes = {row.change_id for row in session.exec(select(DigestChange))}
        digests = session.exec(select(Digest)).all()
        deliveries = session.exec(select(Delivery)).all()
    engine.dispose()
    assert news == told_changes
    assert len(news) >= REPORTS
    assert {digest.state for digest in digests} == {"rendered"}
    assert {delivery.state for delivery in deliveries} == {"sent"}
    assert len(deliveries) == 2 * len(digests)
    ids = {digest.id for digest in digests}
    assert receiver.got.keys() == ids
    for id, bodies in receiver.got.items():
        assert len(set(bodies)) == 1, f"{id} was sent with other bytes"
    written = [json.loads(path.read_text()) for path in (tmp_path / "digests").glob("2*.json")]
    assert len(written) == len(ids)


def _worker(folder: Path, address: str) -> BaseProcess:
    """A process of its own, forked from one that has all modules loaded."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["tests.crashing"])
    ready = processes.Event()
    worker = processes.Process(target=work, args=(folder, address, SECRET, REPORTS, ready))
    worker.start()
    assert ready.wait(30)
    return worker
