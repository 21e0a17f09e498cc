"""Whatever a page says, it leaves the house as harmless text."""

import unicodedata
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.digest.outgoing import clean, web_address
from monitor.digest.render import render
from storage.values import ChangeKind
from tests.digests import a_year, conflict, digest, part, revision, tail_lines
from tests.hostile import HOSTILE, URLS, address, assert_harmless, poisoned, scraped


def test_text_is_one_line_of_printable_characters() -> None:
    assert clean(" a\r\n\tb\u2028c\x00d\u202ee\u200bf\ud800 ") == "a b c\ufffddef\ufffd"
    assert clean("e\u0301") == "\u00e9"
    assert clean("一二三四五", 4) == "一二三…"


@given(st.text(st.characters(), max_size=200))
def test_cleaned_text_can_go_anywhere(text: str) -> None:
    made = clean(text)
    assert made == clean(made)
    assert len(made.splitlines()) <= 1
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in made)
    made.encode()
    message = EmailMessage(policy=SMTP)
    message["Subject"] = made[:200]
    assert message.as_bytes().isascii()


@pytest.mark.parametrize("url", URLS)
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    assert web_address(url) == ""


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://www.yunxi.example/a?b=c&d=e#f", "https://www.yunxi.example/a?b=c&d=e#f"),
        (" http://WWW.Yunxi.example:8080/x ", "http://www.yunxi.example:8080/x"),
        ("https://云溪.example/目标.html", "https://xn--9kq759e.example/%E7%9B%AE%E6%A0%87.html"),
        ("http://[::1]:8321/documents/1#s2", "http://[::1]:8321/documents/1#s2"),
        ("http://a.example/%E7%9B%AE?x='\"<>", "http://a.example/%E7%9B%AE?x=%27%22%3C%3E"),
        ("file:///srv/报告.txt", "file:///srv/%E6%8A%A5%E5%91%8A.txt"),
    ],
)
def test_an_address_is_percent_encoded(url: str, address: str) -> None:
    assert web_address(url) == address


@given(address)
def test_an_address_is_empty_or_of_a_known_scheme(url: str) -> None:
    made = web_address(url)
    assert not made or (made.isascii() and made.isprintable() and " " not in made and '"' not in made)
    assert not made or urlsplit(made).scheme in ("http", "https", "file")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_texts_never_become_markup(text: str, language: str) -> None:
    assert_harmless(render(poisoned(a_year(language), text, URLS[0])))


def test_templates_in_a_text_are_not_evaluated() -> None:
    rendered = render(poisoned(revision(), "{{7*7}}", "https://x.example/{{7*7}}"))
    assert "{{7*7}}" in rendered.html
    assert "49" not in rendered.text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scraped, address, st.sampled_from([revision, conflict]), st.sampled_from(["zh", "en"]))
def test_any_scraped_text_can_be_sent(text, url, sample, language) -> None:  # type: ignore[no-untyped-def]
    assert_harmless(render(poisoned(sample(language), text, url)))


@settings(max_examples=30, deadline=None)
@given(
    st.integers(-5, 5000),
    st.integers(-5, 5000),
    st.text(max_size=30),
    st.sampled_from([float("inf"), float("nan"), -0.0, 1e300, 1e-9, None]),
)
def test_marks_and_values_that_make_no_sense_do_no_harm(
    start: int, end: int, sentence: str, value: float | None
) -> None:
    line = tail_lines(2)[1]
    assert line.kind is ChangeKind.RAISED
    assert line.after
    odd = replace(line.after, mark_start=start, mark_end=end, sentence=sentence, value=value)
    assert_harmless(render(digest(part((replace(line, headline=True, after=odd),)))))
