"""What stands where from left to right on a page: names, calibration pulses, traces."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ecgfactory.paper.style import PaperStyle

TRACE_WIDTH_MM = 250.0
"""What is shown of a record at most: 10 s at 25 mm/s."""

COLUMN_GAP_MM = 1.0
"""Paper left blank between neighbouring leads of a row, and beside pulses.

Time goes on meanwhile: samples that would lie there are left out, so that all rows of a page are in time.
"""

PULSE_MM, PULSE_FOOT_MM = 5.0, 1.0
"""Width of a calibration pulse, and of the line before and after it."""

_PULSE_ROOM_MM = PULSE_MM + 2 * PULSE_FOOT_MM + COLUMN_GAP_MM


@dataclass(frozen=True)
class Across:
    """Places from left to right.

    Parameters
    ----------
    left_mm : float
        Where all that is printed begins.
    pulse_mm : float or None
        Where the line of a calibration pulse begins; None without one.
    traces_mm : float
        Where the first sample that is shown is.
    mm_per_sample : float
        Distance of neighbouring samples.
    """

    left_mm: float
    pulse_mm: float | None
    traces_mm: float
    mm_per_sample: float

    def trace_mm(self, sample: float) -> float:
        """Return where a sample is, counted from the first that is shown: in all rows alike."""
        return self.traces_mm + sample * self.mm_per_sample


def samples_that_fit(style: PaperStyle, rate_hz: float) -> int:
    """Return how many samples fit from left to right."""
    return int(TRACE_WIDTH_MM / style.speed_mm_per_s * rate_hz)


def samples_left_out(style: PaperStyle, rate_hz: float) -> int:
    """Return how many samples lie within half a gap of the border between two columns, on each side of it.

    The border is midway between two samples.
    """
    return math.floor(COLUMN_GAP_MM / 2 * rate_hz / style.speed_mm_per_s + 0.5)


def place_across(style: PaperStyle, rate_hz: float, samples: int, width_mm: float, names_mm: float) -> Across:
    """Place all midway on the paper, as if as many samples were shown as fit.

    Parameters
    ----------
    style : PaperStyle
        Speed, and where the pulse is.
    rate_hz : float
        Samples per second.
    samples : int
        Shown in a row.
    width_mm : float
        Of the paper.
    names_mm : float
        Room left free for names left of all else.
    """
    pulse_mm = _PULSE_ROOM_MM if style.pulse != "none" else 0.0
    left_mm = (width_mm - names_mm - pulse_mm - TRACE_WIDTH_MM) / 2
    mm_per_sample = style.speed_mm_per_s / rate_hz
    first_mm = left_mm + names_mm
    if style.pulse == "left":
        return Across(left_mm, first_mm, first_mm + pulse_mm, mm_per_sample)
    end_mm = first_mm + samples * mm_per_sample
    return Across(left_mm, end_mm + COLUMN_GAP_MM if style.pulse == "right" else None, first_mm, mm_per_sample)
