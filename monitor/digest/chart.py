"""The last years of one series as a small picture: what was asked for as bars, what came of it as dots.

Drawn with Pillow rather than matplotlib: every `mubiao` command would wait half a second for that one, and its fonts
and NumPy are ten times the size of the rest. The picture has digits only, since its font has no Chinese; the legend
stands below it as text. It lies on white of its own, so that it can be read in dark mode too.
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

WIDTH, HEIGHT = 340, 132  # as it is shown; it is drawn at twice the size
TARGET, OUTTURN = "#1d4ed8", "#a8480a"
_SCALE = 2
_INK, _EDGE, _SOFT = "#1f2328", "#d0d7de", "#57606a"
_LEFT, _TOP, _BOTTOM = 56, 26, 128  # of the field, in drawn pixels
_ROWS = (158, 194, 228)  # year, target, outturn


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
    canvas = Pixels.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), "white")
    pen = ImageDraw.Draw(canvas)
    pen.rounded_rectangle((0, 0, canvas.width - 1, canvas.height - 1), 12, outline=_EDGE, width=2)
    column = (canvas.width - _LEFT - 16) / max(len(years), 1)
    centres = [_LEFT + column * (index + 0.5) for index in range(len(years))]
    _draw_field(pen, years, centres, column)
    _draw_numbers(pen, years, centres)
    file = BytesIO()
    canvas.quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw_field(pen: ImageDraw.ImageDraw, years: Sequence[ChartYear], centres: Sequence[float], column: float) -> None:
    """Bars and dots between the lowest and the highest figure; the field has no zero, its numbers stand below."""
    sizes = [size for one in years for size in one.sizes if size is not None]
    low, high = min(sizes, default=0.0), max(sizes, default=0.0)

    def height(size: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * ((size - low) / (high - low) if high > low else 0.5)

    targets = [(at, height(one.sizes[0])) for at, one in zip(centres, years, strict=True) if one.sizes[0] is not None]
    if len(targets) > 1:
        pen.line(targets, fill="#c7d2fe", width=3)
    for at, one in zip(centres, years, strict=True):
        target, outturn = one.sizes
        if target is not None:
            _bar(pen, at, height(target), column * 0.28)
        if outturn is not None:
            _dot(pen, at, height(outturn))


def _bar(pen: ImageDraw.ImageDraw, x: float, y: float, half: float) -> None:
    pen.rounded_rectangle((x - half, y - 4, x + half, y + 4), 4, fill=TARGET)


def _dot(pen: ImageDraw.ImageDraw, x: float, y: float) -> None:
    pen.ellipse((x - 9, y - 9, x + 9, y + 9), fill=OUTTURN, outline="white", width=3)


def _draw_numbers(pen: ImageDraw.ImageDraw, years: Sequence[ChartYear], centres: Sequence[float]) -> None:
    year_row, target_row, outturn_row = _ROWS
    pen.line((16, year_row - 18, WIDTH * _SCALE - 16, year_row - 18), fill=_EDGE, width=2)
    _bar(pen, 32, target_row, 14)
    _dot(pen, 32, outturn_row)
    for at, one in zip(centres, years, strict=True):
        _write(pen, at, year_row, str(one.year), _SOFT)
        _write(pen, at, target_row, one.labels[0], TARGET)
        _write(pen, at, outturn_row, one.labels[1], OUTTURN)


def _write(pen: ImageDraw.ImageDraw, x: float, y: float, text: str, colour: str) -> None:
    pen.text((x, y), text or "-", font=_font(), fill=colour if text else _EDGE, anchor="mm")


@lru_cache(maxsize=1)
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(26)
