"""The artefacts in some records as a table: one row per artefact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefact_kinds import check_kind
from ecgfactory.errors import BadInputError, shown
from ecgfactory.record_rows import RecordRows
from ecgfactory.wave_table import ALL_LEADS

if TYPE_CHECKING:
    import pandas as pd

DROPPED_SAMPLES = "dropped_samples"
"""The kind whose samples are missing: NaN in formats that have it, the value before them in the others."""

ROW_COLUMNS = (
    "kind",
    "touched",
    "onset",
    "offset",
    "amount",
    "unit",
    "snr_db",
    "breaks_lead_equations",
    "parameters",
)
"""Columns of an `ArtefactTable` besides which record each artefact is in."""


@dataclass(frozen=True, eq=False, repr=False)
class ArtefactTable(RecordRows):
    """Artefacts, one row each, in the order of records and, within one, in the order in which they were put in.

    A notebook shows it as the table that `to_frame` returns.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the records' leads.
    records : int
        How many records there are, those without an artefact included.
    record : int32 array, shape (artefacts,)
        Which record each is in, from 0; rising.
    kind : str array, shape (artefacts,)
        Name of its kind; see `ecgfactory.artefacts`.
    touched : bool array, shape (artefacts, leads)
        Which leads it changed.
    onset, offset : int32 array, shape (artefacts,)
        First and last sample that it may have changed, counted from the start of the record.
    amount : float64 array, shape (artefacts,)
        How much of it there is, as its kind counts that; NaN where it does not.
    unit : str array, shape (artefacts,)
        Unit of the amount; empty where there is none.
    snr_db : float64 array, shape (artefacts,)
        What it came to, for artefacts that are added to the signal: the mean variance of the clean signals of the leads
        it touched, over the whole record, against the mean square of what it added to them from onset to offset; NaN
        for others.
    breaks_lead_equations : bool array, shape (artefacts,)
        Whether III = II - I, or an equation of an augmented lead, no longer holds because of it.
    parameters : str array, shape (artefacts,)
        What else is known of it, as JSON.
    """

    _noun = "artefacts"
    _columns = ROW_COLUMNS

    kind: npt.NDArray[np.object_]
    touched: BoolArray
    onset: npt.NDArray[np.int32]
    offset: npt.NDArray[np.int32]
    amount: Float64Array
    unit: npt.NDArray[np.object_]
    snr_db: Float64Array
    breaks_lead_equations: BoolArray
    parameters: npt.NDArray[np.object_]

    @classmethod
    def of_rows(
        cls, lead_names: tuple[str, ...], records: int, record: Sequence[int], rows: Sequence[Sequence[Any]]
    ) -> Self:
        """Make a table of rows, each with the values of the columns from `kind` on, in their order."""
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(ROW_COLUMNS)
        kind, touched, onset, offset, amount, unit, snr_db, breaks, parameters = columns
        return cls(
            lead_names,
            records,
            np.array(record, dtype=np.int32),
            _texts(kind),
            np.array(touched, dtype=bool).reshape(len(rows), len(lead_names)),
            np.array(onset, dtype=np.int32),
            np.array(offset, dtype=np.int32),
            np.array(amount, dtype=np.float64),
            _texts(unit),
            np.array(snr_db, dtype=np.float64),
            np.array(breaks, dtype=bool),
            _texts(parameters),
        )

    def of_leads(self, lead_names: Sequence[str]) -> Self:
        """Return the artefacts that changed any of some leads, which are its leads then, in this order.

        Parameters
        ----------
        lead_names : sequence of str
            Names of its leads, at least one.

        Raises
        ------
        BadInputError
            When they are none, or one is not among its leads.
        """
        asked = [lead_names] if isinstance(lead_names, str) else lead_names
        lead_names = tuple(asked) if isinstance(asked, Collection) else ()
        if not lead_names or not set(lead_names) <= set(self.lead_names):
            raise BadInputError(f"artefacts: leads is {shown(asked)}; give some of {', '.join(self.lead_names)}.")
        if lead_names == self.lead_names:
            return self
        touched = self.touched[:, [self.lead_names.index(name) for name in lead_names]]
        places = np.flatnonzero(touched.any(axis=1))
        rows = self._rows(places, self.records, self.record[places])
        return replace(rows, lead_names=lead_names, touched=touched[places])

    def of_kind(self, kind: str) -> Self:
        """Return the artefacts of one kind, of the same records.

        Raises
        ------
        BadInputError
            When there is no such kind; one that no artefact is of is no error.
        """
        check_kind(kind, set(self.kind))
        places = np.flatnonzero(self.kind == kind)
        return self._rows(places, self.records, self.record[places])

    @property
    def lead_of_each(self) -> list[str]:
        """Name of the lead that each artefact is in, `ALL_LEADS` where it is not in one alone."""
        single = self.touched.sum(axis=1) == 1
        first = self.touched.argmax(axis=1)
        return [self.lead_names[lead] if one else ALL_LEADS for lead, one in zip(first, single, strict=True)]

    @property
    def leads_of_each(self) -> list[list[str]]:
        """Names of the leads that each artefact changed."""
        return [[self.lead_names[lead] for lead in np.flatnonzero(row)] for row in self.touched]

    def kinds_of_records(self) -> list[list[str]]:
        """Return the kinds in each record, in the order in which they were put in."""
        found: list[list[str]] = [[] for _ in range(self.records)]
        for record, kind in zip(self.record.tolist(), self.kind.tolist(), strict=True):
            found[record].append(kind)
        return found

    def masks(self, samples: int, *, kind: str | None = None) -> npt.NDArray[np.uint8]:
        """Say of each sample of each lead whether it is in an artefact: 1, or 0 where not.

        Parameters
        ----------
        samples : int
            Samples of a record.
        kind : str, optional
            Only artefacts of this kind.

        Returns
        -------
        uint8 array, shape (records, leads, samples)
            1 from onset to offset in the leads that an artefact changed.

        Raises
        ------
        BadInputError
            When there is no such kind.
        """
        if kind is not None:
            return self.of_kind(kind).masks(samples)
        masks = np.zeros((self.records, len(self.lead_names), samples), dtype=np.uint8)
        for row, record in enumerate(self.record.tolist()):
            masks[record, self.touched[row], self.onset[row] : self.offset[row] + 1] = 1
        return masks

    def of_stretch(self, start: int, stop: int) -> Self:
        """Return the artefacts of a stretch of their records, counted from its start and cut off at its ends.

        Parameters
        ----------
        start, stop : int
            First sample of the stretch, and the one after its last.
        """
        inside = self.where((self.offset >= start) & (self.onset < stop))
        onset, offset = (np.clip(ends, start, stop - 1) - start for ends in (inside.onset, inside.offset))
        return replace(inside, onset=onset.astype(np.int32), offset=offset.astype(np.int32))

    def dropped(self, samples: int) -> BoolArray:
        """Return which samples are missing, in all leads of a record: shape (records, samples)."""
        missing = np.zeros((self.records, samples), dtype=bool)
        for row in np.flatnonzero(self.kind == DROPPED_SAMPLES).tolist():
            missing[self.record[row], self.onset[row] : self.offset[row] + 1] = True
        return missing

    def to_frame(self) -> pd.DataFrame:
        """Return it as a table of pandas.

        Returns
        -------
        DataFrame
            One row per artefact, indexed by `record`; columns `kind`, `lead` ('all' where it is not in one alone),
            `leads` (a list), `onset` and `offset` (samples), `amount`, `unit`, `snr_db`, `breaks_lead_equations` and
            `parameters` (JSON).
        """
        import pandas as pd

        columns = {
            "kind": pd.Categorical(self.kind),
            "lead": pd.Categorical(self.lead_of_each),
            "leads": self.leads_of_each,
            **{name: getattr(self, name) for name in ROW_COLUMNS if name not in ("kind", "touched")},
        }
        return pd.DataFrame(columns, index=pd.Index(self.record, name="record"))

    def _repr_html_(self) -> str:
        html: str = self.to_frame()._repr_html_()  # type: ignore[operator]
        return html

    def __repr__(self) -> str:
        kinds, counts = np.unique(self.kind.astype(str), return_counts=True)
        told = ", ".join(f"{count:,} {kind}" for kind, count in zip(kinds, counts, strict=True)) or "no artefact"
        return f"ArtefactTable of {self._ecgs}: {told}"


def without_artefacts(place: str) -> BadInputError:
    """Return the error that tells how ECGs come with artefacts."""
    return BadInputError(
        f"{place}: no artefacts are put in; generate with artefacts=True, or build with `artefacts: {{}}`."
    )


def without_clean(place: str) -> BadInputError:
    """Return the error that tells how ECGs with artefacts come with clean twins."""
    return BadInputError(f"{place}: the clean twins are not kept; leave out `keep_clean: false`.")


def _texts(values: Sequence[str]) -> npt.NDArray[np.object_]:
    return np.fromiter(values, dtype=object, count=len(values))
