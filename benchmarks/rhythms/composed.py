"""Composed records with what is known of them, for judges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import ecgfactory as ef
from ecgfactory.beat_table import BeatTable
from ecgfactory.leads import SignalUv
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True)
class ComposedEcgs:
    """Records of one rhythm, of 12 leads and 10 s at 500 Hz.

    Parameters
    ----------
    rhythm : str
        Its name.
    signals_uv : int16 array, shape (n, 12, 5000)
        In uV.
    beats : BeatTable
        Their beats.
    waves : WaveTable
        Their waves.
    """

    rhythm: str
    signals_uv: SignalUv
    beats: BeatTable
    waves: WaveTable

    def first(self, count: int) -> ComposedEcgs:
        """Return the first of them."""
        rows = np.arange(min(count, len(self.signals_uv)))
        return ComposedEcgs(self.rhythm, self.signals_uv[rows], self.beats.take(rows), self.waves.take(rows))


def compose_ecgs(rhythm: str, count: int, seed: int) -> ComposedEcgs:
    """Compose records in a rhythm, such as the policy `basic` accepts."""
    ecgs = ef.generate(count, seed=seed, leads=12, rhythm={rhythm: 1.0}, labels={"waves": True})
    return ComposedEcgs(rhythm, ecgs.signals_uv, ecgs.beats, ecgs.waves)
