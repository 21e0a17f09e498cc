"""mubiao.toml read as a user writes it; `configs/` holds a file for each kind of mistake, and what is said about it."""

import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from monitor.notifiers import CHANNEL_MODELS
from monitor.notifiers.email import EmailSettings
from monitor.notifiers.folder import FolderSettings
from monitor.settings import Settings, SettingsError, read_settings
from monitor.settings.editing import add_source, starter_config
from monitor.settings.shape import (
    BackupSettings,
    ConsoleSettings,
    FetchSettings,
    PingSettings,
    SilenceTable,
    SourceTable,
    WatchTable,
)
from scrapers.catalogue import catalogued
from scrapers.source import Source
from storage.values import Kind

CONFIGS = Path(__file__).parent / "configs"
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MUBIAO_")]:
        monkeypatch.delenv(name)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mubiao.toml"
    path.write_text(text, "utf-8")
    return path


def complaints(path: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    return str(caught.value).replace(str(path.parent) + "/", "").splitlines()


@pytest.mark.parametrize("config", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_mistake_is_told_with_its_line(config: Path) -> None:
    assert complaints(config) == config.with_suffix(".txt").read_text("utf-8").splitlines()


def test_every_config_has_its_expected_words() -> None:
    assert {path.stem for path in CONFIGS.glob("*.toml")} == {path.stem for path in CONFIGS.glob("*.txt")}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert complaints(tmp_path / "mubiao.toml") == [
        "mubiao.toml: there is no such file; `mubiao init` writes one to start with"
    ]


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, ""))
    assert settings == Settings(data=tmp_path / "mubiao-data")
    assert settings.database_url == f"sqlite:///{tmp_path}/mubiao-data/mubiao.sqlite"
    assert settings.watched_sources() == ()


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, "\ufeffexample = true\n")).example


def test_paths_count_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    config = """
        data = "kept"
        database = "sqlite:///kept/db.sqlite"
        [sources.saved]
        name = "saved pages"
        url = "./saved"
        region = "长春"
        [channels.digests]
        type = "folder"
        path = "../digests"
    """
    settings = read_settings(written(tmp_path, config))
    assert settings.data == tmp_path / "kept"
    assert settings.database_url == f"sqlite:///{tmp_path}/kept/db.sqlite"
    assert settings.sources["saved"].url == f"file://{tmp_path}/saved"
    assert settings.channels["digests"] == FolderSettings(type="folder", path=tmp_path.parent / "digests")


def test_names_of_regions_become_codes(tmp_path: Path) -> None:
    config = '[watches.a]\nregions = ["吉林省", "长春", "长春市朝阳区", "440300", "国务院"]\nchannels = ["d"]\n'
    settings = read_settings(written(tmp_path, config + '[channels.d]\ntype = "folder"\npath = "d"\n'))
    assert settings.watches["a"].regions == ("220000", "220100", "220104", "440300", "000000")
    assert settings.watches["a"].key == "a"


def test_the_environment_is_laid_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUBIAO_FETCH__WORKERS", "3")
    monkeypatch.setenv("MUBIAO_WATCH_CATALOGUE", '["000000"]')
    monkeypatch.setenv("MUBIAO_CHANNELS__MAIL__PASSWORD", "canary")
    config = """
        watch_catalogue = ["high"]
        [fetch]
        workers = 5
        gap_seconds = 7
        [channels.mail]
        type = "email"
        host = "mail.example.org"
        username = "li"
        sender = "mubiao@example.org"
        recipients = ["li@example.org"]
    """
    settings = read_settings(written(tmp_path, config))
    assert (settings.fetch.workers, settings.fetch.gap_seconds) == (3, 7)
    assert settings.watch_catalogue == ("000000",)
    mail = settings.channels["mail"]
    assert isinstance(mail, EmailSettings)
    assert mail.password
    assert mail.password.get_secret_value() == "canary"
    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("MUBIAO_FETCH__WORKERS", "0", "MUBIAO_FETCH__WORKERS: fetch.workers: must be greater than or equal to 1"),
        ("MUBIAO_TIMEZON", "x", "MUBIAO_TIMEZON: no setting has this name; did you mean MUBIAO_TIMEZONE?"),
        ("MUBIAO_WATCH_CATALOGUE", '["云溪市"]', "MUBIAO_WATCH_CATALOGUE: watch_catalogue: region"),
        ("MUBIAO_WATCH_CATALOGUE", "high", "MUBIAO_WATCH_CATALOGUE: watch_catalogue: must be a list, like ["),
        ("MUBIAO_WATCH_CATALOGUE", '["high', "MUBIAO_WATCH_CATALOGUE: watch_catalogue: must be a list, like ["),
        ("MUBIAO_FETCH", "5", "MUBIAO_FETCH: fetch: must be a table"),
    ],
)
def test_a_mistake_in_the_environment_names_its_variable(
    name: str, value: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    (told,) = complaints(written(tmp_path, "[fetch]\nworkers = 2\n"))
    assert told.startswith(complaint)


def test_no_complaint_repeats_a_secret(tmp_path: Path) -> None:
    config = """
        database = "mysql://li:canary@localhost/x"
        [channels.mail]
        type = "email"
        password = "canary"
        hots = "x"
        [channels.hook]
        type = "webhook"
        url = "canary"
        secret = ["canary", 5]
    """
    told = complaints(written(tmp_path, config))
    assert len(told) > 5
    assert "canary" not in " ".join(told)


def test_the_starter_runs_as_it_is(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, starter_config()))
    assert settings.example
    assert settings.channels == {"digests": FolderSettings(type="folder", path=tmp_path / "digests")}
    watched = {source.region for source in settings.watched_sources()}
    assert {"000000", "220000", "220100"} <= watched
    high = {one.source.key for one in catalogued() if one.confidence == "high"}
    assert high <= {source.key for source in settings.watched_sources()}


