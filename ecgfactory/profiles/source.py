"""Where reference ECGs come from: a dataset of ours, or files of many kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ecgfactory.dataset.names import LATEST, MANIFEST_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.recorder.rates import measured_form


def reference_ecgs(path: Path, stated: Mapping[str, Any]) -> Iterator[ForeignEcg | UnreadableEcg]:
    """Return the ECGs at a path, each once: those of a dataset may lie there in several formats.

    Parameters
    ----------
    path : Path
        A dataset of ours, or what `read_ecgs` reads.
    stated : mapping of str to value
        What the user says about files, by parameter of `read_ecgs`.

    Raises
    ------
    BadInputError
        When there is nothing to read, or what is stated can't be used.
    """
    if not any((folder / MANIFEST_FILE).is_file() for folder in (path, path / LATEST)):
        return read_ecgs(path, **stated)
    if said := [name for name, value in stated.items() if value]:
        raise BadInputError(f"{path}: is a dataset, which says all of itself; leave {' and '.join(said)} out.")
    return (
        ForeignEcg(
            record.record_id,
            record.lead_names,
            measured_form(record.signal_uv[np.newaxis], record.sampling_rate_hz)[0].astype(np.float32),
            recorded_rate_hz=record.sampling_rate_hz,
        )
        for record in Dataset(path)
    )
