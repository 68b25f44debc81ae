"""The reports of a dataset."""

from __future__ import annotations

from ecgfactory.dataset import DatasetFiles
from ecgfactory.manifest import Counts


def write_reports(files: DatasetFiles, counts: Counts) -> None:
    """To come."""
