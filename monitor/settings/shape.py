"""What may stand in mubiao.toml, with its defaults. docs/configuration.md says the same; a test holds it to that."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from monitor.catalogue.indicators import indicator, indicators
from monitor.catalogue.regions import find_regions, path_zh, regions
from monitor.notifiers import CHANNEL_MODELS, ChannelSettings
from monitor.notifiers.posting import WebAddress
from monitor.watches import Silence, Watch
from scrapers.catalogue import CataloguedSource, Confidence, catalogued
from scrapers.client import user_agent
from scrapers.families import families
from scrapers.source import Key, Source
from scrapers.tls import Host, TlsException

ENV_PREFIX = "MUBIAO_"
KEYED = ("sources", "watches", "silences")  # tables whose names are their keys
EXAMPLE_KEY = "example"  # the source of the bundled example site
EVERYWHERE = ("0.0.0.0", "::")  # addresses to listen on that are none to go to
SHORTEST_PASSWORD = 12  # characters, of the console


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?`, or "" when nothing is near."""
    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _region_code(value: Any) -> Any:
    """A region's code, for a code, a name (长春市, 长春) or a path (长春市朝阳区)."""
    if not isinstance(value, str):
        return value
    found = find_regions(value)
    if len(found) == 1:
        return found[0].code
    if found:
        choices = " or ".join(f"{path_zh(region.code)} ({region.code})" for region in found[:5])
        more = f" or {len(found) - 5} others" if len(found) > 5 else ""
        raise ValueError(f'"{value}" can be {choices}{more}: write the code')
    near = did_you_mean(value, [region.name for region in regions()])
    raise ValueError(
        f'region "{value}" is not known{near or "; write its full name or its six-digit code (GB/T 2260)"}'
    )


RegionName = Annotated[str, BeforeValidator(_region_code)]


def _checked_zone(name: str) -> str:
    if name in available_timezones():
        return name
    near = did_you_mean(name, sorted(available_timezones()))
    raise ValueError(f'"{name}" is not known{near or "; write one like Asia/Shanghai"}')


def _checked_own_zone(name: str) -> str:
    return _checked_zone(name) if name else ""


def _checked_base_url(url: str) -> str:
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f'"{url}" must begin with http:// or https://')
    return url.rstrip("/")


def _checked_database(url: str) -> str:
    if url and not url.startswith(("sqlite:///", "postgresql")):  # the URL may hold a password: it isn't repeated
        raise ValueError("must be a URL that begins with sqlite:/// or postgresql+psycopg://")
    return url


def _checked_contact(contact: str) -> str:
    user_agent(contact)
    return contact


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if (parts.scheme in ("http", "https") and parts.hostname) or parts.scheme == "file":
        return url
    raise ValueError(f'"{url}" must begin with http:// or https://, or be a folder like ./reports')


def _checked_family(name: str) -> str:
    names = [family.name for family in families()]
    if name not in names:
        near = did_you_mean(name, names)
        raise ValueError(f'"{name}" is not known{near or "; there are " + ", ".join(names)}')
    return name


def _checked_indicator(word: str) -> str:
    """A word like `gdp` must be a key; any other is looked for in the reports' words."""
    if word in ("headline", "all") or not re.fullmatch("[a-z][a-z0-9_.]*", word) or indicator(word):
        return word
    keys = [known.key for known in indicators()]
    near = did_you_mean(word, ["headline", "all", *keys])
    raise ValueError(
        f'"{word}" is not known{near or "; `headline`, `all`, a key of docs/indicators.md or Chinese words"}'
    )


IndicatorWord = Annotated[str, AfterValidator(_checked_indicator)]


