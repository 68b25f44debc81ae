"""Atrial flutter: the atria go round regularly, and the AV node conducts every second to fourth of their waves."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import Beats, PWaves, assembled, everywhere
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.breathing import MARGIN_S, breaths
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.score import Activity, Heart, Score

WAVES_BPM = (250.0, 295.0, 340.0)
"""Rate of flutter waves: slowest, most frequent and fastest. Textbooks give 240 to 340 or 250 to 350 /min, and most
often about 300, of which half conducted are 150."""

CONDUCTION = (2, 3, 4)
"""How many waves there are to a QRS."""

_SHARES = (0.4, 0.15, 0.25, 0.2)
"""Of records with each of these throughout, and of those in which it varies (chosen here)."""

FROM_WAVE_S = (0.12, 0.22)
"""From the start of a wave to the QRS it is conducted to: the same throughout a record (chosen here)."""

_SPREAD_S = 0.003
"""Standard deviation of that interval within a record (chosen here)."""


class AtrialFlutter(Rhythm):
    """Atrial flutter throughout the record; a flutter wave begins where the activity does, and then regularly."""

    name: ClassVar[str] = "atrial_flutter"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        wave_s = 60 / rng.triangular(*WAVES_BPM)
        kind = int(rng.choice(4, p=_SHARES))
        ratios = CONDUCTION if kind == len(CONDUCTION) else CONDUCTION[kind : kind + 1]
        count = int((duration_s + 2 * MARGIN_S) / (wave_s * ratios[0])) + 1
        waves = np.cumsum(rng.choice(ratios, size=count)) - rng.integers(ratios[0])
        from_wave_s = rng.uniform(*FROM_WAVE_S) + _SPREAD_S * rng.standard_normal(count)
        activity = everywhere(Activity.FLUTTER, 1 / wave_s, duration_s)
        return assembled(
            at_rate(heart, wave_s * float(np.mean(ratios)), has_pr=False),
            duration_s,
            Beats.alike(activity[1] + waves * wave_s + from_wave_s),
            PWaves.none(),
            breaths(duration_s, rng),
            [(self.name, 0.0)],
            [activity],
        )
