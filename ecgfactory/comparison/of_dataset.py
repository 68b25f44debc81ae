"""Comparing a dataset with the reference that its request names."""

from __future__ import annotations

from pathlib import Path

from ecgfactory.comparison.compare import compare_sources
from ecgfactory.comparison.result import Comparison
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.errors import BuildFailedError
from ecgfactory.request.reference import ReferenceDigest, is_there
from ecgfactory.sources.dataset import DatasetSource
from ecgfactory.sources.opening import open_source


def compare_dataset(files: DatasetFiles) -> Comparison:
    """Compare an assembled dataset with its reference, whose ECGs have numbers in place of names.

    Raises
    ------
    BuildFailedError
        When the reference is gone, or no longer what it was when the build was planned.
    BadInputError
        When the two can't be compared.
    """
    plan, asked = files.plan, files.plan.request.reference
    path = Path(asked.path or "")
    if not is_there(path):
        raise BuildFailedError(f"{path}: the reference is gone since the build began; put it back and build again.")
    if plan.reference != ReferenceDigest.of(path):
        raise BuildFailedError(f"{path}: the reference has changed since the build began; build again.")
    reference = open_source(path, "reference", called="reference ECG", **asked.stated)
    return compare_sources([DatasetSource(files), reference])
