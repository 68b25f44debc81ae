"""What is imported is declared: pyproject.toml against the imports of every module."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution, packages_distributions
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


EXTRAS = PROJECT["optional-dependencies"]
OF_STORES = names(EXTRAS["s3"] + EXTRAS["gcs"] + EXTRAS["azure"])
DECLARED = names(PROJECT["dependencies"]) | OF_STORES
DECLARED_FOR_DEVELOPMENT = DECLARED | names(EXTRAS["dev"]) - {PROJECT["name"]}


def imported_modules(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports, or imports from, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def is_of_the_project(module: str, path: Path) -> bool:
    """Return whether a module is ours; pytest lets a test import the helpers that lie beside it."""
    beside = path.is_relative_to(ROOT / "tests") and path.with_name(f"{module}.py").exists()
    return module in {*LIBRARY, *DEVELOPMENT} or beside


@cache
def distributions_of(module: str) -> set[str]:
    """Distributions that bring a module; of those that share its first name, such as google's, only its own."""
    top = module.partition(".")[0]
    found = set(providers().get(top, [top]))
    return found if len(found) == 1 else {name for name in found if module in modules_in(name)}


@cache
def modules_in(name: str) -> set[str]:
    """Full names of the modules and packages of a distribution."""
    files = [file.with_suffix("") for file in distribution(name).files or [] if file.suffix == ".py"]
    return {".".join(file.parent.parts if file.name == "__init__" else file.parts) for file in files}


providers = cache(packages_distributions)


@cache
def imported_distributions(folders: tuple[str, ...]) -> dict[str, str]:
    """Distributions that files in some folders import, each with one file that does."""
    found: dict[str, str] = {}
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))):
        for module in imported_modules(path):
            top = module.partition(".")[0]
            if top not in sys.stdlib_module_names and not is_of_the_project(top, path):
                for name in distributions_of(module):
                    found[normalised(name)] = str(path.relative_to(ROOT))
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
