"""What keeps one process of many working: it runs the queue's jobs, and begins anew when the queue's database was away.

The queue's library is asynchronous inside; what that asks for stands here, and the jobs themselves are plain functions
in threads. It may end without a word, and may hang on a connection that the network forgot: both are watched.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog

from monitor.working.ending import end_stuck
from storage.jobs import BEAT, Jobs

STUCK = 120.0  # seconds, after which a process that hears nothing from the database ends to be started again
PAUSE = 5.0  # seconds before a queue that was away is asked again
HAND_BACK = 25.0  # seconds that jobs under way are given at the end
SOON = 0.2


class Crew:
    """Runs jobs of several queues until `stopping` is set. `hands` says how many of each queue at a time.

    `beat` is called every few seconds for as long as the database answers: for a supervisor.
    """

    def __init__(
        self,
        jobs: Callable[[], Jobs],
        hands: Mapping[str, int],
        stopping: threading.Event,
        *,
        stopped: Callable[[], object],
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        self._jobs, self._hands, self._stopping, self._stopped = jobs, hands, stopping, stopped
        self._sign = beat
        self._log = structlog.get_logger()
        self._beat_at = time.monotonic()
        self._ended = threading.Event()

    @property
    def silent(self) -> float:
        """Seconds since the database answered last."""
        return time.monotonic() - self._beat_at

    def run(self) -> None:
        """Work, whatever becomes of the database; ends when everything under way was finished or handed back."""
        for watch in (self._watch, self._insist):
            threading.Thread(target=watch, daemon=True).start()
        while not self._stopping.is_set():
            jobs = self._jobs()
            try:
                asyncio.run(self._work(jobs))
            except jobs.faults as error:
                self._log.error("queue.away", error=str(error.__cause__ or error).strip().partition("\n")[0])
            self._beat_at = time.monotonic()
            self._stopping.wait(PAUSE)
        self._ended.set()

    async def _work(self, jobs: Jobs) -> None:
        """Until one of the queue's workers ends, which none should, or all are asked to."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sum(self._hands.values()), "job"))
        async with jobs.app.open_async():
            workers = [jobs.worker(queue, hands) for queue, hands in self._hands.items()]
            running = [asyncio.create_task(worker.run()) for worker in workers]  # type: ignore[no-untyped-call]  # as shipped
            beating = asyncio.create_task(self._beat(jobs))
            await asyncio.wait([*running, beating], return_when=asyncio.FIRST_COMPLETED)
            for worker in workers:
                worker.stop()  # type: ignore[no-untyped-call]  # as shipped
            if self._stopping.is_set():
                self._stopped()
            beating.cancel()
            ends = await asyncio.gather(*running, beating, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _beat(self, jobs: Jobs) -> None:
        """Note that the database answers, until all is to stop."""
        asked_at = 0.0
        while not self._stopping.is_set():
            if time.monotonic() - asked_at > BEAT:
                await jobs.app.check_connection_async()
                asked_at = self._beat_at = time.monotonic()
            await asyncio.sleep(SOON)

    def _watch(self) -> None:
        while not self._ended.wait(STUCK / 10):
            silent = self.silent
            if silent < STUCK / 2:
                self._sign()
            if silent > STUCK and not self._stopping.is_set():
                end_stuck(partial(self._log.critical, "queue.stuck", seconds=round(silent)))

    def _insist(self) -> None:
        """What is under way longer than that is done again by another worker."""
        self._stopping.wait()
        if not self._ended.wait(HAND_BACK):
            os._exit(0)
