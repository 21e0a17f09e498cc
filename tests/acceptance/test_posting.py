"""The commands about channels and what is owed to them."""

from pathlib import Path

import pytest

from tests.acceptance.test_commands import Shell

SETTINGS = """
data = "data"
[watches.all]
indicators = ["all"]
channels = ["files", "mail"]
[channels.files]
type = "folder"
path = "out"
[channels.mail]
type = "email"
host = "127.0.0.1"
port = 9
security = "none"
sender = "mubiao@example.org"
recipients = ["li@example.org"]
[console]
enabled = false
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    shell.write("mubiao.toml", SETTINGS)
    return shell


def test_a_channel_is_tried_with_a_message_of_its_own(shell: Shell) -> None:
    told = shell.run("send-test", "files").stdout
    assert told.startswith("files: wrote ")
    assert "该渠道可以使用" in (shell.folder / "out" / "latest.txt").read_text("utf-8")
    assert shell.json("deliveries", "--json") == []


def test_a_channel_that_does_not_work_says_what_the_service_said(shell: Shell) -> None:
    failed = shell.run("send-test", "mail", expect=1).stdout
    assert "mail li@example.org: not accepted: mail server 127.0.0.1:9" in failed


@pytest.mark.parametrize("words", [("send-test",), ("retry",), ("replay", "--since", "2026-01-20")])
def test_a_channel_that_is_not_in_the_settings_is_named(shell: Shell, words: tuple[str, ...]) -> None:
    told = shell.run(*words, "paper", expect=2).stderr
    assert "paper: no such channel in the settings (there: files, mail)" in told


def test_nothing_owed_is_said(shell: Shell) -> None:
    assert "files: nothing is owed" in shell.run("retry", "files").stdout
    assert "files: no digest since 2026-01-20" in shell.run("replay", "files", "--since", "2026-01-20").stdout
    assert "no delivery is on record" in shell.run("deliveries").stdout
    assert "nobody has unsubscribed" in shell.run("unsubscribed").stdout


def test_a_state_that_there_is_not_is_wrong_use(shell: Shell) -> None:
    assert (
        "--state lost: one of due, sent, dead, suspended" in shell.run("deliveries", "--state", "lost", expect=2).stderr
    )
    assert "is not among those" in shell.run("unsubscribed", "--remove", "li@example.org", expect=1).stderr
