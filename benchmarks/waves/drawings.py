"""Records of LUDB drawn with two sets of marks, for people to look at; they go to a folder that the user names."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, WaveTable

COLOURS = {"P": "C1", "QRS": "C0", "T": "C2"}
SYMBOLS = ("p", "N", "t")
"""What LUDB calls the waves, in the order of `BEAT_WAVES`."""

DPI = 80
STRIP = 0.09
"""Height of a strip of marks, as a share of a lead's."""


def draw(record: LudbRecord, waves: WaveTable, title: str, path: Path) -> None:
    """Draw all leads: the cardiologists' marks in a strip above each, ours in a strip below.

    Parameters
    ----------
    record : LudbRecord
        With its marks.
    waves : WaveTable
        Ours, of this record alone.
    title : str
        Stands above.
    path : Path
        Where the picture goes, a PNG.
    """
    figure, all_axes = pyplot.subplots(len(record.marks), 1, figsize=(20, 18), layout="constrained", sharex=True)
    time_s = np.arange(record.signal_uv.shape[1]) / record.sampling_rate_hz
    for (lead, marks), signal_uv, axes in zip(record.marks.items(), record.signal_uv, all_axes, strict=True):
        axes.plot(time_s, signal_uv / 1000, color="black", linewidth=0.7)
        experts = [(SYMBOLS.index(mark.wave), mark.onset, mark.peak, mark.offset) for mark in marks]
        _strip(axes, experts, 1 - STRIP, record)
        _strip(axes, _waves_in(waves, lead), 0, record)
        axes.set_ylabel(lead, rotation=0, ha="right")
        axes.margins(x=0, y=2 * STRIP)
        axes.tick_params(labelsize=7)
    figure.suptitle(f"{title}\nabove: the cardiologists' marks; below: ours; P orange, QRS blue, T green", fontsize=12)
    figure.supxlabel("time (s)")
    figure.savefig(path, dpi=DPI)
    pyplot.close(figure)


def _waves_in(waves: WaveTable, lead: str) -> list[tuple[int, float, float, float]]:
    there = waves.of_lead(lead)
    points = [np.where(samples == ABSENT, np.nan, samples) for samples in (there.onset, there.peak, there.offset)]
    return list(zip(there.wave.tolist(), *points, strict=True))


def _strip(axes: Axes, waves: list[tuple[int, float, float, float]], bottom: float, record: LudbRecord) -> None:
    """Draw waves as bars; one that has no onset begins at its peak, one that has no offset ends there."""
    across = axes.get_xaxis_transform()
    for code, wave in enumerate(BEAT_WAVES):
        points = np.array([points for kind, *points in waves if kind == code]).reshape(-1, 3) / record.sampling_rate_hz
        first_s, last_s = np.nanmin(points[:, :2], axis=1), np.nanmax(points[:, 1:], axis=1)
        bars = list(zip(first_s, last_s - first_s, strict=True))
        axes.broken_barh(bars, (bottom, STRIP), facecolor=COLOURS[wave], linewidth=0, transform=across)
        axes.vlines([*first_s, *last_s], 0, 1, color=COLOURS[wave], linewidth=0.4, alpha=0.6, transform=across)
