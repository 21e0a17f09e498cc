from datetime import UTC, datetime
from pathlib import Path

from monitor.notifiers.folder import FolderNotifier, FolderSettings
from monitor.notifiers.message import Message


def a_message(**changes: str) -> Message:
    fields = {"id": "msg_" + "ab" * 16, "watch": "main", "thread": "t", "language": "zh", "subject": "s"} | changes
    made_at = datetime(2026, 1, 19, 16, 7, tzinfo=UTC)
    return Message(**fields, text="文\x00本", html="<p>", payload=b"{}", made_at=made_at)


def prepared(message: Message) -> bytes:
    return FolderNotifier(FolderSettings(type="folder", path=Path("digests"))).prepare(message, "")[0]


def test_preparing_twice_gives_the_same_bytes() -> None:
    assert prepared(a_message()) == prepared(a_message())


def test_files_are_named_by_the_day_in_china() -> None:
    assert b'"name": "2026-01-20-0007-main-abababab"' in prepared(a_message())


def test_a_name_never_leaves_the_folder() -> None:
    assert b'"name": "2026-01-20-0007-' in prepared(a_message(watch="../../etc"))
    assert b"/etc" not in prepared(a_message(watch="../../etc"))


def test_a_lone_surrogate_and_a_nul_are_replaced() -> None:
    assert "文�本" in prepared(a_message()).decode()
