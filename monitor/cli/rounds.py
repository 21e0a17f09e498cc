"""Visits side by side, one stream for each host, as the daemon makes them; and what is waited for meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue

from monitor.pipeline import visit
from monitor.visiting.visited import Tools, Visited
from scrapers.source import Source

PATIENCE = 20.0  # seconds without a result, after which it is said what is waited for


def visit_all(
    sources: Sequence[Source], tools: Tools, *, workers: int, again: bool, tell: Callable[[str], None]
) -> Iterator[Visited]:
    """Visit all of them, each host's in the order given, as many hosts at a time as there are `workers`.

    Visits come as they end. `tell` hears, every PATIENCE seconds without one, which hosts are still asked and which of
    them want a pause. What no visit may pass over (no room on the disk, an interrupt) ends the others and is raised.
    """
    hosts = _by_host(sources)
    ended: SimpleQueue[Visited | Future[None]] = SimpleQueue()
    going: dict[str, Source] = {}

    def go_round(host: str) -> None:
        for source in hosts[host]:
            going[host] = source
            ended.put(visit(source, tools, again=again))
        going.pop(host, None)

    with ThreadPoolExecutor(min(workers, len(hosts)) or 1, "visit") as pool:
        try:
            for host in hosts:
                pool.submit(go_round, host).add_done_callback(ended.put)
            left = len(hosts)
            while left:
                try:
                    one = ended.get(timeout=PATIENCE)
                except Empty:
                    tell(_waiting(dict(going), tools))
                    continue
                if isinstance(one, Visited):
                    yield one
                else:
                    left -= 1
                    one.result()
        except BaseException:
            tools.stopping.set()
            tools.scraper.client.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _by_host(sources: Sequence[Source]) -> dict[str, list[Source]]:
    hosts: dict[str, list[Source]] = {}
    for source in sources:
        hosts.setdefault(source.host or source.key, []).append(source)
    return hosts


def _waiting(going: dict[str, Source], tools: Tools) -> str:
    told = []
    for host, source in going.items():
        pause = tools.scraper.client.seconds_until_free(host)
        told.append(f"{source.key} ({host}{f' wants a pause, {pause:.0f} s are left of it' if pause > 1 else ''})")
    return f"still visiting {', '.join(told)}" if told else "the last visits are being recorded"
