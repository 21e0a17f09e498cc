"""What the pages are made of, and whom they ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from storage.values import Kind, Stated


@dataclass(frozen=True, slots=True)
class Witness:
    """Another document of the same report: an earlier version of its address, or another publisher."""

    document_id: int
    title: str
    publisher: str
    published_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class ListedReport:
    """One line of the list; `document_id` is the document that speaks for the report."""

    document_id: int
    title: str
    region: str
    region_en: str
    year: int
    kind: Kind
    published_on: date | None
    statements: int
    example: bool


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A kept document. The offsets of `statements` index `text`, which is shown as it was saved."""

    document_id: int
    title: str
    region: str
    region_en: str
    region_path: str
    year: int
    kind: Kind
    issuer: str
    published_on: date | None
    url: str
    text: str
    statements: tuple[Stated, ...]
    witnesses: tuple[Witness, ...]
    example: bool


class Pages(Protocol):
    """Answers from what is kept. Called from several threads at once."""

    def find_latest(self, limit: int) -> Sequence[ListedReport]:
        """The reports that came last, the newest first."""

    def find_document(self, document_id: int) -> ReportPage | None:
        """A kept document, or None."""

    def health(self) -> Mapping[str, object]:
        """Values for JSON; `ok` says whether every promise is kept at the moment."""

    def ready(self) -> Mapping[str, object]:
        """Values for JSON; `ready` says whether it can do its work at all."""

    def metrics(self) -> bytes:
        """Figures in the text form of Prometheus."""


class Subscribers(Protocol):
    """Who gets mail. Called from several threads at once."""

    def address_of(self, token: str) -> str | None:
        """Whose unsubscribe address this is; None for one that we did not make."""

    def unsubscribe(self, address: str) -> None:
        """No more mail to this address, from now on."""
