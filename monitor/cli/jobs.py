"""Many files on many cores: the same work on each, the results in the order of the files."""

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from monitor.cli.terminal import Stop

Item = TypeVar("Item")
Result = TypeVar("Result")
BATCH = 4  # files handed to a process at a time
AHEAD = 4  # batches for each process that may be started before they are asked for


def spread(work: Callable[[Item], Result], files: Sequence[Item], jobs: int) -> Iterator[Result]:
    """What `work` makes of each file, in the files' order; `jobs` processes at once, as many as there are cores for 0.

    `work`, what it is called with and its results must pickle; it must not raise. With one job, or few files, no
    process is started. The processes start at once, so call it before there are threads and connections; they run only
    a little ahead of what is asked for, so that results don't pile up.
    """
    jobs = min(jobs or _cores(), -(-len(files) // BATCH))
    if jobs < 2:
        return map(work, files)
    # Forking is quick, and safe on Linux as long as no thread runs here yet.
    context = get_context("fork" if sys.platform == "linux" else None)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent)
    batches = (files[at : at + BATCH] for at in range(0, len(files), BATCH))
    started = deque(pool.submit(_each, work, batch) for batch in islice(batches, AHEAD * jobs))
    return _drained(pool, started, (pool.submit(_each, work, batch) for batch in batches))


def _each(work: Callable[[Item], Result], files: Sequence[Item]) -> list[Result]:
    return [work(file) for file in files]


def _cores() -> int:
    """Those this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _drained(
    pool: ProcessPoolExecutor, started: deque[Future[list[Result]]], further: Iterator[Future[list[Result]]]
) -> Iterator[Result]:
    """The results in order; taking one batch starts the next."""
    try:
        while started:
            results = started.popleft().result()
            started.extend(islice(further, 1))
            yield from results
    except BrokenProcessPool as error:
        raise Stop("a process died (for want of memory?); --jobs 1 shows with which file") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
