"""Passwords and keys that lie in files of their own (systemd credentials, Docker secrets)."""

import stat
from pathlib import Path

_MOUNTED = Path("/run")  # Docker mounts its secrets there, readable by all of the container


def read_secret(path: Path) -> str:
    """The file's text without white space around it. Raises ValueError, which names the file and what to do."""
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ValueError(f"the secret file {path} is not UTF-8 text") from error
    except OSError as error:
        raise ValueError(f"cannot read the secret file {path}: {error.strerror}") from error
    if mode & stat.S_IROTH and not path.is_relative_to(_MOUNTED):
        raise ValueError(f"everyone on this machine can read the secret file {path}: run chmod 600 on it")
    if not text:
        raise ValueError(f"the secret file {path} is empty")
    return text
