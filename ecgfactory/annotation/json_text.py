"""Annotations of an ECG as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ecgfactory.annotation.records import AnnotatedEcg
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.formats.wave_rows import wave_rows

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
    rows = wave_rows(ecg.waves)
    for first in range(0, len(ecg.waves), AT_ONCE):
        yield (", " if first else "") + json.dumps(rows.slice(first, AT_ONCE).to_pylist())[1:-1]
    yield "]}"
