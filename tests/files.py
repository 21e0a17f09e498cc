"""Small document files, made from invented texts: docx, doc, ofd and pdf."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import openpyxl

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFD = "http://www.ofdspec.org/2016"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(body: str) -> bytes:
    """`body` is what stands within <w:body>."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": xml})


def docx_of(*paragraphs: str) -> bytes:
    return docx("".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs))


def ofd(pages: Sequence[Sequence[str]]) -> bytes:
    """Each page a list of lines, set from the top down, each line in two text objects, the right one first."""
    parts: dict[str, str | bytes] = {
        "OFD.xml": f'<ofd:OFD xmlns:ofd="{OFD}"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>'
        "</ofd:DocBody></ofd:OFD>"
    }
    links = ""
    for number, lines in enumerate(pages):
        links += f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        words = ""
        for row, line in enumerate(lines):
            half = len(line) // 2
            for x, text in ((20 + half * 4, line[half:]), (20, line[:half])):
                words += (
                    f'<ofd:TextObject Boundary="{x} {20 + row * 6} 100 5" Size="4">'
                    f'<ofd:TextCode X="0" Y="4">{text}</ofd:TextCode></ofd:TextObject>'
                )
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = (
            f'<ofd:Page xmlns:ofd="{OFD}"><ofd:Content><ofd:Layer>{words}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    parts["Doc_0/Document.xml"] = f'<ofd:Document xmlns:ofd="{OFD}"><ofd:Pages>{links}</ofd:Pages></ofd:Document>'
    return zipped(parts)


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Each page a list of lines, in a Chinese font that is named and not embedded. No lines: an empty page."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UTF16-H/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor 5 0 R/DW 1000>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 800"
        b"/Descent -200/CapHeight 700/StemV 80>>",
    ]
    kids = []
    for lines in pages:
        shown = "\n".join(map(_shown, lines))
        content = f"BT /F1 12 Tf 14 TL 72 770 Td\n{shown}\nET".encode()
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    return _pdf_file(objects)


def scan(pixels: bytes = b"", width: int = 100, height: int = 100) -> bytes:
    """A page that is one grey picture, a byte a pixel; white without `pixels`."""
    packed = zlib.compress(pixels or b"\xff" * (width * height))
    return _pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>>",
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
            b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (width, height, len(packed), packed),
            b"<</Length 30>>stream\nq 500 0 0 250 40 400 cm /I Do Q\nendstream",
        ]
    )


def pdf_bomb(size: int) -> bytes:
    """A page whose content unpacks to so many bytes of text operators."""
    packer, show = zlib.compressobj(9), b"(0) Tj " * 100_000
    packed = b"".join(packer.compress(show) for _ in range(size // len(show))) + packer.flush()
    return _pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
        ]
    )


def xlsx(rows: Sequence[Sequence[object]], *, formats: Mapping[str, str] = MappingProxyType({})) -> bytes:
    """One sheet; `formats` are number formats by cell: `{"B2": "0.0%"}`."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for cell, shape in formats.items():
        book.active[cell].number_format = shape
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _shown(line: str) -> str:
    indent = 12 * (len(line) - len(line.lstrip("\u3000")))  # by place, as word processors do
    return f"{indent} 0 Td <{line.strip().encode('utf-16-be').hex()}> Tj {-indent} -14 Td"


def _pdf_file(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.5\n", []
    for number, data in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + head + table + tail


def doc(text: str, *, flags: int = 0x0200, split: int = 5) -> bytes:
    """A Word 97 file in two pieces; `text` uses Word's marks (\\r ends a paragraph). An ASCII piece is 8-bit."""
    first, second = text[:split], text[split:]
    narrow = first.isascii()
    start = 0x800
    packed = first.encode("cp1252" if narrow else "utf-16-le")
    at_second = start + len(packed) + len(packed) % 2
    places = [(start * 2) | 0x40000000 if narrow else start, at_second]
    bounds = [0, len(first), len(text)]
    plc = struct.pack("<3I", *bounds) + b"".join(struct.pack("<HIH", 0, place, 0) for place in places)
    table = b"\x01" + struct.pack("<H", 3) + b"\0\0\0" + b"\x02" + struct.pack("<I", len(plc)) + plc
    main = bytearray(at_second) + second.encode("utf-16-le")
    main[start : start + len(packed)] = packed
    struct.pack_into("<H8xH", main, 0, 0xA5EC, flags)
    struct.pack_into("<I", main, 0x4C, len(text))
    struct.pack_into("<II", main, 0x1A2, 0, len(table))
    return ole({"WordDocument": bytes(main), "1Table" if flags & 0x0200 else "0Table": table})


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE file; streams are filled up to 4096 bytes, so that none goes into the mini stream."""
    sectors: list[bytes] = []
    fat: list[int] = []
    entries = [_ole_entry("Root Entry", 5, 1, -2, 0)]
    for number, (name, data) in enumerate(streams.items(), 1):
        data = data.ljust(4096, b"\0")
        chain = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        next_one = number + 1 if number < len(streams) else -1
        entries.append(_ole_entry(name, 2, -1, len(sectors), len(data), right=next_one))
        fat += [*range(len(sectors) + 1, len(sectors) + len(chain)), -2]
        sectors += chain
    directory = b"".join(entries).ljust(512, b"\0")
    at_directory = len(sectors)
    sectors += [directory[at : at + 512] for at in range(0, len(directory), 512)]
    fat += [*range(at_directory + 1, len(sectors)), -2, -3]
    header = struct.pack("<8s16x5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<iiiiiiiiii", 0, 1, at_directory, 0, 4096, -2, 0, -2, 0, len(sectors))
    header = header.ljust(512, b"\xff")
    return header + b"".join(sectors) + struct.pack(f"<{len(fat)}i", *fat).ljust(512, b"\xff")


def _ole_entry(name: str, kind: int, child: int, start: int, size: int, right: int = -1) -> bytes:
    label = (name + "\0").encode("utf-16-le")
    tail = struct.pack("<BBiii36xiQ", kind, 1, -1, right, child, start, size)
    return label.ljust(64, b"\0") + struct.pack("<H", len(label)) + tail
