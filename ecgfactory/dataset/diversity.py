"""A search for near-duplicates among the records of a dataset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ecgfactory.arrays import IntArray
from ecgfactory.dataset.files import DatasetFiles, candidates_by_file
from ecgfactory.dataset.names import RECORDS_FILE
from ecgfactory.formats.clean_twin import CLEAN_SUFFIX
from ecgfactory.leads import SignalUv
from ecgfactory.quality.diversity import Diversity, measure_diversity
from ecgfactory.record import record_id
from ecgfactory.recorder.rates import measured_form

DIVERSITY_RUNS, DIVERSITY_RUN = 10, 30
"""Neighbours lie in one row group of a file, which is read as a whole."""

BEGINNING_S = 10
"""Of long records so much is compared."""


def sample_diversity(files: DatasetFiles) -> Diversity:
    """Look for near-duplicates among at most 300 records: runs of 30, evenly spaced over the dataset.

    Clean twins are compared where these are kept: noise makes the same heart look like two. Otherwise records are
    compared as they are stored.
    """
    name = f"{files.formats[0]}{CLEAN_SUFFIX}" if files.plan.keeps_clean else files.formats[0]
    where = files.table(RECORDS_FILE, ["candidate", f"{name}_path"])
    count = where.num_rows
    runs = np.linspace(0, max(count - DIVERSITY_RUN, 0), DIVERSITY_RUNS).round().astype(np.int64)
    rows = np.unique(np.add.outer(runs, np.arange(min(DIVERSITY_RUN, count))))
    sample = where.take(pa.array(rows))
    by_file = candidates_by_file(sample, name)
    ids = [record_id(candidate) for candidates in by_file.values() for candidate in candidates]
    if files.plan.request.is_in_pieces:
        signals_uv = np.concatenate([_beginnings(files, name, path, held) for path, held in by_file.items()])
    else:
        signals_uv = _signals(files, np.concatenate([*by_file.values()]))
    return measure_diversity(measured_form(signals_uv, files.plan.recorder.rate_hz), files.plan.lead_names, ids)


def _signals(files: DatasetFiles, candidates: IntArray) -> SignalUv:
    """Read records, by row group where there are such, so that of a store no whole files are fetched."""
    reader = files.reader(files.plan.lead_names)
    if files.plan.keeps_clean:
        reader = files.clean_of(reader)
    return reader.read(np.searchsorted(files.candidates, candidates))


def _beginnings(files: DatasetFiles, name: str, path: str, candidates: Sequence[int]) -> SignalUv:
    """Read the beginnings of long records of a file."""
    stop = BEGINNING_S * files.plan.recorder.rate_hz
    return np.stack([files.stretch_in(name, path, candidate, 0, stop) for candidate in candidates])