def chosen(name: str) -> tuple[CataloguedSource, ...]:
    """The shipped sources that an entry of `watch_catalogue` names.

    That is `all`, `high` (all that are trusted most), a source's key, or a region: then all that publish for just this
    region, those of low confidence only where there are no others. Raises ValueError for what is none of these.
    """
    if name == "all":
        return catalogued()
    if name == Confidence.HIGH:
        return tuple(one for one in catalogued() if one.confidence == Confidence.HIGH)
    by_key = tuple(one for one in catalogued() if one.source.key == name)
    if by_key:
        return by_key
    code = _catalogue_region(name)
    of_region = tuple(one for one in catalogued() if one.source.region == code)
    if not of_region:
        raise ValueError(f"no source for {path_zh(code)} is shipped: declare one of your own with `mubiao add URL`")
    return tuple(one for one in of_region if one.confidence != Confidence.LOW) or of_region


def _catalogue_region(name: str) -> str:
    try:
        return str(_region_code(name))
    except ValueError as error:
        near = did_you_mean(name, [one.source.key for one in catalogued()]) if name.isascii() else ""
        if near:
            raise ValueError(f'"{name}" is neither a region nor the key of a shipped source{near}') from error
        raise


def _checked_choice(name: str) -> str:
    chosen(name)
    return name


def _checked_network(written: Any) -> Any:
    if not isinstance(written, str):
        return written
    try:
        return ip_network(written, strict=False)
    except ValueError as error:
        raise ValueError(f'"{written}" is no address or network like 10.0.0.2 or 172.16.0.0/12') from error


def _checked_password(password: SecretStr) -> SecretStr:
    if len(password.get_secret_value()) < SHORTEST_PASSWORD:
        raise ValueError(f"must have {SHORTEST_PASSWORD} characters or more")
    return password


Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_checked_network)]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class ConsoleSettings(BaseModel):
    """The pages that digests link to. `base_url` is how readers reach them, if not by host and port.

    Beyond this machine they are served with a password, or to `trusted_proxies` alone: `is_guarded`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    enabled: bool = True
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8710
    base_url: Annotated[str, AfterValidator(_checked_base_url)] = ""
    password: Annotated[SecretStr, AfterValidator(_checked_password)] | None = None
    password_file: Path | None = None
    guests: bool = False
    trusted_proxies: tuple[Network, ...] = ()

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password and self.password_file:
            raise ValueError("give password or password_file, not both")
        if self.guests and not (self.password or self.password_file):
            raise ValueError(
                "guests = true lets them read beside those who know the password: give one, or leave it out"
            )
        return self

    @property
    def is_locked(self) -> bool:
        """Whether nobody reads without the password."""
        return bool(self.password or self.password_file) and not self.guests

    @property
    def is_guarded(self) -> bool:
        """Whether nobody reads who was not meant to: on this machine alone, by a password, or behind a proxy."""
        return bool(self.password or self.password_file or self.trusted_proxies) or is_loopback(self.host)

    @property
    def url(self) -> str:
        """Where digests' links lead, without a slash at the end; "" when there is no console."""
        if not self.enabled:
            return ""
        host = "127.0.0.1" if self.host in EVERYWHERE else f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"


class FetchSettings(BaseModel):
    """How politely and how patiently pages are fetched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gap_seconds: Annotated[float, Field(ge=0, le=3600)] = 2.0
    page_deadline_seconds: Annotated[float, Field(gt=0, le=3600)] = 60
    file_deadline_seconds: Annotated[float, Field(gt=0, le=3600)] = 300
    workers: Annotated[int, Field(ge=1, le=128)] = 8
    tls: dict[Host, TlsException] = {}


class BackupSettings(BaseModel):
    """The nightly copy of a SQLite installation; `folder` is better on another disk, None is `backups` in the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    folder: Path | None = None
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "03:17"
    daily: Annotated[int, Field(ge=1, le=366)] = 7
    weekly: Annotated[int, Field(ge=0, le=520)] = 4
    monthly: Annotated[int, Field(ge=0, le=600)] = 3


