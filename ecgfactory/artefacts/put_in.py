"""Putting drawn artefacts into an ECG, one after the other, with the truth about each."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefacts.base import Artefact, Change, ElectrodeNoise, Potentials, Recording, SignalChange, Stage
from ecgfactory.artefacts.mixture import Drawn
from ecgfactory.artefacts.montage import Montage
from ecgfactory.errors import BadInputError
from ecgfactory.leads import NARROW_LIMIT_UV

ROUNDING_POWER = 1 / 12
"""Mean square of what rounding to whole numbers adds."""

RANGE_UV = NARROW_LIMIT_UV
"""What a recorder takes of a measured lead before it saturates: within this, every derived lead fits int16. IEC
60601-2-25 asks for +-5 mV at least."""

LARGEST_UV = 32767

CLOSE_DB = 0.02
"""How near a signal-to-noise ratio comes to the one asked for, where rounding to whole uV allows that."""

MOST_TRIES = 5


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
    noisy_uv, puts = clean_uv.copy(), []
    variances = clean_uv.var(axis=-1)
    limit_uv = max(RANGE_UV, float(np.abs(clean_uv).max(initial=0)))
    for artefact in drawn:
        kind, before_uv = artefact.kind, noisy_uv.copy()
        if isinstance(kind, ElectrodeNoise):
            change = _add(kind, artefact, noisy_uv, recording, variances, whole)
        else:
            assert isinstance(kind, SignalChange)
            change = kind.change(noisy_uv, recording, artefact.rng)
        _settle(kind.stage, noisy_uv[:, change.onset : change.offset + 1], recording, limit_uv, whole)
        puts.append(_told(kind, change, before_uv, noisy_uv, recording, variances, whole))
    return noisy_uv, puts


def _add(
    kind: ElectrodeNoise,
    artefact: Drawn,
    leads_uv: Float64Array,
    recording: Recording,
    variances: Float64Array,
    whole: bool,
) -> Change:
    """Add what a kind's potentials give in the measured leads, in place."""
    drawn = kind.potentials(recording, artefact.rng)
    noise_uv = _in_leads(drawn, recording)
    if kind.is_scaled:
        noise_uv = _scaled(kind, noise_uv, artefact.snr_db, recording, variances, whole)
    channels = list(recording.montage.channels)
    offset = drawn.onset + noise_uv.shape[1] - 1
    leads_uv[channels, drawn.onset : offset + 1] += noise_uv[channels]
    return Change(drawn.onset, offset, drawn.amount, drawn.parameters)


def _in_leads(drawn: Potentials, recording: Recording) -> Float64Array:
    """Return what potentials give in each lead, shape (leads, length)."""
    length = len(next(iter(drawn.uv.values())))
    noise_uv = np.zeros((len(recording.montage.lead_names), length))
    for row, lead_uv in recording.montage.leads_of(drawn.uv).items():
        noise_uv[row] = lead_uv
    recording.montage.derive(noise_uv, whole=False)
    return noise_uv


def _scaled(
    kind: Artefact,
    noise_uv: Float64Array,
    snr_db: float,
    recording: Recording,
    variances: Float64Array,
    whole: bool,
) -> Float64Array:
    """Scale noise to a signal-to-noise ratio, as it is once it is rounded."""
    touched = noise_uv.any(axis=1)
    signal_power = variances[touched].mean() if touched.any() else 0.0
    if not signal_power > 0:
        names = [recording.montage.lead_names[row] for row in np.flatnonzero(touched)]
        raise BadInputError(
            f"artefacts: {kind.name} can't be put into {', '.join(names) or 'these leads'} by its signal-to-noise "
            "ratio, as there is no signal there; leave out the kind, or the flat leads."
        )
    wanted = signal_power / 10 ** (snr_db / 10)
    power = np.square(noise_uv[touched]).mean()
    if not whole:
        return noise_uv * math.sqrt(wanted / power)
    scale = math.sqrt(max(wanted - ROUNDING_POWER, wanted / 4) / power)
    for _ in range(MOST_TRIES):
        rounded_uv = np.rint(noise_uv * scale)
        reached = np.square(rounded_uv[touched]).mean()
        if reached > 0 and abs(10 * math.log10(reached / wanted)) <= CLOSE_DB:
            break
        scale *= math.sqrt(wanted / reached) if reached > 0 else 2.0
    return rounded_uv


def _settle(stage: Stage, leads_uv: Float64Array, recording: Recording, limit_uv: float, whole: bool) -> None:
    """Round what was changed where signals are whole, keep it in the recorder's range, derive leads; in place."""
    if whole:
        np.rint(leads_uv, out=leads_uv)
    if stage < Stage.LEAD:
        np.clip(leads_uv, -limit_uv, limit_uv, out=leads_uv)
        recording.montage.derive(leads_uv, whole)
    elif whole:
        np.clip(leads_uv, -LARGEST_UV, LARGEST_UV, out=leads_uv)


def _breaks(touched: BoolArray, after_uv: Float64Array, montage: Montage, whole: bool) -> bool:
    """Whether equations don't hold because of a change: one of V1 alone has no part in it."""
    return bool(touched[list(montage.bound)].any()) and not montage.obeys_equations(after_uv, whole)


def _told(
    kind: Artefact,
    change: Change,
    before_uv: Float64Array,
    after_uv: Float64Array,
    recording: Recording,
    variances: Float64Array,
    whole: bool,
) -> Put:
    """Return the truth about an artefact, of which what the signals say is measured on them."""
    span = slice(change.onset, change.offset + 1)
    difference_uv = after_uv[:, span] - before_uv[:, span]
    touched: BoolArray = np.any(difference_uv != 0, axis=1).reshape(-1)
    is_added = isinstance(kind, ElectrodeNoise) and touched.any()
    power = np.square(difference_uv[touched]).mean() if is_added else math.nan
    signal_power = variances[touched].mean() if is_added else math.nan
    amount = math.sqrt(power) if is_added and math.isnan(change.amount) else change.amount
    return Put(
        kind.name,
        touched,
        change.onset,
        change.offset,
        amount,
        kind.unit,
        10 * math.log10(signal_power / power) if is_added and signal_power > 0 else math.nan,
        kind.stage is Stage.LEAD and _breaks(touched, after_uv[:, span], recording.montage, whole),
        json.dumps(dict(change.parameters), sort_keys=True, separators=(",", ":")),
    )
