"""Digests as files in a folder: text, HTML and JSON, and `latest.txt`, `latest.html` beside them."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from monitor.notifiers.message import DeliveryError, Message
from monitor.notifiers.outgoing import clean_text
from storage.files import sync_folder, whole

CHINA = ZoneInfo("Asia/Shanghai")


class FolderSettings(BaseModel):
    """A folder of this machine. It is made when it is missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["folder"]
    path: Path


class FolderNotifier:
    """Writes `2024-01-20-0807-<watch>-<id>.txt`, `.html` and `.json`.

    The same message has the same names, so a second try replaces what the first one wrote. Only the owner can read
    the files. `latest.txt` and `latest.html` are copies of the newest digest, for a bookmark; a test's files begin with
    `test-` and never become the latest.
    """

    def __init__(self, settings: FolderSettings) -> None:
        self._folder = settings.path

    def addresses(self) -> Sequence[str]:
        return ("",)

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        forms = {
            "txt": clean_text(message.text),
            "html": clean_text(message.html_alone),
            "json": message.payload.decode("utf-8"),
        }
        kept = {"name": _name(message), "forms": forms}
        return (json.dumps(kept, ensure_ascii=False, sort_keys=True).encode("utf-8"),)

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        kept = json.loads(body)
        name, forms = kept["name"], kept["forms"]
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write({f"{name}.{form}": text for form, text in sorted(forms.items())})
            if self._is_newest(name):
                self._write({f"latest.{form}": forms[form] for form in ("html", "txt")})
        except OSError as error:
            place = error.filename or self._folder
            raise DeliveryError(f"cannot write to the folder: {error.strerror} ({place})", retry=True) from error
        return f"wrote {self._folder / name}.txt, .html, .json"

    def room(self, now: datetime) -> int | None:
        return None

    def _write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            with whole(self._folder / name) as file:
                file.write(text.encode("utf-8"))
        sync_folder(self._folder)

    def _is_newest(self, name: str) -> bool:
        """A retry of an old digest must not become the latest one; names sort by time. A test is no digest."""
        return name[0].isdigit() and all(other.stem <= name for other in self._folder.glob("[0-9]*.txt"))


def _name(message: Message) -> str:
    watch = re.sub(r"[^\w-]+", "-", clean_text(message.watch))[:40] or "watch"
    made = message.made_at.astimezone(CHINA)
    name = f"{made:%Y-%m-%d-%H%M}-{watch}-{message.id.removeprefix('msg_')[:8]}"
    return f"test-{name}" if message.trial else name
