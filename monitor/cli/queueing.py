"""What `mubiao import --by-workers` does: the files are queued for the workers, who read them."""

from collections.abc import Sequence
from pathlib import Path

from monitor.cli.building import open_installation
from monitor.cli.terminal import progress, say
from storage.jobs import IMPORTS, Jobs, prepare
from storage.values import Kind


def queue_files(files: Sequence[Path], region: str, kind: Kind, year: int | None, config: Path) -> None:
    """The files' bytes into the archive, a job for each into the queue; the same file waits there once."""
    installation = open_installation(config)
    jobs = Jobs(installation.engine)
    prepare(installation.engine)
    queued = 0
    with jobs.app.open():
        for path in progress(files, "queueing", len(files)):
            content, url = installation.desk.archive.add(path.read_bytes()), path.resolve().as_uri()
            queued += jobs.add(
                "import", IMPORTS, lock=None, once=f"import {content} {url} {region} {year or ''}".rstrip(),
                content=content, url=url, name=path.name, region=region, kind=kind.value, year=year,
            )  # fmt: skip
    say(f"{queued} files wait for the workers, which log what becomes of each; {len(files) - queued} did already")
