"""Paroxysmal atrial fibrillation: it comes with an atrial premature beat, and goes by itself."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.assembly import ATRIAL, NORMAL, Beats, PWaves, assembled
from ecgfactory.rhythms.atrial_fibrillation import AtrialFibrillation, irregular_rr_s, waves_hz
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.episodes import Episode, interwoven, rhythms_of, turns_s
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.score import Activity, Heart, PShape, Score
from ecgfactory.rhythms.sinus import own_node, own_rr_s

RATE_BPM = (80.0, 150.0)
"""Mean ventricular rate in fibrillation: fast, as nothing slows it (chosen here)."""

EPISODE_S = (60.0, 600.0)
"""How long episodes last in long records, and sinus rhythm between them (chosen here; by definition they end within
seven days, Joglar et al., 2023 ACC/AHA/ACCP/HRS guideline, doi:10.1161/CIR.0000000000001193)."""

PART = (0.43, 0.57)
"""How long they last at least and at most, over the length of a short record: one change near its middle."""

_COUPLING = (0.5, 0.62)
"""From the last sinus P to that of the premature beat that starts an episode, over the PP interval (chosen here)."""


class ParoxysmalAtrialFibrillation(Rhythm):
    """Sinus rhythm and atrial fibrillation in turn; the premature beat that starts an episode is before its onset."""

    name: ClassVar[str] = "paroxysmal_atrial_fibrillation"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        pp_s = own_rr_s(heart, rng)
        mean_s = 60 / rng.uniform(*RATE_BPM)
        heart = at_rate(heart, pp_s)
        node = own_node(pp_s, duration_s, rng)

        def episode(p_onset_s: float, qrs_onset_s: float, until_s: float) -> Episode:
            early_p_s = p_onset_s + pp_s * rng.uniform(*_COUPLING)
            early_s = max(early_p_s + heart.pr_s, qrs_onset_s + 0.3)
            onset_s = early_s + np.cumsum(irregular_rr_s(mean_s, until_s - early_s, rng))
            onset_s = np.append(early_s, onset_s[: max(1, int(onset_s.searchsorted(until_s)))])
            symbol = np.full(len(onset_s), NORMAL, np.int8)
            symbol[0] = ATRIAL
            beats = Beats(onset_s, symbol, np.zeros(len(onset_s), np.int8))
            p_waves = PWaves.alike(np.array([early_p_s]), np.array([0]), PShape.ECTOPIC)
            return Episode(beats, p_waves, early_s + heart.qrs_s, float(onset_s[-1]) + heart.qt_s)

        lasts_s = min(PART[0] * duration_s, EPISODE_S[0]), min(PART[1] * duration_s, EPISODE_S[1])
        starts_within = rng.random() < 0.5
        turns = turns_s(lasts_s, lasts_s, starts_within, duration_s, rng)
        beats, p_waves, episodes = interwoven(heart, node, turns, starts_within, episode)
        rhythms = rhythms_of(episodes, AtrialFibrillation.name, duration_s)
        activities = [
            (Activity.FIBRILLATION, each.begins_s, each.ends_s, waves_hz(rng))
            for each in episodes
            if each.touches(duration_s)
        ]
        return assembled(heart, duration_s, beats, p_waves, node.breath_s, rhythms, activities)
