"""Putting drawn artefacts into an ECG, one after the other, with the truth about each."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefacts.base import Artefact, Change, ElectrodeNoise, Recording, SignalChange, Stage
from ecgfactory.artefacts.faults import check_added, check_change, check_potentials, faulty
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

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)

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
        When noise is asked for by its signal-to-noise ratio in an ECG without a signal, or a package's kind is faulty.
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
        return variances_of(self._clean_uv)

    @cached_property
    def _limit_uv(self) -> float:
        """Where the recorder saturates; it has taken the clean ECG."""
        return max(RANGE_UV, float(self._clean_uv.max()), -float(self._clean_uv.min()))

    def put(self, drawn: Drawn) -> Put:
        """Put one artefact in, and tell the truth about it."""
        try:
            if isinstance(drawn.kind, ElectrodeNoise):
                return self._add(drawn.kind, drawn)
            assert isinstance(drawn.kind, SignalChange), f"{type(drawn.kind)} derives from neither of the two"
            return self._change(drawn.kind, drawn.rng)
        except Exception as error:  # whatever a package's kind raises, the message names the package
            raise faulty(drawn.kind.name, error) from error

    def _change(self, kind: SignalChange, rng: np.random.Generator) -> Put:
        """Let a kind change the leads."""
        before_uv = self.uv.copy()
        change = kind.change(self.uv, self._recording, rng)
        check_change(change, before_uv, self.uv, self._recording)
        span = slice(change.onset, change.offset + 1)
        before_uv, after_uv = before_uv[:, span], self.uv[:, span]
        if self._whole:
            np.rint(after_uv, out=after_uv)
        limit_uv = self._limit_uv if kind.stage < Stage.LEAD else LARGEST_UV
        if kind.stage < Stage.LEAD or self._whole:
            np.clip(after_uv, -limit_uv, limit_uv, out=after_uv)
        if kind.stage < Stage.LEAD and self._montage.derived:
            self._derive(before_uv, after_uv)
        touched = (after_uv != before_uv).any(axis=1)
        breaks = bool(touched[list(self._montage.bound)].any()) and self._breaks(kind.stage, before_uv, after_uv)
        return _told(kind, change, touched, breaks=breaks)

    def _add(self, kind: ElectrodeNoise, drawn: Drawn) -> Put:
        """Add what a kind's potentials give in the leads."""
        potentials = kind.potentials(self._recording, drawn.rng)
        check_potentials(potentials, self._recording)
        measured = self._montage.leads_of(potentials.uv)
        derives = bool(self._montage.derived) and any(self._montage.lead_names[row] in ("I", "II") for row in measured)
        rows = list(range(len(self.uv)) if derives else measured)
        noise_uv = np.zeros((len(rows), len(next(iter(measured.values())))))
        for row, lead_uv in measured.items():
            noise_uv[rows.index(row)] = lead_uv
        change = Change(
            potentials.onset,
            potentials.onset + noise_uv.shape[1] - 1,
            potentials.amount,
            potentials.parameters,
        )
        span = slice(change.onset, change.offset + 1)
        before_uv = self.uv[rows, span]
        if kind.is_scaled:
            added_uv, powers = self._scaled(kind, noise_uv, drawn.snr_db, before_uv, rows, derives)
        else:
            added_uv = self._stored(noise_uv, before_uv, derives)
            powers = mean_squares(added_uv)
            check_added(powers)
        after_uv = np.add(added_uv, before_uv, out=added_uv)
        if max(after_uv.max(), -after_uv.min()) > self._limit_uv:
            np.clip(after_uv, -self._limit_uv, self._limit_uv, out=after_uv)
            if derives:
                self._derive(before_uv, after_uv)
            powers = mean_squares(after_uv - before_uv)
        self.uv[rows, span] = after_uv
        touched = np.zeros(len(self.uv), dtype=bool)
        touched[rows] = powers > 0
        if kind.is_scaled:
            change = replace(change, amount=math.sqrt(powers.sum() / max(touched.sum(), 1)))
        has_signal = bool(self._variances[touched].any())
        return _told(kind, change, touched, self._ratio_db(powers, rows) if has_signal else math.nan)

    def _scaled(
        self,
        kind: Artefact,
        noise_uv: Float64Array,
        snr_db: float,
        before_uv: Float64Array,
        rows: list[int],
        derives: bool,
    ) -> tuple[Float64Array, Float64Array]:
        """Return noise of a signal-to-noise ratio, as it is stored, and its mean square in each lead."""
        if derives:
            self._montage.derive(noise_uv, whole=False)
        if not self._variances.any():
            raise BadInputError(
                f"artefacts: {kind.name} can't be put in by its signal-to-noise ratio, as all leads are flat; leave "
                "out the kind, or the ECG."
            )
        powers = mean_squares(noise_uv)
        check_added(powers)
        scale = 10 ** ((self._ratio_db(powers, rows) - snr_db) / 20)
        least, most, closest_db = 0.0, math.inf, math.inf
        for _ in range(MOST_TRIES):
            tried_uv = self._stored(noise_uv * scale, before_uv, derives)
            tried_powers = mean_squares(tried_uv)
            excess_db = self._ratio_db(tried_powers, rows) - snr_db
            if abs(excess_db) <= closest_db:
                added_uv, powers, closest_db = tried_uv, tried_powers, abs(excess_db)
            if closest_db <= CLOSE_DB:
                break
            least, most = (scale, most) if excess_db > 0 else (least, scale)
            scale *= 10 ** (min(excess_db, MOST_STEP_DB) / 20)
            if not least < scale < most:  # steps of 1 uV let it go round in circles
                scale = (least + most) / 2
        return added_uv, powers

    def _stored(self, noise_uv: Float64Array, before_uv: Float64Array, derives: bool) -> Float64Array:
        """Turn noise in the measured leads into what it adds to all leads as they are stored, in place."""
        if self._whole:
            np.rint(noise_uv, out=noise_uv)
        if derives:
            after_uv = before_uv + noise_uv
            self._derive(before_uv, after_uv)
            derived = list(self._montage.derived)
            noise_uv[derived] = after_uv[derived] - before_uv[derived]
        return noise_uv

    def _derive(self, before_uv: Float64Array, after_uv: Float64Array) -> None:
        """Compute derived leads, in place.

        Those that are not rounded change by as much as their equations say, whatever they were before; none changes
        with other leads than I and II.
        """
        limbs, derived = [self._montage.row("I"), self._montage.row("II")], list(self._montage.derived)
        is_same = np.array_equal(after_uv[limbs], before_uv[limbs])
        if self._whole and not is_same:
            self._montage.derive(after_uv, whole=True)
            return
        after_uv[derived] = before_uv[derived]
        if not is_same:
            added_uv = after_uv - before_uv
            self._montage.derive(added_uv, whole=False)
            after_uv[derived] += added_uv[derived]

    def _ratio_db(self, powers: Float64Array, rows: list[int]) -> float:
        """Return the signal-to-noise ratio where there is noise: infinite where there is none at all.

        Where noise reaches flat leads alone, the signal is that of all leads: it is as strong as it would be elsewhere.
        """
        touched = powers > 0
        if not touched.any():
            return math.inf
        signal_power = self._variances[rows][touched].mean() or self._variances.mean()
        return 10 * math.log10(signal_power / powers[touched].mean())

    def _breaks(self, stage: Stage, before_uv: Float64Array, after_uv: Float64Array) -> bool:
        """Whether the equations of derived leads hold no more; losses on the way are not blamed for earlier breaks."""
        if stage < Stage.LEAD or not self._montage.derived or self._montage.obeys_equations(after_uv, self._whole):
            return False
        return stage is Stage.LEAD or self._montage.obeys_equations(before_uv, self._whole)


def mean_squares(leads_uv: Float64Array) -> Float64Array:
    """Return the mean square of each lead, shape (leads,)."""
    squares: Float64Array = np.einsum("ij,ij->i", leads_uv, leads_uv)  # added in one order, whatever threads there are
    squares /= leads_uv.shape[1]
    return squares


def variances_of(leads_uv: Float64Array) -> Float64Array:
    """Return the variance of each lead, shape (leads,)."""
    variances: Float64Array = mean_squares(leads_uv) - np.square(leads_uv.mean(axis=1))
    return np.maximum(variances, 0)


def _told(kind: Artefact, change: Change, touched: BoolArray, snr_db: float = math.nan, breaks: bool = False) -> Put:
    return Put(
        kind.name,
        touched,
        change.onset,
        change.offset,
        change.amount,
        kind.unit,
        snr_db,
        breaks,
        _JSON.encode(dict(change.parameters)),
    )
