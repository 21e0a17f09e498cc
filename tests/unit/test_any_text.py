"""Any text of a page, through every kind of channel: it arrives as text, calls nobody, and breaks no form."""

import json
import re
import unicodedata
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from monitor.digest import Rendered
from monitor.digest.render import render
from monitor.notifiers import CHANNEL_MODELS, notifier
from monitor.notifiers.message import Message, Notifier
from tests.digests import (
    MADE_AT,
    conflict,
    correction,
    digest,
    last_years,
    main_lines,
    neighbours,
    part,
    revision,
    thirty_reports,
)
from tests.hostile import HOSTILE, URLS, address, assert_golden, poisoned, scraped

SETTINGS: dict[str, dict[str, object]] = {
    "folder": {"path": "digests"},
    "email": {"host": "127.0.0.1", "security": "none", "sender": "m@a.example", "recipients": ["li@b.example"]},
    "webhook": {"url": "https://b.example/hook", "secret": "whsec_" + "QUJD" * 8},
    "wecom": {"url": "https://b.example/wecom"},
    "dingtalk": {"url": "https://b.example/dingtalk"},
    "feishu": {"url": "https://b.example/feishu"},
    "apprise": {"url": "json://b.example/"},
    "stdout": {"form": "json"},
    "atom": {"path": "feed.xml"},
}
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "List-Id", "Auto-Submitted",
    "MIME-Version", "Content-Type",
}  # fmt: skip


@cache
def channel(kind: str) -> Notifier:
    return notifier(CHANNEL_MODELS[kind].model_validate({"type": kind} | SETTINGS[kind]))  # type: ignore[arg-type]


def message(rendered: Rendered) -> Message:
    return Message(
        id=f"msg_{0:032x}", watch="main", thread="main-2026-01", language="zh", subject=rendered.subject,
        text=rendered.text, html=rendered.html, payload=rendered.payload, made_at=MADE_AT, chat=rendered.chat,
        images=rendered.images,
    )  # fmt: skip


def bodies(kind: str, rendered: Rendered) -> list[bytes]:
    made = message(rendered)
    notifier = channel(kind)
    return [body for to in notifier.addresses() for body in notifier.prepare(made, to)]


def test_every_kind_of_channel_is_here() -> None:
    assert set(SETTINGS) == set(CHANNEL_MODELS)


def check(rendered: Rendered) -> None:
    for kind in SETTINGS:
        for body in bodies(kind, rendered):
            CHECKS[kind](body, rendered)


def a_mail(body: bytes, rendered: Rendered) -> None:
    assert body.isascii()
    lines = body.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or len(line) > 998 for line in lines)
    mail = message_from_bytes(body, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    assert set(mail.keys()) == HEADERS
    assert str(mail["Subject"]) == rendered.subject
    text, html = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    if rendered.images:
        html, *images = html.iter_parts()
        assert [one["Content-ID"] for one in images] == [f"<{image.cid}>" for image in rendered.images]
        assert [one.get_content() for one in images] == [image.png for image in rendered.images]
        assert {one.get_content_disposition() for one in images} == {"inline"}
    content = html.get_content()
    assert_golden(rendered, content)
    plain(text.get_content())


def a_page_in_a_folder(body: bytes, rendered: Rendered) -> None:
    forms = json.loads(body)["forms"]
    assert "cid:" not in forms["html"] or not rendered.images
    plain(forms["txt"])
    json.loads(forms["json"])


def a_webhook(body: bytes, rendered: Rendered) -> None:
    assert body == rendered.payload
    plain(json.dumps(json.loads(body), ensure_ascii=False))


def a_bot(body: bytes, rendered: Rendered) -> None:
    told = json.loads(body)
    text = told["content"]["text"] if "msg_type" in told else told["text"]["content"]
    assert len(text.encode()) <= 20_000
    calls_nobody(text)


def a_short_text(body: bytes, rendered: Rendered) -> None:
    calls_nobody(body.decode())


def one_line(body: bytes, rendered: Rendered) -> None:
    assert len(body.decode().splitlines()) == 1
    json.loads(body)


def an_entry(body: bytes, rendered: Rendered) -> None:
    assert len(ElementTree.fromstring(body).findall("{http://www.w3.org/2005/Atom}content")) == 1


def calls_nobody(text: str) -> None:
    plain(text)
    assert "@" not in text
    assert "<" not in text


def plain(text: str) -> None:
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in "\r\n" for char in text)
    assert not set(text) & {"\u2028", "\u2029", "\x85"}


CHECKS = {
    "email": a_mail, "folder": a_page_in_a_folder, "webhook": a_webhook, "wecom": a_bot, "dingtalk": a_bot,
    "feishu": a_bot, "apprise": a_short_text, "stdout": one_line, "atom": an_entry,
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_go_through_every_channel(text: str) -> None:
    whole = digest(part(main_lines()[:8], around=neighbours(), past=last_years()))
    for sample in (whole, thirty_reports(count=4), correction()):
        check(render(poisoned(sample, text, URLS[0])))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scraped, address)
def test_any_text_goes_through_every_channel(text: str, url: str) -> None:
    for sample in (revision("en"), conflict()):
        check(render(poisoned(sample, text, url)))


def test_the_checks_find_what_they_look_for() -> None:
    made = render(revision())
    with pytest.raises(AssertionError):
        a_bot(json.dumps({"text": {"content": "@all"}}).encode(), made)
    with pytest.raises(AssertionError):
        plain("a\u202eb")
    with pytest.raises(AssertionError):
        assert_golden(made, made.html.replace("</h1>", "<script>x</script></h1>"))
    with pytest.raises(AssertionError):
        a_mail(bodies("email", made)[0].replace(b"Auto-Submitted", b"Bcc"), made)


def test_nothing_that_a_page_says_is_taken_for_markup() -> None:
    """Templates escape everything, and no code calls a text markup but the console's one place for charts."""
    monitor = Path(__file__).resolve().parents[2] / "monitor"
    templates = {path: path.read_text(encoding="utf-8") for path in monitor.glob("templates/**/*.j2")}
    assert len(templates) > 3
    assert [path.name for path, text in templates.items() if re.search(r"\|\s*safe\b|autoescape\s+false", text)] == []
    code = {path: path.read_text(encoding="utf-8") for path in monitor.glob("**/*.py")}
    assert len([path for path, text in code.items() if "Markup(" in text]) <= 1
    assert [path.name for path, text in code.items() if "autoescape=False" in text] == []


def test_building_channels_leaves_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for kind in SETTINGS:
        bodies(kind, render(revision()))
    assert list(tmp_path.iterdir()) == []
