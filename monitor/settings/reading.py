"""The file and the environment, read, laid over each other and checked; all that is wrong is told together."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path as File
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from monitor.notifiers import CHANNEL_MODELS, ChannelSettings, notifier
from monitor.settings.lines import Lines, parse
from monitor.settings.problems import Path, Problem, SettingsError, words_for
from monitor.settings.shape import ENV_PREFIX, EXAMPLE_KEY, KEYED, Settings, chosen, did_you_mean, keys_within

PATH_KEYS = ("path", "ca_file", "password_file", "secret_file", "unsubscribe_secret_file")
NOT_SETTINGS = ("MUBIAO_CONFIG",)  # for the command line: where the file is

_channel: TypeAdapter[Any] = TypeAdapter(ChannelSettings)


def read_settings(path: File) -> Settings:
    """The settings of a mubiao.toml, with `MUBIAO_…` of the environment laid over them.

    `MUBIAO_FETCH__WORKERS` is `workers` of `[fetch]`. Relative paths of the file count from the file's folder. Reads
    secret and certificate files to see that they are there; connects nowhere. Raises SettingsError with all problems.
    """
    text = _read(path)
    lines = Lines(text)
    written, faults = parse(text)
    if faults and not written:
        raise SettingsError([_placed(fault, path, lines, {}) for fault in faults])
    outside, variable_faults = _environment()
    written = _anchored({"data": "mubiao-data", **written}, path.resolve().parent)
    raw = _laid_over(written, _anchored(outside, File.cwd()))
    faults += [*variable_faults, *_cross_check(raw)]
    settings = None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        found = (_from_pydantic(detail, lines) for detail in error.errors(include_url=False))
        faults += [fault for fault in found if fault]
    if faults or settings is None:
        placed = [_placed(fault, path, lines, outside) for fault in faults]
        raise SettingsError(sorted(dict.fromkeys(placed), key=lambda one: (one.line or 0, str(one))))
    return settings


def _read(path: File) -> str:
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        fault = Problem("there is no such file; `mubiao init` writes one to start with", file=str(path))
    except OSError as error:
        fault = Problem(f"cannot be read: {error.strerror}", file=str(path))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Problem("not UTF-8 from here on: save the file as UTF-8", file=str(path), line=line)
    raise SettingsError([fault])


def _environment() -> tuple[dict[str, Any], list[Problem]]:
    """What MUBIAO_… says, as the file would; variables that are no setting are named."""
    outside: dict[str, Any] = {}
    faults = []
    known = [f"{ENV_PREFIX}{key.upper()}" for key in Settings.model_fields]
    for name in sorted(os.environ):  # a table's own variable comes before those of its keys
        if not name.startswith(ENV_PREFIX) or name in NOT_SETTINGS:
            continue
        if name.split("__")[0] in known:
            value: Any = _value(os.environ[name])
            for key in reversed(name.removeprefix(ENV_PREFIX).lower().split("__")):
                value = {key: value}
            outside = _laid_over(outside, value)
        else:
            near = did_you_mean(name.split("__")[0], known)
            faults.append(Problem(f"no setting has this name{near or '; see docs/configuration.md'}", variable=name))
    return outside, faults


def _value(text: str) -> Any:
    """A list or table where it is one in JSON; else the text, of which the settings make numbers and days."""
    try:
        return json.loads(text) if text[:1] in ("[", "{") else text
    except ValueError:
        return text


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            value = _laid_over(under, value)
        merged[key] = value
    return merged


def _anchored(raw: Mapping[str, Any], folder: File) -> dict[str, Any]:
    """The data with absolute paths, so that they mean the same wherever the daemon is started."""
    anchored = dict(raw)
    if isinstance(data := raw.get("data"), str):
        anchored["data"] = _absolute(data, folder)
    if isinstance(url := raw.get("database"), str) and url.startswith("sqlite:///"):
        anchored["database"] = f"sqlite:///{_absolute(url.removeprefix('sqlite:///'), folder)}"
    backup = raw.get("backup")
    if isinstance(backup, dict) and isinstance(backup.get("folder"), str):
        anchored["backup"] = backup | {"folder": _absolute(backup["folder"], folder)}
    console = raw.get("console")
    if isinstance(console, dict) and isinstance(console.get("password_file"), str):
        anchored["console"] = console | {"password_file": _absolute(console["password_file"], folder)}
    for name, table in _tables(raw, "channels").items():
        paths = {key: _absolute(table[key], folder) for key in PATH_KEYS if isinstance(table.get(key), str)}
        anchored["channels"] = {**anchored["channels"], name: table | paths}
    for name, table in _tables(raw, "sources").items():
        if isinstance(url := table.get("url"), str) and url.startswith(("/", "./", "../", "~")):
            anchored["sources"] = {**anchored["sources"], name: {**table, "url": f"file://{_absolute(url, folder)}"}}
    return anchored


def _absolute(path: str, folder: File) -> str:
    return os.path.normpath(folder / File(path).expanduser())


def _cross_check(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """What no table can know by itself. Works on raw data, so that it is told together with the tables' own faults."""
    sources, watches, channels = (_tables(raw, kind) for kind in ("sources", "watches", "channels"))
    silences = _tables(raw, "silences")
    for kind, tables in (("sources", sources), ("watches", watches), ("silences", silences)):
        yield from (
            Problem(f"the key is the table's name already, {name}: remove this line", (kind, name, "key"))
            for name, table in tables.items()
            if "key" in table
        )
    yield from _source_problems(raw, sources)
    for name, watch in watches.items():
        named = watch.get("channels")
        for place, channel in enumerate(named if isinstance(named, list) else ()):
            if isinstance(channel, str) and channel not in channels:
                near = did_you_mean(channel, channels) or f"; write a table [channels.{channel}]"
                yield Problem(f'there is no channel "{channel}"{near}', ("watches", name, "channels", place))
    yield from _silence_problems(silences, watches)
    for name, channel in channels.items():
        yield from _channel_problems(name, channel)


