"""Two records of each rhythm on paper with their marks, for people to judge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

from benchmarks.artefacts.pictures import save
from benchmarks.paper import MM_PER_MV, MM_PER_S, PAPER, draw_paper
from benchmarks.rhythms.composed import ComposedEcgs
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.report.sheet import MM_PER_INCH
from ecgfactory.rhythm_kinds import KINDS
from ecgfactory.wave_table import ABSENT, WAVES

LEADS = ("II", "V1")
OF_EACH = 2
RHYTHMS_A_PICTURE = 4
STRIP_MV = 4.0
"""Height of paper for each lead."""

LOWEST, HIGHEST = -0.45, 0.5
"""Of a strip, around the baseline: what is beyond is cut off, so that it meets no other lead."""

TITLE_MM, LABEL_MM, GAP_MM = 7.0, 9.0, 3.0
MARK_MM = 1.0
BETWEEN_BEATS = WAVES.index("F")
"""From here on waves that go on under those of the beats; they are marked below them."""

DPI = 80


def draw_rhythms(by_rhythm: Sequence[ComposedEcgs], folder: Path) -> list[Path]:
    """Draw two records of each rhythm, four rhythms to a picture.

    Parameters
    ----------
    by_rhythm : sequence of ComposedEcgs
        Records of each.
    folder : Path
        Where the pictures go, rhythms_1.png and so on.
    """
    paths = []
    for start in range(0, len(by_rhythm), RHYTHMS_A_PICTURE):
        path = folder / f"rhythms_{start // RHYTHMS_A_PICTURE + 1}.png"
        shown = range(start, min(start + RHYTHMS_A_PICTURE, len(by_rhythm)))
        _draw([(by_rhythm[place], number) for place in shown for number in _numbers(by_rhythm[place], place)], path)
        paths.append(path)
    return paths


def _numbers(ecgs: ComposedEcgs, place: int) -> list[int]:
    """Say which records are drawn of the rhythm at a place: of each rhythm others, as all are of the same hearts."""
    return [(OF_EACH * place + one) % len(ecgs) for one in range(min(OF_EACH, len(ecgs)))]


def _draw(rows: Sequence[tuple[ComposedEcgs, int]], path: Path) -> None:
    seconds = max(ecgs.signals_uv.shape[-1] for ecgs, _ in rows) / SAMPLING_RATE_HZ
    width_mm, height_mm = MM_PER_S * seconds, MM_PER_MV * STRIP_MV * len(LEADS)
    page_mm = np.array([LABEL_MM + width_mm + GAP_MM, len(rows) * (height_mm + TITLE_MM) + GAP_MM])
    figure = pyplot.figure(figsize=page_mm / MM_PER_INCH)
    for row, (ecgs, number) in enumerate(rows):
        bottom_mm = page_mm[1] - (row + 1) * (height_mm + TITLE_MM)
        axes = figure.add_axes(tuple(np.array([LABEL_MM, bottom_mm, width_mm, height_mm]) / np.tile(page_mm, 2)))
        draw_paper(axes, width_mm, height_mm)
        axes.set_title(f"{KINDS[ecgs.rhythm].title}, {number + 1}", fontsize=9, loc="left", pad=3)
        _draw_record(axes, ecgs, number, height_mm)
    save(figure, path, DPI)


def _draw_record(axes: Axes, ecgs: ComposedEcgs, number: int, height_mm: float) -> None:
    """Draw the leads of a record: below each a bar where it shows a wave, on top the symbols of the beats."""
    to_mm = MM_PER_S / SAMPLING_RATE_HZ
    strip_mm = STRIP_MV * MM_PER_MV
    waves, beats = ecgs.waves.of(number), ecgs.beats.of(number)
    for place, lead in enumerate(LEADS):
        floor_mm = height_mm - (place + 1) * strip_mm
        lead_mv = ecgs.signals_uv[number, TWELVE_LEADS.index(lead)] / 1000
        trace_mm = np.clip((lead_mv - np.median(lead_mv)) * MM_PER_MV, LOWEST * strip_mm, HIGHEST * strip_mm)
        axes.plot(np.arange(lead_mv.size) * to_mm, floor_mm - LOWEST * strip_mm + trace_mm, color="black", lw=0.7)
        axes.text(-1.5, floor_mm + strip_mm / 2, lead, ha="right", va="center", fontsize=9, fontweight="bold")
        of_lead = waves.of_lead(lead)
        first_mm = np.where(of_lead.onset == ABSENT, 0, of_lead.onset) * to_mm
        last_mm = np.where(of_lead.offset == ABSENT, lead_mv.size, of_lead.offset) * to_mm
        for code in range(len(WAVES)):
            of_it = of_lead.wave == code
            bars = list(zip(first_mm[of_it], (last_mm - first_mm)[of_it], strict=True))
            bottom_mm = floor_mm + (0.2 if code >= BETWEEN_BEATS else 0.4 + MARK_MM)
            axes.broken_barh(bars, (bottom_mm, MARK_MM), facecolor=PAPER.waves[code], edgecolor="white", linewidth=0.5)
    for sample, symbol in zip(beats.sample.tolist(), beats.symbol_of_each, strict=True):
        axes.text(sample * to_mm, height_mm - 0.5, symbol, ha="center", va="top", fontsize=7)


def section(paths: Sequence[Path]) -> str:
    """Write the section."""
    return "\n".join(
        [
            "## Two of each to look at",
            "",
            f"{OF_EACH} records of each rhythm, not chosen but the first, the next of the next rhythm and so on, as "
            f"all rhythms are composed of the same hearts: leads {' and '.join(LEADS)}, at {MM_PER_S} mm/s and "
            f"{MM_PER_MV} mm/mV; symbols of the beats on top, and below each lead the waves as they are labelled: P "
            "blue, QRS orange, T green, waves of flutter and fibrillation in a line of their own below. What is larger "
            "than its strip is cut off at its edge.",
            *(f"\n![Rhythms]({path.name})" for path in paths),
        ]
    )
