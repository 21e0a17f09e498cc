"""What describes a written panel to other programs: a Frictionless data package (datapackage.json), and for CSV also
CSVW metadata beside the file.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from monitor.cli.terminal import Stop
from monitor.tables.panel import COLUMNS, Column

PACKAGE = "mubiao-panel"
MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


def describe(path: Path, form: str, rows: int, now: datetime, columns: Sequence[Column] = COLUMNS) -> list[Path]:
    """Write what describes a written table beside it; answers with the files' paths.

    A datapackage.json of ours that is there already keeps its other tables; one of somebody else's is not touched:
    that raises Stop.
    """
    package_path = path.with_name("datapackage.json")
    others = [one for one in _own_resources(package_path) if one.get("path") != path.name]
    package = {
        "profile": "tabular-data-package" if form == "csv" and not others else "data-package",
        "name": PACKAGE,
        "title": "Targets and outturns stated in Chinese government reports",
        "description": "Read out of the reports' text by mubiao. Each row leads to its sentence.",
        "created": now.isoformat(timespec="seconds"),
        "resources": [*others, _resource(path, form, rows, columns)],
    }
    written = [_write(package_path, package)]
    if form == "csv":
        written.append(_write(path.with_name(f"{path.name}-metadata.json"), _csvw(path, columns)))
    return written


def check_describable(path: Path) -> None:
    """Raise Stop if the folder has somebody else's datapackage.json, before anything is written."""
    _own_resources(path.with_name("datapackage.json"))


def _own_resources(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        return []
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        known = None
    if not isinstance(known, dict) or known.get("name") != PACKAGE:
        raise Stop(f"{path} describes something else: write into another folder, or use --no-describe", code=2)
    return [one for one in known.get("resources", []) if path.with_name(str(one.get("path"))).exists()]


def _resource(path: Path, form: str, rows: int, columns: Sequence[Column]) -> dict[str, object]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found: dict[str, object] = {
        "name": "".join(char if char.isalnum() and char.isascii() else "-" for char in path.name.lower()).strip("-"),
        "path": path.name,
        "profile": "tabular-data-resource" if form == "csv" else "data-resource",
        "format": form,
        "mediatype": MEDIA[form],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "rows": rows,
    }
    if form != "parquet":
        found["encoding"] = "utf-8"
    return found | {"schema": {"fields": [column.field() for column in columns], "missingValues": [""]}}


def _csvw(path: Path, columns: Sequence[Column]) -> Mapping[str, object]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": path.name,
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True},
        "dc:title": "Targets and outturns stated in Chinese government reports",
        "tableSchema": {"columns": [column.csvw() for column in columns]},
    }


def _write(path: Path, value: Mapping[str, object]) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
