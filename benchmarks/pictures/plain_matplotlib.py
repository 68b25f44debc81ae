"""What a user would write today to have an ECG on paper as a picture: one matplotlib page, without damage and truth."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.ticker import MultipleLocator

from ecgfactory.leads import SignalUv

MM_PER_INCH = 25.4
WIDTH_MM, HEIGHT_MM = 297.0, 210.0
MM_PER_S, MM_PER_MV = 25, 10
ROWS_MM = (165.0, 125.0, 85.0, 45.0)
"""Heights of the baselines: three rows of four leads, and lead II below them."""

LEFT_MM = 22.0


def save_page(signal_uv: SignalUv, rate_hz: float, lead_names: tuple[str, ...], path: Path, dpi: int = 200) -> None:
    """Save twelve leads of 10 s as 3x4+II on A4 with a grid.

    Parameters
    ----------
    signal_uv : array, shape (12, samples)
        In uV.
    rate_hz : float
        Samples per second.
    lead_names : tuple of str
        Names of the leads.
    path : Path
        Where the picture goes.
    dpi : int
        Pixels per inch.
    """
    figure = pyplot.figure(figsize=(WIDTH_MM / MM_PER_INCH, HEIGHT_MM / MM_PER_INCH))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0, WIDTH_MM)
    axes.set_ylim(0, HEIGHT_MM)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MultipleLocator(5))
        axis.set_minor_locator(MultipleLocator(1))
    axes.grid(which="major", color="#f0a0a0", linewidth=0.6)
    axes.grid(which="minor", color="#f8d0d0", linewidth=0.3)
    quarter = signal_uv.shape[1] // 4
    across_mm = np.arange(signal_uv.shape[1]) * MM_PER_S / rate_hz
    for place, lead in enumerate(lead_names):
        row, column = place % 3, place // 3
        shown = slice(column * quarter, (column + 1) * quarter)
        lead_mm = (signal_uv[place, shown] - np.median(signal_uv[place])) / 1000 * MM_PER_MV
        axes.plot(LEFT_MM + across_mm[shown], ROWS_MM[row] + lead_mm, color="black", linewidth=0.85)
        axes.text(LEFT_MM + across_mm[shown.start] + 1, ROWS_MM[row] + 13, lead, fontsize=9)
    rhythm_uv = signal_uv[lead_names.index("II")]
    rhythm_mm = (rhythm_uv - np.median(rhythm_uv)) / 1000 * MM_PER_MV
    axes.plot(LEFT_MM + across_mm, ROWS_MM[3] + rhythm_mm, color="black", linewidth=0.85)
    axes.text(LEFT_MM + 1, ROWS_MM[3] + 13, "II", fontsize=9)
    figure.savefig(path, dpi=dpi)
    pyplot.close(figure)
