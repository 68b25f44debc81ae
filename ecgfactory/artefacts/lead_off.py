"""An electrode that is off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import Change, Recording, SignalChange, Stage
from ecgfactory.artefacts.mains import SUPPLIES_HZ
from ecgfactory.artefacts.montage import LIMB_ELECTRODES, Montage

STYLES: Mapping[str, float] = {"flat": 0.4, "floating": 0.35, "rail": 0.25}

SHARE_THROUGHOUT = 0.5
SHORTEST_S, LONGEST_S = 0.5, 30.0

AMPLIFIER_UV = (0.5, 2.0)
"""RMS of the noise of an amplifier whose input is shorted; at most 30 uV from peak to valley are allowed (IEC
60601-2-25). Half of the flat ones have none, as software then writes zeros."""

RAILS_UV = (5_000.0, 10_000.0)
"""Limits of recorders: the least that IEC 60601-2-25 asks for, and a usual one."""

DRIFT_UV = (300.0, 2_500.0)
DRIFT_HZ = (0.03, 0.6)
HUM_UV = (50.0, 800.0)
WAVES = 3


class LeadOff(SignalChange):
    """An electrode off the skin, throughout or for a while: the leads that are measured with it lose the heart.

    flat
        They read zero, exactly or with an amplifier's noise: what recorders write where they find an electrode off.
    floating
        The open input drifts and picks up the mains, as an antenna does. That is at the electrode, so all equations
        hold; of a limb it shifts Wilson's terminal, and each chest lead by a third.
    rail
        They are at the recorder's limit, where its amplifier ends when an open input runs away.

    With RA off these are I and II, with LA I, with LL II, and with one of the chest its own; other limb leads follow by
    computation (that recorders measure I and II: Kligfield et al., J Am Coll Cardiol 49 (2007) 1109,
    doi:10.1016/j.jacc.2007.01.024). Recorders have to indicate it (IEC 60601-2-25).
    """

    name = "lead_off"
    title = "an electrode off"
    stage = Stage.CHANNEL
    unit = "uV"
    amount = "root mean square of what the open input, or the lead, has instead of the heart"
    parameters: ClassVar[Mapping[str, str]] = {
        "style": f"what is recorded instead: {', '.join(STYLES)}",
        "electrode": "which electrode: RA, LA, LL, C1 .. C6, or the name of a lead that is none of the standard twelve",
    }

    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Replace what an electrode gives; see `SignalChange`."""
        montage = recording.montage
        electrode = str(rng.choice([name for name in montage.electrodes if montage.channels_of(name)]))
        style = str(rng.choice(list(STYLES), p=list(STYLES.values())))
        onset, length = 0, recording.samples
        if rng.random() >= SHARE_THROUGHOUT:
            seconds = np.exp(rng.uniform(np.log(SHORTEST_S), np.log(LONGEST_S)))
            onset, length = recording.stretch(rng, float(seconds))
        span_uv = leads_uv[:, onset : onset + length]
        if style == "floating":
            open_uv = _open_input(recording, length, rng)
            _float(span_uv, montage, electrode, open_uv)
        elif style == "rail":
            open_uv = np.full(length, float(rng.choice(RAILS_UV)) * (1 if rng.random() < 0.5 else -1))
            for row in montage.channels_of(electrode):
                span_uv[row] = np.sign(montage.weight(row, electrode)) * open_uv
        else:
            size_uv = rng.uniform(*AMPLIFIER_UV) if rng.random() < 0.5 else 0.0
            rows = list(montage.channels_of(electrode))
            open_uv = size_uv * rng.standard_normal((len(rows), length))
            span_uv[rows] = open_uv
        amount = float(np.sqrt(np.square(open_uv).mean()))
        return Change(onset, onset + length - 1, amount, {"style": style, "electrode": electrode})


def _open_input(recording: Recording, length: int, rng: np.random.Generator) -> Float64Array:
    """Draw the potential of an open input: slow waves, and the hum of the mains where the rate allows it."""
    times_s = recording.times_s(length)
    drift = np.full(length, rng.uniform(-1, 1))
    for _ in range(WAVES):
        drift += rng.uniform(0.2, 1) * np.sin(2 * np.pi * (rng.uniform(*DRIFT_HZ) * times_s + rng.uniform()))
    open_uv: Float64Array = rng.uniform(*DRIFT_UV) / 2 * drift
    frequency_hz, hum_uv, phase = float(rng.choice(SUPPLIES_HZ)), rng.uniform(*HUM_UV), rng.uniform(0, 2 * np.pi)
    if frequency_hz < recording.rate_hz / 2:
        open_uv += hum_uv * np.sin(2 * np.pi * frequency_hz * times_s + phase)
    return open_uv


def _float(span_uv: Float64Array, montage: Montage, electrode: str, open_uv: Float64Array) -> None:
    """Put an open input in the place of an electrode, in place.

    Where I and II tell the potential of a limb, it alone is replaced, and what the other electrode of a lead has of the
    heart stays. Elsewhere leads have the open input alone.
    """
    if electrode in LIMB_ELECTRODES and montage.measures_limbs:
        first, second = span_uv[montage.row("I")], span_uv[montage.row("II")]
        heart_uv = {"RA": -first - second, "LA": 2 * first - second, "LL": 2 * second - first}[electrode] / 3
        for row, added_uv in montage.leads_of({electrode: open_uv - heart_uv}).items():
            span_uv[row] += added_uv
    else:
        for row in montage.channels_of(electrode):
            span_uv[row] = montage.weight(row, electrode) * open_uv
