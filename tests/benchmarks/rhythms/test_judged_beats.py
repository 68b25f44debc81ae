"""Beats of a judge against ours."""

from collections import Counter

import numpy as np

from benchmarks.rhythms.beats import Agreement, judged, nearest
from benchmarks.rhythms.composed import ComposedEcgs
from benchmarks.rhythms.judge import Verdict
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.wave_table import BEAT_WAVES, WaveTable

SAMPLES = np.array([400, 1000, 1400, 2000, 2600, 3200, 4000], dtype=np.int32)
NAMES = {0: "none", 1: "sinus", 2: "vpc"}


def ecgs(symbols: str) -> ComposedEcgs:
    """One record with beats at `SAMPLES`, each with a QRS of 80 ms."""
    numbers = np.array([SYMBOLS.index(symbol) for symbol in symbols], dtype=np.int8)
    beats = BeatTable(TWELVE_LEADS, 1, np.zeros(SAMPLES.size, dtype=np.int32), SAMPLES, numbers)
    points = np.full((1, SAMPLES.size, 13, 3, 3), -1, dtype=np.int32)
    points[0, :, 0, BEAT_WAVES.index("QRS")] = SAMPLES[:, np.newaxis] + [-20, 0, 20]
    waves = WaveTable.of_points(points, np.ones((1, SAMPLES.size), dtype=bool), TWELVE_LEADS)
    return ComposedEcgs("sinus", np.zeros((1, 12, 5000), dtype=np.int16), beats, waves, Counter(), 1)


def test_the_judge_calls_beats_by_the_samples_of_their_qrs() -> None:
    beat = np.zeros(5000, dtype=np.uint8)
    beat[990:1010] = 1
    beat[1380:1420] = 2
    beat[1995:2000] = 2  # too short to be seen
    beat[2580:2595], beat[2595:2620] = 1, 2
    beat[3180:3220] = 1
    verdict = Verdict("sinus", beat, np.arange(5000) < 2000, NAMES)
    found = judged(ecgs("NNVVNNN"), [verdict])
    assert found == {"sinus": Agreement(3, 2, 1), "vpc": Agreement(2, 1, 0)}  # the first and the last are not sure
    assert found["vpc"].share == 0.5
    gated = judged(ecgs("NNVVNNN"), [verdict.gated()])
    assert gated == {"sinus": Agreement(3, 1, 0), "vpc": Agreement(2, 1, 0)}  # the other beats lie outside of any QRS


def test_nearest_within_150_ms() -> None:
    assert nearest(np.array([100, 500, 1000]), np.array([480, 1076])).tolist() == [-1, 0, -1]
    assert nearest(np.array([100]), np.array([], dtype=int)).tolist() == [-1]
