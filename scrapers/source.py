"""A source (来源): a place on the web, or a folder, where a region's reports appear. It is data, checked here."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from storage.values import Kind

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
RegionCode = Annotated[str, Field(pattern=r"^\d{6}$")]


class Source(BaseModel):
    """What a source declares. `region` is a GB/T 2260 code (000000: the State Council).

    `family` names a module of `scrapers.families`; None lets the page's own marks decide.
    `years` is how many years of reports the first visit brings in; `pages` how many index pages it may turn.
    `allow_hosts` are further hosts its entries may live on. `private` allows its own host and those to have addresses
    that are not public (loopback, an intranet); wherever else its pages lead must be public. `example` marks the
    bundled example: its rows stay out of exports.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    name: str
    url: str
    region: RegionCode
    kind: Kind = Kind.WORK_REPORT
    family: str | None = None
    years: Annotated[int, Field(ge=1, le=100)] = 3
    pages: Annotated[int, Field(ge=1, le=200)] = 5
    every_hours: Annotated[float, Field(gt=0, le=24 * 31)] | None = None
    allow_hosts: tuple[str, ...] = ()
    private: bool = False
    example: bool = False

    @model_validator(mode="after")
    def _web_or_folder(self) -> Self:
        parts = urlsplit(self.url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return self
        if parts.scheme == "file" and parts.path.startswith("/"):
            return self
        raise ValueError(f"url {self.url!r} must begin with http://, https:// or file:///")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""
