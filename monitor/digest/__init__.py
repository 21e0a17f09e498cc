"""Changes → one message: subject, text, HTML and JSON. Pure; the templates lie in monitor/templates/."""

from .images import packed, unpacked
from .render import render
from .values import (
    Around,
    DigestData,
    Figure,
    Foot,
    Image,
    Line,
    Named,
    Notice,
    Past,
    PastYear,
    Place,
    Rendered,
    ReportPart,
    Steady,
)

__all__ = [
    "Around",
    "DigestData",
    "Figure",
    "Foot",
    "Image",
    "Line",
    "Named",
    "Notice",
    "Past",
    "PastYear",
    "Place",
    "Rendered",
    "ReportPart",
    "Steady",
    "packed",
    "render",
    "unpacked",
]
