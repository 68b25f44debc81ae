"""EDF and EDF+ files."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import edfio
import numpy as np

from ecgfactory.foreign.recording import Recording, Signal, UnreadableError, check_size, common_rate, in_one_line
from ecgfactory.foreign.stated import Stated

VERSION = b"0       "
"""How every EDF file begins; BDF, its sibling of 24 bits, begins otherwise."""

DISCONTINUOUS = "EDF+D"


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording]:
    """Read a file's signals, each at its own rate; annotations are none."""
    with file.open("rb") as stream:
        if stream.read(len(VERSION)) != VERSION:
            raise UnreadableError("it is no EDF file")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        edf = _opened(file)
        check_size(edf.num_data_records * sum(signal.samples_per_data_record for signal in edf.signals))
        as_converted = stated.unit is not None and stated.unit.is_converters
        signals = tuple(_signal(signal, as_converted) for signal in edf.signals)
    notes = tuple(dict.fromkeys(str(warning.message) for warning in told))
    yield Recording(name, signals, common_rate(signals), notes=notes)


def _signal(signal: edfio.EdfSignal, as_converted: bool) -> Signal:
    problem = _scale_problem(signal)
    values = signal.digital if as_converted or problem else signal.data
    return Signal(
        signal.label, signal.physical_dimension, np.array(values, np.float64), signal.sampling_frequency, problem
    )


def _scale_problem(signal: edfio.EdfSignal) -> str:
    """Say why a header does not tell what a signal's numbers mean, where edfio would return them as they are."""
    try:
        (low, high), digital = signal.physical_range, signal.digital_range
    except ValueError:
        return "its header's physical or digital range is no pair of numbers"
    if math.isfinite(high - low) and low != high and digital.min != digital.max:
        return ""
    return f"its header gives a range of {low:g} to {high:g} for {digital.min} to {digital.max} in the file"


def _opened(file: Path) -> edfio.Edf:
    try:
        edf = edfio.read_edf(file, header_encoding="utf-8")
        if any("\ufffd" in signal.label + signal.physical_dimension for signal in edf.signals):
            edf = edfio.read_edf(file, header_encoding="latin-1")
        is_continuous = not edf.reserved.startswith(DISCONTINUOUS) or edf.is_continuous
    except Exception as error:  # whatever a parser raises concerns this damaged file alone
        raise UnreadableError(f"its EDF header is damaged or the file cut off ({in_one_line(error)})") from None
    if not is_continuous:
        raise UnreadableError(f"it is {DISCONTINUOUS}, discontinuous; export its pieces as files of their own")
    return edf
