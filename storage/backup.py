"""Copies of a SQLite installation: made while it works, checked before they count, put back whole.

    FOLDER/mubiao-20260120T191700Z.sqlite    the database, in one file
    FOLDER/mubiao-20260120T191700Z.json      what it holds, with its sha256; written last, so a copy without it is none
    FOLDER/archive/ab/ab12….zst              the archive's objects, each once for all copies

Objects on the same disk are hard links: they cost nothing, outlive a deletion, and do not outlive the disk.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import EDQUOT, ENOSPC
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from storage.archive import Archive, ArchiveError
from storage.database import DatabaseRefused, sqlite_file, sqlite_module
from storage.errors import DiskFull, Mendable
from storage.files import sync_folder, whole

STAMP = "%Y%m%dT%H%M%SZ"
RESTORING = ".restoring"  # behind the database's name: a restore is under way, or was killed
BESIDE = ("-wal", "-journal", "-shm")  # what SQLite keeps beside its file; a new file must not meet an old one of them


class BackupError(Mendable):
    """A backup cannot be made, or cannot be used."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One whole copy of a database; `objects` of the archive lay beside it when it was made."""

    path: Path
    made_at: datetime
    sha256: str
    size: int
    revision: str
    rows: int
    objects: int
    why: str


@dataclass(frozen=True, slots=True)
class Retention:
    """How many copies stay: the newest of each of so many days, weeks and months that have one."""

    daily: int
    weekly: int
    monthly: int


