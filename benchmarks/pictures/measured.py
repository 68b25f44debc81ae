"""What is measured on one picture of the proof: from its pixels, its mask and its truth as they are in files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from benchmarks.pictures.grid_spacing import measure_spacing
from benchmarks.pictures.places import BoxCounts, count_boxes, ink_errors_px, on_own_value, sample_errors_px
from benchmarks.pictures.sample import Record, draw
from ecgfactory.arrays import Float64Array
from ecgfactory.paper.page import Box
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.recover import recover_signal
from ecgfactory.paper.truth_file import PictureTruth, parsed_truth, truth_json


@dataclass(frozen=True, eq=False)
class Figures:
    """What was measured on a picture.

    Parameters
    ----------
    kind, layout : str
        What happened to it, and how its leads are arranged.
    leads : int
        Of its record.
    gain_mm_per_mv, asked_gain_mm_per_mv, speed_mm_per_s, line_mm : float
        Its scale, and the width of its traces.
    snr_db : float array
        Signal-to-noise ratio of each piece of a lead, as read from the mask.
    lost : float
        Share of the samples that could not be read.
    mistaken : tuple of str
        Pieces that are nearer to another lead's stored samples than to their own: `V1 as V2`.
    own, others : float array
        For each piece, the shares of its points on its own value of the mask, and on another lead's.
    boxes : BoxCounts
        Traces in their outlines and boxes.
    spacing_errors : float array
        Of grid lines, as shares; NaN where none are seen.
    sample_errors_px, ink_errors_px : float array
        Of the polyline from the stored samples, and of the ink from the polyline: none where something happened to the
        page, and of ink none where there is a grid.
    """

    kind: str
    layout: str
    leads: int
    gain_mm_per_mv: float
    asked_gain_mm_per_mv: float
    speed_mm_per_s: float
    line_mm: float
    snr_db: Float64Array
    lost: float
    mistaken: tuple[str, ...]
    own: Float64Array
    others: Float64Array
    boxes: BoxCounts
    spacing_errors: Float64Array
    sample_errors_px: Float64Array
    ink_errors_px: Float64Array


def measure(record: Record) -> Figures:
    """Draw a record's picture and measure it."""
    return measure_picture(draw(record), record)


def measure_picture(picture: Picture, record: Record) -> Figures:
    """Measure a record's picture."""
    content = truth_json(picture.truth)
    told, truth = orjson.loads(content), parsed_truth(content)
    snr_db, lost, mistaken = _read_back(picture, truth, record)
    on_values = [on_own_value(lead, picture.mask, truth.mask_values[lead["lead"]]) for lead in told["leads"]]
    own, others = np.array(on_values).T
    nothing, is_whole = np.zeros(0), truth.damage.kind == "none"
    return Figures(
        kind=truth.damage.kind,
        layout=truth.page.layout,
        leads=len(record.lead_names),
        gain_mm_per_mv=truth.page.gain_mm_per_mv,
        asked_gain_mm_per_mv=truth.page.asked_gain_mm_per_mv,
        speed_mm_per_s=truth.page.speed_mm_per_s,
        line_mm=truth.page.line_mm,
        snr_db=snr_db,
        lost=lost,
        mistaken=mistaken,
        own=own,
        others=others,
        boxes=count_boxes(told["leads"]),
        spacing_errors=_spacing_errors(picture, told, truth),
        sample_errors_px=sample_errors_px(told, record.signal_uv) if is_whole else nothing,
        ink_errors_px=ink_errors_px(told, picture.pixels) if is_whole and truth.grid is None else nothing,
    )


def _read_back(picture: Picture, truth: PictureTruth, record: Record) -> tuple[Float64Array, float, tuple[str, ...]]:
    """Return the signal-to-noise ratio of each piece, the share of samples not read, and the pieces mistaken."""
    ratios_db, lost, shown, mistaken = [], 0, 0, []
    for piece, read_uv in zip(truth.leads, recover_signal(picture.mask, truth), strict=True):
        stored_uv = record.signal_uv[:, piece.first_sample : piece.last_sample + 1].astype(np.float64)
        is_read = ~np.isnan(read_uv) & piece.is_known
        lost, shown = lost + int((piece.is_known & ~is_read).sum()), shown + int(piece.is_known.sum())
        if not is_read.any():
            continue
        stored_uv, read_uv = stored_uv[:, is_read], read_uv[is_read]
        ratios_db.append(snr_db(stored_uv[record.lead_names.index(piece.lead)], read_uv))
        nearest = record.lead_names[int(np.argmin(np.square(stored_uv - read_uv).sum(axis=1)))]
        if nearest != piece.lead:
            mistaken.append(f"{piece.lead} as {nearest}")
    return np.array(ratios_db), lost / max(shown, 1), tuple(mistaken)


def snr_db(stored_uv: Float64Array, read_uv: Float64Array) -> float:
    """Return 10 log10 of the variance of what is stored to the mean square of what is read less that."""
    return float(10 * np.log10(stored_uv.var() / max(np.mean(np.square(read_uv - stored_uv)), 1e-12)))


def _spacing_errors(picture: Picture, told: dict[str, Any], truth: PictureTruth) -> Float64Array:
    if told["grid"] is None:
        return np.zeros(0)
    spacings = measure_spacing(picture.pixels, truth.page_map, Box(*told["grid"]["box_mm"]))
    return np.array([spacing.error for spacing in spacings])
