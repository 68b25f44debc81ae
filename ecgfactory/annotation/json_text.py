"""Annotations of an ECG as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from ecgfactory.annotation.records import AnnotatedEcg
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.wave_table import ABSENT, POINTS, WAVES, WaveTable

AT_ONCE = 10_000
"""Waves that are texts at a time: of a day there are millions."""


def json_text(ecg: AnnotatedEcg | UnreadableEcg) -> Iterator[str]:
    """Write an object on one line: what it is, and a list of its waves; null for a bound that is cut off."""
    if isinstance(ecg, UnreadableEcg):
        yield json.dumps({"name": ecg.name, "problem": ecg.problem})
        return
    about = {
        "name": ecg.name,
        "problem": None,
        "notes": list(ecg.notes),
        "leads": list(ecg.lead_names),
        "sampling_rate_hz": ecg.sampling_rate_hz,
        "duration_s": ecg.duration_s,
        "beats": ecg.beats,
    }
    yield json.dumps(about)[:-1] + ', "waves": ['
    for first in range(0, len(ecg.waves), AT_ONCE):
        rows = _rows(ecg.waves, slice(first, first + AT_ONCE))
        yield (", " if first else "") + json.dumps(rows)[1:-1]
    yield "]}"


def _rows(waves: WaveTable, some: slice) -> list[dict[str, str | int | None]]:
    points = [_samples(getattr(waves, name)[some]) for name in POINTS]
    names = [WAVES[wave] for wave in waves.wave[some].tolist()]
    columns = (waves.beat[some].tolist(), waves.lead_of_each[some], names, *points)
    return [dict(zip(("beat", "lead", "wave", *POINTS), row, strict=True)) for row in zip(*columns, strict=True)]


def _samples(points: np.ndarray) -> list[int | None]:
    return [None if sample == ABSENT else sample for sample in points.tolist()]
