"""Of several files with one report the one that reads best is read, and a scan only if there is nothing else."""

import sys
from collections.abc import Iterator

import pytest

from scrapers.documents import DocumentReader
from scrapers.errors import DocumentError
from scrapers.scrape import Fetched, Scraper
from scrapers.source import Source
from tests import files
from tests.fakes import Web

SITE = "http://www.yunxi.example"
URL = f"{SITE}/zwgk/t20260120_1.html"
TEXT = "全市地区生产总值增长6.5%以上。" * 30
FILE = "application/octet-stream"
OCR = f"from scrapers import parser_child\nparser_child.serve({{'pdf': lambda body: ({TEXT!r}, ('ocr: 1 pages',))}})"
SOURCE = Source(key="yunxi", name="云溪市", url=f"{SITE}/zwgk/", region="990100")
MADE = {
    "docx": files.docx_of(TEXT),
    "text.pdf": files.pdf([[TEXT[at : at + 34] for at in range(0, len(TEXT), 34)]]),
    "scan.pdf": files.scan(),
    "cut.docx": files.docx_of(TEXT)[:-60],
    "ofd": files.ofd([[TEXT[at : at + 34] for at in range(0, len(TEXT), 34)]]),
    "doc": files.doc(TEXT),
    "xlsx": files.xlsx([["指标", "目标"], *[["地区生产总值增速", "6.5%以上"]] * 40]),
}


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    with DocumentReader(ocr_command=(sys.executable, "-c", OCR)) as reader:
        yield reader


def fetched(documents: DocumentReader, *names: str) -> tuple[Fetched, Web]:
    web = Web()
    links = "".join(f'<p><a href="/f/{name}">附件：政府工作报告</a></p>' for name in map(address, names))
    web.put(URL, f"<html><body><h1>云溪市2026年政府工作报告</h1><div id='zoom'>{links}</div></body></html>")
    for name in names:
        web.put(f"{SITE}/f/{address(name)}", MADE[name], FILE)
    got = Scraper(web.as_client(), documents).read_entry(SOURCE, URL, name="generic")
    assert isinstance(got, Fetched)
    return got, web


def address(name: str) -> str:
    return f"report-{name}" if "." in name else f"report.{name}"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("scan.pdf", "doc", "ofd", "text.pdf", "docx"), "docx"),
        (("doc", "ofd", "text.pdf"), "text.pdf"),
        (("doc", "ofd"), "ofd"),
        (("xlsx", "doc"), "doc"),
        (("scan.pdf", "ofd"), "ofd"),
        (("scan.pdf", "xlsx"), "xlsx"),
        (("cut.docx", "doc"), "doc"),
        (("scan.pdf",), "scan.pdf"),
        (("cut.docx", "scan.pdf"), "scan.pdf"),
    ],
)
def test_the_best_of_several_files_is_read(documents: DocumentReader, names: tuple[str, ...], chosen: str) -> None:
    got, _ = fetched(documents, *names)
    assert got.attached is not None
    assert got.attached.url == f"{SITE}/f/{address(chosen)}"
    assert "6.5%以上" in got.text
    assert bool(got.warnings) == chosen.startswith("scan")


def test_no_more_is_fetched_than_is_needed(documents: DocumentReader) -> None:
    _, web = fetched(documents, "doc", "docx", "text.pdf")
    assert web.asked == [URL, f"{SITE}/f/report.docx"]


def test_when_none_can_be_read_the_best_ones_fault_is_told(documents: DocumentReader) -> None:
    with pytest.raises(DocumentError, match=r"report-cut\.docx"):
        fetched(documents, "cut.docx")


def test_a_scan_that_nobody_can_read_says_what_to_install() -> None:
    with DocumentReader(ocr_command=None) as reader, pytest.raises(DocumentError, match=r"mubiao\[ocr\]"):
        fetched(reader, "scan.pdf")
