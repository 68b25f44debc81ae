"""Imports run with the line of the data: a module imports only what comes before it, never what comes after."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ecgfactory

PACKAGE = Path(ecgfactory.__file__).parent

LINE = [
    "import_path",
    "errors",
    "registry",
    "arrays",
    "wilson",
    "draws",
    "leads",
    "lead_spelling",
    "record_rows",
    "wave_table",
    "rhythm_kinds",
    "beat_table",
    "rhythm_table",
    "artefact_kinds",
    "artefact_table",
    "record",
    "recorder",
    "places",
    "ecgs",
    "samples",
    "storage",
    "documents",
    "generators",
    "quality",
    "waves",
    "realism",
    "match",
    "rhythms",
    "compose",
    "artefacts",
    "formats",
    "paper",
    "request",
    "pictures",
    "candidates",
    "dataset",
    "foreign",
    "annotation",
    "sources",
    "profiles",
    "session",
    "shards",
    "report",
    "comparison",
    "pools",
    "line",
    "retention",
    "validation",
    "tasks",
    "flows",
    "deployments",
    "cli",
]
"""The modules and packages of ecgfactory, in the order of the data."""

DRAWING = "record.py: report"
"""The one exception: a record that is asked to show itself imports what draws it."""

ENGINE = {"prefect", "prefect_dask", "dask", "distributed"}
WITH_ENGINE = {"cli", "tasks", "flows", "deployments"}
FRONT_DOORS = {"__init__", "__main__"}
"""They offer all rooms, and no room imports them but for the version."""


@cache
def modules() -> list[tuple[str, str, set[str]]]:
    """Each module below the package: its path, its room, and the full names of all that it imports anywhere in it."""
    files = [path for entry in PACKAGE.iterdir() for path in (entry.rglob("*.py") if entry.is_dir() else [entry])]
    found = []
    for path in sorted(path for path in files if path.suffix == ".py"):
        place = path.relative_to(PACKAGE)
        room = place.parts[0].removesuffix(".py")
        if room not in FRONT_DOORS and place.name != "__main__.py":
            found.append((str(place), room, set(imported(ast.parse(path.read_text(encoding="utf-8"))))))
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms(names: set[str]) -> set[str]:
    """Rooms of ecgfactory among imported names."""
    parts = (name.split(".") for name in names)
    return {part[1] for part in parts if part[0] == "ecgfactory" and len(part) > 1 and part[1] != "__version__"}


def test_every_module_is_on_the_line() -> None:
    assert {room for _, room, _ in modules()} <= set(LINE)
    assert len(modules()) > 100


def test_no_module_imports_what_comes_after_it() -> None:
    against = [
        f"{place}: {other}"
        for place, room, names in modules()
        for other in sorted(rooms(names))
        if LINE.index(other) > LINE.index(room)
    ]
    assert against == [DRAWING]


def test_only_the_outer_rooms_know_the_workflow_engine() -> None:
    knowing = [
        f"{place}: {name}"
        for place, room, names in modules()
        for name in sorted(names)
        if name.split(".")[0] in ENGINE and room not in WITH_ENGINE
    ]
    assert not knowing


def test_production_code_does_not_import_what_validates_it() -> None:
    assert not [place for place, room, names in modules() if "validation" in rooms(names) and room != "validation"]
