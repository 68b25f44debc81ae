"""Some ECGs in memory: signals, candidate numbers and features, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, get_args, overload

import numpy as np
import numpy.typing as npt

from ecgfactory.errors import BadInputError
from ecgfactory.leads import SignalUv
from ecgfactory.places import find, place_at, place_of
from ecgfactory.record import SAMPLING_RATE_HZ, FeatureValue, Record, record_id
from ecgfactory.recorder.filters import Filters
from ecgfactory.wave_table import WaveTable, unmarked

if TYPE_CHECKING:
    import pandas as pd

HERE = "these ECGs"
"""What ECGs in memory are called in messages."""

Unit = Literal["mV", "uV"]
"""How signals are given: float32 in mV, or int16 in uV as they are stored."""


def check_unit(place: str, unit: str) -> None:
    """Check that signals are given in a unit.

    Raises
    ------
    BadInputError
        When they are not.
    """
    if unit not in get_args(Unit):
        raise BadInputError(f"{place}: unit is {unit!r}; choose 'mV' (float32) or 'uV' (int16).")


@dataclass(frozen=True, eq=False, repr=False)
class Ecgs:
    """ECGs in candidate order; `len`, iteration, `[i]` and `["00000012"]` give them as `Record`s, `[a:b]` as `Ecgs`.

    Parameters
    ----------
    signals_uv : int16 array, shape (n, leads, samples)
        In uV.
    candidates : int64 array, shape (n,)
        Candidate numbers.
    lead_names : tuple of str
        Names along the second axis of the signals.
    seed : int
        The seed they were generated from.
    measured : dict of str to array of shape (n,)
        Features; NaN where a number is not measurable.
    sampling_rate_hz : int
        Samples per second.
    filters : Filters
        What the signals passed before they were stored.
    dataset : str
        Name and short plan id of the dataset that they are of; empty for others.
    followed : frozenset of str
        Digests of the ECGs of a reference that `match` was fitted on, by which `compare` leaves these out.
    waves : WaveTable or None
        P, QRS and T of every beat; None where they came without.
    """

    signals_uv: SignalUv
    candidates: npt.NDArray[np.int64]
    lead_names: tuple[str, ...]
    seed: int
    measured: dict[str, npt.NDArray[Any]]
    sampling_rate_hz: int = SAMPLING_RATE_HZ
    filters: Filters = field(default_factory=Filters)
    dataset: str = ""
    followed: frozenset[str] = frozenset()
    waves: WaveTable | None = None

    @property
    def record_ids(self) -> list[str]:
        """The candidate numbers as eight digits."""
        return [record_id(candidate) for candidate in self.candidates]

    @cached_property
    def features(self) -> pd.DataFrame:
        """What was measured: one row per record, indexed by record_id, one column per feature."""
        return feature_frame(self.record_ids, self.measured)

    @cached_property
    def annotations(self) -> pd.DataFrame:
        """Where P, QRS and T of every beat are: one row per wave, indexed by record_id; see `WaveTable.to_frame`.

        Raises
        ------
        BadInputError
            When they came without.
        """
        if self.waves is None:
            raise unmarked(HERE)
        return annotation_frame(self.waves, self.record_ids)

    def masks(self, leads: Sequence[str] | None = None) -> npt.NDArray[np.uint8]:
        """Say of each sample which wave it is in; as `Dataset.masks` does.

        Parameters
        ----------
        leads : sequence of str, optional
            Only these leads besides all together; [] for what is marked over all leads alone.

        Returns
        -------
        uint8 array, shape (n, 1 + leads, samples)
            0 none, 1 P, 2 QRS, 3 T: over all leads, then in each.

        Raises
        ------
        BadInputError
            When they came without waves, or there is no such lead.
        """
        if self.waves is None:
            raise unmarked(HERE)
        waves = self.waves if leads is None else self.waves.of_leads(leads)
        return waves.masks(self.signals_uv.shape[-1])

    def __len__(self) -> int:
        return len(self.candidates)

    @overload
    def __getitem__(self, wanted: SupportsIndex | str) -> Record: ...
    @overload
    def __getitem__(self, wanted: slice) -> Ecgs: ...
    def __getitem__(self, wanted: SupportsIndex | str | slice) -> Record | Ecgs:
        """Return one ECG, or some.

        Parameters
        ----------
        wanted : int, str or slice
            An index, negative from the end; a record id, leading zeros optional; or a slice of indices.

        Returns
        -------
        Record or Ecgs
            Ecgs for a slice, which shares the signals' memory; of generated ones without what was rejected.

        Raises
        ------
        IndexError
            When there is no ECG at the index.
        BadInputError
            When there is no ECG of the id.
        TypeError
            When it is anything else.
        """
        if isinstance(wanted, slice):
            measured = {name: values[wanted] for name, values in self.measured.items()}
            rows = np.arange(len(self))[wanted]
            return Ecgs(
                self.signals_uv[wanted],
                self.candidates[wanted],
                self.lead_names,
                self.seed,
                measured,
                self.sampling_rate_hz,
                self.filters,
                self.dataset,
                self.followed,
                None if self.waves is None else self.waves.take(rows),
            )
        row = place_of(wanted, self.candidates, HERE) if isinstance(wanted, str) else place_at(wanted, len(self), HERE)
        values = [_plain(values[row : row + 1])[0] for values in self.measured.values()]
        return self._record(row, values)

    def __contains__(self, wanted: object) -> bool:
        return isinstance(wanted, str) and find(wanted, self.candidates) is not None

    def __iter__(self) -> Iterator[Record]:
        columns = [_plain(values) for values in self.measured.values()]
        return (self._record(row, values) for row, values in enumerate(zip(*columns, strict=True)))

    def _record(self, row: int, values: Sequence[FeatureValue]) -> Record:
        name, signal_uv = record_id(self.candidates[row]), self.signals_uv[row]
        features = dict(zip(self.measured, values, strict=True))
        return Record(
            name,
            self.lead_names,
            signal_uv,
            self.seed,
            self.sampling_rate_hz,
            str(self.filters),
            features,
            dataset=self.dataset,
            waves=None if self.waves is None else self.waves.of(row),
        )

    def __repr__(self) -> str:
        records, leads, samples = self.signals_uv.shape
        return f"{records:,} ECGs: {leads} leads, {samples / self.sampling_rate_hz:g} s at {self.sampling_rate_hz} Hz"


def feature_frame(record_ids: Sequence[str], columns: dict[str, Any]) -> pd.DataFrame:
    """Make a table with one row per record, indexed by record_id; columns given as lists hold objects, even of none."""
    import pandas as pd

    typed = {
        name: np.fromiter(values, dtype=object, count=len(values)) if isinstance(values, list) else values
        for name, values in columns.items()
    }
    return pd.DataFrame(typed, index=pd.Index(list(record_ids), name="record_id"))


def annotation_frame(waves: WaveTable, record_ids: Sequence[str]) -> pd.DataFrame:
    """Make the table of the waves of records, indexed by record_id."""
    import pandas as pd

    ids = np.fromiter(record_ids, dtype=object, count=len(record_ids))
    return waves.to_frame().set_axis(pd.Index(ids[waves.record], name="record_id"))


def _plain(values: npt.NDArray[Any]) -> list[FeatureValue]:
    """Turn an array into Python values; None where there is no number."""
    plain: list[FeatureValue] = values.tolist()
    return [None if value != value else value for value in plain] if values.dtype.kind == "f" else plain
