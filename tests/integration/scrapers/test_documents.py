"""A document can hurt only itself: hang, memory and crash cost one document, and the next one is read."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.documents import ChildLimits, DocumentReader
from scrapers.errors import DamagedFileError, DocumentError
from tests import files

LINE = "全市地区生产总值增长6.5%以上。"
LIMITS = ChildLimits(memory=600_000_000, cpu=20, wall=60)

# The product's child, with parsers that misbehave for text files that begin with their names.
PLANTED = textwrap.dedent("""
    import ctypes, os, time
    from scrapers import parser_child

    def hang(): time.sleep(60)
    def spin():
        while True: pass
    def memory(): return [bytearray(10_000_000) for _ in range(1000)]
    def crash(): ctypes.string_at(0)
    def exit(): os._exit(3)
    def nest(): return nest()
    def pid(): return str(os.getpid())

    PLANTS = {plant.__name__: plant for plant in (hang, spin, memory, crash, exit, nest, pid)}
    real = parser_child.PARSERS["text"]

    def planted(body):
        plant = PLANTS.get(body.decode(errors="replace"))
        return (plant(), ()) if plant else real(body)

    parser_child.PARSERS["text"] = planted
    parser_child.main()
""")


@pytest.fixture
def reader() -> Iterator[DocumentReader]:
    with DocumentReader(LIMITS, command=(sys.executable, "-c", PLANTED)) as made:
        yield made


def pid(reader: DocumentReader) -> int:
    return int(reader.read_document(b"pid", name="pid.txt").text)


@pytest.mark.parametrize(
    ("plant", "message"),
    [
        ("memory", "too much memory"),
        ("crash", "it crashed the parser"),
        ("exit", r"damaged, or not what its name says: its parser gave up \(status 3\)"),
        ("nest", "nested too deeply"),
    ],
)
def test_it_costs_one_document(reader: DocumentReader, plant: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        reader.read_document(plant.encode(), name="坏文件.txt")
    assert "坏文件.txt" in str(caught.value)
    assert reader.read_document(files.pdf([[LINE]]), name="好文件.pdf").text == LINE


def test_one_that_never_ends_is_given_up_in_time() -> None:
    with DocumentReader(replace(LIMITS, wall=2), command=(sys.executable, "-c", PLANTED)) as reader:
        started = time.monotonic()
        with pytest.raises(DocumentError, match=r"坏文件\.txt: not read within 2 s"):
            reader.read_document(b"hang", name="坏文件.txt")
        assert time.monotonic() - started < 30  # the plant sleeps for 60
    with DocumentReader(LIMITS) as reader:
        assert reader.read_document(files.pdf([[LINE]]), name="好文件.pdf").text == LINE


def test_computing_without_end_is_stopped_by_the_kernel() -> None:
    with DocumentReader(replace(LIMITS, cpu=0.2), command=(sys.executable, "-c", PLANTED)) as reader:
        with pytest.raises(DocumentError, match="too much computing time"):
            reader.read_document(b"spin", name="a.txt")
        assert reader.read_document(LINE.encode(), name="b.txt").text == LINE


def test_the_child_is_used_again_and_replaced_after_a_death(reader: DocumentReader) -> None:
    first = pid(reader)
    assert pid(reader) == first
    with pytest.raises(DocumentError):
        reader.read_document(b"crash", name="a.txt")
    assert pid(reader) != first


def test_a_child_killed_between_documents_costs_none(reader: DocumentReader) -> None:
    os.kill(pid(reader), signal.SIGKILL)
    time.sleep(0.2)
    assert reader.read_document(LINE.encode(), name="a.txt").text == LINE


def test_close_ends_the_child_and_reading_starts_another(reader: DocumentReader) -> None:
    first = pid(reader)
    reader.close()
    assert not is_running(first)
    assert pid(reader) != first


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        import os, sys
        from scrapers.documents import DocumentReader
        reader = DocumentReader(command=(sys.executable, "-c", {PLANTED!r}))
        print(reader.read_document(b"pid", name="a.txt").text, flush=True)
        os.kill(os.getpid(), 9)
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False)
    child = int(done.stdout)
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(child: int) -> bool:
    try:
        return Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_all_kinds_are_read_from_several_threads() -> None:
    made = [files.pdf([[LINE]]), files.docx_of(LINE), files.doc(LINE), files.ofd([[LINE]]), LINE.encode("gbk")]
    made.append(files.xlsx([[LINE]]))
    with DocumentReader() as reader, ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda body: reader.read_document(body, name="附件"), made * 8))
    assert [document.kind for document in read] == ["pdf", "docx", "doc", "ofd", "text", "xlsx"] * 8
    assert {document.text for document in read} == {LINE}


def test_bombs_end_within_the_limits() -> None:
    zeros = b"0" * 60_000_000
    docx = files.zipped({"word/document.xml": zeros})
    lying = docx.replace((60_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    sheet = files.zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": zeros})
    many = files.zipped({f"xl/{number}.xml": bytes(45_000_000) for number in range(5)} | {"xl/workbook.xml": b"<a/>"})
    with DocumentReader(LIMITS) as reader:
        for bomb in (docx, lying, sheet, many, files.pdf_bomb(400_000_000)):
            with pytest.raises(DocumentError):
                reader.read_document(bomb, name="炸弹.docx")
        assert reader.read_document(LINE.encode(), name="a.txt").text == LINE


def test_secrets_in_the_environment_do_not_reach_the_child(
    reader: DocumentReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUBIAO_SMTP_PASSWORD", "canary")
    assert b"canary" not in Path(f"/proc/{pid(reader)}/environ").read_bytes()


def test_an_empty_file_and_an_oversized_one_are_refused() -> None:
    with DocumentReader() as reader:
        with pytest.raises(DocumentError, match="empty"):
            reader.read_document(b"", name="a.pdf")
        with pytest.raises(DocumentError, match="limit"):
            reader.read_document(b"%PDF" + bytes(60_000_000), name="a.pdf")


PLANTED_OCR = textwrap.dedent(f"""
    import os, time
    from scrapers import parser_child

    def read(body):
        if b"hang" in body: time.sleep(60)
        return {LINE!r}, (f"ocr: by {{os.getpid()}}",)

    parser_child.serve({{"pdf": read}})
