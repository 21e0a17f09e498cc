"""Files that appear whole or not at all, also after a loss of power."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".new-"  # how the name of a file begins that is not whole yet


@contextmanager
def whole(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of `path` when the block ends well; else there is no trace of it.

    Whoever reads `path` sees the old file or the whole new one. Only the owner can read it unless `mode` says
    otherwise. Raises OSError. The name itself lasts after `sync_folder`.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)  # made 0600
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on the disk, as the files' bytes are."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
