"""Changes → one message: subject, text, HTML and JSON. Pure; the templates lie in monitor/templates/."""

from .render import render
from .values import DigestData, Figure, Foot, Line, Notice, Rendered, ReportPart, Steady

__all__ = ["DigestData", "Figure", "Foot", "Line", "Notice", "Rendered", "ReportPart", "Steady", "render"]
