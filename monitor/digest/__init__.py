"""Changes → one message: subject, text, HTML and JSON. Pure; the templates lie in monitor/templates/.

`render` lies in `monitor.digest.render`: whoever only needs the values need not wait for templates and charts.
"""

from .images import packed, unpacked
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
    "unpacked",
]
