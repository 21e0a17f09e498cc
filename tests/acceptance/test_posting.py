"""The commands about channels and what is owed to them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.building import open_installation
from monitor.cli.terminal import BRIEF, print_rows
from storage.database import transaction
from storage.models import Delivery, Digest
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
    names = {path.suffix: path for path in (shell.folder / "out").iterdir()}
    assert "该渠道可以使用" in names[".txt"].read_text("utf-8")
    assert all(path.name.startswith("test-") for path in names.values())  # no latest.txt: it is no digest
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


def owe(shell: Shell, due_at: datetime) -> None:
    """A message that the mail channel was not rid of."""
    engine = open_installation(shell.folder / "mubiao.toml").engine
    with transaction(engine) as session:
        session.add(
            Digest(id="msg_1", watch="all", state="rendered", opened_at=due_at, due_at=due_at, subject="云溪市")
        )
        session.flush()
        session.add(Delivery(digest_id="msg_1", channel="mail", address="li@example.org", due_at=due_at, body=b""))
    engine.dispose()


def test_times_are_those_of_china_and_say_so(shell: Shell) -> None:
    owe(shell, datetime(2126, 11, 22, 12, 55, 17, 988735, tzinfo=UTC))
    told = shell.run("deliveries").stdout
    assert "next try (China time)" in told
    assert "2126-11-22 20:55 " in told
    assert "the oldest that is owed is due 2126-11-22 20:55 China time" in shell.run("status", expect=None).stdout
    assert shell.json("deliveries", "--json")[0]["next"] == "2126-11-22 20:55"


def test_a_try_is_told_in_words(shell: Shell) -> None:
    owe(shell, datetime(2026, 1, 20, tzinfo=UTC))
    assert "the oldest that is owed was due 2026-01-20 08:00 China time" in shell.run("status", expect=None).stdout
    told = shell.run("deliver", expect=1).stdout
    assert "not sent" in told
    assert "+00:00" not in told
    assert "next try (China time)" in told


def test_a_try_is_told_to_programs_as_ever(shell: Shell) -> None:
    owe(shell, datetime(2026, 1, 20, tzinfo=UTC))
    (told,) = shell.json("deliver", "--json", expect=1)
    assert told["sent"] is False
    assert datetime.fromisoformat(told["next"]).utcoffset() == timedelta(0)


def test_a_day_in_words_is_answered_with_a_day_in_figures(shell: Shell) -> None:
    told = shell.run("replay", "files", "--since", "yesterday", expect=2)
    assert told.stderr.strip() == "--since yesterday: write a day like 2026-11-20"
    assert "since 2026-01-20 08:30 China" in shell.run("replay", "files", "--since", "2026-01-20T08:30").stdout


def test_a_terminal_shows_the_beginning_of_a_long_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"answer": "不" * 2 * BRIEF}
    print_rows([row], as_json=False, brief=("answer",))
    assert "不" * 2 * BRIEF in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_rows([row], as_json=False, brief=("answer",))
    assert capsys.readouterr().out.count("不") == BRIEF
    print_rows([row], as_json=True, brief=("answer",))
    assert capsys.readouterr().out.count("不") == 2 * BRIEF
