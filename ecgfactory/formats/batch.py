"""Batches of accepted records, which formats write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.beat_table import BeatTable
from ecgfactory.leads import SignalUv
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True)
class Injury:
    """What artefacts did to records, row by row.

    Parameters
    ----------
    artefacts : ArtefactTable
        The artefacts of each record.
    snr_db : float64 array, shape (n, leads)
        Of each lead as it is stored: the variance of the clean lead against the mean square of its difference from the
        stored one, over the whole record; NaN where there is no difference, or no signal.
    failed_rules : list of list of str
        Rules of the policy that each stored record breaks; the clean ones broke none.
    clean_features : dict of str to array of shape (n,)
        What was measured on the clean records; empty where that is not kept.
    clean_uv : int16 array, shape (n, leads, samples), or None
        The clean records; None where they are not kept.
    """

    artefacts: ArtefactTable
    snr_db: Float64Array
    failed_rules: list[list[str]]
    clean_features: FeatureTable
    clean_uv: SignalUv | None

    def take(self, rows: npt.NDArray[np.integer]) -> Self:
        """Return some of the rows, by index."""
        return type(self)(
            self.artefacts.take(rows),
            self.snr_db[rows],
            [self.failed_rules[row] for row in rows],
            {name: values[rows] for name, values in self.clean_features.items()},
            None if self.clean_uv is None else self.clean_uv[rows],
        )


@dataclass(frozen=True)
class Composed:
    """What records were composed as, row by row.

    Parameters
    ----------
    rhythm : object array of str, shape (n,)
        Name of each one's rhythm (`rhythm_kinds`).
    beats : BeatTable
        The beats of each, in samples as stored.
    rhythms : RhythmTable
        The rhythms of each, in samples as stored.
    """

    rhythm: npt.NDArray[np.object_]
    beats: BeatTable
    rhythms: RhythmTable

    def take(self, rows: npt.NDArray[np.integer]) -> Self:
        """Return some of the rows, by index."""
        return type(self)(self.rhythm[rows], self.beats.take(rows), self.rhythms.take(rows))

    def put(self, rows: npt.NDArray[np.integer], rhythm: npt.NDArray[np.object_]) -> Self:
        """Return the same as of some rows, rising, among candidates of the given rhythms; the others have no beats."""
        return type(self)(rhythm, self.beats.put(rows, len(rhythm)), self.rhythms.put(rows, len(rhythm)))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put what some batches of records, one or more, were composed as below each other."""
        return cls(
            np.concatenate([part.rhythm for part in parts]),
            BeatTable.joined([part.beats for part in parts]),
            RhythmTable.joined([part.rhythms for part in parts]),
        )


@dataclass(frozen=True)
class RecordBatch:
    """Some records, row by row in candidate order.

    Parameters
    ----------
    candidates : int64 array, shape (n,)
        Candidate numbers.
    splits : str array, shape (n,)
        Split of each.
    signals_uv : int16 array, shape (n, leads, samples)
        Stored leads, in uV.
    features : dict of str to array of shape (n,)
        What was measured and is stored, in the order of the columns.
    waves : WaveTable or None
        P, QRS and T of every beat; None where they were not asked for. Of the clean record, where there is another.
    injury : Injury or None
        What artefacts did to the records, whose signals and features are those with artefacts; None where they were not
        asked for.
    composed : Composed or None
        What they were composed as; None where they are as generated.
    """

    candidates: npt.NDArray[np.int64]
    splits: npt.NDArray[np.str_]
    signals_uv: SignalUv
    features: FeatureTable
    waves: WaveTable | None = field(default=None, kw_only=True)
    injury: Injury | None = field(default=None, kw_only=True)
    composed: Composed | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.candidates)

    def take(self, rows: npt.NDArray[np.integer]) -> Self:
        """Return some of the rows, by index."""
        return replace(
            self,
            candidates=self.candidates[rows],
            splits=self.splits[rows],
            signals_uv=self.signals_uv[rows],
            features={name: values[rows] for name, values in self.features.items()},
            waves=None if self.waves is None else self.waves.take(rows),
            injury=None if self.injury is None else self.injury.take(rows),
            composed=None if self.composed is None else self.composed.take(rows),
        )

    @property
    def clean(self) -> Self:
        """The same records without their artefacts, as they were accepted.

        Raises
        ------
        ValueError
            When these were not kept.
        """
        if self.injury is None or self.injury.clean_uv is None:
            raise ValueError("the records without artefacts were not kept")
        return replace(self, signals_uv=self.injury.clean_uv, features=self.injury.clean_features, injury=None)
