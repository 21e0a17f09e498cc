"""The last years of one series as a small picture: what was asked for as wide columns, what came of it as narrow ones.

Drawn with Pillow rather than matplotlib: every `mubiao` command would wait half a second for that one, and its fonts
and NumPy are ten times the size of the rest. The picture has digits only, since its font has no Chinese; the legend
stands below it as text. It is transparent, and its colours can be read on white and in dark mode.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from io import BytesIO

from PIL import Image as Pixels
from PIL import ImageDraw, ImageFont

from storage.values import Op

from .edition import Cell, Chart, ChartYear
from .figures import middle, said, split_unit
from .outgoing import clean, web_address
from .rows import named_label
from .values import Figure, Image, Past
from .words import Words

WIDTH, HEIGHT = 340, 148  # as it is shown; it is drawn at twice the size
TARGET, OUTTURN = "#3575e0", "#c2620a"  # 4.4 and 4.2 times as light as the page or as dark
_SCALE = 2
_PALE, _EDGE, _SOFT = f"{TARGET}48", "#7d859080", "#7d8590"
_WIDEST = 132  # a year, in drawn pixels
_LEFT, _TOP, _BOTTOM = 56, 18, 158  # of the field, in drawn pixels
_ROWS = (184, 222, 260)  # year, target, outturn


def chart(past: Past, region: str, words: Words) -> Chart:
    name = named_label(past.named, words.language)
    years = tuple(_year(one.year, one.target, one.outturn, words) for one in past.years)
    told = words["chart_comma"].join(_told(one, words) for one in years)
    title = words("chart_title", name=name, first=years[0].year, last=years[-1].year)
    return Chart(title, years, words("chart_alt", region=region, title=title, told=told))


def _year(year: int, target: Figure | None, outturn: Figure | None, words: Words) -> ChartYear:
    return ChartYear(
        year, _cell(target, words), _cell(outturn, words), (_label(target), _label(outturn)),
        (_size(target), _size(outturn)),
    )  # fmt: skip


def _cell(figure: Figure | None, words: Words) -> Cell:
    if figure is None:
        return Cell(words["none"])
    return Cell(said(figure, words.language, signed=False), web_address(figure.kept_url))


def _told(year: ChartYear, words: Words) -> str:
    sides = [
        words(key, figure=cell.text)
        for key, cell in (("chart_target", year.target), ("chart_outturn", year.outturn))
        if cell.text != words["none"]
    ]
    return words("chart_year", year=year.year, sides=words["list_comma"].join(sides))


def _size(figure: Figure | None) -> float | None:
    size = middle(figure) if figure else None
    return None if figure is None or size is None else float(size) * split_unit(figure.unit or "")[1]


def _label(figure: Figure | None) -> str:
    """A figure in the characters that the font has: 6.5%, 6.5%+, 5-6%, 8.7."""
    if figure is None or figure.value is None or middle(figure) is None:
        return ""
    ends = [figure.value] if figure.value_hi is None else [figure.value, figure.value_hi]
    text = "-".join(f"{abs(end):.4g}" for end in ends) + ("%" if figure.unit == "%" else "")
    return ("-" if figure.value < 0 else "") + text + ("+" if figure.op is Op.AT_LEAST else "")


def image(made: Chart) -> Image:
    """The chart as PNG. The same chart gives the same bytes, and the Content-ID is made of them."""
    png = _draw(made.years)
    return Image(f"{sha256(png).hexdigest()[:24]}@mubiao", png, clean(made.alt, 600))


@lru_cache(maxsize=32)
def _draw(years: tuple[ChartYear, ...]) -> bytes:
    canvas = Pixels.new("RGBA", (WIDTH * _SCALE, HEIGHT * _SCALE), "#7d859000")  # what edges of letters fade into
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((0, 0, canvas.width - 1, canvas.height - 1), outline=_EDGE, width=2)
    column = min(_WIDEST, (canvas.width - _LEFT - 16) / max(len(years), 1))
    centres = [_LEFT + column * (index + 0.5) for index in range(len(years))]
    _draw_columns(pen, years, centres, column)
    _draw_numbers(pen, years, centres)
    file = BytesIO()
    canvas.quantize(64, Pixels.Quantize.FASTOCTREE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_columns(
    pen: ImageDraw.ImageDraw, years: Sequence[ChartYear], centres: Sequence[float], column: float
) -> None:
    """A wide column for the target, a narrow one before it for the outturn; both stand on zero."""
    sizes = [abs(size) for one in years for size in one.sizes if size is not None]
    scale = (_BOTTOM - _TOP) / (max(sizes, default=0.0) or 1.0)
    for at, one in zip(centres, years, strict=True):
        target, outturn = one.sizes
        if target is not None:
            _column(pen, at, column * 0.32, _BOTTOM - abs(target) * scale, _PALE)
            top = _BOTTOM - abs(target) * scale
            pen.rectangle((at - column * 0.32, top, at + column * 0.32, top + 5), fill=TARGET)
        if outturn is not None:
            _column(pen, at, column * 0.12, _BOTTOM - abs(outturn) * scale, OUTTURN)
    pen.line((16, _BOTTOM, WIDTH * _SCALE - 16, _BOTTOM), fill=_SOFT, width=2)


def _column(pen: ImageDraw.ImageDraw, x: float, half: float, top: float, colour: str) -> None:
    pen.rectangle((x - half, min(top, _BOTTOM - 3), x + half, _BOTTOM), fill=colour)


def _draw_numbers(pen: ImageDraw.ImageDraw, years: Sequence[ChartYear], centres: Sequence[float]) -> None:
    year_row, target_row, outturn_row = _ROWS
    pen.rectangle((18, target_row - 9, 42, target_row + 9), fill=_PALE)
    pen.rectangle((18, target_row - 9, 42, target_row - 5), fill=TARGET)
    pen.rectangle((26, outturn_row - 11, 34, outturn_row + 11), fill=OUTTURN)
    for at, one in zip(centres, years, strict=True):
        _write(pen, at, year_row, str(one.year), _SOFT)
        _write(pen, at, target_row, one.labels[0], TARGET)
        _write(pen, at, outturn_row, one.labels[1], OUTTURN)


def _write(pen: ImageDraw.ImageDraw, x: float, y: float, text: str, colour: str) -> None:
    pen.text((x, y), text or "-", font=_font(), fill=colour if text else _EDGE, anchor="mm")


@lru_cache(maxsize=1)
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(26)
