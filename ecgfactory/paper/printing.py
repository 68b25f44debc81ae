"""Laying out a page: which lead over which samples, how far apart, at which gain, and what else is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.errors import BadInputError
from ecgfactory.paper.across import (
    PULSE_FOOT_MM,
    PULSE_MM,
    Across,
    place_across,
    samples_left_out,
    samples_that_fit,
)
from ecgfactory.paper.arrangement import arrange, layout_of
from ecgfactory.paper.bands import Bands, RowNeed, share_out
from ecgfactory.paper.colours import draw_inks
from ecgfactory.paper.header import WORDINGS, measurement_lines, patient_lines, scale_line, write_header
from ecgfactory.paper.names import BESIDE_MM, NAME_CAPITAL_MM, LeadNames, fit_beside
from ecgfactory.paper.page import Page, Pulse, Trace
from ecgfactory.paper.patients import Patient
from ecgfactory.paper.pieces import Piece, check, cut
from ecgfactory.paper.sheet import Sheet, divide
from ecgfactory.paper.style import PaperStyle
from ecgfactory.paper.writing import Writing

_SCALE_FOOT_MM, _SCALE_CAPITAL_MM = 3.5, 2.1
"""From the lower edge of the paper up to the foot of the line at the bottom; height of its capital letters."""

_SEPARATOR_MM = 3.0
"""Half the height of the marks between neighbouring leads."""


def print_page(
    signal_uv: npt.NDArray[np.integer | np.floating],
    rate_hz: float,
    lead_names: tuple[str, ...],
    style: PaperStyle,
    patient: Patient,
    rng: np.random.Generator,
    first_sample: int,
    features: Mapping[str, object],
) -> Page:
    """Lay a record out on a page; see `render_picture`. `rng` draws inks, sheet, and how the header puts things.

    Raises
    ------
    BadInputError
        When signal, rate and names do not belong together, a column would have fewer than two samples, or there are
        more rows of leads than fit on the paper.
    """
    check(signal_uv, rate_hz, lead_names)
    inks, wording = draw_inks(style.colour, rng), WORDINGS[rng.integers(len(WORDINGS))]
    about = patient_lines(patient, wording) if style.header else []
    measured = measurement_lines(features, wording) if style.header else []
    sheet = divide(style, max(len(about), len(measured)), rng)
    samples = min(signal_uv.shape[-1], samples_that_fit(style, rate_hz))
    left_out = samples_left_out(style, rate_hz)
    rows = cut(signal_uv, lead_names, arrange(lead_names, layout_of(style.layout)), samples, left_out)
    writing = Writing(style.font, style.dpi)
    beside = style.labels and max(map(len, rows)) == 1 and fit_beside(lead_names, writing, wording.bold_names)
    across = place_across(style, rate_hz, samples, sheet.width_mm, BESIDE_MM if beside else 0.0)
    names = LeadNames(writing, across, beside, wording.bold_names)
    bands = _bands(rows, names, sheet, style)
    baselines_mm = sheet.rows_top_mm + np.cumsum(bands.gaps_mm[:-1])
    pieces = [(piece, float(baselines_mm[piece.row])) for row in rows for piece in row]
    texts = write_header(about, measured, across.left_mm, sheet.header_top_mm, writing)
    if style.labels:
        texts += [names.write(piece, baseline_mm, bands) for piece, baseline_mm in pieces]
    scale = scale_line(style.speed_mm_per_s, bands.gain_mm_per_mv, wording)
    texts.append(writing.line(scale, "scale", across.left_mm, sheet.height_mm - _SCALE_FOOT_MM, _SCALE_CAPITAL_MM))
    return Page(
        width_mm=sheet.width_mm,
        height_mm=sheet.height_mm,
        style=style,
        gain_mm_per_mv=bands.gain_mm_per_mv,
        grid=sheet.grid,
        traces=[_trace(piece, baseline_mm, across, bands, first_sample) for piece, baseline_mm in pieces],
        texts=texts,
        pulses=_pulses(baselines_mm, across, bands.gain_mm_per_mv, style),
        separators_mm=_separators_mm(pieces, across) if style.separators else np.zeros((0, 2, 2)),
        inks=inks,
    )


def _bands(rows: Sequence[Sequence[Piece]], names: LeadNames, sheet: Sheet, style: PaperStyle) -> Bands:
    needs = [
        RowNeed(
            above_mv=np.array([piece.highest_mv() for piece in row]),
            below_mv=np.array([piece.lowest_mv() for piece in row]),
            start_mv=np.array([piece.highest_mv(names.samples_below(piece)) for piece in row]),
            name_mm=NAME_CAPITAL_MM if style.labels and not names.beside else 0.0,
            has_pulse=style.pulse != "none",
        )
        for row in rows
    ]
    height_mm = sheet.rows_bottom_mm - sheet.rows_top_mm
    bands = share_out(needs, height_mm, style.gain_mm_per_mv, style.line_mm)
    if bands is None:
        raise BadInputError(
            f"{len(rows)} rows of leads do not fit on {style.size} paper; give fewer leads, or another layout than "
            f"{style.layout}."
        )
    return bands


def _trace(piece: Piece, baseline_mm: float, across: Across, bands: Bands, first_sample: int) -> Trace:
    height_mm = piece.centred_mv * bands.gain_mm_per_mv
    first_x_mm = across.trace_mm(piece.first)
    x_mm = first_x_mm + np.arange(len(height_mm)) * across.mm_per_sample
    points_mm = np.column_stack([x_mm, baseline_mm - np.clip(height_mm, -bands.limit_mm, bands.limit_mm)])
    points_mm[np.isnan(height_mm)] = np.nan
    return Trace(
        lead=piece.lead,
        first_sample=first_sample + piece.first,
        first_x_mm=first_x_mm,
        points_mm=points_mm,
        baseline_mm=baseline_mm,
        baseline_uv=piece.baseline_uv,
        row=piece.row,
        column=piece.column,
        is_rhythm=piece.is_rhythm,
        clipped=np.abs(height_mm) > bands.limit_mm,
    )


def _pulses(baselines_mm: Float64Array, across: Across, gain_mm_per_mv: float, style: PaperStyle) -> list[Pulse]:
    """Print a pulse of 1 mV in each row."""
    if across.pulse_mm is None:
        return []
    rise, fall = across.pulse_mm + PULSE_FOOT_MM, across.pulse_mm + PULSE_FOOT_MM + PULSE_MM
    x_mm = np.array([across.pulse_mm, rise, rise, fall, fall, fall + PULSE_FOOT_MM])
    height_mm = np.array([0, 0, 1, 1, 0, 0]) * gain_mm_per_mv
    return [
        Pulse(np.column_stack([x_mm, baseline_mm - height_mm]), 1.0, PULSE_MM / style.speed_mm_per_s)
        for baseline_mm in baselines_mm
    ]


def _separators_mm(pieces: Sequence[tuple[Piece, float]], across: Across) -> Float64Array:
    """Return marks midway between neighbouring leads of a row; `pieces` are row by row, each from left to right."""
    marks = []
    for (left, _), (right, y_mm) in pairwise(pieces):
        if right.column > 0:
            x_mm = across.trace_mm((left.last + right.first) / 2)
            marks.append([(x_mm, y_mm - _SEPARATOR_MM), (x_mm, y_mm + _SEPARATOR_MM)])
    return np.array(marks, dtype=np.float64).reshape(-1, 2, 2)
