"""Assessing ECGs that are NumPy arrays: of any sampling rate, unit, and order of leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import FloatingArray
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.assessment import Assessment, assess_batch
from ecgfactory.foreign.long_ecgs import is_long, measure_long, measure_windows
from ecgfactory.foreign.offsets import without_offsets
from ecgfactory.foreign.resampling import resample
from ecgfactory.foreign.stated import lead_names_problem, stated
from ecgfactory.foreign.units import UNITS_SHOWN, Unit
from ecgfactory.quality import features
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.policy import load_policy
from ecgfactory.record import SAMPLING_RATE_HZ

if TYPE_CHECKING:
    import pandas as pd

MICROVOLT = Unit(1.0)
RECORDS_AT_ONCE = 64


def assess(
    signal: npt.ArrayLike,
    *,
    rate_hz: float,
    lead_names: Sequence[str],
    unit: str,
    policy: str | Path = "basic",
) -> Assessment | list[Assessment]:
    """Assess ECGs of yours as generated ones are: the same features, the same policies.

    One of more than 20 s is judged in windows of 10 s, and accepted when four of five are.

    Parameters
    ----------
    signal : array, shape (leads, samples) or (records, leads, samples)
        One ECG, or some of the same leads and length; NaN, or masked, where there is no value. From a lead whose median
        is beyond 5 mV, that is taken off as an offset.
    rate_hz : float
        Samples per second, 50 to 100,000; resampled to 500.
    lead_names : sequence of str
        Names along the axis of leads: of the standard twelve in any order and usual spelling (MLII is II), or such as
        `ECG` where the lead is another or not known.
    unit : str
        Unit of the values: uV, mV, V, a number of these such as 0.1mV, or ADC:GAIN:ZERO for numbers of a converter
        (per mV, and at 0 mV).
    policy : str or Path
        Name of a shipped quality policy, or path of a policy file.

    Returns
    -------
    Assessment, or a list of one per record
        `accepted`, `reasons`, `failed_rules`, `features`, `notes` on what was mended, and the `windows` of a long one;
        it is named by its number.

    Raises
    ------
    BadInputError
        When the arguments do not fit together or are unknown; one sentence.
    """
    ecgs, rules = _Ecgs("assess", signal, rate_hz, lead_names, unit), load_policy(str(policy))
    found: list[Assessment] = []
    for signals_uv, notes in ecgs.batches():
        names = [str(len(found) + row) for row in range(len(signals_uv))]
        batch = assess_batch(names, signals_uv, ecgs.lead_names, rules)
        found += [replace(assessment, notes=of_it) for assessment, of_it in zip(batch, notes, strict=True)]
    return found[0] if ecgs.is_single else found


def measure(signal: npt.ArrayLike, *, rate_hz: float, lead_names: Sequence[str], unit: str) -> pd.DataFrame:
    """Measure every feature of ECGs of yours, as of generated ones.

    Parameters
    ----------
    signal, rate_hz, lead_names, unit
        As in `assess`.

    Returns
    -------
    DataFrame
        One row per record, one column per feature, its unit in its name; NaN or '' where not measurable. What they are
        in an ECG of more than 20 s, `Assessment` tells.

    Raises
    ------
    BadInputError
        When the arguments do not fit together or are unknown; one sentence.
    """
    import pandas as pd

    ecgs = _Ecgs("measure", signal, rate_hz, lead_names, unit)
    tables = [table for signals_uv, _ in ecgs.batches() for table in _measured(signals_uv, ecgs.lead_names)]
    names = [feature.name for feature in features.FEATURES]
    return pd.DataFrame({name: np.concatenate([table[name] for table in tables]) for name in names})


def _measured(signals_uv: npt.NDArray[Any], lead_names: tuple[str, ...]) -> Iterator[FeatureTable]:
    """Measure some records, shape (records, leads, samples), all at once unless they are long."""
    if not is_long(signals_uv.shape[2]):
        yield features.measure(signals_uv, lead_names)
        return
    for signal_uv in signals_uv:
        yield measure_long(signal_uv, lead_names, measure_windows(signal_uv, lead_names))


def _filled(signal: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return an array, with NaN where a masked one holds no value."""
    parts = signal if isinstance(signal, list | tuple) else [signal]
    if not any(map(np.ma.isMaskedArray, parts)):
        return np.asarray(signal)
    masked: np.ma.MaskedArray[Any, Any] = np.ma.array(signal)
    return np.ma.filled(masked.astype(np.float64), np.nan) if masked.dtype.kind in "iuf" else masked.data


class _Ecgs:
    """Checked ECGs of a caller; parameters as in `assess`."""

    def __init__(
        self, caller: str, signal: npt.ArrayLike, rate_hz: float, lead_names: Sequence[str], unit: str
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
        if said.unit is None:
            self._refuse(f"unit is None; give {UNITS_SHOWN}")
        self.lead_names, self._rate_hz, self._unit = said.lead_names, said.rate_hz, said.unit

    def batches(self) -> Iterator[tuple[npt.NDArray[Any], list[tuple[str, ...]]]]:
        """Yield the signals of some records, in uV at 500 Hz, and the notes on each."""
        records = self._values[np.newaxis] if self.is_single else self._values
        at_once = 1 if is_long(round(records.shape[2] * SAMPLING_RATE_HZ / self._rate_hz)) else RECORDS_AT_ONCE
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
        return resample(leads_uv, self._rate_hz).reshape(*values.shape[:2], -1), notes

    def _is_stored_so(self, values: npt.NDArray[Any]) -> bool:
        """Return whether values are as datasets store signals."""
        return values.dtype == np.int16 and self._unit == MICROVOLT and self._rate_hz == SAMPLING_RATE_HZ

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
