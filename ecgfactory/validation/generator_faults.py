"""What betrays signals of a network: rough edges, and lines in the spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.leads import SignalUv
from ecgfactory.record import SAMPLING_RATE_HZ

LINES_HZ = (50, 100, 150, 200)
"""Where networks that repeat samples leave lines: at multiples of the rate before the repetition, 50 Hz in
Pulse2Pulse (Odena et al., Deconvolution and checkerboard artifacts, Distill 2016, doi:10.23915/distill.00003)."""

NEAREST_HZ, FARTHEST_HZ = 2.0, 6.0
"""How far the surroundings of a line lie from it: beyond its sidebands at the heart rate, before those of the next."""


@dataclass(frozen=True)
class EdgeRoughness:
    """Mean absolute step from sample to sample, in uV: at the beginning, at the end, and between."""

    first_uv: float
    last_uv: float
    rest_uv: float


def edge_roughness(signals_uv: SignalUv, edge_ms: float = 60, rate_hz: float = SAMPLING_RATE_HZ) -> EdgeRoughness:
    """Measure how rough signals are at their edges.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        In uV.
    edge_ms : float
        How much of both ends is edge.
    rate_hz : float
        Samples per second.
    """
    edge = round(edge_ms * rate_hz / 1000)
    steps_uv = np.abs(np.diff(signals_uv.astype(np.float64), axis=2)).mean(axis=(0, 1))
    return EdgeRoughness(*(float(part.mean()) for part in (steps_uv[:edge], steps_uv[-edge:], steps_uv[edge:-edge])))


def line_ratios(
    signals_uv: SignalUv, lines_hz: Sequence[float] = LINES_HZ, rate_hz: float = SAMPLING_RATE_HZ
) -> dict[float, float]:
    """Measure how far lines stand out of the spectrum.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        In uV; each line makes whole periods in them, and their ends may differ.
    lines_hz : sequence of float
        Frequencies of the lines.
    rate_hz : float
        Samples per second.

    Returns
    -------
    dict of float to float
        By frequency, the power of the line over the mean power of its surroundings, median over records and leads: of
        noise alone 0.7, the median of an exponential distribution.
    """
    samples = signals_uv.shape[2]
    power = np.abs(np.fft.rfft(signals_uv, axis=2)) ** 2
    offsets = np.arange(round(NEAREST_HZ * samples / rate_hz), round(FARTHEST_HZ * samples / rate_hz))
    ratios = {}
    for line_hz in lines_hz:
        line = round(line_hz * samples / rate_hz)
        around = power[:, :, np.concatenate((line - offsets, line + offsets))]
        ratios[line_hz] = float(np.median(power[:, :, line] / np.mean(around, axis=2)))
    return ratios
