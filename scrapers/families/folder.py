"""A folder of files: its listing is `{"folder": …, "files": [{"url": "file:///…", "name", "size", "changed"}]}`.

File names are nobody's titles: an entry has none, and the file's own text tells.
"""

from scrapers.article import read_report
from scrapers.pages import parse_json
from storage.values import EntryData, IndexData, ReportPageData

NAME = "folder"


def recognise(page: str, url: str) -> float:
    return 1.0 if page.startswith('{"folder": "') and '"files": [' in page else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """The files, in the listing's order; those that are no `file:///` addresses are left out."""
    answer = parse_json(page)
    files = answer.get("files") if isinstance(answer, dict) and "folder" in answer else None
    told = [str(one.get("url")) for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    return IndexData(tuple(EntryData(address, "") for address in told if address.startswith("file:///")))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url)
