"""Samples that were lost on their way."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefact_table import DROPPED_SAMPLES
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage

GAP_S = (0.02, 1.0)
"""From one packet of a wireless recorder to a short break of its link."""


class DroppedSamples(SignalChange):
    """One gap in all leads, as a lost packet leaves it.

    Here the value before it is held, or the first one after it where the record begins with the gap; formats that have
    something for missing samples write that. Wireless recorders lose a packet now and then, and links break off for
    seconds (Alesanco, Garcia, Clinical assessment of wireless ECG transmission in real-time cardiac telemonitoring,
    IEEE Trans Inf Technol Biomed 14 (2010) 1144, doi:10.1109/TITB.2010.2047650).
    """

    name = DROPPED_SAMPLES
    title = "a gap in all leads"
    stage = Stage.LOSS
    unit = "ms"
    amount = "length of the gap"

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Hold the value before a gap; see `SignalChange`."""
        shortest_s, longest_s = np.log(GAP_S)
        length = min(recording.span(float(np.exp(rng.uniform(shortest_s, longest_s)))), recording.samples - 1)
        onset = int(rng.integers(recording.samples - length + 1))
        end = onset + length
        leads_uv[:, onset:end] = leads_uv[:, [onset - 1 if onset else end]]
        return Change(onset, end - 1, 1000 * length / recording.rate_hz)
