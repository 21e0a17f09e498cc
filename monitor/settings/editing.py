"""Writing mubiao.toml: the one to start with, and a source that is added to it."""

import tomllib
from importlib.resources import files
from pathlib import Path

import tomlkit

from monitor.catalogue.regions import path_zh
from monitor.settings.problems import Problem, SettingsError
from scrapers.source import Source
from storage.files import whole


def starter_config() -> str:
    """The text of a mubiao.toml to start with: it runs as it is, and explains itself."""
    return files("monitor.settings").joinpath("starter.toml").read_text(encoding="utf-8")


def add_source(path: Path, source: Source) -> None:
    """Write `[sources.<key>]` at the end of the file; all else in it stays as it is, comments too.

    Only what differs from the defaults is written. Raises SettingsError for a key that is there already, or a file
    that is not there or no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        before = tomllib.loads(text)
        if source.key in before.get("sources", {}):
            raise SettingsError([Problem("stands in the file already", ("sources", source.key), str(path))])
        longer = f"{text.rstrip()}\n\n{_table(source)}" if text.strip() else _table(source)
        after = tomllib.loads(longer)
    except (OSError, ValueError) as error:
        raise SettingsError([Problem(f"cannot add a source to it: {error}", file=str(path))]) from error
    assert after["sources"].pop(source.key), "the new table is the only difference"
    with whole(path, mode=path.stat().st_mode & 0o777) as file:
        file.write(longer.encode())


def _table(source: Source) -> str:
    fields = source.model_dump(mode="json", exclude={"key"}, exclude_defaults=True)
    table = tomlkit.table()
    for key, value in fields.items():
        table.add(key, value)
    table["region"].comment(path_zh(source.region))
    parent = tomlkit.table(is_super_table=True)
    parent.add(source.key, table)
    document = tomlkit.document()
    document.add("sources", parent)
    return tomlkit.dumps(document)
