"""Atom (RFC 4287): entries and feeds as XML. Texts come cleaned; XML escapes them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as xml

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
TAG = f"{{{ATOM}}}"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without entries was changed


def urn(name: str) -> str:
    """An id for good: the same for the same name, in every installation."""
    return uuid5(NAMESPACE_URL, f"mubiao:{name}").urn


def entry(
    id: str, title: str, html: str, *, published: datetime, updated: datetime, terms: Iterable[str] = (), link: str = ""
) -> xml.Element:
    """`terms` are its categories, `link` is where it can be read."""
    made = xml.Element(f"{TAG}entry")
    times = {"published": _time(published), "updated": _time(updated)}
    for name, text in ({"id": id, "title": title} | times).items():
        xml.SubElement(made, f"{TAG}{name}").text = text
    if link:
        xml.SubElement(made, f"{TAG}link", rel="alternate", type="text/html", href=link)
    for term in terms:
        xml.SubElement(made, f"{TAG}category", term=term)
    xml.SubElement(made, f"{TAG}content", type="html").text = html
    return made


def feed(id: str, title: str, entries: Iterable[xml.Element], *, links: Mapping[str, str] | None = None) -> xml.Element:
    """With the entries in their order, as new as the newest of them; `links` go by their relation."""
    kept = list(entries)
    made = xml.Element(f"{TAG}feed")
    newest = max((one.findtext(f"{TAG}updated", "") for one in kept), default="")
    for name, text in {"id": id, "title": title, "updated": newest or _time(NEVER)}.items():
        xml.SubElement(made, f"{TAG}{name}").text = text
    author = xml.SubElement(made, f"{TAG}author")
    xml.SubElement(author, f"{TAG}name").text = "mubiao"
    for relation, address in (links or {}).items():
        xml.SubElement(made, f"{TAG}link", rel=relation, href=address)
    made.extend(kept)
    return made


def as_bytes(element: xml.Element) -> bytes:
    xml.register_namespace("", ATOM)
    data: bytes = xml.tostring(element, encoding="utf-8", xml_declaration=True)
    return data


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
