"""What may be wrong with the artefacts in the files of formats: they disagree with artefacts.parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ARTEFACTS_FILE
from ecgfactory.dataset.truth_checks import copy_problems
from ecgfactory.formats import FORMATS
from ecgfactory.formats.artefacts import ArtefactsReader


def artefact_copy_problems(dataset: DatasetFiles, records_at_once: int) -> Iterator[str]:
    """Yield what is wrong with the artefacts in every file of a dataset whose artefacts.parquet is sound."""
    check = partial(_differing, dataset)
    return copy_problems(dataset, dataset.formats, ARTEFACTS_FILE, ArtefactsReader, check, records_at_once)


def _differing(
    dataset: DatasetFiles, format_name: str, path: str, candidates: Sequence[int], artefacts: ArtefactTable
) -> dict[str, list[int]]:
    """Return what in a file differs from what follows from artefacts, and of which of the records."""
    format_, spec = FORMATS.load(format_name), dataset.plan.spec_of(format_name)
    with dataset.format_file(format_name, path) as folder:
        held = format_.read_artefacts(folder, path, candidates, spec)
        masks = format_.read_artefact_masks(folder, path, candidates, spec)
    differing = {}
    if held is not None:
        pairs = zip(*(_by_record(table, format_.artefact_columns) for table in (held, artefacts)), strict=True)
        differing["artefacts"] = [row for row, (one, other) in enumerate(pairs) if one != other]
    if masks is not None:
        drawn = artefacts.masks(dataset.plan.samples_per_lead)
        differing["artefact masks"] = np.flatnonzero((masks != drawn).any(axis=(1, 2))).tolist()
    return differing


def _by_record(artefacts: ArtefactTable, columns: Sequence[str]) -> list[list[tuple[Any, ...]]]:
    """Return what some columns say of the artefacts of each record, in one order whatever they were written in."""
    found: list[list[tuple[Any, ...]]] = [[] for _ in range(artefacts.records)]
    rows = zip(*(getattr(artefacts, name).tolist() for name in columns), strict=True)
    for record, row in zip(artefacts.record.tolist(), rows, strict=True):
        found[record].append(tuple(str(value) for value in row))
    return [sorted(of_record) for of_record in found]
