"""What may be wrong with the labels in the files of formats: they disagree with annotations.parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ANNOTATIONS_FILE
from ecgfactory.dataset.truth_checks import copy_problems
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.formats.damage import reading
from ecgfactory.wave_table import ALL_LEADS, POINTS, WaveTable


def label_problems(dataset: DatasetFiles, records_at_once: int) -> Iterator[str]:
    """Yield what is wrong with the labels in every file of a dataset whose annotations are sound."""
    check = partial(_differing, dataset)
    return copy_problems(dataset, dataset.plan.formats, ANNOTATIONS_FILE, AnnotationsReader, check, records_at_once)


def _differing(
    dataset: DatasetFiles, format_name: str, path: str, candidates: Sequence[int], waves: WaveTable
) -> dict[str, list[int]]:
    """Return which labels in a file differ from those that follow from waves, and of which of the records."""
    format_, spec = format_named(format_name), dataset.plan.spec_of(format_name)
    with reading(path):
        held = format_.read_waves(dataset.path, path, candidates, spec)
        r_peaks = format_.read_r_peaks(dataset.path, path, candidates, spec)
        masks = format_.read_masks(dataset.path, path, candidates, spec)
    differing = {}
    if held is not None:
        expected = waves if held.lead.any() else waves.of_lead(ALL_LEADS)
        differing["waves"] = _differing_parts(_by_record(held), _by_record(expected))
    if r_peaks is not None:
        differing["R peaks"] = _differing_parts(r_peaks, waves.r_peaks())
    if masks is not None:
        drawn = waves.masks(dataset.plan.samples_per_lead)
        differing["masks"] = np.flatnonzero((masks != drawn).any(axis=(1, 2))).tolist()
    return differing


Parts = list[npt.NDArray[np.int32]]
"""Rows of each record."""


def _by_record(waves: WaveTable) -> Parts:
    rows = np.stack([getattr(waves, name).astype(np.int32) for name in ("beat", "lead", "wave", *POINTS)], axis=-1)
    return np.split(rows, np.searchsorted(waves.record, np.arange(waves.records)))[1:]


def _differing_parts(held: Parts, expected: Parts) -> list[int]:
    pairs = enumerate(zip(held, expected, strict=True))
    return [row for row, (one, other) in pairs if not np.array_equal(one, other)]
