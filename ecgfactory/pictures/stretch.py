"""Which part of a record a picture shows."""

from __future__ import annotations

from ecgfactory.paper.rendering import PictureDraws
from ecgfactory.paper.sizes import SHOWN_MM


def stretch_of(numbers: PictureDraws, speed_mm_per_s: float, samples: int, rate_hz: float) -> range:
    """Draw which samples of a record are shown: all of them, or as many as a page shows from anywhere on."""
    shown = min(samples, int(SHOWN_MM / speed_mm_per_s * rate_hz))
    first = int(numbers.stretch.integers(samples - shown + 1))
    return range(first, first + shown)