def _silence_problems(silences: Mapping[str, Any], watches: Mapping[str, Any]) -> Iterator[Problem]:
    for name, silence in silences.items():
        named = silence.get("watches")
        for place, watch in enumerate(named if isinstance(named, list) else ()):
            if isinstance(watch, str) and watch not in watches:
                near = did_you_mean(watch, watches) or f"; there are {', '.join(watches) or 'none'}"
                yield Problem(f'there is no watch "{watch}"{near}', ("silences", name, "watches", place))


def _source_problems(raw: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[Problem]:
    shipped = {one.source.key: entry for entry, found in _choices(raw) for one in found}
    for name, table in sources.items():
        if name in shipped:
            advice = f'watch_catalogue has a source of this key (by "{shipped[name]}"): take another key for yours'
            yield Problem(advice, ("sources", name))
        if name == EXAMPLE_KEY:
            yield Problem("this key is the bundled example's: take another one", ("sources", name))
        if "example" in table:
            yield Problem("only the bundled example is one: remove this line", ("sources", name, "example"))


def _choices(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    entries = raw.get("watch_catalogue")
    for entry in entries if isinstance(entries, list) else ():
        try:
            yield entry, chosen(entry)
        except (ValueError, TypeError, AttributeError):
            continue  # told by the model


def _channel_problems(name: str, table: Mapping[str, Any]) -> Iterator[Problem]:
    try:
        settings = _channel.validate_python(table)
    except ValidationError:
        return  # told by the model
    try:
        notifier(settings)
    except ValueError as error:
        yield Problem(str(error), ("channels", name))


def _tables(raw: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    tables = raw.get(kind)
    return {k: t for k, t in tables.items() if isinstance(t, dict)} if isinstance(tables, dict) else {}


def _from_pydantic(error: ErrorDetails, lines: Lines) -> Problem | None:
    path, value = error["loc"], error.get("input")
    if error["type"] == "too_short" and value:
        return None  # its elements are wrong, and told; pydantic counts the good ones only
    kind = ""
    if path[0] == "channels" and len(path) > 2 and path[2] in CHANNEL_MODELS:
        kind = str(path[2])
        path = (*path[:2], *path[3:])
    message = words_for(
        {**error, "loc": path}, lambda table: keys_within(table, kind), did_you_mean, list(CHANNEL_MODELS)
    )
    if path[-1] == "[key]" or (path[-1] == "key" and path[0] in KEYED):
        path = path[:-1]
    return Problem(message, path, line=lines.find(path, value))


def _placed(problem: Problem, file: File, lines: Lines, outside: Mapping[str, Any]) -> Problem:
    """The problem with its file and line, or with the variable that it comes from."""
    variable = problem.variable or _variable(problem.path, outside)
    if variable:
        return Problem(problem.message, problem.path, variable=variable)
    line = problem.line or lines.find(problem.path)
    return Problem(problem.message, problem.path, str(problem.file or file), line)


def _variable(path: Path, outside: Mapping[str, Any]) -> str:
    """The variable that sets what stands at `path`, or "" when it comes from the file."""
    value: Any = outside
    names: list[str] = []
    for part in path:
        if isinstance(part, int) or not isinstance(value, Mapping):
            break
        if part not in value:
            return ""
        value = value[part]
        names.append(part)
    return ENV_PREFIX + "__".join(names).upper() if names and not isinstance(value, Mapping) else ""
