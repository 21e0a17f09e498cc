"""The archive: bytes kept for good under their own sha256, compressed with zstandard.

A file appears whole or not at all, and what is read back is checked against its address.
"""

import hashlib
from collections.abc import Iterator
from errno import EDQUOT, ENOSPC
from pathlib import Path

import zstandard

from storage.errors import DiskFull, Mendable
from storage.files import UNFINISHED, sync_folder, whole

LARGEST = 64 * 1024 * 1024  # bytes of one object, decoded


class ArchiveError(Mendable):
    """An object is missing, damaged or larger than any that is kept."""


def address_of(content: bytes) -> str:
    """Under which bytes are kept, or would be."""
    return hashlib.sha256(content).hexdigest()


class Archive:
    """Content-addressed files below `root` (made if missing, private to the user)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, content: bytes) -> str:
        """Keep the bytes; answers with their address. The same bytes are kept once. On return they are on the disk."""
        if len(content) > LARGEST:
            raise ArchiveError(f"{len(content):,} bytes are more than the archive keeps of one object ({LARGEST:,})")
        address = address_of(content)
        path = self._path(address)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(path, zstandard.ZstdCompressor(write_checksum=True).compress(content))
        return address

    def find(self, address: str) -> bytes:
        """The bytes of an address. Raises ArchiveError when they are missing or not what they were."""
        path = self._path(address)
        try:
            packed = path.read_bytes()
        except FileNotFoundError as error:
            raise ArchiveError(f"{address} is not in the archive {self.root}") from error
        try:
            # The decompressor's own limit is ignored when the frame declares its size.
            if not 0 <= zstandard.frame_content_size(packed) <= LARGEST:
                raise ArchiveError(f"{path} declares no size, or one that the archive never writes")
            content = zstandard.ZstdDecompressor().decompress(packed)
        except zstandard.ZstdError as error:
            raise ArchiveError(f"{path} is damaged: {error}") from error
        if hashlib.sha256(content).hexdigest() != address:
            raise ArchiveError(f"{path} does not hold what its name says")
        return content

    def add_text(self, text: str) -> str:
        return self.add(text.encode())

    def find_text(self, address: str) -> str:
        return self.find(address).decode()

    def addresses(self) -> Iterator[str]:
        """Of all objects that are there, sorted; whether they are sound is another question."""
        for path in sorted(self.root.glob("??/*.zst")):
            yield path.name.removesuffix(".zst")

    def path_of(self, address: str) -> Path:
        """Where the object lies, or would lie."""
        return self._path(address)

    def sweep(self, before: float) -> int:
        """Remove what a killed process left unfinished, of before that time (seconds since 1970); how many files."""
        left = [path for path in self.root.glob(f"??/{UNFINISHED}*") if path.stat().st_mtime < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, address: str) -> Path:
        if len(address) != 64 or not set(address) <= set("0123456789abcdef"):
            raise ArchiveError(f"{address!r} is no address of the archive")
        return self.root / address[:2] / f"{address}.zst"


def _write_whole(path: Path, packed: bytes) -> None:
    try:
        with whole(path) as file:
            file.write(packed)
        sync_folder(path.parent)
    except OSError as error:
        if error.errno not in (ENOSPC, EDQUOT):
            raise
        raise DiskFull(f"no room left on the disk of {path.parent.parent}") from error
