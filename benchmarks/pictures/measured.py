"""What is measured on one picture of the proof: from its pixels, its mask and its truth as they are in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from scipy.signal import butter, sosfiltfilt

from benchmarks.pictures.grid_spacing import measure_spacing
from benchmarks.pictures.places import BoxCounts, count_boxes, ink_errors_px, on_own_value, sample_errors_px
from benchmarks.pictures.sample import RATE_HZ, Record, draw
from ecgfactory.arrays import Float64Array
from ecgfactory.paper.page import Box
from ecgfactory.paper.picture import Picture
from ecgfactory.paper.recover import recover_signal
from ecgfactory.paper.sizes import MM_PER_INCH
from ecgfactory.paper.truth_file import PictureTruth, parsed_truth, truth_json

SLOW_HZ = 40.0
"""What monitors and many electrocardiographs print."""

_LOWPASS = butter(4, SLOW_HZ, output="sos", fs=RATE_HZ)


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
    snr_db, slow_snr_db : float array
        Signal-to-noise ratio of each piece of a lead, as read from the mask; and of what of both is slower than
        `SLOW_HZ`, of pieces that are read without a gap.
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
    slow_snr_db: Float64Array
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
    snr_db, slow_snr_db, lost, mistaken = _read_back(picture, truth, record)
    on_values = [on_own_value(lead, picture.mask, truth.mask_values[lead["lead"]]) for lead in told["leads"]]
    own, others = np.array(on_values).T
    nothing, is_whole = np.zeros(0), truth.damage.kind == "none"
    return Figures(
        kind=truth.damage.kind,
        layout=truth.page.asked_layout,
        leads=len(record.lead_names),
        gain_mm_per_mv=truth.page.gain_mm_per_mv,
        asked_gain_mm_per_mv=truth.page.asked_gain_mm_per_mv,
        speed_mm_per_s=truth.page.speed_mm_per_s,
        line_mm=truth.page.line_mm,
        snr_db=snr_db,
        slow_snr_db=slow_snr_db,
        lost=lost,
        mistaken=mistaken,
        own=own,
        others=others,
        boxes=count_boxes(told["leads"]),
        spacing_errors=_spacing_errors(picture, told, truth),
        sample_errors_px=sample_errors_px(told, record.signal_uv) if is_whole else nothing,
        ink_errors_px=ink_errors_px(told, picture.pixels) if is_whole and truth.grid is None else nothing,
    )


def _read_back(
    picture: Picture, truth: PictureTruth, record: Record
) -> tuple[Float64Array, Float64Array, float, tuple[str, ...]]:
    """Return both signal-to-noise ratios of the pieces, the share of samples not read, and the pieces mistaken."""
    ratios_db, slow_db, lost, shown, mistaken = [], [], 0, 0, []
    for piece, read_uv in zip(truth.leads, recover_signal(picture.mask, truth), strict=True):
        stored_uv = record.signal_uv[:, piece.first_sample : piece.last_sample + 1].astype(np.float64)
        is_read = ~np.isnan(read_uv) & piece.is_known
        lost, shown = lost + int((piece.is_known & ~is_read).sum()), shown + int(piece.is_known.sum())
        if not is_read.any():
            continue
        stored_uv, read_uv = stored_uv[:, is_read], read_uv[is_read]
        own_uv = stored_uv[record.lead_names.index(piece.lead)]
        ratios_db.append(snr_db(own_uv, read_uv))
        if is_read.all():
            slow_db.append(snr_db(_slow(own_uv), _slow(read_uv)))
        nearest = record.lead_names[int(np.argmin(np.square(stored_uv - read_uv).sum(axis=1)))]
        if nearest != piece.lead:
            mistaken.append(f"{piece.lead} as {nearest}")
    return np.array(ratios_db), np.array(slow_db), lost / max(shown, 1), tuple(mistaken)


def _slow(signal_uv: Float64Array) -> Float64Array:
    """Return what of a signal is slower than `SLOW_HZ`, nothing moved."""
    slow: Float64Array = sosfiltfilt(_LOWPASS, signal_uv)
    return slow


def snr_db(stored_uv: Float64Array, read_uv: Float64Array) -> float:
    """Return 10 log10 of the variance of what is stored to the mean square of what is read less that."""
    return float(10 * np.log10(stored_uv.var() / max(np.mean(np.square(read_uv - stored_uv)), 1e-12)))


def in_columns_db(records: Sequence[Record], dpi: float, speed_mm_per_s: float) -> float:
    """Return the median ratio that is left of leads when nothing is faster than two columns of pixels can show."""
    highest_hz = dpi / MM_PER_INCH * speed_mm_per_s / 2
    ratios_db = []
    for record in records:
        signal_uv = record.signal_uv.astype(np.float64)
        spectrum = np.fft.rfft(signal_uv)
        spectrum[:, np.fft.rfftfreq(signal_uv.shape[1], 1 / RATE_HZ) > highest_hz] = 0
        slow_uv = np.fft.irfft(spectrum, signal_uv.shape[1])
        ratios_db += [snr_db(stored, left) for stored, left in zip(signal_uv, slow_uv, strict=True)]
    return float(np.median(ratios_db))


def _spacing_errors(picture: Picture, told: dict[str, Any], truth: PictureTruth) -> Float64Array:
    if truth.grid is None or not truth.grid.minor_is_seen:
        return np.zeros(0)
    spacings = measure_spacing(picture.pixels, truth.page_map, Box(*told["grid"]["box_mm"]))
    return np.array([spacing.error for spacing in spacings])
