"""What stands around a report's targets: neighbours, the last years as a chart, the foot."""

from dataclasses import replace
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from PIL import Image as Pixels
from PIL import ImageColor

from monitor.digest import Rendered, packed, unpacked
from monitor.digest.chart import OUTTURN, TARGET
from monitor.digest.render import MAX_HTML, render
from monitor.notifiers.message import Message
from storage.values import Op
from tests.digests import (
    MADE_AT,
    SAMPLES,
    a_year,
    digest,
    figure,
    last_years,
    main_lines,
    neighbours,
    part,
    sample,
)  # fmt: skip


def test_the_chart_is_a_small_picture_and_its_alternative_says_all_of_it() -> None:
    (image,) = sample("year").images
    picture = Pixels.open(BytesIO(image.png))
    assert (picture.format, picture.width, len(image.png) < 12_000) == ("PNG", 680, True)
    assert image.alt == (
        "云溪市地区生产总值增长：2022—2026 年。2022 年目标 7%左右、完成 4.1%；2023 年目标 6.5%左右、完成 6.2%；"
        "2024 年目标 6%左右、完成 6.1%；2025 年目标 6.5%以上、完成 5.6%；2026 年目标 6%左右。"
    )
    (shown,) = BeautifulSoup(sample("year").html, "lxml").find_all("img")
    assert (shown["src"], shown["alt"]) == (f"cid:{image.cid}", image.alt)
    english = sample("year", "en").images[0].alt
    assert english.startswith("Yunxi: GDP growth, 2022–2026. 2022 target ~7%, result 4.1%; 2023 target ~6.5%")
    assert english.endswith("2026 target ~6%.")


def test_a_column_is_as_long_as_its_figure() -> None:
    (image,) = sample("year").images
    picture = Pixels.open(BytesIO(image.png)).convert("RGBA")
    pixels = Pixels.alpha_composite(Pixels.new("RGBA", picture.size, "white"), picture).convert("RGB")
    blue = (0x35, 0x75, 0xE0)
    tops = {}
    for x in range(60, pixels.width - 20):
        column = [y for y in range(10, 157) if _near(pixels.getpixel((x, y)), blue)]
        if column:
            tops[x] = column[0]
    assert min(tops.values()) < sorted(set(tops.values()))[-1]
    assert 158 - max(tops.values()) == pytest.approx((158 - min(tops.values())) * 6 / 7, abs=3)


def test_the_chart_has_no_ground_of_its_own_and_the_colours_of_its_legend() -> None:
    picture = Pixels.open(BytesIO(sample("year").images[0].png)).convert("RGBA")
    shades = [pixel for _, pixel in picture.getcolors(10_000) or () if isinstance(pixel, tuple)]
    found = [pixel[:3] for pixel in shades if pixel[3] > 250]
    assert picture.getchannel("A").getextrema()[0] == 0
    shown = BeautifulSoup(sample("year").html, "lxml")
    marks = shown.select("p:has(> img) + p > b")
    colours = [str(mark["style"]).removeprefix("color:") for mark in marks]
    assert colours == [TARGET, OUTTURN]
    for colour in colours:
        assert any(_near(pixel, ImageColor.getrgb(colour)[:3]) for pixel in found), colour
    assert "say-target" not in sample("year").html  # no other colour in dark mode


def whole(made: Rendered) -> int:
    """Bytes of the HTML with its pictures within it, as a folder and a feed have it."""
    message = Message(
        id="d", watch="w", thread="t", language="zh", subject=made.subject, text=made.text, html=made.html,
        payload=made.payload, made_at=MADE_AT, chat=made.chat, images=made.images,
    )  # fmt: skip
    return len(message.html_alone.encode())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_html_is_small_enough_with_its_pictures_within_it(name: str) -> None:
    assert whole(sample(name)) <= MAX_HTML


def test_pictures_count_where_a_digest_is_made_to_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    full = render(a_year())
    limit = len(full.html.encode()) + 1000
    assert whole(full) > limit
    monkeypatch.setattr("monitor.digest.render.MAX_HTML", limit)
    assert whole(render(a_year())) <= limit


def _near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


