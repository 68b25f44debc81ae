"""The waves of some records as a table: one row per wave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray
from ecgfactory.errors import BadInputError
from ecgfactory.record_rows import RecordRows

if TYPE_CHECKING:
    import pandas as pd

BEAT_WAVES = ("P", "QRS", "T")
"""The waves of a beat, in order of time."""

WAVES = (*BEAT_WAVES, "F", "f")
"""All waves that are marked: after those of a beat, the waves of atrial flutter and of atrial fibrillation."""

NO_BEAT = -1
"""Number of the beat of a wave that belongs to none: of a P that is not conducted, of flutter and of fibrillation."""

POINTS = ("onset", "peak", "offset")
"""What is marked of a wave: its first sample, its peak (`WaveTable`) and its last sample."""

ABSENT = -1
"""The place of what is not there: of a wave that a beat doesn't show, or of a bound beyond an end of the record."""

ALL_LEADS = "all"
"""Name of what is marked over all leads; how, see `ecgfactory.waves.over_all`."""

_QRS = WAVES.index("QRS")

_OF_WAVES = ("beat", "lead", "wave", *POINTS)
"""The columns that stay as they are when records are numbered anew."""

MASK_CODES = {"P": 1, "QRS": 2, "T": 3}
"""What a sample of a mask says; 0 where there is no wave."""

_WEIGHTS = np.array([1, 16, 4], dtype=np.uint8)
"""By which waves of a beat (`BEAT_WAVES`) are counted in one number: up to 3 P, 3 T and 15 QRS at a sample."""

_CODE_OF_COUNTS = np.array(
    [2 if counts >= 16 else 3 if counts >= 4 else 1 if counts else 0 for counts in range(256)], dtype=np.uint8
)
"""What a mask says where so many waves overlap: QRS before T before P."""


