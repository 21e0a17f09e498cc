"""Writes constraints.txt: the version, in this environment, of every package that mubiao and its tools need.

Only what `pyproject.toml` leads to is written, so a package that somebody tried out in the same environment stays out.
Markers are evaluated here: a package that only another system needs is left free.
"""

import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
HEAD = (
    "# Tested versions, written by `make lock`. They bind `make setup` and `make run`, not who installs the package.\n"
)


def requirements() -> list[Requirement]:
    """All that pyproject.toml asks for: dependencies, extras and groups."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = list(project["project"]["dependencies"])
    for extra in project["project"].get("optional-dependencies", {}).values():
        asked += extra
    for group in project.get("dependency-groups", {}).values():
        asked += group
    return [Requirement(line) for line in asked]


def needed_here(requirement: Requirement, extras: Iterable[str]) -> bool:
    """Whether the marker, if there is one, holds on this machine for any of the extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))


def closure(asked: Iterable[Requirement]) -> Iterator[tuple[str, str]]:
    """(name, version) of every installed package that the requirements lead to, each once."""
    waiting = [requirement for requirement in asked if needed_here(requirement, ())]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        mark = (name, frozenset(requirement.extras))
        if mark in seen:
            continue
        seen.add(mark)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            raise SystemExit(f"{name} is required but not installed: run `make setup` first") from None
        yield name, found.version
        below = (Requirement(line) for line in found.requires or ())
        waiting += [each for each in below if needed_here(each, requirement.extras)]


def main() -> None:
    lines = sorted({f"{name}=={version}" for name, version in closure(requirements())})
    (ROOT / "constraints.txt").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(lines)} packages")


if __name__ == "__main__":
    main()
