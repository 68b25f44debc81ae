"""A search for near-duplicates among the records of a dataset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

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
    signals = [_signals(files, name, path, candidates) for path, candidates in by_file.items()]
    ids = [record_id(candidate) for candidates in by_file.values() for candidate in candidates]
    signals_uv = measured_form(np.concatenate(signals), files.plan.recorder.rate_hz)
    return measure_diversity(signals_uv, files.plan.lead_names, ids)


def _signals(files: DatasetFiles, name: str, path: str, candidates: Sequence[int]) -> SignalUv:
    """Read records of a file, of long ones the beginning."""
    if not files.plan.request.is_in_pieces:
        return files.signals_in(name, path, candidates)
    stop = BEGINNING_S * files.plan.recorder.rate_hz
    return np.stack([files.stretch_in(name, path, candidate, 0, stop) for candidate in candidates])
