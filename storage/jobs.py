"""The queue of many machines: procrastinate's tables, in a schema of their own beside ours.

A job is only the word that goes round. What is true stands in our rows: when a source is due, a digest, a delivery; so
the jobs of these may be lost, and are made again by the next look. An import alone is known nowhere else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, make_url, text

from storage.database import DatabaseRefused

procrastinate: ModuleType | None
try:
    import procrastinate
    from asgiref.sync import async_to_sync
    from procrastinate import App, PsycopgConnector
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
    from procrastinate.jobs import Job, Status
    from procrastinate.schema import SchemaManager
    from procrastinate.worker import Worker
    from psycopg import Error as DriverError
except ImportError:  # one machine needs none of it
    procrastinate = None

SCHEMA = "mubiao_queue"
POST, VISITS, IMPORTS = "post", "visits", "imports"  # the queues: none waits for another's hands
ANSWERS_WITHIN = 60_000  # milliseconds: a server that takes longer for a question of the queue is away
CONNECTIONS = 4
# A connection that the network forgot is noticed within two minutes, unless something in between answers.
ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 5, "tcp_user_timeout": 60_000}
BEAT = 5.0  # seconds between two signs of life of a worker
SILENT = 20.0  # seconds without one, after which the others take it for dead
LOOK = 1.0  # seconds between two looks for a job
TRIES = 3  # of a job that is kept nowhere else, each time by a worker that died of it, or with it


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that is queued or, if not `waiting`, under way; `lock` and `once` are those it was added with."""

    lock: str
    once: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A job whose worker is gone. `again`: it was queued once more; the others are made anew by the next look."""

    task: str
    args: dict[str, Any]
    again: bool


class Jobs:
    """The jobs beside this database's tables, which `prepare` makes. `app` is procrastinate's, for those who run them.

    Raises DatabaseRefused where there can be none. The methods are for whoever opened `app`, and for its tasks.
    """

    def __init__(self, engine: Engine) -> None:
        if engine.dialect.name != "postgresql":
            raise DatabaseRefused(
                "workers share a PostgreSQL database, and this one is SQLite, which is of one process: copy what it "
                "keeps with `mubiao move --to postgresql+psycopg://…`, or let one machine do all with `mubiao run`"
            )
        if procrastinate is None:
            raise DatabaseRefused("procrastinate is not installed: pip install 'mubiao[postgresql]'")
        self.app = App(connector=_connector(engine))
        self.faults: tuple[type[Exception], ...] = (ConnectorException, DriverError)  # when the database is away

    def add(self, task: str, queue: str, *, lock: str | None, once: str, priority: int = 0, **args: Any) -> bool:
        """Queue a job, if none that was added with the same `once` waits; one of a `lock` runs at a time."""
        wanted = self.app.configure_task(task, queue=queue, lock=lock, queueing_lock=once, priority=priority)
        try:
            wanted.defer(**args)
        except AlreadyEnqueued:
            return False
        return True

    def worker(self, queue: str, hands: int) -> "Worker":
        """What runs the jobs of one queue, so many at a time, in the threads of the loop's own pool."""
        return Worker(
            self.app,
            queues=[queue],
            concurrency=hands,
            listen_notify=False,
            fetch_job_polling_interval=LOOK,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=BEAT,
            stalled_worker_timeout=SILENT,
        )

    def find(self, queue: str, task: str | None = None) -> list[Waiting]:
        """The jobs of one queue, or of one task in it; those that ended are gone."""
        jobs = self.app.job_manager.list_jobs(queue=queue, task=task)
        return [Waiting(job.lock or "", job.queueing_lock or "", job.status == Status.TODO.value) for job in jobs]

    def free(self, kept: Sequence[str]) -> list[Lost]:
        """End the jobs of workers that fell silent; those of the tasks `kept` are queued again, TRIES times in all.

        Nothing is ever retried that the next look makes anew: a second one of the same `once` may wait already, and
        the queue refuses both then, for good.
        """
        stalled = async_to_sync(self.app.job_manager.get_stalled_jobs)(seconds_since_heartbeat=SILENT)
        lost = [self._free(job, kept) for job in stalled]
        async_to_sync(self.app.job_manager.prune_stalled_workers)(SILENT)
        return [one for one in lost if one]

    def _free(self, job: "Job", kept: Sequence[str]) -> Lost | None:
        again = job.task_name in kept and job.attempts + 1 < TRIES
        try:
            if again and self._retry(job):
                return Lost(job.task_name, dict(job.task_kwargs), True)
            async_to_sync(self.app.job_manager.finish_job)(job=job, status=Status.FAILED, delete_job=True)
        except ConnectorException:
            return None  # another worker was quicker
        return Lost(job.task_name, dict(job.task_kwargs), False)

    def _retry(self, job: "Job") -> bool:
        try:
            async_to_sync(self.app.job_manager.retry_job)(job)
        except UniqueViolation:
            return False  # the same was queued anew meanwhile
        return True


def _connector(engine: Engine) -> "PsycopgConnector":
    address = make_url(engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = f"-c search_path={SCHEMA} -c statement_timeout={ANSWERS_WITHIN}"
    return PsycopgConnector(
        conninfo=address, kwargs={"options": options, **ALIVE}, min_size=1, max_size=CONNECTIONS
    )  # fmt: skip


def prepare(engine: Engine) -> None:
    """Make the queue's tables, or bring them up to the installed procrastinate; who comes second finds them made."""
    installed = version("procrastinate")
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": SCHEMA})
        kept = connection.execute(
            text("SELECT obj_description(to_regnamespace(:schema)::oid, 'pg_namespace')"), {"schema": SCHEMA}
        ).scalar()
        if kept is not None and _number(kept) >= _number(installed):
            return
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}")
        for script in scripts_since(kept):
            _run(connection, script)
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{installed}'")


def scripts_since(kept: str | None) -> list[str]:
    """What makes the tables, or what changes those of an earlier version into those of the installed one."""
    if kept is None:
        return [SchemaManager.get_schema()]
    files = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    return [file.read_text(encoding="utf-8") for file in files if _number(file.name[:8]) > _number(kept)]


def _number(told: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", told)[:3])


def _run(connection: Connection, script: str) -> None:
    connection.exec_driver_sql(script, execution_options={"no_parameters": True})
