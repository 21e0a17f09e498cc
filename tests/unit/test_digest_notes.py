"""What a digest says of broken sources: the fault, its numbers, what to do; and which one names the digest."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.digest.notes import notice_text
from monitor.digest.render import render
from monitor.digest.values import BEIJING, Notice
from monitor.digest.words import WORDS
from scrapers import errors
from tests.digests import digest

AT = datetime(2026, 1, 20, tzinfo=UTC)
CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.ScrapeError)]


def notice(label: str, detail: str = "", kind: str = "broken", hours: int = 0) -> Notice:
    return Notice(kind, "云溪市人民政府", "", AT + timedelta(hours=hours), count=2, label=label, detail=detail)


@pytest.mark.parametrize(
    ("label", "detail", "said"),
    [
        (
            "fewer-entries",
            "the index page shows 1 entries, usually 23; if that is right: mubiao visit yunxi-1 --recheck",
            "列表条数比平时少得多（现有 1 条，平时 23 条；如果确实如此，请运行：mubiao visit yunxi-1 --recheck）",
        ),
        (
            "other-entries",
            "none of the 23 known entries is there any more; 22 others are; if right: mubiao visit yunxi --recheck",
            "（原有 23 条，现有另外 22 条；如果确实如此，请运行：mubiao visit yunxi --recheck）",
        ),
        ("http", "the server answered 500", "网站返回错误（状态码 500）"),
        ("http", "the server answered 403", "网站返回错误（状态码 403）"),
        ("gone", "the server answered 404", "网页已不存在（状态码 404）"),
        ("blocked", "a challenge or firewall page with status 412", "（状态码 412）"),
        ("http", "redirects in a circle", "：网站返回错误（"),
        ("no-entries", "the index page shows no entries", "列表打得开，但是空的"),
    ],
)
def test_a_fault_is_told_with_its_numbers_and_the_remedy(label: str, detail: str, said: str) -> None:
    assert said in notice_text(notice(label, detail), WORDS["zh"], BEIJING)[1]
    assert detail in notice_text(notice(label, detail), WORDS["en"], BEIJING)[1]


def test_every_class_of_fault_has_words() -> None:
    for language in WORDS.values():
        assert {one.label for one in CLASSES} <= set(language.faults)
        assert len(set(language.faults.values())) == len(language.faults)


def test_a_source_that_has_recovered_does_not_name_the_digest_as_broken() -> None:
    mended = [notice("http"), notice("", kind="recovered", hours=1)]
    assert render(digest(notices=tuple(mended))).subject.startswith("来源已恢复：云溪市人民政府")
    again = [*mended, notice("http", hours=2)]
    assert render(digest(notices=tuple(again))).subject.startswith("来源读取失败：云溪市人民政府")
