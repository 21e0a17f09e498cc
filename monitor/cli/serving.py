"""Serving the console beside the daemon: a thread with a web server, over what is kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.cli.building import Installation


@contextmanager
def serve(installation: Installation, seconds_since_tick: Callable[[], float]) -> Iterator[None]:
    yield
