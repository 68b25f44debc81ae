"""What may be wrong with the labels in the files of formats: they disagree with annotations.parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ANNOTATIONS_FILE
from ecgfactory.dataset.truth_checks import copy_problems, differing_rows, rows_of_each
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.wave_table import ALL_LEADS, POINTS, WaveTable

_COLUMNS = ("beat", "lead", "wave", *POINTS)


def label_problems(dataset: DatasetFiles, records_at_once: int) -> Iterator[str]:
    """Yield what is wrong with the labels in every file of a dataset whose annotations are sound."""
    check = partial(_differing, dataset)
    return copy_problems(dataset, dataset.plan.formats, ANNOTATIONS_FILE, AnnotationsReader, check, records_at_once)


def _differing(
    dataset: DatasetFiles, format_name: str, path: str, candidates: Sequence[int], waves: WaveTable
) -> dict[str, list[int]]:
    """Return which labels in a file differ from those that follow from waves, and of which of the records."""
    format_, spec = format_named(format_name), dataset.plan.spec_of(format_name)
    with dataset.format_file(format_name, path) as folder:
        held = format_.read_waves(folder, path, candidates, spec)
        r_peaks = format_.read_r_peaks(folder, path, candidates, spec)
        masks = format_.read_masks(folder, path, candidates, spec)
    differing = {}
    if held is not None:
        expected = waves if held.lead.any() else waves.of_lead(ALL_LEADS)
        differing["waves"] = differing_rows(rows_of_each(held, _COLUMNS), rows_of_each(expected, _COLUMNS))
    if r_peaks is not None:
        differing["R peaks"] = differing_rows(r_peaks, waves.r_peaks())
    if masks is not None:
        drawn = waves.masks(dataset.plan.samples_per_lead)
        differing["masks"] = np.flatnonzero((masks != drawn).any(axis=(1, 2))).tolist()
    return differing
