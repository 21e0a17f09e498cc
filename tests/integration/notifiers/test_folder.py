import json
import os
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.notifiers.folder import FolderNotifier, FolderSettings
from monitor.notifiers.message import DeliveryError, Message

NAME = "2026-01-20-0807-main-01234567"


def folder(path: Path) -> FolderNotifier:
    return FolderNotifier(FolderSettings(type="folder", path=path))


def send(path: Path, message: Message, now: datetime) -> str:
    notifier = folder(path)
    return notifier.send(notifier.prepare(message, "")[0], id=message.id, address="", now=now)


def test_a_digest_lies_there_as_text_html_and_json(tmp_path: Path, message: Message, now: datetime) -> None:
    told = send(tmp_path / "a" / "digests", message, now)
    files = {file.name: file.read_text("utf-8") for file in (tmp_path / "a" / "digests").iterdir()}
    assert set(files) == {f"{NAME}.txt", f"{NAME}.html", f"{NAME}.json", "latest.txt", "latest.html"}
    assert files[f"{NAME}.txt"] == message.text == files["latest.txt"]
    assert files[f"{NAME}.html"] == message.html == files["latest.html"]
    assert json.loads(files[f"{NAME}.json"]) == json.loads(message.payload)
    assert NAME in told


def test_only_the_owner_can_read_them(tmp_path: Path, message: Message, now: datetime) -> None:
    send(tmp_path / "digests", message, now)
    assert stat.S_IMODE((tmp_path / "digests").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "digests").iterdir()} == {0o600}


def test_a_second_try_leaves_the_same_files(tmp_path: Path, message: Message, now: datetime) -> None:
    send(tmp_path, message, now)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    send(tmp_path, message, now + timedelta(days=2))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_late_retry_does_not_become_the_latest(tmp_path: Path, message: Message, now: datetime) -> None:
    newer = replace(message, id="msg_" + "f" * 32, made_at=message.made_at + timedelta(hours=1), text="新")
    send(tmp_path, newer, now)
    send(tmp_path, message, now)
    assert "新" in (tmp_path / "latest.txt").read_text("utf-8")


def test_a_test_does_not_become_the_latest_nor_keeps_a_digest_from_it(
    tmp_path: Path, message: Message, now: datetime
) -> None:
    later = replace(message, id="msg_" + "f" * 32, made_at=message.made_at + timedelta(hours=1), text="试", trial=True)
    send(tmp_path, later, now)
    assert not (tmp_path / "latest.txt").exists()
    send(tmp_path, message, now)
    assert (tmp_path / "latest.txt").read_text("utf-8") == message.text
    send(tmp_path, later, now)
    assert (tmp_path / "latest.txt").read_text("utf-8") == message.text


def test_a_file_in_the_way_is_told_with_its_path(tmp_path: Path, message: Message, now: datetime) -> None:
    (tmp_path / "digests").write_text("not a folder")
    with pytest.raises(DeliveryError, match="digests") as caught:
        send(tmp_path / "digests", message, now)
    assert caught.value.retry


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, message: Message, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeliveryError, match="No space left on device") as caught:
        send(tmp_path, message, now)
    assert caught.value.retry
    assert list(tmp_path.iterdir()) == []
