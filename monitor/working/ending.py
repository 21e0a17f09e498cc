"""The last words of a process that is stuck, and its end: whoever supervises it starts it again."""

import os
import threading
from collections.abc import Callable

PATIENCE = 5.0  # seconds for the last words: a log that nobody takes may be what the process is stuck on
STUCK = 70  # the exit code


def end_stuck(say: Callable[[], object]) -> None:
    """Say it, if that can be done, and end at once, without waiting for anything else."""
    saying = threading.Thread(target=say, daemon=True)
    saying.start()
    saying.join(PATIENCE)
    os._exit(STUCK)
