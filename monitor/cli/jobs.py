"""Many files on many cores: the same work on each, the results in the order of the files."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from monitor.cli.terminal import Stop

Result = TypeVar("Result")
BATCH = 4  # files handed to a process at a time


def spread(work: Callable[[Path], Result], files: Sequence[Path], jobs: int) -> Iterator[Result]:
    """What `work` makes of each file, in the files' order; `jobs` processes at once, as many as there are cores for 0.

    `work` and its results must pickle; it must not raise. With one job, or one file, no process is started.
    """
    jobs = min(jobs or _cores(), len(files))
    if jobs < 2:
        return map(work, files)
    # Forking is quick, and safe on Linux as long as no thread runs here yet.
    context = get_context("fork" if sys.platform == "linux" else None)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent)
    return _drained(pool, pool.map(work, files, chunksize=BATCH))


def _cores() -> int:
    """Those this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _drained(pool: ProcessPoolExecutor, results: Iterator[Result]) -> Iterator[Result]:
    try:
        yield from results
    except BrokenProcessPool as error:
        raise Stop("a process died (for want of memory?); --jobs 1 shows with which file") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
