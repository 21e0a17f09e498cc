"""What stands in a file is what comes out of it, one paragraph a line."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import openpyxl
import pytest

from scrapers.errors import DocumentError
from scrapers.ofd import parse_ofd
from scrapers.paragraphs import clean_line, join_lines, join_pages
from scrapers.parser_child import kind_of, parse
from scrapers.pdf import parse_pdf
from scrapers.spreadsheet import parse_xlsx
from scrapers.word import parse_doc, parse_docx
from tests import files

LINES = [
    "云溪市人民政府工作报告",
    "　　今年全市地区生产总值增长6.5%以上，固定资产投资增",
    "长8%，城镇新增就业5000人以上，城镇调查失业率控制在5.",
    "5%左右。",
    "二、工作安排",
    "　　粮食产量稳定在600亿斤以上。",
]
TEXT = (
    "云溪市人民政府工作报告\n"
    "今年全市地区生产总值增长6.5%以上，固定资产投资增长8%，城镇新增就业5000人以上，城镇调查失业率控制在5.5%左右。\n"
    "二、工作安排\n"
    "粮食产量稳定在600亿斤以上。"
)


class TestParagraphs:
    def test_a_sentence_goes_on_over_lines_and_a_heading_does_not(self) -> None:
        assert "\n".join(join_lines([clean_line(line) for line in LINES])) == TEXT

    def test_a_sentence_goes_on_over_a_page_and_its_number(self) -> None:
        pages = [[*LINES[:2], "- 1 -"], ["— 2 —", *LINES[2:]], ["第3页"]]
        assert join_pages(pages) == TEXT

    def test_a_number_within_the_text_is_no_page_number(self) -> None:
        assert join_pages([["合计", "120", "其中工业占比40%以上。"]]).splitlines()[1] == "120"

    def test_bare_page_numbers_go_and_the_last_number_of_a_table_stays(self) -> None:
        pages = [
            [f"云溪市第{word}页的正文内容。", str(number)] for number, word in ((11, "甲"), (12, "乙"), (13, "丙"))
        ]
        pages.append(["合计万元", "120"])
        assert [line for line in join_pages(pages).splitlines() if line.isdigit()] == ["120"]

    def test_where_paragraphs_are_indented_a_full_stop_at_the_margin_ends_none(self) -> None:
        lines = [
            "　　粮食产量稳定在600亿斤，地区生产总值增长6.5%。",
            "城镇新增就业5000人以上，失业率控制在5.5%左右。",
            "　　各位代表！",
            "　　加力推进营商环境优化，在释放发展活力上实现新突破",
            "　　坚定落实各项部署，促进民营经济发展壮大，培育企",
            "业。",
        ]
        joined = join_lines([clean_line(line) for line in lines])
        assert [line[-4:] for line in joined] == ["%左右。", "位代表！", "现新突破", "育企业。"]

    def test_a_running_head_is_left_out(self) -> None:
        pages = [["临川新区计划报告", f"第{word}部分安排重点项目若干。"] for word in "一二三四"]
        assert "计划报告" not in join_pages(pages)

    def test_a_heading_that_fills_no_line_is_its_own_paragraph(self) -> None:
        lines = [
            "各位代表：",
            "一、过去一年工作回顾",
            "（一）经济稳中有进。全年地区生产总值突破千亿元大关，增长7.1%，",
            "财政收入增长9%。",
        ]
        assert join_lines(lines)[:2] == lines[:2]
        assert len(join_lines(lines)) == 3

    def test_spaced_out_titles_are_closed_and_tables_are_not(self) -> None:
        assert clean_line("政 府 工 作 报 告") == "政府工作报告"
        assert clean_line("指标 单位 目标") == "指标 单位 目标"

    def test_radicals_that_look_like_characters_become_them(self) -> None:
        assert clean_line("⼯业⽣产") == "工业生产"

    def test_english_words_keep_their_space(self) -> None:
        assert join_lines(["The long first line ends with these", "words."]) == [
            "The long first line ends with these words."
        ]


class TestXlsx:
    def test_a_row_is_a_line_as_its_reader_sees_it(self) -> None:
        rows = [
            ["云溪市2026年主要指标"],
            [],
            ["指标", "单位", "2026年目标"],
            ["地区生产总值增速", "%", 0.065],
            ["城镇新增就业", "人", 5000],
            ["粮食产量", "亿斤", 600.25],
            ["单位能耗", None, -0.02],
        ]
        body = files.xlsx(rows, formats={"C4": "0.0%", "C6": "#,##0.0_ ", "C7": "0%"})
        assert parse_xlsx(body) == (
            "云溪市2026年主要指标\n指标\t单位\t2026年目标\n地区生产总值增速\t%\t6.5%\n城镇新增就业\t人\t5000\n"
            "粮食产量\t亿斤\t600.2\n单位能耗\t\t-2%",
            (),
        )

    def test_days_formulas_without_result_and_line_breaks(self) -> None:
        rows = [[date(2026, 1, 20), "=1+1", "含\n税", datetime(2026, 1, 20, 9, 30)]]  # noqa: DTZ001
        assert parse_xlsx(files.xlsx(rows))[0] == "2026-01-20\t\t含 税\t2026-01-20 09:30"

    def test_each_visible_sheet_has_its_name(self) -> None:
        book = openpyxl.Workbook()
        for name, hidden in (("经济", False), ("草稿", True), ("民生", False)):
            sheet = book.create_sheet(name)
            sheet.append([f"{name}指标", 1.5])
            sheet.sheet_state = "hidden" if hidden else "visible"
        out = io.BytesIO()
        book.save(out)
        assert parse_xlsx(out.getvalue())[0] == "经济\n经济指标\t1.5\n民生\n民生指标\t1.5"

    def test_a_damaged_one_is_said_to_be(self) -> None:
        whole = files.xlsx([["指标", 1]])
        for body in (whole[:-40], files.zipped({"xl/workbook.xml": "<a", "[Content_Types].xml": "<Types/>"})):
            with pytest.raises(DocumentError):
                parse_xlsx(body)

    def test_an_old_one_says_what_to_do(self) -> None:
        with pytest.raises(DocumentError, match="save it as xlsx"):
            parse_doc(files.ole({"Workbook": b"x"}))


class TestDocx:
    def test_paragraphs_and_runs(self) -> None:
        body = files.docx(
            "<w:p><w:r><w:t>增长6.</w:t></w:r><w:r><w:t>5%。</w:t></w:r></w:p><w:p/><w:p><w:r><w:t>完</w:t></w:r></w:p>"
        )
        assert parse_docx(body) == "增长6.5%。\n\n完"

    def test_a_table_row_is_a_line(self) -> None:
        cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
        row = "<w:tr>" + cell.format("地区生产总值") + cell.format("6.5%") + "</w:tr>"
        assert parse_docx(files.docx(f"<w:tbl>{row}{row}</w:tbl>")) == "地区生产总值\t6.5%\n地区生产总值\t6.5%"

    def test_a_cell_that_goes_over_two_columns_is_empty_in_the_second_and_its_lines_are_one(self) -> None:
        said = "<w:p><w:r><w:t>2026年</w:t><w:br/><w:t>计划</w:t></w:r></w:p>"
        wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{said}</w:tc>'
        one = "<w:tc><w:p><w:r><w:t>属性</w:t></w:r></w:p></w:tc>"
        assert parse_docx(files.docx(f"<w:tbl><w:tr>{wide}{one}</w:tr></w:tbl>")) == "2026年 计划\t\t属性"

    def test_deleted_text_and_field_codes_are_left_out(self) -> None:
        body = (
            "<w:p><w:ins><w:r><w:t>增长6%</w:t></w:r></w:ins><w:del><w:r><w:delText>增长7%</w:delText></w:r></w:del>"
            "<w:r><w:instrText> PAGE </w:instrText></w:r><w:hyperlink><w:r><w:t>左右</w:t></w:r></w:hyperlink></w:p>"
        )
        assert parse_docx(files.docx(body)) == "增长6%左右"

    def test_a_text_box_is_read_once(self) -> None:
        box = "<w:txbxContent><w:p><w:r><w:t>专栏1</w:t></w:r></w:p></w:txbxContent>"
        compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        body = (
            f"<w:p><w:r><w:t>正文</w:t><mc:AlternateContent {compatible}><mc:Choice>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        )
        assert parse_docx(files.docx(body)) == "正文\n专栏1"

    def test_a_bomb_is_refused_before_it_is_unpacked(self) -> None:
        bomb = files.zipped({"word/document.xml": b" " * 30_000_000})
        with pytest.raises(DocumentError, match="zip bomb"):
            parse_docx(bomb)

    def test_entities_are_not_read(self) -> None:
        xml = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]><d><p>&e;</p></d>'
        with pytest.raises(DocumentError):
            parse_docx(files.zipped({"word/document.xml": xml}))

    def test_a_cut_file_is_damaged(self) -> None:
        whole = files.docx_of(*LINES * 50)
        for at in range(10, len(whole), len(whole) // 15):
            answer = parse(whole[:at], "报告.docx", "")
            assert "error" in answer, at

    def test_nesting_without_end_is_an_error(self) -> None:
        with pytest.raises(DocumentError, match="not readable XML"):
            parse_docx(files.docx("<w:sdt>" * 5000 + "</w:sdt>" * 5000))


class TestDoc:
    def test_pieces_of_both_widths_make_one_text(self) -> None:
        assert (
            parse_doc(files.doc("GDP: 增长6.5%以上。\r城镇新增就业5000人。\r"))
            == "GDP: 增长6.5%以上。\n城镇新增就业5000人。\n"
        )

    def test_tables_and_fields(self) -> None:
        text = "指标\x07目标\x07\x07增长\x075%\x07\x07见\x13 HYPERLINK x \x14附件\x15，\x13 PAGE \x15完\r"
        assert parse_doc(files.doc(text)) == "指标\t目标\n增长\t5%\n见附件，完\n"

    def test_a_password_is_named(self) -> None:
        with pytest.raises(DocumentError, match="password"):
            parse_doc(files.doc("增长5%", flags=0x0300))

    def test_other_ole_files_are_named(self) -> None:
        with pytest.raises(DocumentError, match="not a Word document"):
            parse_doc(files.ole({"PowerPoint Document": b"x"}))

    def test_a_cut_file_is_an_error_or_whole(self) -> None:
        text = "全市地区生产总值增长6.5%以上。\r" * 100
        body = files.doc(text)
        for at in range(600, len(body), 700):
            answer = parse(body[:at], "报告.doc", "")
            assert "error" in answer, at


class TestOfd:
    def test_words_are_put_in_order_and_lines_together(self) -> None:
        assert parse_ofd(files.ofd([LINES[:3], [*LINES[3:], "2"]])) == TEXT

    def test_a_missing_page_is_an_error(self) -> None:
        body = files.ofd([LINES])
        with pytest.raises(DocumentError, match=r"Doc_0/Document\.xml"):
            parse_ofd(body.replace(b"Doc_0/Document.xml", b"Doc_9/Document.xml"))


class TestPdf:
    def test_lines_become_paragraphs(self) -> None:
        assert parse_pdf(files.pdf([[*LINES[:3], "- 1 -"], [*LINES[3:], "- 2 -"]])) == (TEXT, ())

    def test_an_indent_is_known_by_its_place(self) -> None:
        lines = [
            "　　粮食产量稳定在600亿斤，地区生产总值增长6.5%。",
            "城镇新增就业5000人以上，失业率控制在5.5%左右。",
            "　　各位代表！",
            "一九四九年以来云溪市的粮食产量一直稳定在这个水平。",
        ]
        text, _ = parse_pdf(files.pdf([lines]))
        assert text.splitlines() == [lines[0].strip() + lines[1], "各位代表！", lines[3]]

    def test_pages_without_text_are_a_scan(self) -> None:
        text, warnings = parse_pdf(files.pdf([[], [], ["3"]]))
        assert warnings == ("scan: no text layer",)
        assert text == ""

    def test_a_cut_file_is_an_error(self) -> None:
        body = files.pdf([LINES])
        with pytest.raises(DocumentError, match="cannot be opened"):
            parse_pdf(body[:60])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (files.docx_of("增长"), "docx"),
        (files.ofd([["增长"]]), "ofd"),
        (files.pdf([["增长"]]), "pdf"),
        (files.doc("增长"), "doc"),
        ("增长5%".encode("gbk"), "text"),
        ("增长5%".encode("utf-16"), "text"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b"{\\rtf1\\ansi}", "rtf"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (files.zipped({"xl/workbook.xml": "<x/>"}), "xlsx"),
        (files.zipped({"a.txt": "x"}), "zip"),
    ],
)
def test_a_file_is_what_its_bytes_say(body: bytes, kind: str) -> None:
    assert kind_of(body, "报告.pdf", "application/pdf") == kind


@pytest.mark.parametrize(
    "make", [lambda: files.zipped({"ppt/presentation.xml": "<x/>"}), lambda: b"{\\rtf1}", lambda: b"GIF89a"]
)
def test_what_is_not_read_says_what_to_do(make: Callable[[], bytes]) -> None:
    answer = parse(make(), "附件", "")
    assert "files are not read: " in answer["error"]


def test_a_zip_with_a_damaged_part_is_an_error() -> None:
    body = bytearray(files.docx_of(*LINES * 20))
    with zipfile.ZipFile(io.BytesIO(bytes(body))) as archive:
        at = archive.getinfo("word/document.xml").header_offset
    body[at + 80 : at + 100] = bytes(20)
    assert "cannot be unpacked" in parse(bytes(body), "报告.docx", "")["error"]
