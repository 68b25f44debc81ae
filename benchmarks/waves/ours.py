"""Our labels: of LUDB by networks that did not see the record, where the user has them; else by those in the package.

`make wave-model` keeps the networks of its cross-validation in a file, each with the records that it did not see.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.wave_model.folds import read_folds
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.quality.features import measure_with_beats
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.validation.wave_accuracy import our_marks
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, WaveTable
from ecgfactory.waves.label import label_waves
from ecgfactory.waves.marks import Marks

TRAINED_ON = frozenset(map(str, range(1, 101)))
"""Records of LUDB that the networks in the package learnt from."""

QRS = BEAT_WAVES.index("QRS")


class UnseenNetworks:
    """Which networks mark a record of LUDB.

    Parameters
    ----------
    folds : Path or None
        File of `write_folds`.
    """

    def __init__(self, folds: Path | None) -> None:
        self._by_record = read_folds(folds) if folds else {}

    def saw(self, record: LudbRecord) -> bool:
        """Tell whether a record is marked by networks that learnt from it, for want of others."""
        return record.name in TRAINED_ON - self._by_record.keys()

    def marks(self, record: LudbRecord) -> Marks:
        """Mark a record."""
        return our_marks(record, self._by_record.get(record.name))


def table_of(marks: Marks) -> WaveTable:
    """List the marks of one record of 12 leads."""
    return WaveTable.of_points(marks.points, marks.over_all[..., QRS, 1] != ABSENT, TWELVE_LEADS)


def labels_of(signal_uv: SignalUv) -> WaveTable:
    """Label one record of 12 leads at 500 Hz, as a build does."""
    _, beats, waves = measure_with_beats(signal_uv[np.newaxis], TWELVE_LEADS)
    return label_waves(signal_uv[np.newaxis], beats, TWELVE_LEADS, SAMPLING_RATE_HZ, signal_uv.shape[-1], waves)
