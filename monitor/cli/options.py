"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[Path, typer.Option("--config", "-c", envvar="MUBIAO_CONFIG", help="the settings file")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object a line, for programs")]
