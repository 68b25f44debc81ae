"""Spectra of the kinds that are noise, beside what is published."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import scipy.signal

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.artefacts.pictures import save
from benchmarks.artefacts.published import PUBLISHED, Published, muscle_density
from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import ElectrodeNoise, Recording
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.draws import Purpose, generator
from ecgfactory.leads import TWELVE_LEADS

RATE_HZ = 500
SECONDS = 40
LOWEST_HZ, HIGHEST_HZ = 0.05, 250.0
BINS = 70
BANDS_HZ = ((0.05, 0.15), (0.15, 0.5), (0.5, 1.0), (1.0, 10.0), (10.0, 40.0), (40.0, 100.0), (100.0, 250.0))
COMPARED_HZ = (20.0, 150.0)
"""Where muscle noise is compared with its published spectrum: that holds most of it."""

FLOOR_DB = -90.0
DPI = 80


@dataclass(frozen=True)
class Spectrum:
    """Power densities of draws of one kind, each of power 1.

    Parameters
    ----------
    kind : str
        Its name.
    frequencies_hz : float64 array, shape (bins,)
        Middles of bins that are equally wide on a logarithmic scale, where the resolution allows it.
    densities : float64 array, shape (draws, bins)
        Per Hz.
    band_shares : float64 array, shape (draws, bands)
        Share of the power in each of `BANDS_HZ`.
    """

    kind: str
    frequencies_hz: Float64Array
    densities: Float64Array
    band_shares: Float64Array


def measure_spectra(kinds: Iterable[ElectrodeNoise], draws: int, seed: int) -> list[Spectrum]:
    """Draw each kind for 40 s, and measure the lead that has most of it."""
    return [_spectrum(kind, draws, seed) for kind in kinds]


def _spectrum(kind: ElectrodeNoise, draws: int, seed: int) -> Spectrum:
    recording = Recording(montage_of(TWELVE_LEADS), SECONDS * RATE_HZ, RATE_HZ)
    stream = 1 + list(ARTEFACTS).index(kind.name)
    rows = []
    for number in range(draws):
        drawn = kind.potentials(recording, generator(seed, number, Purpose.ARTEFACTS, stream))
        leads = recording.montage.leads_of(drawn.uv).values()
        lead = max(leads, key=lambda uv: float(np.square(uv).sum()))
        noise = np.zeros(recording.samples)
        noise[drawn.onset : drawn.onset + len(lead)] = lead
        frequencies, power = scipy.signal.periodogram(noise, RATE_HZ, window="hann", detrend=False)
        rows.append(power / (power.sum() * (frequencies[1] - frequencies[0])))
    densities = np.array(rows)
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BINS + 1)
    bins = np.digitize(frequencies, edges) - 1
    there = [number for number in range(BINS) if np.any(bins == number)]
    step_hz = frequencies[1] - frequencies[0]
    shares = [densities[:, (frequencies >= low) & (frequencies < high)].sum(axis=1) * step_hz for low, high in BANDS_HZ]
    return Spectrum(
        kind.name,
        np.array([frequencies[bins == number].mean() for number in there]),
        np.stack([densities[:, bins == number].mean(axis=1) for number in there], axis=1),
        np.stack(shares, axis=1),
    )


def plot_spectra(found: Sequence[Spectrum], path: Path) -> None:
    """Draw a panel for each kind: the median and the quartiles of the draws, and what is published."""
    columns = 3
    rows = math.ceil(len(found) / columns)
    figure, all_axes = pyplot.subplots(rows, columns, figsize=(15, 4 * rows), layout="constrained", squeeze=False)
    for axes in all_axes.flat[len(found) :]:
        axes.set_axis_off()
    for axes, spectrum in zip(all_axes.flat, found, strict=False):
        low, median, high = (_db(np.quantile(spectrum.densities, share, axis=0)) for share in (0.25, 0.5, 0.75))
        x = spectrum.frequencies_hz
        axes.fill_between(x, low, high, color="C0", alpha=0.25, linewidth=0, label="quartiles")
        axes.plot(x, median, color="C0", linewidth=1.6, label="median of the draws")
        if spectrum.kind in PUBLISHED:
            _draw_published(axes, PUBLISHED[spectrum.kind], spectrum)
        axes.set_xscale("log")
        axes.set_xlim(LOWEST_HZ, HIGHEST_HZ)
        axes.set_ylim(max(FLOOR_DB, float(low.min())), float(high.max()) + 5)
        axes.set_title(spectrum.kind.replace("_", " "), fontsize=10, fontweight="bold")
        axes.tick_params(labelsize=8)
        axes.grid(color="0.9", linewidth=0.6)
        axes.legend(fontsize=7)
    figure.supxlabel("frequency (Hz)", fontsize=9)
    figure.supylabel("power density of noise of power 1 (dB re 1/Hz)", fontsize=9)
    save(figure, path, DPI)


def _draw_published(axes: Axes, published: Published, spectrum: Spectrum) -> None:
    if published.is_spectrum:
        axes.plot(*_published_muscle(), color="C3", linestyle="--", linewidth=1.6, label="published spectrum")
    if published.band_hz is not None:
        axes.axvspan(*published.band_hz, color="C3", alpha=0.15, linewidth=0, label="published band")
    if published.lines is not None:
        x = spectrum.frequencies_hz
        top = max(_db(np.quantile(spectrum.densities, 0.75, axis=0))[(x > 45) & (x < 55)])
        for label, (line_hz, share) in zip(("published limits", *[None] * 9), published.lines.items(), strict=False):
            # A line as wide as its bin has a density that falls with the width, which grows with the frequency.
            y = top + 20 * math.log10(share) - 10 * math.log10(line_hz / 50)
            axes.plot(line_hz, y, "v", color="C3", markersize=7, label=label)


def _published_muscle() -> tuple[Float64Array, Float64Array]:
    frequencies = np.geomspace(5, HIGHEST_HZ, 400)
    density = muscle_density(frequencies)
    return frequencies, _db(density / np.trapezoid(density, frequencies))


def muscle_deviation_db(spectrum: Spectrum) -> float:
    """How far the median density is from the published spectrum at most, where most of the power is."""
    x = spectrum.frequencies_hz
    inside = (x >= COMPARED_HZ[0]) & (x <= COMPARED_HZ[1])
    median = _db(np.median(spectrum.densities, axis=0))[inside]
    return float(np.abs(median - np.interp(x[inside], *_published_muscle())).max())


def _db(power: Float64Array) -> Float64Array:
    decibels: Float64Array = 10 * np.log10(np.maximum(power, 1e-12))
    return decibels


def section(found: Sequence[Spectrum], picture: str) -> str:
    """Write the section."""
    draws = len(found[0].densities)
    muscle = [spectrum for spectrum in found if spectrum.kind == "muscle"]
    compared = (
        f" Between {COMPARED_HZ[0]:g} and {COMPARED_HZ[1]:g} Hz, the median density of muscle noise is within "
        f"{muscle_deviation_db(muscle[0]):.1f} dB of the published spectrum."
        if muscle
        else ""
    )
    bands = " | ".join(f"{low:g} to {high:g}" for low, high in BANDS_HZ)
    rows = []
    for spectrum in found:
        low, median, high = 100 * np.quantile(spectrum.band_shares, (0.25, 0.5, 0.75), axis=0)
        cells = [
            f"{middle:.0f} ({least:.0f} to {most:.0f})" for least, middle, most in zip(low, median, high, strict=True)
        ]
        rows.append(f"| {spectrum.kind} | {' | '.join(cells)} |")
    return "\n".join(
        [
            "## Spectra, beside published ones",
            "",
            f"{draws} draws of each kind that is noise, of {SECONDS} s at {RATE_HZ} Hz, in the lead that has most of "
            f"it, scaled to power 1.{compared} Share of the power in bands (Hz), in per cent: median and quartiles.",
            "",
            f"| kind | {bands} |",
            "|---" * (len(BANDS_HZ) + 1) + "|",
            *rows,
            "",
            f"![Spectra]({picture})",
            "",
            "What is published, in red:",
            "",
            *(
                f"- {spectrum.kind}: {PUBLISHED[spectrum.kind].says}"
                for spectrum in found
                if spectrum.kind in PUBLISHED
            ),
        ]
    )
