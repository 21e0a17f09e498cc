"""Render the sample digests to files, and to pictures where there is a Chromium.

python -m tools.show_digests [FOLDER]      (from the checkout; default: build/digests)
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from monitor.digest import Rendered
from monitor.digest.render import render
from monitor.notifiers.message import Message
from tests.digests import MADE_AT, SAMPLES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1",
)  # fmt: skip
SCHEMES = {"light": "--blink-settings=preferredColorScheme=1", "dark": "--blink-settings=preferredColorScheme=0"}


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or list(SAMPLES):
        for language in ("zh", "en"):
            made = render(SAMPLES[name](language))
            stem = folder / f"{name}.{language}"
            stem.with_suffix(f".{language}.txt").write_text(made.text, encoding="utf-8")
            page = stem.with_suffix(f".{language}.html")
            page.write_text(alone(made), encoding="utf-8")
            stem.with_suffix(f".{language}.json").write_bytes(made.payload)
            print(f"{page.name}: {len(made.html.encode()):,} bytes · {made.subject}")
            if CHROMIUM:
                pictures(page)


def alone(made: Rendered) -> str:
    """The HTML as the folder channel writes it, with its charts within it."""
    return Message(
        id="", watch="", thread="", language="", subject="", text="", html=made.html, payload=b"", made_at=MADE_AT,
        images=made.images,
    ).html_alone  # fmt: skip


def pictures(page: Path) -> None:
    """Phone and desktop, light and dark."""
    for width in (390, 800):
        for scheme, switch in SCHEMES.items():
            picture(page.resolve().as_uri(), page.with_name(f"{page.stem}.{width}.{scheme}.png"), width, switch)


def picture(address: str, target: Path, width: int, switch: str, height: int = 2400) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            str(CHROMIUM), *QUIET, switch, f"--user-data-dir={profile}", f"--window-size={width},{height}",
            f"--screenshot={target}", address,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(Path(arguments[0] if arguments else "build/digests"), arguments[1:])
