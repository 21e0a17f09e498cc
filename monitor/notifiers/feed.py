"""Digests as an Atom feed (RFC 4287) in a file, for a feed reader or a web server."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4
from xml.etree import ElementTree as xml

from pydantic import BaseModel, ConfigDict, Field

from monitor import atom
from monitor.digest.outgoing import clean
from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.outgoing import clean_text
from storage.files import sync_folder, whole

NO_ENTRY = b""  # of a test


class FeedSettings(BaseModel):
    """`path` is the feed's file; `keep` is how many digests stay in it; `title` is what a reader shows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["atom"]
    path: Path
    title: Annotated[str, Field(min_length=1, max_length=100)] = "mubiao 目标"
    keep: Annotated[int, Field(ge=1, le=500)] = 50


class FeedNotifier:
    """Puts each digest into the feed, the newest first; a digest that is there already is replaced, not doubled.

    A test shows that the file can be written, and puts nothing into it: subscribers would get it.
    """

    def __init__(self, settings: FeedSettings) -> None:
        self._settings = settings

    def addresses(self) -> Sequence[str]:
        return ("",)

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        if message.trial:
            return (NO_ENTRY,)
        entry = atom.entry(
            atom.urn(message.id), clean(message.subject, 200), clean_text(message.html_alone),
            published=message.made_at, updated=message.made_at, terms=[message.watch],
        )  # fmt: skip
        return (atom.as_bytes(entry),)

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        added = [] if body == NO_ENTRY else [xml.fromstring(body)]
        path = self._settings.path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            known = _known(path)
            entries = [*added, *(one for one in _entries(known) if _id(one) not in map(_id, added))]
            with whole(path, mode=0o644 if path.exists() and _is_shared(path) else 0o600) as file:
                file.write(atom.as_bytes(self._feed(entries, _own_id(known))))
            sync_folder(path.parent)
        except OSError as error:
            raise DeliveryError(
                f"cannot write the feed: {error.strerror} ({error.filename or path})", retry=True
            ) from error
        return f"entry in {path}" if added else f"{path} can be written; a test puts no entry into a feed"

    def room(self, now: datetime) -> int | None:
        return None

    def _feed(self, entries: Sequence[xml.Element], id: str) -> xml.Element:
        entries = sorted(entries, key=lambda one: one.findtext(f"{atom.TAG}updated", ""), reverse=True)
        return atom.feed(id, clean(self._settings.title), entries[: self._settings.keep])


def _known(path: Path) -> xml.Element | None:
    """The feed as it is, None where there is none yet. A file that is no feed is not written over."""
    if not path.exists():
        return None
    try:
        root = xml.parse(path).getroot()
    except xml.ParseError as error:
        raise DeliveryError(f"{path} is no feed ({error}): move it away, or name another path", retry=True) from error
    if root.tag != f"{atom.TAG}feed":
        raise DeliveryError(f"{path} is no Atom feed: move it away, or name another path", retry=True)
    return root


def _entries(feed: xml.Element | None) -> list[xml.Element]:
    return [] if feed is None else feed.findall(f"{atom.TAG}entry")


def _own_id(feed: xml.Element | None) -> str:
    """What no other feed has: made with the file, and then kept in it, for readers know the feed by it."""
    kept = "" if feed is None else _id(feed)
    return kept if kept.startswith("urn:uuid:") else uuid4().urn


def _is_shared(path: Path) -> bool:
    """Whether the owner lets others read the feed, as a web server must."""
    return bool(os.stat(path).st_mode & 0o004)


def _id(entry: xml.Element) -> str:
    return entry.findtext(f"{atom.TAG}id", "")
