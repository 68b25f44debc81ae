"""Composed records for tests of files and tables: beats and rhythms that have nothing to do with any signal."""

import numpy as np

from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.batch import Composed
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable


def any_composed(lead_names: tuple[str, ...], records: int, samples: int, seed: int = 0) -> Composed:
    """Return beats every 0.35 to 0.9 s at 500 Hz with any symbols, and one to three rhythms, of each record."""
    rng = np.random.default_rng(seed)
    beats, rhythms = [], []
    for _ in range(records):
        places = np.cumsum(rng.integers(175, 450, size=samples // 175))
        places = places[places < samples].astype(np.int32)
        symbols = rng.integers(0, len(SYMBOLS), size=len(places)).astype(np.int8)
        beats.append(BeatTable(lead_names, 1, np.zeros(len(places), np.int32), places, symbols))
        cuts = np.sort(rng.choice(np.arange(1, samples), size=rng.integers(0, 3), replace=False))
        onset = np.array([0, *cuts], np.int32)
        offset = np.array([*(cuts - 1), samples - 1], np.int32)
        kinds = rng.choice(len(NAMES), size=len(onset), replace=False).astype(np.int8)
        rhythms.append(RhythmTable(lead_names, 1, np.zeros(len(onset), np.int32), kinds, onset, offset))
    kinds_of_records = np.array([NAMES[rng.integers(len(NAMES))] for _ in range(records)], dtype=object)
    return Composed(kinds_of_records, BeatTable.joined(beats), RhythmTable.joined(rhythms))
