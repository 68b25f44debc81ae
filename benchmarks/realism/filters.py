"""What the filters of `signal` pass, and which candidates policies accept behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.realism import plots
from benchmarks.realism.ecgs import POLICIES, SAMPLES, candidates, yields_of
from ecgfactory.arrays import Float64Array
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.rates import measured_form
from ecgfactory.recorder.recorder import Recorder

AMPLITUDE_UV = 10_000
SWEEP_HZ = np.unique(np.round(np.concatenate([np.geomspace(0.2, 240, 97), np.arange(46, 54, 0.2)]), 1))

RECORDERS = (
    Recorder(),
    Recorder(filters=Filters(highpass_hz=0.5, lowpass_hz=40)),
    Recorder(filters=Filters(highpass_hz=0.5, lowpass_hz=40, phase="causal")),
    Recorder(filters=Filters(lowpass_hz=150)),
    Recorder(filters=Filters(notch_hz=50)),
    Recorder(rate_hz=100),
    Recorder(rate_hz=250),
    Recorder(rate_hz=1000),
)


@dataclass(frozen=True, eq=False)
class FilterFindings:
    """Findings of the section.

    Parameters
    ----------
    records : int
        Candidates for the yields.
    gains_db : dict of str to float array, shape (frequencies,)
        At `SWEEP_HZ`, by recorder.
    cutoffs_db : dict of str to dict of float to float
        By recorder, at each stated frequency.
    yields : dict of str to dict of str to float
        By recorder, share accepted by policy.
    """

    records: int
    gains_db: dict[str, Float64Array]
    cutoffs_db: dict[str, dict[float, float]]
    yields: dict[str, dict[str, float]]


def measure(seed: int, records: int) -> FilterFindings:
    """Pass sines and candidates through recorders."""
    generated = candidates(seed, records)
    return FilterFindings(
        records,
        {str(recorder): gains_db(recorder, SWEEP_HZ) for recorder in RECORDERS},
        {
            str(recorder): dict(zip(stated, gains_db(recorder, np.array(stated)).tolist(), strict=True))
            for recorder in RECORDERS
            if (stated := _stated_hz(recorder.filters))
        },
        {
            str(recorder): yields_of(measured_form(recorder.record(generated), recorder.rate_hz))
            for recorder in RECORDERS
        },
    )


def _stated_hz(filters: Filters) -> list[float]:
    return [hz for hz in (filters.highpass_hz, filters.lowpass_hz, filters.notch_hz) if hz]


def gains_db(recorder: Recorder, frequencies_hz: Float64Array) -> Float64Array:
    """Record sines, and fit what comes out in their middle; shape (frequencies,), NaN beyond half the rate."""
    phases = 2 * np.pi * frequencies_hz[:, np.newaxis] * np.arange(SAMPLES) / SAMPLING_RATE_HZ
    sines_uv = np.rint(AMPLITUDE_UV * np.sin(phases)).astype(np.int16)
    recorded_uv = recorder.record(np.repeat(sines_uv[:, np.newaxis], 1, axis=1))[:, 0]
    times_s = np.arange(recorded_uv.shape[-1]) / recorder.rate_hz
    gains = np.full(len(frequencies_hz), np.nan)
    for row, frequency_hz in enumerate(frequencies_hz.tolist()):
        if frequency_hz < recorder.rate_hz / 2:
            middle = slice(len(times_s) // 4, 3 * len(times_s) // 4)
            angle = 2 * np.pi * frequency_hz * times_s[middle]
            basis = np.column_stack([np.sin(angle), np.cos(angle), np.ones_like(angle)])
            fitted = np.linalg.lstsq(basis, recorded_uv[row, middle].astype(np.float64), rcond=None)[0]
            gains[row] = max(np.hypot(fitted[0], fitted[1]) / AMPLITUDE_UV, 1e-6)
    in_db: Float64Array = 20 * np.log10(gains)
    return in_db


def section(found: FilterFindings, output: Path) -> str:
    """Write the section and its plot."""
    plots.responses(SWEEP_HZ, found.gains_db, output / "filters.png")
    cutoffs = [
        f"| {recorder} | {', '.join(f'{hz:g} Hz: {_db(gain)}' for hz, gain in by_hz.items())} |"
        for recorder, by_hz in found.cutoffs_db.items()
    ]
    yields = [
        f"| {recorder} | {' | '.join(f'{shares[policy]:.1%}' for policy in POLICIES)} |"
        for recorder, shares in found.yields.items()
    ]
    return "\n".join(
        [
            "## Filters and rates",
            "",
            f"Sines of {AMPLITUDE_UV / 1000:g} mV, recorded: what is left in the middle half of them. -3 dB is asked "
            "for at stated cut-offs; a notch leaves nothing.",
            "",
            "| signal | gain at stated frequencies |",
            "|---|---|",
            *cutoffs,
            "",
            "![Responses](filters.png)",
            "",
            f"Of the same {found.records} candidates, accepted as they are stored ({len(EIGHT_LEADS)} leads):",
            "",
            f"| signal | {' | '.join(POLICIES)} |",
            "|---|---|---|---|",
            *yields,
        ]
    )


def _db(gain_db: float) -> str:
    return f"{gain_db:.2f} dB" if gain_db > -60 else f"below {-60} dB"
