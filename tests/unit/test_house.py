"""The house rules that no linter holds: names, sizes, the glossary, the decisions, what goes into a wheel."""

import ast
import enum
import importlib
import inspect
import re
import statistics
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from monitor.digest.words import WORDS
from scrapers import errors
from storage import models, values

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitor", "scrapers", "storage")
NO_NAMES = {"utils", "util", "helpers", "common", "base", "core", "manager", "misc"}
GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def functions() -> Iterator[ast.FunctionDef]:
    for path in sources():
        if "migrations" not in path.parts:
            yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


def own_classes(module: ModuleType) -> dict[str, type]:
    """The public classes that a module defines itself, by name."""
    found = inspect.getmembers(module, inspect.isclass)
    return {name: kind for name, kind in found if kind.__module__ == module.__name__ and not name.startswith("_")}


ENUMS = [kind for kind in own_classes(values).values() if issubclass(kind, enum.StrEnum)]


def section(title: str) -> str:
    """The part of the glossary under the heading that holds these words."""
    for part in re.split(r"(?m)^## ", GLOSSARY):
        if title in part.partition("\n")[0]:
            return part
    pytest.fail(f"docs/glossary.md has no section about {title}")


def rows(text: str) -> list[list[str]]:
    """The rows of the tables in a text, without their heads."""
    lines = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    rules = [number for number, line in enumerate(cells) if set(line[0]) <= set("-: ")]
    heads = {number - 1 for number in rules}
    return [line for number, line in enumerate(cells) if number not in heads and number not in rules]


def exists(dotted: str) -> bool:
    """Whether the name leads to something: modules as far as there are any, then attributes."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_the_glossary_names_only_what_exists() -> None:
    names = set(re.findall(r"`((?:monitor|scrapers|storage)\.[\w.]+)`", GLOSSARY))
    assert len(names) > 20
    assert sorted(name for name in names if not exists(name)) == []


def test_every_word_of_the_glossary_is_in_both_languages_and_stands_once() -> None:
    words = rows(section("Words"))
    assert len(words) > 20
    assert [row[0] for row in words if len(row) != 4 or not CHINESE.search(row[1])] == []
    assert len({row[0] for row in words}) == len(words)


@pytest.mark.parametrize("vocabulary", ENUMS, ids=lambda found: found.__name__)
def test_every_member_of_a_vocabulary_is_in_the_glossary(vocabulary: type[enum.StrEnum]) -> None:
    listed = rows(section(f"`storage.values.{vocabulary.__name__}`"))
    assert [row[0] for row in listed] == [f"`{member.value}`" for member in vocabulary]
    assert [row[0] for row in listed if not CHINESE.search(row[1])] == []


@pytest.mark.parametrize("vocabulary", [values.Kind, values.Role, values.ChangeKind], ids=lambda found: found.__name__)
def test_the_glossary_and_the_digest_say_it_with_the_same_chinese_word(vocabulary: type[enum.StrEnum]) -> None:
    said = [word for name in ("words", "console") for word in _zh(name)]
    listed = rows(section(f"`storage.values.{vocabulary.__name__}`"))
    assert [row[1] for row in listed if row[1] not in said] == []


def _zh(name: str) -> list[str]:
    return list(tomllib.loads((ROOT / f"monitor/templates/{name}.toml").read_text(encoding="utf-8"))["zh"].values())


def test_every_value_is_in_the_glossary() -> None:
    listed = [row[0].strip("`") for row in rows(section("Values:"))]
    plain = [name for name, kind in own_classes(values).items() if not issubclass(kind, enum.Enum)]
    assert sorted(listed) == sorted(plain)


def test_every_table_is_in_the_glossary() -> None:
    listed = {row[0].strip("`"): row[1].strip("`") for row in rows(section("Tables:"))}
    tables = {name: getattr(kind, "__tablename__", None) for name, kind in own_classes(models).items()}
    assert listed == tables


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {part.removesuffix(".py") for path in sources() for part in path.relative_to(ROOT).parts}
    assert parts & NO_NAMES == set()


def test_no_import_hides_from_the_running_program() -> None:
    hidden = [str(path.relative_to(ROOT)) for path in sources() if "TYPE_CHECKING" in path.read_text(encoding="utf-8")]
    assert hidden == []


def test_functions_are_short() -> None:
    lengths = sorted((node.end_lineno or node.lineno) - node.lineno + 1 for node in functions())
    assert len(lengths) > 100
    assert statistics.median(lengths) <= 12
    assert lengths[int(len(lengths) * 0.9)] < 40


def test_files_are_mostly_short() -> None:
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in sources()]
    assert sum(length <= 300 for length in lengths) >= 0.9 * len(lengths)
    assert max(lengths) <= 600


def test_every_public_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_data_file_goes_into_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]
    left_out = []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            name = path.relative_to(ROOT / package).as_posix()
            asked = any(fnmatch(f"/{name}", f"/{pattern}".replace("/**/", "*/")) for pattern in patterns[package])
            if path.is_file() and path.suffix not in (".py", ".pyc") and not asked:
                left_out.append(f"{package}/{name}")
    assert left_out == []


def test_every_dependency_has_a_tested_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = dict(line.split("==") for line in lines if not line.startswith("#"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    for extra in project["project"]["optional-dependencies"].values():
        asked += extra
    for requirement in map(Requirement, asked):
        version = tested.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in constraints.txt: run tools/lock.py in an environment that has it"
        assert requirement.specifier.contains(version), f"{requirement}, but constraints.txt says {version}"


def test_the_index_of_decisions_is_complete() -> None:
    folder = ROOT / "docs/decisions"
    linked = re.findall(r"\(([0-9]{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert linked == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_every_decision_has_its_parts() -> None:
    for path in (ROOT / "docs/decisions").glob("[0-9]*.md"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {path.name[:4]} "), path.name
        assert re.match(r"\d{4}-\d\d-\d\d · ", lines[1]), path.name
        heads = [line for line in lines if line.startswith("## ")]
        assert heads == ["## What was the case", "## Decided", "## What follows"], path.name


def test_the_floors_are_drawn_as_they_are_enforced() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    enforced = [{name.rpartition(".")[2] for name in layer.split(" | ")} for layer in layers]
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    block = text.partition("## What may import what")[2].split("```")[1]
    drawn = [set(re.split(r"\s{2,}", line)[0].split(" · ")) for line in block.strip().splitlines()]
    assert drawn == enforced


def test_the_documents_name_only_files_that_exist() -> None:
    for name in ("architecture.md", "../CONTRIBUTING.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        named = re.findall(r"`((?:monitor|scrapers|storage|tests|docs|tools)/[\w./-]*)`", text)
        assert named, name
        assert [path for path in named if not (ROOT / path).exists()] == [], name


def test_every_error_of_a_source_is_told_in_both_languages() -> None:
    labels = {kind.label for kind in own_classes(errors).values() if issubclass(kind, errors.ScrapeError)}
    assert {language: set(WORDS[language].faults) for language in WORDS} == dict.fromkeys(WORDS, labels)
