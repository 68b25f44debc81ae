"""An example of every kind for people to look at: clean, noisy and the difference, on ECG paper."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.artefacts.pictures import save
from benchmarks.paper import MM_PER_MV, MM_PER_S, draw_paper
from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact, Recording
from ecgfactory.artefacts.mixture import Drawn
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.artefacts.put_in import Put, put_in
from ecgfactory.dataset.artefact_summary import digits
from ecgfactory.draws import Purpose, generator
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.report.sheet import MM_PER_INCH

RATE_HZ = 500
SNR_DB = 3.0
KINDS_A_PICTURE = 4
SHOWN_S = 3.0
LEADS_SHOWN = 2
BEFORE_S = 0.4
"""What is shown of the ECG before it changes."""

STRIP_MV = 3.0
"""Height of paper for each lead."""

TITLE_MM, LABEL_MM, GAP_MM = 8.0, 9.0, 4.0
DPI = 120


def draw_examples(clean_uv: SignalUv, kinds: Sequence[Artefact], seed: int, folder: Path) -> list[Path]:
    """Draw the kinds, four to a picture.

    Parameters
    ----------
    clean_uv : int16 array, shape (12, samples)
        The ECG that they are put into, at 500 Hz.
    kinds : sequence of Artefact
        What to draw.
    seed : int
        Of the draws.
    folder : Path
        Where the pictures go, examples_1.png and so on.
    """
    paths = []
    for start in range(0, len(kinds), KINDS_A_PICTURE):
        path = folder / f"examples_{start // KINDS_A_PICTURE + 1}.png"
        _draw(clean_uv.astype(np.float64), kinds[start : start + KINDS_A_PICTURE], seed, path)
        paths.append(path)
    return paths


def _draw(clean_uv: Float64Array, kinds: Sequence[Artefact], seed: int, path: Path) -> None:
    width_mm, height_mm = MM_PER_S * SHOWN_S, MM_PER_MV * STRIP_MV * LEADS_SHOWN
    page_mm = np.array([LABEL_MM + 3 * (width_mm + GAP_MM), len(kinds) * (height_mm + TITLE_MM) + GAP_MM])
    figure = pyplot.figure(figsize=page_mm / MM_PER_INCH)
    for row, kind in enumerate(kinds):
        noisy_uv, put = _example(clean_uv, kind, seed)
        leads, window = _where(noisy_uv - clean_uv)
        bottom_mm = page_mm[1] - (row + 1) * (height_mm + TITLE_MM)
        middle_uv = np.median(clean_uv, axis=1, keepdims=True)
        shown = (
            ("clean", clean_uv - middle_uv),
            (_told(kind, put), noisy_uv - middle_uv),
            ("difference", noisy_uv - clean_uv),
        )
        for column, (title, signal_uv) in enumerate(shown):
            left_mm = LABEL_MM + column * (width_mm + GAP_MM)
            box = np.array([left_mm, bottom_mm, width_mm, height_mm]) / np.tile(page_mm, 2)
            axes = figure.add_axes(tuple(box))
            _strips(axes, signal_uv[leads, window] / 1000)
            axes.set_title(f"{kind.title}: clean" if column == 0 else title, fontsize=8, loc="left", pad=2)
            if column == 0:
                for place, lead in enumerate(leads):
                    axes.text(
                        -1.5, (LEADS_SHOWN - place - 0.5) * STRIP_MV * MM_PER_MV, TWELVE_LEADS[lead], ha="right",
                        va="center", fontsize=9, fontweight="bold",
                    )  # fmt: skip
    save(figure, path, DPI)


def _example(clean_uv: Float64Array, kind: Artefact, seed: int) -> tuple[Float64Array, Put]:
    recording = Recording(montage_of(TWELVE_LEADS), clean_uv.shape[1], RATE_HZ)
    rng = generator(seed, 0, Purpose.ARTEFACTS, 1 + list(ARTEFACTS).index(kind.name))
    noisy_uv, (put,) = put_in(clean_uv, recording, [Drawn(kind, SNR_DB, rng)], whole=True)
    return noisy_uv, put


def _where(added_uv: Float64Array) -> tuple[list[int], slice]:
    """Choose the leads that changed most, in their order, and the seconds in which they did."""
    power = np.square(added_uv)
    leads = sorted(np.argsort(power.sum(axis=1))[-LEADS_SHOWN:].tolist())
    length = round(SHOWN_S * RATE_HZ)
    sums = np.concatenate([[0], power[leads].sum(axis=0).cumsum()])
    start = max(int((sums[length:] - sums[:-length]).argmax()) - round(BEFORE_S * RATE_HZ), 0)
    return leads, slice(start, start + length)


def _told(kind: Artefact, put: Put) -> str:
    """Say how much of it there is."""
    if kind.is_scaled:
        return f"{put.amount:.0f} uV RMS, {put.snr_db:.1f} dB"
    words = [value for value in json.loads(put.parameters).values() if isinstance(value, str)]
    amount = [f"{digits(put.amount)} {put.unit}".strip()] if np.isfinite(put.amount) else []
    return ", ".join([*words, *amount]) or "noisy"


def _strips(axes: Axes, signals_mv: Float64Array) -> None:
    """Draw leads below each other on paper, in mm; what leaves a lead's strip by far is cut off at the edge."""
    count, samples = signals_mv.shape
    width_mm, height_mm = samples / RATE_HZ * MM_PER_S, count * STRIP_MV * MM_PER_MV
    draw_paper(axes, width_mm, height_mm)
    x_mm = np.arange(samples) / RATE_HZ * MM_PER_S
    for place, signal_mv in enumerate(signals_mv):
        axes.plot(x_mm, (count - place - 0.5) * STRIP_MV * MM_PER_MV + MM_PER_MV * signal_mv, color="black", lw=0.7)


def section(paths: Sequence[Path]) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Examples to look at",
            "",
            f"Each kind in the same ECG: {SHOWN_S:g} s of the {LEADS_SHOWN} leads that it changes most, clean, noisy, "
            f"and what was added, on paper at {MM_PER_S} mm/s and {MM_PER_MV} mm/mV; noise at {SNR_DB:g} dB. What is "
            "larger than the paper is cut off at its edge.",
            *(f"\n![Examples]({path.name})" for path in paths),
        ]
    )
