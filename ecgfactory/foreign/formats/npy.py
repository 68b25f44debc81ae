"""NumPy arrays, of datasets of ours and of others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecgfactory.errors import EcgFactoryError
from ecgfactory.foreign.formats.array import check_no_labels, holds_records, recordings
from ecgfactory.foreign.recording import NoEcgError, Recording, UnreadableError, in_one_line
from ecgfactory.foreign.stated import Stated
from ecgfactory.formats.npy import BESIDE_SIGNALS, CANDIDATES_SUFFIX
from ecgfactory.record import record_id

if TYPE_CHECKING:
    from ecgfactory.dataset.reader import Dataset

MOST_BESIDE = 20
"""Arrays of ECGs and of labels are a few files; of one file for each ECG there may be thousands."""


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording]:
    """Read an array record by record; of a dataset of ours, its manifest tells leads, unit and rate."""
    if is_beside_signals(file):
        raise UnreadableError("it holds no ECG, but numbers, waves or masks of those in the array beside it")
    try:
        array = np.lib.format.open_memmap(file, mode="r")
    except Exception as error:  # whatever a parser raises concerns this damaged file alone
        kind = NoEcgError if "Python objects" in str(error) else UnreadableError
        raise kind(f"it is no whole array of numbers ({in_one_line(error)})") from None
    check_no_labels(array, lambda: _counts_of_records(file))
    candidates = file.with_suffix(CANDIDATES_SUFFIX)
    dataset = _dataset_of(file) if candidates.is_file() else None
    if dataset is None:
        yield from recordings(array, lambda row: name if row < 0 else f"{name}:{row}", stated.lead_names)
        return
    ids = [record_id(number) for number in np.load(candidates).tolist()]
    yield from recordings(array, lambda row: f"{name}:{ids[row]}", dataset.lead_names, "uV", dataset.sampling_rate_hz)


def is_beside_signals(file: Path) -> bool:
    """Return whether a file holds the numbers, waves or masks of records that are in the array beside it."""
    signals = [file.name.removesuffix(ending) + ".npy" for ending in BESIDE_SIGNALS if file.name.endswith(ending)]
    return any(file.with_name(name).is_file() for name in signals)


def _counts_of_records(file: Path) -> Iterator[int]:
    """Yield how many records the arrays of many have that lie beside a file."""
    for other in itertools.islice(file.parent.glob("*.npy"), MOST_BESIDE):
        try:
            shape = np.lib.format.open_memmap(other, mode="r").shape
        except Exception:  # noqa: S112  it is told when its turn comes
            continue
        if holds_records(shape):
            yield shape[0]


def _dataset_of(file: Path) -> Dataset | None:
    from ecgfactory.dataset.reader import Dataset

    try:
        return Dataset(file.parent.parent)
    except EcgFactoryError:
        return None
