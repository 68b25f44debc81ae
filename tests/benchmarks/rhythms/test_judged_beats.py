"""Beats of a judge against ours."""

from collections import Counter

import numpy as np

from benchmarks.rhythms.beats import Agreement, judged
from benchmarks.rhythms.composed import ComposedEcgs
from benchmarks.rhythms.judge import Verdict
from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.wave_table import WaveTable

SAMPLES = np.array([400, 1000, 1400, 2000, 2600, 3200, 4000], dtype=np.int32)


def ecgs(symbols: str) -> ComposedEcgs:
    """One record with beats at `SAMPLES`."""
    beats = BeatTable(
        TWELVE_LEADS,
        1,
        np.zeros(SAMPLES.size, dtype=np.int32),
        SAMPLES,
        np.array([SYMBOLS.index(symbol) for symbol in symbols], dtype=np.int8),
    )
    points = np.zeros((1, 0, 13, 3, 3), dtype=np.int32)
    waves = WaveTable.of_points(points, np.zeros((1, 0), dtype=bool), TWELVE_LEADS)
    return ComposedEcgs("sinus", np.zeros((1, 12, 5000), dtype=np.int16), beats, waves, Counter(), 1)


def test_each_way_to_differ() -> None:
    # Found: the first two of those from 2 s to 8 s, one of them under another name; one that is not there.
    places = np.array([1010, 1420, 2300, 3200, 4400])
    verdict = Verdict("sinus", places - 20, places + 20, ["sinus", "sinus", "vpc", "sinus", "sinus"])
    assert judged(ecgs("NNVNVNN"), [verdict]) == Agreement(ours=5, alike=2, otherwise=1, missed=2, added=1)


def test_the_share_is_of_all_beats() -> None:
    total = Agreement.total([Agreement(8, 7, 1, 0, 0), Agreement(10, 9, 0, 1, 2)])
    assert total == Agreement(18, 16, 1, 1, 2)
    assert total.share == 0.8