@dataclass(frozen=True, eq=False, repr=False)
class WaveTable(RecordRows):
    """Waves, one row each, in the order of records, beats, leads (over all of them first) and waves.

    A notebook shows it as the table that `to_frame` returns.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the records' leads.
    records : int
        How many records there are, those without a wave included.
    record : int32 array, shape (waves,)
        Which record each is of, from 0.
    beat : int32 array, shape (waves,)
        Number of its beat within the record, from 0; `NO_BEAT` of waves that belong to none, which come first and
        follow each other in time within a lead.
    lead : int8 array, shape (waves,)
        0 over all leads, else 1 + the place of the lead in `lead_names`.
    wave : int8 array, shape (waves,)
        Place in `WAVES`.
    onset, peak, offset : int32 array, shape (waves,)
        First sample of the wave, its peak and its last sample, counted from the start of the record; `ABSENT` for a
        bound beyond an end of the record. The peak of P and T is the largest deflection from the line that joins the
        bounds, that of QRS the R wave, or the deepest point where there is no R of at least a twentieth of the S. Over
        all leads it is the median of the leads' peaks, and of QRS the R peak of the beat.
    """

    _noun = "waves"
    _columns = _OF_WAVES

    beat: npt.NDArray[np.int32]
    lead: npt.NDArray[np.int8]
    wave: npt.NDArray[np.int8]
    onset: npt.NDArray[np.int32]
    peak: npt.NDArray[np.int32]
    offset: npt.NDArray[np.int32]

    @classmethod
    def of_points(cls, points: npt.NDArray[np.int32], exists: BoolArray, lead_names: tuple[str, ...]) -> Self:
        """List what is marked.

        Parameters
        ----------
        points : int32 array, shape (n, most beats, 1 + leads, 3, 3)
            Samples over all leads and then in each, by wave (`BEAT_WAVES`) and point (`POINTS`); `ABSENT` for what is
            not there.
        exists : bool array, shape (n, most beats)
            Which beats there are.
        lead_names : tuple of str
            Names of the marked leads.
        """
        there = (points != ABSENT).any(axis=-1) & exists[:, :, np.newaxis, np.newaxis]
        record, column, lead, wave = there.nonzero()
        number = np.cumsum(exists, axis=1) - 1
        onset, peak, offset = points[there].T
        return cls(
            lead_names,
            len(exists),
            record.astype(np.int32),
            number[record, column].astype(np.int32),
            lead.astype(np.int8),
            wave.astype(np.int8),
            np.ascontiguousarray(onset),
            np.ascontiguousarray(peak),
            np.ascontiguousarray(offset),
        )

    @classmethod
    def of_one(cls, tables: Sequence[Self]) -> Self:
        """Put waves of one record, in tables of that one, in their order; a table each of a stretch, say."""
        return cls.of_same(tables).in_order()

    def in_order(self) -> Self:
        """Return the same in the order of records, beats, leads and waves, those of no beat by onset."""
        order = np.lexsort((self.onset, self.wave, self.lead, self.beat, self.record))
        return self._rows(order, self.records, self.record[order])

    def of_stretch(self, start: int, stop: int) -> Self:
        """Return the waves whose peaks lie in a stretch of their records, as those of this stretch.

        Parameters
        ----------
        start, stop : int
            First sample of the stretch, and the one after its last.

        Returns
        -------
        WaveTable
            Counted from `start`, with bounds outside `ABSENT`; beats have the numbers that they have in their record.
        """
        inside = self.where((self.peak >= start) & (self.peak < stop))
        points: dict[str, Any] = {}
        for point in POINTS:
            samples = getattr(inside, point)
            is_inside = (samples >= start) & (samples < stop)
            points[point] = np.where(is_inside, samples - start, ABSENT).astype(np.int32)
        return replace(inside, **points)

    def of_lead(self, name: str) -> Self:
        """Return the waves in one lead, or over all of them (`ALL_LEADS`).

        Parameters
        ----------
        name : str
            Name of the lead, in any case.

        Raises
        ------
        BadInputError
            When no such lead is marked.
        """
        places = np.flatnonzero(self.lead == _place_in((ALL_LEADS, *self.lead_names), name))
        return self._rows(places, self.records, self.record[places])

    def of_leads(self, lead_names: Sequence[str]) -> Self:
        """Return the waves over all leads, and in some of them, which are its leads then, in this order.

        Parameters
        ----------
        lead_names : sequence of str
            Names of leads, in any case; none for what is marked over all leads alone.

        Raises
        ------
        BadInputError
            When one of them is not marked.
        """
        if lead_names == self.lead_names:
            return self
        asked = [lead_names] if isinstance(lead_names, str) else lead_names
        chosen = [_place_in(self.lead_names, name) for name in asked]
        wanted = [0, *(1 + place for place in chosen)]
        of_each = [np.flatnonzero(self.lead == lead) for lead in wanted]
        places = np.concatenate(of_each)
        lead = np.repeat(np.arange(len(wanted), dtype=np.int8), [len(of_lead) for of_lead in of_each])
        order = np.lexsort((self.wave[places], lead, self.beat[places], self.record[places]))
        rows = self._rows(places[order], self.records, self.record[places[order]])
        return replace(rows, lead_names=tuple(self.lead_names[place] for place in chosen), lead=lead[order])

    @property
    def lead_of_each(self) -> list[str]:
        """Name of the lead of each wave, `ALL_LEADS` over all of them."""
        return [(ALL_LEADS, *self.lead_names)[lead] for lead in self.lead.tolist()]

    def r_peaks(self) -> list[npt.NDArray[np.int32]]:
        """Return the R peak of each beat over all leads.

        Returns
        -------
        list of int32 arrays, each of shape (beats,)
            One of each record, in samples.

        Raises
        ------
        BadInputError
            When the waves are those of a lead alone.
        """
        is_beat = (self.lead == 0) & (self.wave == _QRS)
        if len(self) and not is_beat.any():
            raise BadInputError("R peaks are marked over all leads; take them from the waves before `of_lead`.")
        return np.split(self.peak[is_beat], np.searchsorted(self.record[is_beat], np.arange(self.records)))[1:]

    def masks(self, samples: int) -> npt.NDArray[np.uint8]:
        """Draw the waves as masks: `MASK_CODES` from onset to offset, 0 elsewhere.

        Where waves overlap, as a P that is not conducted may lie in a T, QRS goes before T and T before P. Waves of
        flutter and fibrillation are not drawn: they go on all the time.

        Parameters
        ----------
        samples : int
            Samples of a record.

        Returns
        -------
        uint8 array, shape (records, 1 + leads, samples)
            Over all leads, then each lead. A wave whose bound is beyond an end of the record reaches that end.
        """
        # The waves at a sample are the sum of the steps up and down before it.
        shape = (self.records, 1 + len(self.lead_names), samples + 1)
        steps = np.zeros(np.prod(shape), dtype=np.uint8)
        known = ((self.onset != ABSENT) | (self.offset != ABSENT)) & (self.wave < len(BEAT_WAVES))
        begins = (self.record[known].astype(np.int64) * shape[1] + self.lead[known]) * shape[2]
        weight = _WEIGHTS[self.wave[known]]
        first = np.maximum(self.onset[known], 0)
        last = np.where(self.offset[known] == ABSENT, samples - 1, self.offset[known])
        np.add.at(steps, begins + first, weight)
        np.subtract.at(steps, begins + last + 1, weight)
        counts: npt.NDArray[np.uint8] = np.cumsum(steps.reshape(shape)[..., :-1], axis=-1, dtype=np.uint8)
        return np.take(_CODE_OF_COUNTS, counts, out=counts)

    def to_frame(self) -> pd.DataFrame:
        """Return it as a table of pandas.

        Returns
        -------
        DataFrame
            One row per wave, indexed by `record`; columns `beat`, `pandas.NA` where it belongs to none, `lead` ('all'
            over all of them), `wave`, and `onset`, `peak` and `offset` in samples, `pandas.NA` where there is none.
            Times 1000 / the sampling rate in Hz, samples are ms from the start of the record.
        """
        import pandas as pd

        names = (ALL_LEADS, *self.lead_names)
        once = list(dict.fromkeys(names))  # a lead may have been asked for twice
        lead = np.array([once.index(name) for name in names])[self.lead]
        columns = {
            "beat": pd.arrays.IntegerArray(self.beat, self.beat == NO_BEAT),
            "lead": pd.Categorical.from_codes(lead, pd.Index(once)),
            "wave": pd.Categorical.from_codes(self.wave, pd.Index(WAVES)),
            **{name: pd.arrays.IntegerArray(getattr(self, name), getattr(self, name) == ABSENT) for name in POINTS},
        }
        return pd.DataFrame(columns, index=pd.Index(self.record, name="record"))

    def _repr_html_(self) -> str:
        html: str = self.to_frame()._repr_html_()  # type: ignore[operator]
        return html

    def __repr__(self) -> str:
        over_all = self.wave[self.lead == 0]
        found = {name: np.count_nonzero(over_all == place) for place, name in enumerate(WAVES)}
        counts = ", ".join(f"{count:,} {name}" for name, count in found.items() if count or name in BEAT_WAVES)
        in_leads = len(self) - len(over_all)
        return f"WaveTable of {self._ecgs}: {counts} over all leads; {in_leads:,} waves in single leads"


def _place_in(names: Sequence[str], name: str) -> int:
    """Place of a name among those of leads, in any case."""
    known, wanted = [one.casefold() for one in names], str(name).casefold()
    if wanted not in known:
        raise BadInputError(f"waves: no lead {name!r} is marked; choose among {', '.join(names)}.")
    return known.index(wanted)


def unmarked(place: str) -> BadInputError:
    """Return the error that tells how ECGs come with their waves."""
    return BadInputError(
        f"{place}: waves are not marked; generate with waves=True, or build with `labels: {{waves: true}}`."
    )