""")


class TestScans:
    def test_without_the_extra_a_scan_says_what_to_install(self) -> None:
        with DocumentReader(ocr_command=None) as reader:
            read = reader.read_document(files.scan(), name="扫描件.pdf")
        assert (read.text, read.is_scan) == ("", True)
        assert "mubiao[ocr]" in read.warnings[0]

    def test_with_it_the_scan_is_read_by_a_process_that_ends_then(self) -> None:
        with DocumentReader(ocr_command=(sys.executable, "-c", PLANTED_OCR)) as reader:
            read = reader.read_document(files.scan(), name="扫描件.pdf")
            assert (read.text, read.kind, read.is_scan) == (LINE, "pdf", False)
            assert not is_running(int(read.warnings[0].rpartition(" ")[2]))

    def test_who_does_not_ask_for_it_gets_the_scan_as_it_is(self) -> None:
        with DocumentReader(ocr_command=(sys.executable, "-c", PLANTED_OCR)) as reader:
            assert reader.read_document(files.scan(), name="扫描件.pdf", ocr=False).is_scan
            assert reader.read_document(files.pdf([[LINE]]), name="正文.pdf").warnings == ()

    def test_a_scan_that_hangs_costs_itself(self) -> None:
        command = (sys.executable, "-c", PLANTED_OCR)
        with DocumentReader(LIMITS, ocr_command=command, ocr_limits=replace(LIMITS, wall=2)) as reader:
            with pytest.raises(DocumentError, match="not read within 2 s"):
                reader.read_document(files.scan() + b"% hang", name="扫描件.pdf")
            assert reader.read_document(files.pdf([[LINE]]), name="正文.pdf").text == LINE

    @pytest.mark.slow
    def test_letters_of_a_picture_are_read(self) -> None:
        cv2 = pytest.importorskip("cv2", reason="mubiao[ocr] is not installed")
        pytest.importorskip("rapidocr", reason="mubiao[ocr] is not installed")
        numpy = pytest.importorskip("numpy")
        picture = numpy.full((600, 1200), 255, numpy.uint8)
        cv2.putText(picture, "GDP 6.5% 2026", (100, 300), cv2.FONT_HERSHEY_SIMPLEX, 3, 0, 6)
        with DocumentReader() as reader:
            read = reader.read_document(files.scan(picture.tobytes(), 1200, 600), name="扫描件.pdf")
        assert "6.5%" in read.text
        assert read.warnings[0].startswith("ocr: 1 pages")


def test_a_page_that_word_saved_under_the_name_of_a_word_file_is_read() -> None:
    page = (
        f'<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><style>p{{}}</style></head><p>{LINE}</p></html>'
    )
    with DocumentReader(LIMITS) as reader:
        for body in (page.encode(), page.encode("gb18030")):
            assert reader.read_document(body, name="报告.doc", content_type="application/msword").text == LINE
        with pytest.raises(DocumentError, match="it is a page"):
            reader.read_document(page.encode(), name="报告.pdf", content_type="application/pdf")


def test_damaged_files_have_a_class_of_their_own() -> None:
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(range(35, 256)) * 8
    with DocumentReader(LIMITS) as reader:
        for body, name in ((ole, "报告.doc"), (b"PK\x03\x04cut", "报告.docx"), (b"%PDF-1.4 cut", "报告.pdf")):
            with pytest.raises(DamagedFileError, match="报告"):
                reader.read_document(body, name=name)
