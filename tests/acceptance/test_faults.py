"""The fault experiments of `make faults`, one of them in short: the tool works, and nothing is lost."""

import json

import pytest

from tools import faults


def test_a_receiver_that_is_down_loses_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "CITIES", 2)
    with faults.installed() as one:
        told, fine = faults.lost500(one)
    assert fine, told
    assert told.startswith("2 of 2 told, 0 twice")


def test_an_experiment_counts_each_message_once_and_only_what_was_accepted() -> None:
    def message(id: str, *cities: str) -> bytes:
        reports = [{"url": f"http://127.0.1.1/{city}/t.html"} for city in cities]
        return json.dumps({"data": {"id": id, "reports": reports, "notices": []}}).encode()

    world = faults.World()
    world.got = [(500, message("a", "c0")), (200, message("b", "c0", "c1")), (200, message("b", "c0", "c1"))]
    assert world.told() == {"c0": 1, "c1": 1}
    world.got.append((200, message("c", "c1")))
    assert world.told() == {"c0": 1, "c1": 2}
