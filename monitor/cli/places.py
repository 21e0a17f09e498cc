"""Which region a user means, among those that have a report."""

from sqlmodel import Session

from monitor.catalogue.regions import contains, find_regions, path_zh
from monitor.cli.terminal import Stop
from monitor.telling.briefing import region_names
from storage.reports import find_region_codes


def one_region(name: str, session: Session) -> str:
    """A code for a region's name or code; among several of one name, those that have a report."""
    kept = find_region_codes(session)
    by_name = [code for code in kept if name in (code, region_names(code)[0])]
    if len(by_name) == 1:
        return by_name[0]
    found = [one.code for one in find_regions(name)]
    if len(found) == 1:
        return found[0]
    if not found and not by_name:
        raise Stop(f"{name}: no such region; write its name (长春市) or its GB/T 2260 code (220100)", code=2)
    choices = ", ".join(f"{code} {path_zh(code) or name}" for code in by_name or found)
    raise Stop(f"{name}: which one? {choices}", code=2)


def codes_within(name: str, session: Session) -> list[str]:
    """The codes of a region and of what lies within it, as far as they have a report."""
    outer = one_region(name, session)
    return [code for code in find_region_codes(session) if code == outer or contains(outer, code)]
