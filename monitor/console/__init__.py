"""The read-only web page: the kept report with its statements marked, and whether all is well."""

from monitor.console.app import app
from monitor.console.pages import ListedReport, Pages, ReportPage, Subscribers, Witness

__all__ = ["ListedReport", "Pages", "ReportPage", "Subscribers", "Witness", "app"]
