"""A dataset with rejects, several row groups and splits."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import ecgfactory

MANY: dict[str, Any] = {
    "name": "many",
    "records": 110,
    "seed": 7,
    "quality": {"bounds": {"heart_rate": {"min": 62}}},
    "splits": {"train": 0.8, "test": 0.2},
    "report": {"samples": 0},
    "shard_records": 80,
}


@pytest.fixture
def copy(few: Path, tmp_path: Path) -> Path:
    """A copy of a dataset of 8 records in every format that a test may damage; it is soon verified."""
    target = tmp_path / "few" / few.name
    shutil.copytree(few, target)
    return target


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published dataset of 110 records in Parquet; for reading only."""
    output = tmp_path_factory.mktemp("many")
    return ecgfactory.build(MANY | {"output": str(output)}).dataset
