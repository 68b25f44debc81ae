"""ECGs that are given as NumPy arrays: of any sampling rate, unit, and order of leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import FloatingArray
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.offsets import without_offsets
from ecgfactory.foreign.resampling import resample
from ecgfactory.foreign.stated import lead_names_problem, stated
from ecgfactory.foreign.units import UNITS_SHOWN, Unit, parse_unit, plausible_unit
from ecgfactory.quality.long_records.windows import is_long
from ecgfactory.record import SAMPLING_RATE_HZ

MICROVOLT = Unit(1.0)
RECORDS_AT_ONCE = 64

MOST_LOOKED_AT = 96
"""Leads by which a unit is assumed: those of the first eight ECGs of 12."""


class GivenEcgs:
    """ECGs that a caller gives to a function, checked.

    Parameters
    ----------
    caller : str
        Name of that function, for messages.
    signal, rate_hz, lead_names, unit
        As in `assess`.
    may_assume_unit : bool
        Whether a unit that is not given may be assumed where that is safe, as of a file that states none.

    Raises
    ------
    BadInputError
        When they do not fit together or are unknown; one sentence.
    """

    def __init__(
        self,
        caller: str,
        signal: npt.ArrayLike,
        rate_hz: float,
        lead_names: Sequence[str],
        unit: str | None,
        *,
        may_assume_unit: bool = False,
    ) -> None:
        self._caller = caller
        if problem := lead_names_problem(lead_names):
            self._refuse(problem)
        lead_names = list(lead_names)
        self._values = self._checked_values(signal, len(lead_names))
        self.is_single = self._values.ndim == 2
        try:
            said = stated(rate_hz, unit, lead_names)
        except BadInputError as error:
            raise BadInputError([f"{caller}: {problem}" for problem in error.problems]) from None
        if said.rate_hz is None:
            self._refuse("rate_hz is None; give the samples per second as a number")
        self.lead_names, self.rate_hz = said.lead_names, said.rate_hz
        self.assumed_unit = ""
        if said.unit is None and may_assume_unit:
            self.assumed_unit = self._plausible_unit()
        unit_given = said.unit or parse_unit(self.assumed_unit)
        if unit_given is None:
            self._refuse(f"unit is None; give {UNITS_SHOWN}")
        self._unit = unit_given

    def batches(self) -> Iterator[tuple[npt.NDArray[Any], list[tuple[str, ...]]]]:
        """Yield the signals of some records, in uV at 500 Hz, and the notes on each."""
        records = self._values[np.newaxis] if self.is_single else self._values
        at_once = 1 if is_long(round(records.shape[2] * SAMPLING_RATE_HZ / self.rate_hz)) else RECORDS_AT_ONCE
        for start in range(0, len(records), at_once):
            yield self._standard(records[start : start + at_once])

    def _standard(self, values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], list[tuple[str, ...]]]:
        leads_uv: list[FloatingArray] = []
        notes: list[tuple[str, ...]] = []
        for record in values:
            centred, told = without_offsets([self._unit.to_uv(lead) for lead in record], self.lead_names)
            leads_uv += centred
            notes.append(tuple(told))
        if self._is_stored_so(values) and not any(notes):
            return values, notes
        return resample(leads_uv, self.rate_hz).reshape(*values.shape[:2], -1), notes

    def _is_stored_so(self, values: npt.NDArray[Any]) -> bool:
        """Return whether values are as datasets store signals."""
        return values.dtype == np.int16 and self._unit == MICROVOLT and self.rate_hz == SAMPLING_RATE_HZ

    def _plausible_unit(self) -> str:
        """Return the unit in which they span what ECGs span."""
        leads = self._values.reshape(-1, self._values.shape[-1])[:MOST_LOOKED_AT]
        unit, span = plausible_unit(list(leads), self.rate_hz)
        if not unit:
            self._refuse(
                f"no unit is given, and that leads span {span:.4g} in a second tells none for sure; give {UNITS_SHOWN}"
            )
        return unit

    def _checked_values(self, signal: npt.ArrayLike, leads: int) -> npt.NDArray[Any]:
        try:
            values = _filled(signal)
        except ValueError:
            self._refuse("signal is ragged; give an array in which all leads are equally long")
        if values.dtype.kind not in "iuf":
            self._refuse(f"signal holds {values.dtype}; give an array of real numbers")
        if values.ndim not in (2, 3) or values.shape[-2] != leads or not values.size:
            self._refuse(
                f"signal has shape {values.shape}; with {leads} lead names it must be ({leads}, samples) "
                f"or (records, {leads}, samples), and not empty"
            )
        return values

    def _refuse(self, problem: str) -> NoReturn:
        raise BadInputError(f"{self._caller}: {problem}.")


def _filled(signal: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return an array, with NaN where a masked one holds no value."""
    parts = signal if isinstance(signal, list | tuple) else [signal]
    if not any(map(np.ma.isMaskedArray, parts)):
        return np.asarray(signal)
    masked: np.ma.MaskedArray[Any, Any] = np.ma.array(signal)
    return np.ma.filled(masked.astype(np.float64), np.nan) if masked.dtype.kind in "iuf" else masked.data