def add_backup(engine: Engine, archive: Archive, folder: Path, now: datetime, why: str = "") -> Backup:
    """Copy database and archive while others go on writing; the copy is checked before it counts as one.

    The database is copied first: whatever it names is in the archive by then. Raises BackupError or DiskFull.
    """
    if sqlite_file(engine) is None:
        raise BackupError(
            "only a SQLite database is copied by mubiao; for PostgreSQL use its own pg_dump, and copy the archive "
            f"folder {archive.root} after it"
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return _add(engine, archive, folder, now, why)
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            raise DiskFull(f"no room left for a backup in {folder}") from error
        raise BackupError(f"no backup could be made in {folder}: {error}") from error


def _add(engine: Engine, archive: Archive, folder: Path, now: datetime, why: str) -> Backup:
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")  # made 0600
    os.close(handle)
    copy = Path(name)
    try:
        revision, rows = _copy_database(engine, copy)
        _sync(copy)
        objects = copy_objects(archive, folder / "archive")
        path = folder / f"mubiao-{now.astimezone(UTC):{STAMP}}.sqlite"
        made = Backup(path, now, _sha256(copy), copy.stat().st_size, revision, rows, objects, why)
        os.replace(copy, path)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    _write_note(made)
    return made


def _copy_database(engine: Engine, copy: Path) -> tuple[str, int]:
    """Answers with the copy's revision and how many rows it holds."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(copy),))
    except sqlite_module().Error as error:
        full = getattr(error, "sqlite_errorcode", 0) & 0xFF == 13
        raise (DiskFull if full else BackupError)(f"the database cannot be copied to {copy.parent}: {error}") from error
    finally:
        raw.close()
    with closing(sqlite_module().connect(f"file:{copy}?mode=ro", uri=True)) as reader:
        told = [row[0] for row in reader.execute("PRAGMA integrity_check(1)")]
        if told != ["ok"] or reader.execute("PRAGMA foreign_key_check").fetchone():
            raise BackupError(f"the copy is damaged and thrown away; the database may be too: mubiao fsck. {told[0]}")
        tables = [row[0] for row in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = sum(reader.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables)
        found = reader.execute("SELECT version_num FROM alembic_version").fetchone()
    return found[0] if found else "", rows


def copy_objects(archive: Archive, folder: Path) -> int:
    """Bring every object of the archive into a folder of the same form; what is there already is left as it is."""
    count = 0
    folder.mkdir(mode=0o700, exist_ok=True)
    for address in archive.addresses():
        count += 1
        target = folder / address[:2] / f"{address}.zst"
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _link_or_copy(archive.path_of(address), target)
    return count


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
        return
    except FileExistsError:
        return
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            raise
    _copy_whole(source, target)  # another disk, or one that knows no links


def _copy_whole(source: Path, target: Path) -> None:
    with whole(target) as writer, source.open("rb") as reader:
        shutil.copyfileobj(reader, writer, 1 << 20)
    sync_folder(target.parent)


def _write_note(made: Backup) -> None:
    note = made.path.with_suffix(".json")
    told = {
        "made_at": made.made_at.isoformat(), "sha256": made.sha256, "size": made.size, "revision": made.revision,
        "rows": made.rows, "objects": made.objects, "why": made.why,
    }  # fmt: skip
    with whole(note) as file:
        file.write(json.dumps(told, indent=1).encode())
    sync_folder(note.parent)


def find_backups(folder: Path) -> list[Backup]:
    """The copies in a folder, newest first. Whether one is still what it was, `is_good` says."""
    try:
        found = [_read_note(note) for note in folder.glob("mubiao-*.json")]
    except OSError:  # a folder that we may not look into
        return []
    return sorted((one for one in found if one), key=lambda one: (one.made_at, one.path.name), reverse=True)


def _read_note(note: Path) -> Backup | None:
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(told["made_at"])
        kept = {key: told[key] for key in ("sha256", "size", "revision", "rows", "objects", "why")}
        return Backup(path=note.with_suffix(".sqlite"), made_at=made_at, **kept)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_good(backup: Backup) -> bool:
    """Whether the copy's bytes are those that were checked when it was made."""
    try:
        return backup.path.stat().st_size == backup.size and _sha256(backup.path) == backup.sha256
    except OSError:
        return False


def find_newest_good(folder: Path) -> Backup | None:
    return next((one for one in find_backups(folder) if is_good(one)), None)


def kept_of(backups: Sequence[Backup], retention: Retention, zone: ZoneInfo) -> set[Path]:
    """Which of the copies stay; days, weeks and months are those of `zone`. The newest always does."""
    kept: set[Path] = {one.path for one in backups[:1]}
    for form, count in (("%Y-%m-%d", retention.daily), ("%G-%V", retention.weekly), ("%Y-%m", retention.monthly)):
        newest: dict[str, Path] = {}
        for one in backups:  # newest first
            newest.setdefault(f"{one.made_at.astimezone(zone):{form}}", one.path)
        kept.update(list(newest.values())[:count])
    return kept


def prune(folder: Path, retention: Retention, zone: ZoneInfo) -> list[Path]:
    """Remove the copies whose time is over, and what killed ones left; never the newest good one, and no object."""
    backups = find_backups(folder)
    good = find_newest_good(folder)
    stays = kept_of(backups, retention, zone) | ({good.path} if good else set())
    gone = [one.path for one in backups if one.path not in stays]
    for path in gone:
        path.with_suffix(".json").unlink()
        path.unlink(missing_ok=True)
    return gone


def refuse_half_restored(database: Path) -> None:
    """Raises DatabaseRefused where a restore was killed: the file may be neither the old nor the new database."""
    if Path(f"{database}{RESTORING}").exists():
        raise DatabaseRefused(f"a restore of {database} was interrupted: run `mubiao restore` once more")


def restore(backup: Backup, database: Path, archive: Archive, now: datetime) -> Path | None:
    """Put the copy in the database's place, and bring back what the archive lacks.

    What was there is kept beside it; answers where, None when there was nothing. Nobody else may have it open. Killed
    in the middle, it is to be run again; until then the database is refused. Raises BackupError for a damaged copy.
    """
    if not is_good(backup):
        raise BackupError(f"{backup.path} is not what it was when it was made: choose another one")
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = Path(f"{database}{RESTORING}")
    mark.touch(mode=0o600)
    sync_folder(database.parent)
    aside = _set_aside(database, now)
    _copy_whole(backup.path, database)
    mend_archive(archive, [backup.path.parent / "archive"], archive_faults(archive, _addresses_in(database)))
    mark.unlink()
    sync_folder(database.parent)
    return aside


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Copies, not renames: killed at any moment there is a whole set of the old files somewhere."""
    if not database.exists() or database.stat().st_size == 0:
        return None
    aside = database.with_name(f"{database.name}.before-{now.astimezone(UTC):{STAMP}}")
    for ending in ("", *BESIDE):
        old = Path(f"{database}{ending}")
        if old.exists():
            _copy_whole(old, Path(f"{aside}{ending}"))
    for ending in BESIDE:
        Path(f"{database}{ending}").unlink(missing_ok=True)
    sync_folder(database.parent)
    return aside


def _addresses_in(database: Path) -> list[str]:
    with closing(sqlite_module().connect(f"file:{database}?mode=ro", uri=True)) as reader:
        rows = reader.execute("SELECT raw_hash, attachment_hash, text_hash FROM document").fetchall()
    return sorted({address for row in rows for address in row if address})


def archive_faults(archive: Archive, addresses: Iterable[str]) -> dict[str, str]:
    """Which of these objects are missing or damaged, each with what is wrong with it."""
    faults = {}
    for address in addresses:
        try:
            archive.find(address)
        except ArchiveError as error:
            faults[address] = str(error)
    return faults


def mend_archive(archive: Archive, folders: Iterable[Path], addresses: Iterable[str]) -> list[str]:
    """Bring back objects from folders of the archive's form, where they are sound; answers with those brought back."""
    mended = []
    stores = [Archive(folder) for folder in folders if folder.is_dir()]
    for address in addresses:
        for store in stores:
            try:
                content = store.find(address)
            except ArchiveError:
                continue
            archive.path_of(address).unlink(missing_ok=True)
            archive.add(content)
            mended.append(address)
            break
    return mended


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