def test_the_same_digest_has_the_same_pictures_and_they_can_be_kept() -> None:
    again = render(a_year())
    assert again.images == sample("year").images
    assert unpacked(packed(again.images)) == again.images
    assert unpacked(packed(())) == () == unpacked(b"")


@pytest.mark.parametrize(("value", "unit"), [(0.0, "%"), (-3.0, "%"), (8.7, "万人"), (None, None), (float("inf"), "%")])
def test_any_figure_can_be_drawn(value: float | None, unit: str | None) -> None:
    past = last_years()
    odd = replace(past.years[0], target=figure("x", value, unit), outturn=figure("y", value, unit, op=Op.RANGE))
    assert render(digest(part(main_lines(), past=replace(past, years=(odd, *past.years[1:]))))).images
    assert render(digest(part(main_lines(), past=replace(past, years=(odd,))))).images


def test_the_text_has_the_neighbours_and_the_last_years_too() -> None:
    text = sample("year").text
    assert "[2026 年目标与上级、同级相比]" in text
    assert "云溪市（本地）" in text
    assert "澄岭省          5.5%左右" in text
    assert "GDP 增长目标：云溪市在已公布的 9 个同级地区中排第 3。" in text
    assert "2025  6.5%以上  5.6%" in text
    english = sample("year", "en").text
    assert "[2026 targets: the region above and comparable regions]" in english
    assert "Yunxi ranks 3 of the 9" in english


def test_a_place_that_states_no_such_target_has_a_dash() -> None:
    rows = BeautifulSoup(sample("year").html, "lxml").find_all("tr")
    row = next(row for row in rows if "栖岚市" in row.get_text())
    assert [cell.get_text() for cell in row.find_all("td")] == ["6.5%左右", "4.5%", "—"]


def test_only_the_first_reports_of_a_crowded_morning_have_pictures() -> None:
    many = digest(*(part(main_lines(), past=last_years(), around=neighbours()) for _ in range(9)))
    made = render(many)
    assert 0 < made.html.count("<img ") <= 6
    assert len(made.images) == 1  # the same chart is attached once
    assert sample("thirty-reports").html.count("<img ") < 6


def test_two_reports_are_told_in_full_each() -> None:
    text = render(digest(*(part(main_lines(), around=neighbours()) for _ in range(2)))).text
    assert text.count("[2026 年目标与上级、同级相比]") == 2


def test_a_heading_names_the_region_above_only_where_its_figure_is_shown() -> None:
    around = neighbours()
    alone = replace(around, places=tuple(one for one in around.places if one.standing != "above"))
    assert "[2026 年目标与同级相比]" in render(digest(part(main_lines(), around=alone))).text
    assert (
        "[2026 targets of comparable regions]" in render(digest(part(main_lines(), around=alone), language="en")).text
    )


def test_the_state_council_comes_first() -> None:
    nation = part(main_lines()[2:3], region="国务院", region_en="State Council", region_code="000000")
    made = render(digest(*(part(main_lines(), region_code=f"9{n}0000") for n in range(4)), nation))
    assert made.subject.startswith("国务院 2026")
    assert made.text.index("国务院 2026") < made.text.index("云溪市")


def test_the_foot_says_what_was_seen_and_what_was_silenced() -> None:
    assert "最近收到：政府工作报告（1 月 20 日）、预算报告（1 月 18 日）。" in sample("revision").text
    assert "另有 3 条按您的静默设置未列出。" in sample("revision").text
    english = " ".join(sample("revision", "en").text.split())
    assert "Last seen: Government Work Report (20 Jan), Budget Report (18 Jan)." in english
    assert "3 more were kept back by your silences." in english


def test_a_result_says_how_far_it_lies_from_its_target() -> None:
    assert "✗ 未完成，高 0.2 个百分点" in sample("year").text
    assert "missed, 0.2 pts above" in " ".join(sample("year", "en").text.split())


def test_the_overview_names_the_year_once() -> None:
    assert "本期要点 · 共 30 份报告 · 2026" in sample("thirty-reports").text
    assert "霁岚县 2026  " not in sample("thirty-reports").text


@pytest.mark.parametrize("name", SAMPLES)
def test_an_english_digest_names_places_in_english_where_it_can(name: str) -> None:
    assert "澄岭省 · 云溪市" not in sample(name, "en").text
