"""Chinese pages lose no text, whatever they call themselves."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from scrapers.answer import Answer
from scrapers.charset import codec_of, decode, text_of
from scrapers.errors import CharsetError

SENTENCE = "云溪市市长陈镕喆在报告中说：全市地区生产总值增长6.5%以上，城镇新增就业5000人，堃字也在。"
PAGE = f"<html><head><title>报告</title></head><body><p>{SENTENCE}</p></body></html>"
LABELS = ["gb2312", "GBK", "gb18030", "utf-8", "big5", "iso-8859-1", "x-unknown", ""]


def tagged(label: str) -> str:
    return PAGE.replace("<title>", f'<meta charset="{label}"><title>')


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
@pytest.mark.parametrize("place", ["header", "tag"])
def test_a_wrong_label_costs_no_character(label: str, codec: str, place: str) -> None:
    page = tagged(label) if place == "tag" else PAGE
    assert decode(page.encode(codec), label=label if place == "header" else "") == page


def test_gb2312_means_gb18030() -> None:
    assert decode("通知朱镕某到2030年增长25%".encode("gbk"), label="gb2312") == "通知朱镕某到2030年增长25%"


def test_big5_means_its_hong_kong_superset() -> None:
    text = "臨川區生產總值增長百分之六，㗎"
    assert decode(text.encode("big5hkscs"), label="big5") == text


TRADITIONAL = "臨川區政府工作報告：全區生產總值增長百分之六，新建學校三所，我們要把發展經濟的工作做好。"


def test_big5_without_a_label_is_read() -> None:
    assert decode(TRADITIONAL.encode("big5hkscs")) == TRADITIONAL
    page = f"<html><body><p>{TRADITIONAL}</p></body></html>"
    assert decode(page.encode("big5hkscs"), label="iso-8859-1") == page  # servers add it, and it says nothing


def test_big5_with_a_damaged_byte_is_still_big5() -> None:
    text = TRADITIONAL * 80
    damaged = text.encode("big5hkscs").replace("臨川".encode("big5hkscs"), "臨川".encode("big5hkscs")[:3] + b"\xff", 1)
    assert decode(damaged).count("生產總值增長") == 80


@pytest.mark.parametrize("text", [TRADITIONAL, SENTENCE, "报告，请予审议。请各位", "增长"])
def test_gb18030_without_a_label_is_never_taken_for_big5(text: str) -> None:
    assert decode(text.encode("gb18030")) == text


@given(
    st.text(
        st.sampled_from("政府工作报告的一是了在人有我他这大来上国个到说们为报请予审议各位代表增长％，。镕堃"),
        max_size=40,
    )
)
def test_no_short_text_in_gb18030_is_taken_for_big5(text: str) -> None:
    assert decode(text.encode("gb18030") + "亿元。".encode("gb18030")) == text + "亿元。"


def test_real_reports_are_read_in_either_code_without_a_label(shared: Path) -> None:
    to_traditional = OpenCC("s2t").convert
    for path in sorted((shared / "corpus/unlabelled").glob("*.txt"))[::12]:
        text = path.read_text(encoding="utf-8").replace("\x00", "")
        assert decode(text.encode("gb18030")) == text, path.name
        big5 = to_traditional(text).encode("big5hkscs", "ignore")
        assert decode(big5) == big5.decode("big5hkscs"), path.name


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_wins_over_every_label(codec: str) -> None:
    assert decode(PAGE.encode(codec), label="gb2312") == PAGE


def test_the_header_wins_over_the_tag_where_both_can_be() -> None:
    short = "<meta charset=big5>增长"  # too little to speak for itself
    assert decode(short.encode("gbk"), label="gbk") == short


def test_the_old_form_of_the_tag_is_read() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=big5">臨川區生產總值'
    assert decode(page.encode("big5")) == page


def test_two_characters_of_gbk_are_not_taken_for_utf8() -> None:
    assert "农目".encode("gbk").decode("utf-8")  # they could be
    assert decode("农目".encode("gbk"), label="gb2312") == "农目"


def test_utf8_under_a_gbk_label_is_utf8_though_its_bytes_could_be_gbk() -> None:
    text = "全面完成目标任务"
    assert text.encode().decode("gb18030") != text  # they could be
    assert decode(text.encode(), label="gbk") == text


def test_an_xml_declaration_is_read() -> None:
    page = '<?xml version="1.0" encoding="big5"?><t>臨川區生產總值</t>'
    assert decode(page.encode("big5")) == page


def test_a_damaged_byte_is_borne_and_many_are_not() -> None:
    good = (PAGE * 20).encode("utf-8")
    assert decode(good + b"\xff").count("\ufffd") == 1
    with pytest.raises(CharsetError) as caught:
        decode(PAGE.encode("utf-8") + b"\xff\xfe\xfd" * 20 + b"\x81", url="http://yunxi.example/")
    assert caught.value.url == "http://yunxi.example/"


def test_two_charsets_in_one_page_are_refused() -> None:
    with pytest.raises(CharsetError):
        decode((SENTENCE * 5).encode("utf-8") + (SENTENCE * 5).encode("gbk"))


def test_nul_is_dropped() -> None:
    assert decode(b"5\x00%") == "5%"


@pytest.mark.parametrize(
    "label", ["", "utf8mb4", "rot13", "hex", "idna", "unicode_escape", "latin1", "us-ascii", "\0", "zlib"]
)
def test_labels_that_name_no_charset_of_text_are_passed_over(label: str) -> None:
    assert codec_of(label) is None
    assert decode(PAGE.encode("gbk"), label=label) == PAGE


def test_text_of_takes_the_label_from_the_answer() -> None:
    answer = Answer("http://yunxi.example/", 200, "联通".encode("gbk"), "text/html", "gb2312", None, None, "", 4)
    assert text_of(answer) == "联通"


gbk_text = st.lists(
    st.integers(0xB0, 0xF7).flatmap(
        lambda high: st.integers(0xA1, 0xFE).map(lambda low: bytes([high, low]).decode("gb18030", "ignore"))
    ),
    min_size=4,
    max_size=60,
).map("".join)


@given(text=gbk_text, number=st.integers(0, 99999), label=st.sampled_from(["utf-8", "big5", "iso-8859-1", ""]))
def test_numbers_survive_every_wrong_label(text: str, number: int, label: str) -> None:
    body = f"<p>{text}增长{number}%</p>".encode("gb18030")
    with contextlib.suppress(CharsetError):  # said, not lost
        assert f"{number}%" in decode(body, label=label)