def test_what_the_starter_leaves_out_runs_too(tmp_path: Path) -> None:
    secret = "whsec_" + "QUJD" * 8
    text = re.sub(r"(?m)^#(?=[\[a-z])", "", starter_config()).replace("whsec_…", secret)
    settings = read_settings(written(tmp_path, text))
    assert set(settings.channels) == {"digests", "mail", "table"}
    assert set(settings.watches) == {"main", "cuts", "alarm", "operator"}
    assert set(settings.silences) == {"being-rebuilt"}
    assert settings.sources["my-county"].region == "220106"
    assert settings.contact == "you@example.org"


@pytest.mark.parametrize("name", ["all", "high", "000000", "220000", "110000", "jilin-work-report"])
def test_an_entry_of_the_catalogue_chooses_sources(name: str, tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, f'watch_catalogue = ["{name}"]'))
    chosen = settings.watched_sources()
    assert chosen
    assert len({source.key for source in chosen}) == len(chosen)
    if name.isdigit():
        assert {source.region for source in chosen} == {name}


def a_source(**changes: Any) -> Source:
    given = {"key": "yunxi", "name": '云溪市"政府"工作报告', "url": "https://yunxi.example.org/", "region": "220100"}
    return Source.model_validate(given | changes)


def test_an_added_source_can_be_read_and_all_else_stays(tmp_path: Path) -> None:
    path = written(tmp_path, starter_config())
    path.chmod(0o600)
    added = a_source(kind=Kind.PLAN_REPORT, allow_hosts=("www.example.org",), every_hours=12.5)
    add_source(path, added)
    text = path.read_text("utf-8")
    assert text.startswith(starter_config().rstrip())
    assert "# 吉林省 · 长春市" in text
    assert "pages" not in text.removeprefix(starter_config().rstrip())
    assert read_settings(path).watched_sources()[-1] == added
    assert path.stat().st_mode & 0o777 == 0o600
    add_source(path, a_source(key="another"))
    assert set(read_settings(path).sources) == {"yunxi", "another"}
    assert list(tmp_path.iterdir()) == [path]


def test_a_source_is_not_added_twice(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    add_source(path, a_source())
    before = path.read_text("utf-8")
    with pytest.raises(SettingsError, match=r"sources\.yunxi: stands in the file already"):
        add_source(path, a_source())
    assert path.read_text("utf-8") == before


@pytest.mark.parametrize("text", ["example = ", "sources = {}", None])
def test_a_source_is_not_added_to_a_file_that_cannot_hold_it(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "mubiao.toml" if text is None else written(tmp_path, text)
    with pytest.raises(SettingsError, match="cannot add a source"):
        add_source(path, a_source())


TABLES: dict[str, type[BaseModel]] = {
    "": Settings,
    "console": ConsoleSettings,
    "fetch": FetchSettings,
    "backup": BackupSettings,
    "ping": PingSettings,
    "sources.<key>": SourceTable,
    "watches.<key>": WatchTable,
    "silences.<key>": SilenceTable,
    **{f"channels.<key> {kind}": model for kind, model in CHANNEL_MODELS.items()},
}


def in_toml(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default in (None, {}):
        return "none"
    default = field.default
    if isinstance(default, tuple) and len(default) > 5:
        return "all"
    return json.dumps(str(default) if isinstance(default, Path) else default, ensure_ascii=False)


def documented() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for line in (DOCS / "configuration.md").read_text("utf-8").splitlines():
        if heading := re.match(r"## (?:`\[(.+?)\]`( \w+)?|Top of the file)", line):
            rows = tables.setdefault((heading[1] or "") + (heading[2] or ""), {})
        elif row := re.match(r"\| `(\w+)` \| (?:`(.+?)`|(\w+)) \|", line):
            rows[row[1]] = row[2] or row[3]
    return tables


def test_the_documentation_lists_every_key_with_its_default() -> None:
    tables = {"console", "fetch", "backup", "ping", "sources", "watches", "silences", "channels"}
    left_out = {"": tables, "sources.<key>": {"key", "example"}}
    declared = {
        name: {
            key: in_toml(field)
            for key, field in model.model_fields.items()
            if key not in left_out.get(name, {"key", "type"})
        }
        for name, model in TABLES.items()
    }
    assert documented() == declared


def test_the_examples_of_the_documentation_are_toml() -> None:
    blocks = [
        block
        for name in ("configuration.md", "channels.md")
        for block in re.findall(r"```toml\n(.+?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)
    ]
    assert len(blocks) >= 4
    for block in blocks:
        tomllib.loads(block)
