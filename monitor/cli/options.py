"""Options that several commands share, and what they mean."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.catalogue.regions import find_regions, path_zh
from monitor.cli.terminal import Stop

Config = Annotated[Path, typer.Option("--config", "-c", envvar="MUBIAO_CONFIG", help="the settings file")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object a line, for programs")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="how many processes at once; 0: one for each core")]


def region_code(name: str) -> str:
    """The code of a region's name or code; "" for none. Stops the command for an unknown or ambiguous one."""
    if not name:
        return ""
    found = find_regions(name)
    if len(found) == 1:
        return found[0].code
    if not found:
        raise Stop(f"--region {name}: no such region; write its name (长春市) or its GB/T 2260 code (220100)", code=2)
    choices = ", ".join(f"{one.code} {path_zh(one.code)}" for one in found)
    raise Stop(f"--region {name}: which one? {choices}", code=2)
