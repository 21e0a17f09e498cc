"""What an operator reads: many first visits in one line, a channel that was switched off and how to mend it."""

import json

from monitor.digest import Notice
from monitor.digest.render import render
from tests.digests import MADE_AT, digest


def first_visits(count: int) -> tuple[Notice, ...]:
    return tuple(
        Notice("baseline", f"来源{number}", "https://a.example/", MADE_AT, 2, (2020 + number % 5, 2026))
        for number in range(count)
    )


def test_many_first_visits_are_one_line_with_counts_and_where_to_see_them() -> None:
    made = render(digest(notices=first_visits(33)))
    assert made.subject == "开始关注 33 个来源，已记录 66 份报告"
    text = made.text.replace("\n  ", "")
    assert "首次巡查了 33 个来源，已记录 2020—2026 年的 66 份报告" in text
    assert "mubiao status" in text
    assert "来源7" not in text
    assert len(json.loads(made.payload)["data"]["notices"]) == 33
    english = render(digest(notices=first_visits(33), language="en"))
    assert english.subject == "Now watching 33 sources: 66 reports on record"


def test_a_few_first_visits_are_told_by_name() -> None:
    assert "来源2：首次巡查" in render(digest(notices=first_visits(3))).text


def test_a_channel_that_answers_that_it_is_gone_was_switched_off_at_once() -> None:
    gone = Notice("dead_channel", "hook", "", MADE_AT, 1, detail="410 Gone")
    text = "".join(render(digest(notices=(gone,))).text.split())
    assert "已立即停用，修好后运行“mubiaoretryhook”；对方答复此地址不再接收：410Gone" in text
    english = " ".join(render(digest(notices=(gone,), language="en")).text.split())
    assert "switched off at once; when it is mended, run “mubiao retry hook”. Its answer: 410 Gone" in english
    tired = Notice("dead_channel", "hook", "", MADE_AT, 10, detail="503")
    assert "试了 10 次仍未送达" in render(digest(notices=(tired,))).text
