"""The waves of a record that is drawn."""

from __future__ import annotations

import numpy as np

from ecgfactory.quality.beats import Beats
from ecgfactory.record import Record
from ecgfactory.report.rhythm import as_measured, record_beats
from ecgfactory.wave_table import WaveTable
from ecgfactory.waves.label import label_waves


def record_waves(record: Record, beats: Beats | None = None) -> WaveTable:
    """Return the waves of a record: those that it carries, else found as those of a dataset are.

    Parameters
    ----------
    record : Record
        Any number of leads, of any length.
    beats : Beats, optional
        From `record_beats` of its measured form, where these are known already.
    """
    if record.waves is not None:
        return record.waves
    measured = as_measured(record)
    return label_waves(
        measured.signal_uv[np.newaxis],
        beats or record_beats(measured),
        record.lead_names,
        record.sampling_rate_hz,
        record.signal_uv.shape[-1],
    )
