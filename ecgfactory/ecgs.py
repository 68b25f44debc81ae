"""Some ECGs in memory: signals, candidate numbers and features, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, get_args, overload

import numpy as np
import numpy.typing as npt

from ecgfactory.artefact_table import ArtefactTable, without_artefacts
from ecgfactory.beat_table import BeatTable
from ecgfactory.errors import BadInputError
from ecgfactory.leads import SignalUv
from ecgfactory.places import find, place_at, place_of
from ecgfactory.record import SAMPLING_RATE_HZ, Record, record_id
from ecgfactory.recorder.filters import Filters
from ecgfactory.rhythm_table import RhythmTable, uncomposed
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
        P, QRS and T of every beat, of the clean ECGs where there are others; None where they came without.
    artefacts : ArtefactTable or None
        What was put into them; None where that was not asked for.
    clean_uv : int16 array, shape (n, leads, samples), or None
        The ECGs without their artefacts, in uV; None where there are none or these were not kept.
    injured : dict of str to array of shape (n,)
        What artefacts did to each, by the name of the column of `injuries`; empty where there are none.
    rhythm : object array of str, shape (n,), or None
        Name of the rhythm that each is composed in (`rhythm_kinds`); None where they are not composed.
    beats : BeatTable or None
        The beats of each, with their symbols; None where they are not composed.
    rhythms : RhythmTable or None
        The stretches of each in one rhythm; None where they are not composed.
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
    artefacts: ArtefactTable | None = None
    clean_uv: SignalUv | None = None
    injured: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    rhythm: npt.NDArray[np.object_] | None = None
    beats: BeatTable | None = None
    rhythms: RhythmTable | None = None

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

    @cached_property
    def artefact_frame(self) -> pd.DataFrame:
        """What was put into them: one row per artefact, indexed by record_id; see `ArtefactTable.to_frame`.

        Raises
        ------
        BadInputError
            When no artefacts were asked for.
        """
        return by_record_id(self._artefacts().to_frame(), self.record_ids)

    @cached_property
    def injuries(self) -> pd.DataFrame:
        """What artefacts did to each ECG: one row per record, indexed by record_id, as in a dataset's records.parquet.

        Columns `is_clean`; `artefact_kinds`, a list; `failed_rules`, a list of the policy's rules that the ECG breaks
        as it is now; `snr_db_I` and so on, the variance of the clean lead against the mean square of what differs, over
        the whole ECG, NaN where nothing does; and where clean features were asked for, `clean_...` of each feature.

        Raises
        ------
        BadInputError
            When no artefacts were asked for.
        """
        self._artefacts()
        return feature_frame(self.record_ids, self.injured)

    def artefact_masks(self, leads: Sequence[str] | None = None, *, kind: str | None = None) -> npt.NDArray[np.uint8]:
        """Say of each sample of each lead whether it is in an artefact; as `Dataset.artefact_masks` does.

        Parameters
        ----------
        leads : sequence of str, optional
            Only these leads, in this order.
        kind : str, optional
            Only artefacts of this kind.

        Returns
        -------
        uint8 array, shape (n, leads, samples)
            1 in an artefact, 0 elsewhere.

        Raises
        ------
        BadInputError
            When no artefacts were asked for, or there is no such lead or kind.
        """
        artefacts = self._artefacts() if kind is None else self._artefacts().of_kind(kind)
        return artefacts.of_leads(self.lead_names if leads is None else leads).masks(self.signals_uv.shape[-1])

    @cached_property
    def beat_frame(self) -> pd.DataFrame:
        """The beats: one row per beat, indexed by record_id; see `BeatTable.to_frame`.

        Raises
        ------
        BadInputError
            When they are not composed.
        """
        if self.beats is None:
            raise uncomposed(HERE)
        return by_record_id(self.beats.to_frame(), self.record_ids)

    @cached_property
    def rhythm_frame(self) -> pd.DataFrame:
        """The rhythms: one row per stretch, indexed by record_id; see `RhythmTable.to_frame`.

        Raises
        ------
        BadInputError
            When they are not composed.
        """
        if self.rhythms is None:
            raise uncomposed(HERE)
        return by_record_id(self.rhythms.to_frame(), self.record_ids)

    def _artefacts(self) -> ArtefactTable:
        if self.artefacts is None:
            raise without_artefacts(HERE)
        return self.artefacts

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
            rows = np.arange(len(self))[wanted]
            return Ecgs(
                self.signals_uv[wanted],
                self.candidates[wanted],
                self.lead_names,
                self.seed,
                {name: values[wanted] for name, values in self.measured.items()},
                self.sampling_rate_hz,
                self.filters,
                self.dataset,
                self.followed,
                None if self.waves is None else self.waves.take(rows),
                None if self.artefacts is None else self.artefacts.take(rows),
                None if self.clean_uv is None else self.clean_uv[wanted],
                {name: values[wanted] for name, values in self.injured.items()},
                None if self.rhythm is None else self.rhythm[wanted],
                None if self.beats is None else self.beats.take(rows),
                None if self.rhythms is None else self.rhythms.take(rows),
            )
        row = place_of(wanted, self.candidates, HERE) if isinstance(wanted, str) else place_at(wanted, len(self), HERE)
        measured, injured = (
            [_plain(values[row : row + 1])[0] for values in columns.values()]
            for columns in (self.measured, self.injured)
        )
        return self._record(row, measured, injured)

    def __contains__(self, wanted: object) -> bool:
        return isinstance(wanted, str) and find(wanted, self.candidates) is not None

    def __iter__(self) -> Iterator[Record]:
        measured = [_plain(values) for values in self.measured.values()]
        injured = [_plain(values) for values in self.injured.values()]
        return (
            self._record(row, [values[row] for values in measured], [values[row] for values in injured])
            for row in range(len(self))
        )

    def _record(self, row: int, measured: Sequence[Any], injured: Sequence[Any]) -> Record:
        name, signal_uv = record_id(self.candidates[row]), self.signals_uv[row]
        features = dict(zip(self.measured, measured, strict=True))
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
            artefacts=None if self.artefacts is None else self.artefacts.of(row),
            clean_uv=None if self.clean_uv is None else self.clean_uv[row],
            injury=dict(zip(self.injured, injured, strict=True)),
            rhythm="" if self.rhythm is None else str(self.rhythm[row]),
            beats=None if self.beats is None else self.beats.of(row),
            rhythms=None if self.rhythms is None else self.rhythms.of(row),
        )

    def __repr__(self) -> str:
        records, leads, samples = self.signals_uv.shape
        composed = "" if self.rhythm is None else f", composed: {', '.join(dict.fromkeys(self.rhythm)) or 'none'}"
        told = "" if self.artefacts is None else f", {np.count_nonzero(self.artefacts.counts):,} with artefacts"
        size = f"{leads} leads, {samples / self.sampling_rate_hz:g} s at {self.sampling_rate_hz} Hz"
        return f"{records:,} ECGs: {size}{composed}{told}"


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
    return by_record_id(waves.to_frame(), record_ids)


def by_record_id(frame: pd.DataFrame, record_ids: Sequence[str]) -> pd.DataFrame:
    """Index a table of waves, artefacts and the like, whose index counts records, by record_id."""
    import pandas as pd

    ids = np.fromiter(record_ids, dtype=object, count=len(record_ids))
    return frame.set_axis(pd.Index(ids[frame.index], name="record_id"))


def _plain(values: npt.NDArray[Any]) -> list[Any]:
    """Turn an array into Python values; None where there is no number."""
    plain: list[Any] = values.tolist()
    return [None if value != value else value for value in plain] if values.dtype.kind == "f" else plain