class PingSettings(BaseModel):
    """A dead man's switch: an address of a service that raises an alarm when it is not asked any more."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: WebAddress | None = None  # secret: who has it can keep the service quiet
    every_seconds: Annotated[float, Field(ge=10, le=86400)] = 300


class SourceTable(Source):
    """A source of the user's own; its key is its table's name, its region may be a name."""

    region: RegionName
    url: Annotated[str, AfterValidator(_checked_url)]
    family: Annotated[str, AfterValidator(_checked_family)] | None = None


class WatchTable(Watch):
    """A watch; its key is its table's name, its regions may be names."""

    regions: tuple[RegionName, ...] = ()
    indicators: Annotated[tuple[IndicatorWord, ...], Field(min_length=1)] = ("headline",)
    timezone: Annotated[str, AfterValidator(_checked_own_zone)] = ""


class SilenceTable(Silence):
    """A silence; its key is its table's name, its regions may be names."""

    regions: tuple[RegionName, ...] = ()
    indicators: tuple[IndicatorWord, ...] = ()


class Settings(BaseModel):
    """Everything that a user decides. Made by `read_settings`, which lays the environment over it; paths are absolute
    then. Made directly it knows nothing of the environment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data: Path = Path("mubiao-data")
    database: Annotated[str, AfterValidator(_checked_database), Field(repr=False)] = ""  # may hold a password
    timezone: Annotated[str, AfterValidator(_checked_zone)] = "Asia/Shanghai"
    contact: Annotated[str, AfterValidator(_checked_contact)] = "no contact given"
    watch_catalogue: tuple[Annotated[str, AfterValidator(_checked_choice)], ...] = ()
    example: bool = False
    console: ConsoleSettings = ConsoleSettings()
    fetch: FetchSettings = FetchSettings()
    backup: BackupSettings = BackupSettings()
    ping: PingSettings = PingSettings()
    sources: dict[str, SourceTable] = {}
    watches: dict[str, WatchTable] = {}
    silences: dict[str, SilenceTable] = {}
    channels: dict[Key, ChannelSettings] = {}

    @model_validator(mode="before")
    @classmethod
    def _keys_from_names(cls, raw: Any) -> Any:
        return raw | {kind: _with_keys(raw[kind]) for kind in KEYED if kind in raw}

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'mubiao.sqlite'}"

    @property
    def archive(self) -> Path:
        """The folder of raw bytes."""
        return self.data / "archive"

    @property
    def backups(self) -> Path:
        """The folder of the copies."""
        return self.backup.folder or self.data / "backups"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def watched_sources(self) -> tuple[Source, ...]:
        """The shipped ones that were chosen, then the user's own; without the example."""
        shipped = {one.source.key: one.source for name in self.watch_catalogue for one in chosen(name)}
        return (*shipped.values(), *(Source(**table.model_dump()) for table in self.sources.values()))


def _with_keys(tables: Any) -> Any:
    if not isinstance(tables, dict):
        return tables
    return {key: {**table, "key": key} if isinstance(table, dict) else table for key, table in tables.items()}


def keys_within(path: tuple[str | int, ...], kind: str = "") -> list[str]:
    """What may stand in the table at `path`; `kind` is the type where it is a channel's."""
    match path:
        case ():
            return list(Settings.model_fields)
        case ("console",):
            return list(ConsoleSettings.model_fields)
        case ("fetch",):
            return list(FetchSettings.model_fields)
        case ("backup",):
            return list(BackupSettings.model_fields)
        case ("ping",):
            return list(PingSettings.model_fields)
        case ("fetch", "tls", _):
            return list(TlsException.model_fields)
        case ("sources", _):
            return [key for key in SourceTable.model_fields if key not in ("key", "example")]
        case ("watches", _):
            return [key for key in WatchTable.model_fields if key != "key"]
        case ("silences", _):
            return [key for key in SilenceTable.model_fields if key != "key"]
        case ("channels", _) if kind in CHANNEL_MODELS:
            return list(CHANNEL_MODELS[kind].model_fields)
    return []
