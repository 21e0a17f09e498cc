"""The wheel: it builds, holds all that the program reads at run time, and works without the checkout.

`make wheel` runs the acceptance and integration tests against the installed wheel.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitor", "scrapers", "storage")
NEEDED = ("pyproject.toml", "README.md", "LICENSE", *PACKAGES)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout and nothing in it but the sources is used."""
    pytest.importorskip("setuptools", minversion="77", reason="setuptools 77 is missing: no wheel was built")
    folder = tmp_path_factory.mktemp("wheel")
    for name in NEEDED:
        kept = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, folder / name, ignore=kept) if (ROOT / name).is_dir() else shutil.copy(
            ROOT / name, folder / name
        )
    program = "from setuptools.build_meta import build_wheel; print(build_wheel('dist'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return folder / "dist" / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked as pip does it, in a folder of its own."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    return site


def run(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command out of the wheel, with the libraries of this environment, far from the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MUBIAO_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", "from monitor.cli import main; main()", *words],
        cwd=folder, capture_output=True, text=True, timeout=90, check=False, env=kept | {"PYTHONPATH": str(site)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_holds_every_file_that_the_packages_do(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert ours - inside == set()
    assert {name.split("/")[0] for name in inside} - set(PACKAGES) == {f"mubiao-{wheel.name.split('-')[1]}.dist-info"}
    assert any(name.startswith("storage/migrations/versions/0001") for name in inside)
    assert any(name.endswith(".j2") for name in inside)


def test_the_command_is_where_pip_puts_it(installed: Path) -> None:
    (entry,) = installed.glob("*.dist-info/entry_points.txt")
    assert "mubiao = monitor.cli:main" in entry.read_text()


def test_it_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    program = "import monitor, scrapers, storage; print(monitor.__path__, scrapers.__path__, storage.__path__)"
    told = subprocess.run(
        [sys.executable, "-P", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(installed)},
    ).stdout  # fmt: skip
    assert str(ROOT) not in told
    run(installed, tmp_path, "init")
    assert "reports      0" in run(installed, tmp_path, "status").stdout  # the migrations
    text = "2026年政府工作报告\n今年的主要预期目标是：地区生产总值增长6%左右。\n"
    (tmp_path / "report.txt").write_text(text, encoding="utf-8")
    assert '"text": "6%"' in run(installed, tmp_path, "extract", "report.txt").stdout
    assert "长春" in run(installed, tmp_path, "sources", "长春").stdout  # the catalogues
    assert "gdp" in run(installed, tmp_path, "indicators", "地区生产总值").stdout
    run(installed, tmp_path, "import", "report.txt", "--region", "220106")
    assert "checked" in run(installed, tmp_path, "backup").stdout
    assert "0 faults" in run(installed, tmp_path, "fsck").stdout
