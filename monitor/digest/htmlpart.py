"""The HTML part: one file without anything remote, escaped throughout."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from .chart import HEIGHT, OUTTURN, TARGET, WIDTH, image
from .rows import SIGNS
from .sheet import Sheet
from .words import WORDS

_ENVIRONMENT = Environment(
    loader=PackageLoader("monitor", "templates"),
    autoescape=True,  # always, whatever a template is called
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# The same words on white; neither hue says good or bad. The dark ones are in the template's media query.
_COLOURS = {
    "raised": "#1d4ed8",
    "lowered": "#a8480a",
    "reworded": "#57606a",
    "added": "#1a7f37",
    "dropped": "#57606a",
    "conflict": "#57606a",
    "corrected": "#8a3ffc",
    "met": "#1a7f37",
    "missed": "#a8480a",
}
_ENVIRONMENT.globals.update(
    colour=_COLOURS, sign=SIGNS, image=image, chart_size=(WIDTH, HEIGHT), chart_colours=(TARGET, OUTTURN)
)
_TEMPLATE = _ENVIRONMENT.get_template("digest.html.j2")


def html_part(sheet: Sheet) -> str:
    lang = "zh-CN" if sheet.language == "zh" else "en"
    return _TEMPLATE.render(sheet=sheet, words=WORDS[sheet.language], lang=lang).lstrip()
