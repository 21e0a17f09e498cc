"""Pictures of every page of the console, over the tests' invented reports: `make screenshots` writes build/screens.

Phone and desktop, light and dark, Chinese and English; what a browser complains of is printed.
"""

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, ConsoleMessage, sync_playwright

from monitor.console import app
from tests.browsing import CHROMIUM, OPTIONS
from tests.consoles import Doings, addresses, filled, served

WIDTHS = (390, 1280)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="which pages; all when left out")
    parser.add_argument("--folder", type=Path, default=Path("build/screens"))
    parser.add_argument("--widths", nargs="+", type=int, default=WIDTHS)
    parser.add_argument("--languages", nargs="+", default=["zh", "en"])
    parser.add_argument("--schemes", nargs="+", default=["light", "dark"])
    options = parser.parse_args()
    if CHROMIUM is None:
        parser.error("no chromium on the path: install it (Debian: apt install chromium)")
    options.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="mubiao-screens-") as folder, sync_playwright() as playwright:
        made, doings = filled(Path(folder)), Doings()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        with served(app(made.kept, vitals=doings, subscribers=doings)) as at:
            wanted = {
                name: path for name, path in addresses(made).items() if not options.names or name in options.names
            }
            for width in options.widths:
                for scheme in options.schemes:
                    for language in options.languages:
                        _take(browser, at, wanted, options.folder, width, scheme, language)
        browser.close()


def _take(
    browser: Browser, at: str, pages: dict[str, str], folder: Path, width: int, scheme: str, language: str
) -> None:  # fmt: skip
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light", locale=language
    )
    page = context.new_page()
    page.on("console", _complain)
    for name, path in pages.items():
        target = folder / f"{name}.{language}.{width}.{scheme}.png"
        page.goto("about:blank")  # or another anchor on the same page would be no visit
        answer = page.goto(at + path, wait_until="load")
        page.evaluate("document.querySelectorAll('img[loading]').forEach(one => one.loading = 'eager')")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=target, full_page="#" not in path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        note = f", {wide} px wide" if wide > width else ""
        print(f"{target}: {answer.status if answer else 'no answer'}{note}", flush=True)
    context.close()


def _complain(message: ConsoleMessage) -> None:
    print(f"  {message.type}: {message.text}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    main()
