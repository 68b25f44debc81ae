"""Printed pages on copies: how near the dataset comes to real ECGs, and pairs laid over each other."""

from __future__ import annotations

from functools import partial

import numpy as np

from ecgfactory.comparison.pages import copies
from ecgfactory.comparison.pages.copies import Overlay, Pair
from ecgfactory.comparison.pages.histograms import of_values
from ecgfactory.comparison.pages.paper import (
    DATASET,
    LEGEND_MM,
    PALETTE,
    REFERENCE,
    draw_heading,
    draw_histograms,
    draw_legend,
    draw_note,
    draw_text,
)
from ecgfactory.comparison.result import Comparison
from ecgfactory.realism.privacy import Privacy
from ecgfactory.report.export import PageMaker
from ecgfactory.report.page import MARGIN_MM, RIGHT_MM
from ecgfactory.report.panel import Panel
from ecgfactory.report.sheet import Box, Sheet

_TOP_MM = 176.0
_PITCH_MM = 93.0
_PLOT_MM = (80.0, 46.0)
_STRIPS_MM = 160.0


def copy_pages(comparison: Comparison, draws_reference: bool) -> list[PageMaker]:
    """Return what draws the pages on copies."""
    pairs = copies.shown_pairs(comparison) if draws_reference else []
    return [
        partial(_distances_page, comparison.privacy, draws_reference),
        *(partial(_pair_page, pair) for pair in pairs),
    ]


def _distances_page(privacy: Privacy, draws_reference: bool) -> Sheet:
    sheet = Sheet()
    draw_heading(sheet, "Copies", "whether an ECG of the dataset stands out as a copy of a real one")
    draw_legend(sheet, RIGHT_MM - 50, 187)
    height, width = _TOP_MM, RIGHT_MM - MARGIN_MM - 40
    for place, sentence in enumerate(copies.findings(privacy)):
        height = draw_text(sheet, MARGIN_MM, height, width, sentence, 9.5, PALETTE.text, bold=not place) - 1
    note = copies.METHOD if draws_reference else f"{copies.METHOD} {copies.PAIRS_NOT_DRAWN}"
    height = draw_text(sheet, MARGIN_MM, height - 3, width, note, 8.5, PALETTE.muted)
    for place, (way, nearness) in enumerate(privacy.ways.items()):
        frame = Box(MARGIN_MM + place * _PITCH_MM, height - 14 - _PLOT_MM[1], *_PLOT_MM)
        panel = Panel(sheet, frame, copies.WAYS[way])
        draw_histograms(panel, of_values(nearness.synthetic, nearness.real), "distance to the nearest real ECG")
        draw_text(sheet, frame.left, frame.bottom - 11, _PLOT_MM[0], copies.way_caption(nearness), 7, PALETTE.muted)
    draw_note(sheet, "Reference: distances of real ECGs to the nearest of others")
    return sheet


def _pair_page(pair: Pair) -> Sheet:
    sheet = Sheet()
    draw_heading(sheet, pair.title, pair.caption, LEGEND_MM)
    draw_legend(sheet, RIGHT_MM - 50, 195)
    height = _STRIPS_MM / copies.MOST_LEADS
    most_mv = max(float(np.nanmax(np.abs([one.dataset_mv, one.reference_mv]))) for one in pair.overlays) or 1.0
    for place, overlay in enumerate(pair.overlays):
        bottom = _TOP_MM - (place + 1) * height + 9
        panel = Panel(sheet, Box(MARGIN_MM + 10, bottom, RIGHT_MM - MARGIN_MM - 10, height - 12), overlay.label)
        _draw_overlay(panel, overlay, most_mv)
        panel.x_axis("s" if overlay is pair.overlays[-1] else "")
    draw_note(sheet, "As compared; each lead around its median, the real one shifted, stretched and amplified")
    return sheet


def _draw_overlay(panel: Panel, overlay: Overlay, most_mv: float) -> None:
    panel.scale((0.0, float(overlay.time_s[-1] + overlay.time_s[1])), (-1.05 * most_mv, 1.05 * most_mv))
    there = np.isfinite(overlay.reference_mv)
    panel.line(overlay.time_s[there], overlay.reference_mv[there], REFERENCE, 1.6)
    panel.line(overlay.time_s, overlay.dataset_mv, DATASET, 0.6)
    panel.y_axis("mV")
