"""Stretches of records, read or cut, so that a long record is never held whole."""

from __future__ import annotations

import math
from dataclasses import replace
from numbers import Real

import numpy as np

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ANNOTATIONS_FILE
from ecgfactory.dataset.signals import quickest
from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import BadInputError, shown
from ecgfactory.formats.damage import reading
from ecgfactory.leads import SignalUv
from ecgfactory.record import Record, Stretch
from ecgfactory.wave_table import WaveTable


def read_stretch(files: DatasetFiles, wanted: str, start_s: float, stop_s: float) -> Record:
    """Read a stretch of a record; see `Dataset.stretch`."""
    place = files.place(wanted)
    if not files.plan.request.is_in_pieces:
        return cut_stretch(files.take(np.array([place]))[0], start_s, stop_s)
    rate_hz, length_s = files.plan.recorder.rate_hz, float(files.plan.request.duration_s)
    start, stop = _samples(wanted, start_s, stop_s, length_s, rate_hz)
    rows, candidate = np.array([place]), int(files.candidates[place])
    rhythms = files.rhythms_of(rows)
    return replace(
        Ecgs(
            stretch_uv(files, place, start, stop)[np.newaxis],
            files.candidates[rows],
            files.plan.lead_names,
            files.plan.seed,
            {name: values[rows] for name, values in files.measured.items()},
            rate_hz,
            files.plan.recorder.filters,
            dataset=files.title,
            waves=_waves(files, candidate, start, stop),
            rhythm=files.rhythm_names[rows],
            beats=files.beats_of(rows).of_stretch(start, stop),
            rhythms=rhythms.of_stretch(start, stop),
        )[0],
        stretch=Stretch(start / rate_hz, length_s, tuple(rhythms.kinds_of_records()[0])),
    )


def cut_stretch(record: Record, start_s: float, stop_s: float) -> Record:
    """Return a stretch of a record that is held whole; see `Dataset.stretch`."""
    start, stop = _samples(record.record_id, start_s, stop_s, record.duration_s, record.sampling_rate_hz)
    return replace(
        record,
        signal_uv=record.signal_uv[:, start:stop],
        waves=None if record.waves is None else record.waves.of_stretch(start, stop),
        artefacts=None if record.artefacts is None else record.artefacts.of_stretch(start, stop),
        clean_uv=None if record.clean_uv is None else record.clean_uv[:, start:stop],
        beats=None if record.beats is None else record.beats.of_stretch(start, stop),
        rhythms=None if record.rhythms is None else record.rhythms.of_stretch(start, stop),
        stretch=Stretch(start / record.sampling_rate_hz, record.duration_s, record.kinds_of_stretches),
    )


def _samples(wanted: str, start_s: float, stop_s: float, length_s: float, rate_hz: int) -> tuple[int, int]:
    """Return the first sample of a stretch, and the one after its last."""
    end = round(length_s * rate_hz)
    are_numbers = all(isinstance(time_s, Real) and math.isfinite(time_s) for time_s in (start_s, stop_s))
    start, stop = (round(time_s * rate_hz) for time_s in (start_s, stop_s)) if are_numbers else (0, 0)
    if not 0 <= start < stop <= end:
        raise BadInputError(
            f"record {wanted}: there is no stretch from {shown(start_s)} to {shown(stop_s)} s; "
            f"give a start and a later stop from 0 to {length_s:g} s."
        )
    return start, stop


def stretch_uv(files: DatasetFiles, place: int, start: int, stop: int) -> SignalUv:
    """Read the signal of a stretch alone, shape (leads, stop - start), by the record's place in records.parquet."""
    name = quickest(files.formats)
    path, candidate = files.records_table.column(f"{name}_path")[place].as_py(), int(files.candidates[place])
    return files.stretch_in(name, path, candidate, start, stop)


def _waves(files: DatasetFiles, candidate: int, start: int, stop: int) -> WaveTable | None:
    if not files.plan.labels.waves:
        return None
    with reading(files.path / ANNOTATIONS_FILE):
        return files.annotations_reader.read_stretch(candidate, start, stop)
