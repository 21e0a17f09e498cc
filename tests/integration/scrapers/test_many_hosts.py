"""The bench of `make bench-hosts` in short: many hosts at once, each by one stream with its pauses."""

from collections import Counter

from tools.bench_hosts import Sweep, kept, swept

GAP = 0.1


def test_no_host_is_asked_twice_at_a_time_or_too_soon() -> None:
    met, again = swept(60, hosts=20, gap=GAP, sweeps=2, workers=24)
    assert (met.at_once, again.at_once) == (1, 1)
    assert min(met.closest, again.closest) >= GAP
    assert (met.outcomes, again.outcomes) == (Counter(ok=60), Counter(unchanged=60))


def test_the_bench_tells_what_was_not_kept() -> None:
    def sweeps(**last: float) -> list[Sweep]:
        usual = {"wall": 9.0, "cpu": 1.0, "megabytes": 100.0, "at_once": 1, "closest": 1.0, "longest": 8.0}
        fine = Counter(unchanged=3)
        return [Sweep(**usual, outcomes=fine)] * 2 + [Sweep(**(usual | last), outcomes=fine)]  # type: ignore[arg-type]

    assert kept(sweeps(), gap=1.0)
    assert not kept(sweeps(at_once=2), gap=1.0)
    assert not kept(sweeps(closest=0.9), gap=1.0)
    assert not kept(sweeps(megabytes=111.0), gap=1.0)
