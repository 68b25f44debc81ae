"""Putting drawn artefacts into an ECG, one after the other, with the truth about each."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefacts.base import Artefact, Change, ElectrodeNoise, Recording, SignalChange, Stage
from ecgfactory.artefacts.mixture import Drawn
from ecgfactory.errors import BadInputError
from ecgfactory.leads import NARROW_LIMIT_UV

RANGE_UV = NARROW_LIMIT_UV
"""What a recorder takes of a measured lead before it saturates: within this, every derived lead fits int16. IEC
60601-2-25 asks for +-5 mV at least."""

LARGEST_UV = 32767

CLOSE_DB = 0.02
"""How near a signal-to-noise ratio comes to the one asked for, where rounding to whole uV allows that."""

MOST_TRIES = 8

MOST_STEP_DB = 6.0
"""By which noise that all was rounded away is made larger."""


@dataclass(frozen=True)
class Put:
    """The truth about one artefact: the columns of `ArtefactTable` from `kind` on, in order."""

    kind: str
    touched: BoolArray
    onset: int
    offset: int
    amount: float
    unit: str
    snr_db: float
    breaks_lead_equations: bool
    parameters: str

    @property
    def row(self) -> tuple[Any, ...]:
        """The values of the columns."""
        return tuple(vars(self).values())


def put_in(
    clean_uv: Float64Array, recording: Recording, drawn: Sequence[Drawn], whole: bool
) -> tuple[Float64Array, list[Put]]:
    """Put artefacts into an ECG.

    Parameters
    ----------
    clean_uv : float64 array, shape (leads, samples)
        The sound ECG in uV; not changed.
    recording : Recording
        What kinds may know of it.
    drawn : sequence of Drawn
        What to put in, in order.
    whole : bool
        Whether signals are whole uV, as they are stored.

    Returns
    -------
    float64 array, shape (leads, samples)
        The ECG with its artefacts.
    list of Put
        One for each of `drawn`.

    Raises
    ------
    BadInputError
        When noise is asked for by its signal-to-noise ratio in leads without a signal.
    """
    ecg = _Ecg(clean_uv, recording, whole)
    puts = [ecg.put(artefact) for artefact in drawn]
    return ecg.uv, puts


class _Ecg:
    """An ECG on its way from the patient to the file, in `uv`."""

    def __init__(self, clean_uv: Float64Array, recording: Recording, whole: bool) -> None:
        self.uv = clean_uv.copy()
        self._clean_uv, self._recording, self._montage, self._whole = clean_uv, recording, recording.montage, whole

    @cached_property
    def _variances(self) -> Float64Array:
        """Of the clean leads."""
        variances: Float64Array = self._clean_uv.var(axis=1)
        return variances

    @cached_property
    def _limit_uv(self) -> float:
        """Where the recorder saturates; it has taken the clean ECG."""
        return max(RANGE_UV, float(self._clean_uv.max()), -float(self._clean_uv.min()))

    def put(self, drawn: Drawn) -> Put:
        """Put one artefact in, and tell the truth about it."""
        kind = drawn.kind
        if isinstance(kind, ElectrodeNoise):
            change, before_uv = self._add(kind, drawn)
        else:
            assert isinstance(kind, SignalChange)
            before_uv = self.uv.copy()
            change = kind.change(self.uv, self._recording, drawn.rng)
            before_uv = before_uv[:, change.onset : change.offset + 1]
        after_uv = self.uv[:, change.onset : change.offset + 1]
        self._settle(kind.stage, before_uv, after_uv)
        return self._told(kind, change, before_uv, after_uv)

    def _add(self, kind: ElectrodeNoise, drawn: Drawn) -> tuple[Change, Float64Array]:
        """Add what a kind's potentials give in the measured leads; return that, and what was there before."""
        potentials = kind.potentials(self._recording, drawn.rng)
        onset, length = potentials.onset, len(next(iter(potentials.uv.values())))
        span = slice(onset, onset + length)
        before_uv = self.uv[:, span].copy()
        noise_uv = self._montage.leads_of(potentials.uv)
        if kind.is_scaled:
            noise_uv = self._scaled(kind, noise_uv, drawn.snr_db, before_uv)
        for row, lead_uv in noise_uv.items():
            self.uv[row, span] += lead_uv
        return Change(onset, onset + length - 1, potentials.amount, potentials.parameters), before_uv

    def _scaled(
        self, kind: Artefact, noise_uv: Mapping[int, Float64Array], snr_db: float, before_uv: Float64Array
    ) -> dict[int, Float64Array]:
        """Scale noise to a signal-to-noise ratio, as it is once it is rounded."""
        scale = 10 ** ((self._ratio_db(self._powers(noise_uv, before_uv, whole=False)) - snr_db) / 20)
        if not 0 < scale < math.inf:
            names = ", ".join(self._montage.lead_names[row] for row in noise_uv)
            raise BadInputError(
                f"artefacts: {kind.name} can't be put into {names} by its signal-to-noise ratio, as there is no signal "
                "there; leave out the kind, or the flat leads."
            )
        if not self._whole:
            return {row: lead_uv * scale for row, lead_uv in noise_uv.items()}
        least, most = 0.0, math.inf
        for _ in range(MOST_TRIES):
            rounded_uv = {row: np.rint(lead_uv * scale) for row, lead_uv in noise_uv.items()}
            excess_db = self._ratio_db(self._powers(rounded_uv, before_uv, whole=True)) - snr_db
            if abs(excess_db) <= CLOSE_DB:
                break
            least, most = (scale, most) if excess_db > 0 else (least, scale)
            scale *= 10 ** (min(excess_db, MOST_STEP_DB) / 20)
            if not least < scale < most:  # steps of 1 uV let it go round in circles
                scale = (least + most) / 2
        return rounded_uv

    def _powers(self, noise_uv: Mapping[int, Float64Array], before_uv: Float64Array, whole: bool) -> Float64Array:
        """Return the mean square of what noise in measured leads adds to each lead, shape (leads,)."""
        powers = np.zeros(len(before_uv))
        for row, lead_uv in noise_uv.items():
            powers[row] = np.square(lead_uv).mean()
        if self._montage.derived:
            after_uv = before_uv.copy()
            for row, lead_uv in noise_uv.items():
                after_uv[row] += lead_uv
            self._derive(before_uv, after_uv, whole)
            for row in self._montage.derived:
                powers[row] = np.square(after_uv[row] - before_uv[row]).mean()
        return powers

    def _ratio_db(self, powers: Float64Array) -> float:
        """Return the signal-to-noise ratio where there is noise: infinite where there is none at all."""
        touched = powers > 0
        if not touched.any():
            return math.inf
        signal_power = self._variances[touched].mean()
        return 10 * math.log10(signal_power / powers[touched].mean()) if signal_power > 0 else -math.inf

    def _settle(self, stage: Stage, before_uv: Float64Array, after_uv: Float64Array) -> None:
        """Round what was changed where signals are whole, keep it in the recorder's range, derive leads; in place."""
        if self._whole:
            np.rint(after_uv, out=after_uv)
        if stage < Stage.LEAD:
            np.clip(after_uv, -self._limit_uv, self._limit_uv, out=after_uv)
            self._derive(before_uv, after_uv, self._whole)
        elif self._whole:
            np.clip(after_uv, -LARGEST_UV, LARGEST_UV, out=after_uv)

    def _derive(self, before_uv: Float64Array, after_uv: Float64Array, whole: bool) -> None:
        """Compute derived leads, in place.

        Those that are not rounded change by as much as their equations say, whatever they were before; none changes
        with other leads than I and II.
        """
        if not self._montage.derived:
            return
        limbs, derived = [self._montage.row("I"), self._montage.row("II")], list(self._montage.derived)
        is_same = np.array_equal(after_uv[limbs], before_uv[limbs])
        if whole and not is_same:
            self._montage.derive(after_uv, whole)
            return
        after_uv[derived] = before_uv[derived]
        if not is_same:
            added_uv = after_uv - before_uv
            self._montage.derive(added_uv, whole)
            after_uv[derived] += added_uv[derived]

    def _told(self, kind: Artefact, change: Change, before_uv: Float64Array, after_uv: Float64Array) -> Put:
        """Return the truth about an artefact, of which what the signals say is measured on them."""
        powers: Float64Array = np.square(after_uv - before_uv).mean(axis=1)
        touched: BoolArray = powers > 0
        is_added = isinstance(kind, ElectrodeNoise) and bool(touched.any())
        ratio_db = self._ratio_db(powers) if is_added else math.nan
        amount = math.sqrt(powers[touched].mean()) if is_added and math.isnan(change.amount) else change.amount
        return Put(
            kind.name,
            touched,
            change.onset,
            change.offset,
            amount,
            kind.unit,
            ratio_db if math.isfinite(ratio_db) else math.nan,
            self._breaks(kind.stage, touched, before_uv, after_uv),
            json.dumps(dict(change.parameters), sort_keys=True, separators=(",", ":")),
        )

    def _breaks(self, stage: Stage, touched: BoolArray, before_uv: Float64Array, after_uv: Float64Array) -> bool:
        """Whether equations hold no more because of a change: neither for one of V1 alone, nor for earlier breaks."""
        if stage < Stage.LEAD or not touched[list(self._montage.bound)].any():
            return False
        if self._montage.obeys_equations(after_uv, self._whole):
            return False
        return stage is Stage.LEAD or self._montage.obeys_equations(before_uv, self._whole)
