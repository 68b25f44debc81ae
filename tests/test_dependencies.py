"""What is imported is declared: pyproject.toml against the imports of every module."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

LIBRARY = ("ecgfactory", "flows", "tasks", "deployments")
DEVELOPMENT = ("benchmarks", "tests")

CAPPED = {"fastapi", "sqlalchemy"}
"""Not imported here: Prefect needs them, and breaks on newer versions than pyproject.toml allows."""

EQUALLED = {"neurokit2"}
"""Not imported here: the library computes what this version does, faster, and tests hold the two against each other."""


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    """Names of the distributions in requirements such as `fastapi<0.151`."""
    return {normalised(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in requirements}


DECLARED = names(PROJECT["dependencies"])
DECLARED_FOR_DEVELOPMENT = DECLARED | names(PROJECT["optional-dependencies"]["dev"])


def imported_modules(path: Path) -> Iterator[str]:
    """Top-level names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def is_of_the_project(module: str, path: Path) -> bool:
    """Return whether a module is ours; pytest lets a test import the helpers that lie beside it."""
    beside = path.is_relative_to(ROOT / "tests") and path.with_name(f"{module}.py").exists()
    return module in {*LIBRARY, *DEVELOPMENT} or beside


def imported_distributions(folders: tuple[str, ...]) -> dict[str, str]:
    """Distributions that files in some folders import, each with one file that does."""
    providers = packages_distributions()
    found: dict[str, str] = {}
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))):
        for module in imported_modules(path):
            if module not in sys.stdlib_module_names and not is_of_the_project(module, path):
                for distribution in providers.get(module, [module]):
                    found[normalised(distribution)] = str(path.relative_to(ROOT))
    return found


@pytest.mark.parametrize(
    ("folders", "declared"),
    [(LIBRARY, DECLARED), (DEVELOPMENT, DECLARED_FOR_DEVELOPMENT)],
    ids=["library", "development"],
)
def test_everything_imported_is_declared(folders: tuple[str, ...], declared: set[str]) -> None:
    imported = imported_distributions(folders)
    assert "numpy" in imported
    assert {name: path for name, path in imported.items() if name not in declared} == {}


def test_every_dependency_is_imported() -> None:
    assert DECLARED - imported_distributions(LIBRARY).keys() == CAPPED | EQUALLED


def test_every_declared_distribution_has_a_locked_version() -> None:
    locked = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all("==" in line for line in locked)
    assert names(locked) >= DECLARED_FOR_DEVELOPMENT
