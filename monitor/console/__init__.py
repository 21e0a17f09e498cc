"""The pages: what is kept, to be looked at, and whether all is well."""

from monitor.console.access import Access
from monitor.console.app import app
from monitor.console.kept import Kept
from monitor.console.leaving import Subscribers
from monitor.console.vitals import Vitals

__all__ = ["Access", "Kept", "Subscribers", "Vitals", "app"]
