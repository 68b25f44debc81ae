"""What the generator leaves: rough ends, and faint lines in the spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.ndimage import uniform_filter1d

from benchmarks.realism import plots
from benchmarks.realism.ecgs import POLICIES, SAMPLES, candidates, yields_of
from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import Filters
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.validation.generator_faults import EdgeRoughness, edge_roughness, line_ratios

SHOWN = 60
"""Steps at either end that are drawn."""

PERIOD = 10
"""Samples of a period of the slowest line, 50 Hz; the others are its harmonics."""

AFTER_R, BEFORE_R = round(0.45 * SAMPLING_RATE_HZ), round(0.25 * SAMPLING_RATE_HZ)
"""Quiet is what lies so far from R peaks, in samples: after T, and before P."""

FEWEST_QUIET = 20
FOLDED = 256
"""Records that ripple is measured in, and whole quiet periods that each needs."""


@dataclass(frozen=True)
class Ripple:
    """What repeats every period, root mean square in uV: in whole records, and in quiet stretches."""

    whole_uv: float
    quiet_uv: float


@dataclass(frozen=True, eq=False)
class Faults:
    """Findings of the sections on ends and lines.

    Parameters
    ----------
    records : int
        Candidates of each set.
    roughness : dict of str to EdgeRoughness
        By edges.
    steps_uv : dict of str to float array, shape (samples - 1,)
        Mean absolute step from each sample to the next, by edges.
    yields : dict of str to dict of str to float
        By edges, share accepted by policy.
    changed : tuple of int
        Samples at the beginning and the end in which mended ECGs differ from published ones.
    ratios : dict of str to dict of float to float
        Power of each line over that of its surroundings, by what was done.
    spectra_uv : dict of str to float array, shape (frequencies,)
        Median amplitude over records and leads, by what was done.
    ripples : dict of str to Ripple
        By what was done.
    changes_uv : dict of str to int
        Largest change of a sample, by what was done.
    """

    records: int
    roughness: dict[str, EdgeRoughness]
    steps_uv: dict[str, Float64Array]
    yields: dict[str, dict[str, float]]
    changed: tuple[int, int]
    ratios: dict[str, dict[float, float]]
    spectra_uv: dict[str, Float64Array]
    ripples: dict[str, Ripple]
    changes_uv: dict[str, int]


def measure(seed: int, records: int) -> Faults:
    """Measure ends and lines of the same candidates, as published and mended, and what was tried on the lines."""
    kinds = {
        "as published": candidates(seed, records, "as_published"),
        "mended": (mended := candidates(seed, records)),
    }
    differs = (kinds["as published"] != mended).any(axis=(0, 1))
    is_quiet = quiet_periods(mended[:FOLDED])
    tried = {
        **kinds,
        "mended, notch at 50 Hz": Recorder(filters=Filters(notch_hz=50)).record(mended),
        "tried: a fixed pattern for each lead taken off": _without(mended, _folded(mended).mean(axis=0)),
        "tried: each record's own pattern taken off": _without(mended, _folded(mended)),
    }
    return Faults(
        records=records,
        roughness={kind: edge_roughness(signals_uv) for kind, signals_uv in kinds.items()},
        steps_uv={
            kind: np.abs(np.diff(signals_uv.astype(np.float32), axis=2)).mean(axis=(0, 1), dtype=np.float64)
            for kind, signals_uv in kinds.items()
        },
        yields={kind: yields_of(signals_uv) for kind, signals_uv in kinds.items()},
        changed=(int(differs[: SAMPLES // 2].sum()), int(differs[SAMPLES // 2 :].sum())),
        ratios={kind: line_ratios(signals_uv) for kind, signals_uv in tried.items()},
        spectra_uv={kind: _spectrum_uv(signals_uv) for kind, signals_uv in tried.items()},
        ripples={kind: ripple_uv(signals_uv[:FOLDED], is_quiet) for kind, signals_uv in tried.items()},
        changes_uv={
            kind: int(np.abs(signals_uv.astype(np.int32) - mended).max())
            for kind, signals_uv in tried.items()
            if kind not in kinds
        },
    )


def _folded(signals_uv: SignalUv) -> Float64Array:
    """Return the mean over all whole periods but the first and last, about its mean; shape (records, leads, PERIOD)."""
    periods = signals_uv.reshape(*signals_uv.shape[:2], -1, PERIOD)[:, :, PERIOD:-PERIOD]
    pattern: Float64Array = periods.mean(axis=2, dtype=np.float64)
    pattern -= pattern.mean(axis=-1, keepdims=True)
    return pattern


def _without(signals_uv: SignalUv, pattern_uv: Float64Array) -> SignalUv:
    repeats = signals_uv.shape[-1] // PERIOD
    return np.rint(signals_uv - np.tile(pattern_uv, repeats)).astype(np.int16)


def _spectrum_uv(signals_uv: SignalUv) -> Float64Array:
    amplitudes = np.abs(np.fft.rfft(signals_uv.astype(np.float32), axis=2)) * (2 / signals_uv.shape[-1])
    spectrum: Float64Array = np.median(amplitudes.reshape(-1, amplitudes.shape[-1]), axis=0)
    return spectrum


def ripple_uv(signals_uv: SignalUv, is_quiet: BoolArray) -> Ripple:
    """Fold signals, less their running mean over a period, into one period.

    What chance leaves differs between odd and even quiet periods, so that the mean product of their patterns is that
    of what repeats.
    """
    with_enough = is_quiet.sum(axis=1) >= FEWEST_QUIET
    waves_uv = signals_uv[with_enough].astype(np.float64)
    periods_uv = (waves_uv - uniform_filter1d(waves_uv, PERIOD, axis=-1)).reshape(*waves_uv.shape[:2], -1, PERIOD)
    is_even = np.arange(is_quiet.shape[1]) % 2 == 0
    patterns_uv = []
    for part in (is_even, ~is_even):
        counted = (is_quiet[with_enough] & part)[:, np.newaxis, :, np.newaxis]
        patterns_uv.append((periods_uv * counted).sum(axis=2) / np.maximum(counted.sum(axis=2), 1))
    repeating = float(np.mean(patterns_uv[0] * patterns_uv[1]))
    return Ripple(float(np.sqrt(np.mean(_folded(signals_uv) ** 2))), float(np.sqrt(max(repeating, 0.0))))


def quiet_periods(signals_uv: SignalUv) -> BoolArray:
    """Find the periods between the end of T and the next P, shape (records, periods)."""
    beats = find_beats(signals_uv, EIGHT_LEADS)
    is_quiet = np.zeros((len(signals_uv), SAMPLES), dtype=np.bool_)
    for row, (places, exists) in enumerate(zip(beats.places, beats.exists, strict=True)):
        for place, following in pairwise(places[exists].tolist()):
            is_quiet[row, place + AFTER_R : max(following - BEFORE_R, 0)] = True
    periods = is_quiet.reshape(len(is_quiet), -1, PERIOD)
    whole: BoolArray = np.logical_and.reduce(periods, axis=-1)
    return whole


def section(found: Faults, output: Path) -> str:
    """Write both sections and their plots."""
    plots.steps(found.steps_uv, SHOWN, output / "ends.png")
    plots.spectra(found.spectra_uv, output / "lines.png")
    return "\n\n".join([_ends(found), _lines(found)])


def _ends(found: Faults) -> str:
    rows = [
        f"| {kind} | {rough.first_uv:.1f} | {rough.last_uv:.1f} | {rough.rest_uv:.1f} | "
        f"{' | '.join(f'{found.yields[kind][policy]:.1%}' for policy in POLICIES)} |"
        for kind, rough in found.roughness.items()
    ]
    return "\n".join(
        [
            "## Ends",
            "",
            f"Mean absolute step from sample to sample in the first and last 60 ms and between, in uV, and the share of"
            f" the same {found.records:,} candidates that each policy accepts. The published network pads zeros; "
            "`edges: mended`, the default, reflects the signals of its last two layers. They differ in the first "
            f"{found.changed[0]} and the last {found.changed[1]} samples and in no other.",
            "",
            f"| edges | first 60 ms | last 60 ms | rest | {' | '.join(POLICIES)} |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            "![Steps by sample](ends.png)",
        ]
    )


def _lines(found: Faults) -> str:
    lines_hz = list(next(iter(found.ratios.values())))
    rows = [
        f"| {kind} | {' | '.join(f'{ratio:.2f}' for ratio in ratios.values())} | {found.ripples[kind].whole_uv:.2f} | "
        f"{found.ripples[kind].quiet_uv:.2f} | {found.changes_uv.get(kind, '')} |"
        for kind, ratios in found.ratios.items()
    ]
    return "\n".join(
        [
            "## Faint lines",
            "",
            "Power at 50, 100, 150 and 200 Hz over the mean of the surroundings, median over records and leads: noise "
            "alone has 0.7. Ripple is what repeats every 20 ms, root mean square, in whole records and in the quiet "
            "stretches between T and P; change is the largest of any sample against mended ECGs; all in uV.",
            "",
            f"| signals | {' | '.join(f'{line_hz:g} Hz' for line_hz in lines_hz)} | ripple | ripple where quiet | "
            "change |",
            f"|---{'|---' * (len(lines_hz) + 3)}|",
            *rows,
            "",
            "![Spectra](lines.png)",
            "",
            "The lines stay. They are no hum: the network's upsampling leaves a ripple inside QRS complexes, locked to "
            "the sample grid, and hardly any between them. A fixed pattern does not meet it, as it differs from record "
            "to record. A record's own pattern takes the lines out of the spectrum, but leaves the ripple in QRS and "
            "plants it in the quiet stretches, where there was none: a better reading and a worse ECG. A notch takes "
            "out one line, with what else is there.",
        ]
    )
