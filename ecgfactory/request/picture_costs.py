"""What pictures take, on disk and of a core, estimated from what is asked for.

The constants are means of pages of the usual variety at 200 dpi, of 12 leads and 10 s at 500 Hz, eight of each kind of
damage; seconds are of one core of an AMD EPYC server.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ecgfactory.leads import lead_names
from ecgfactory.paper.arrangement import arrange, layout_of
from ecgfactory.paper.encode import USUAL_QUALITY, FileKind
from ecgfactory.paper.sizes import MM_PER_INCH, SHOWN_MM, SIZES
from ecgfactory.paper.variety import Variety
from ecgfactory.request.build_request import BuildRequest

BYTES_PER_PIXEL: Mapping[FileKind, Mapping[str, float]] = {
    "png": {
        "none": 0.23,
        "scan": 0.53,
        "photo": 0.85,
        "crumple": 0.6,
        "stains": 0.66,
        "handwriting": 0.63,
        "fax": 0.016,
    },
    "jpeg": {
        "none": 0.36,
        "scan": 0.08,
        "photo": 0.11,
        "crumple": 0.1,
        "stains": 0.1,
        "handwriting": 0.08,
        "fax": 0.032,
    },
    "webp": {
        "none": 0.19,
        "scan": 0.012,
        "photo": 0.05,
        "crumple": 0.03,
        "stains": 0.033,
        "handwriting": 0.027,
        "fax": 0.007,
    },
}
"""By kind of file and damage; JPEG and WebP at the usual quality."""

OF_QUALITY = {30: 0.25, 50: 0.37, 75: 0.55, 80: 0.63, USUAL_QUALITY: 1.0, 95: 1.5, 98: 2.1, 100: 3.1}
"""Size of JPEG and WebP at other qualities, in comparison; between them it is interpolated."""

USUAL_DPI = 200

LOSSLESS_POWER = 1.5
"""Of the resolution, by which the size of a PNG rises: at 72 dpi a pixel takes 1.7 times as much as at 200."""

MASK_BYTES_PER_PIXEL = 0.06

TRUTH_BYTES_PER_SAMPLE = 17.0
"""Of each sample of a trace that is drawn: two coordinates with two places after the point."""

TRUTH_BYTES, LABEL_BYTES = 70_000.0, 1_500.0
"""What else the truth of a picture takes, its grid above all; and its boxes for YOLO."""

TABLE_BYTES = 20_000.0
"""Its part of images.parquet, of COCO's file and of imagefolder's table."""

S_PER_MEGAPIXEL = {
    "none": 0.014,
    "scan": 0.035,
    "photo": 0.047,
    "crumple": 0.051,
    "stains": 0.046,
    "handwriting": 0.044,
    "fax": 0.038,
}
"""Drawing a page, what happens to it, its mask and its files, by damage."""

S_PER_PICTURE = 0.03
"""What else a picture takes: laying out, its truth, and its boxes."""


def picture_bytes(request: BuildRequest) -> list[float]:
    """Estimate the sizes of the files of one picture; an empty list where there are none."""
    asked = request.pictures
    if asked is None:
        return []
    variety, encoding = asked.variety, asked.encoding
    pixels = _pixels(variety)
    if encoding.kind == "png":
        like_usual = _pixels(variety, LOSSLESS_POWER) * USUAL_DPI ** (2 - LOSSLESS_POWER)
    else:
        like_usual = pixels * float(np.interp(encoding.quality, [*OF_QUALITY], [*OF_QUALITY.values()]))
    image = _mean(variety.damage, BYTES_PER_PIXEL[encoding.kind]) * like_usual
    truth = TRUTH_BYTES + TRUTH_BYTES_PER_SAMPLE * _drawn_samples(request, variety)
    return [image, MASK_BYTES_PER_PIXEL * pixels, truth, LABEL_BYTES]


def picture_cpu_s(request: BuildRequest) -> float:
    """Estimate for how many seconds one picture keeps a core busy; 0 where there are none."""
    if request.pictures is None:
        return 0.0
    variety = request.pictures.variety
    return S_PER_PICTURE + _mean(variety.damage, S_PER_MEGAPIXEL) * _pixels(variety) / 1e6


def _mean(shares: Mapping[str, float], values: Mapping[str, float]) -> float:
    return sum(share * values[name] for name, share in shares.items())


def _pixels(variety: Variety, power: float = 2.0) -> float:
    """Return how many pixels a picture has on average, or what else rises with a power of the resolution."""
    square_inches = {name: math.prod(size) / MM_PER_INCH**2 for name, size in SIZES.items()}
    if isinstance(variety.dpi, Mapping):
        of_resolution = math.fsum(share * float(dpi) ** power for dpi, share in variety.dpi.items())
    else:
        low, high = (float(end) for end in variety.dpi)
        of_resolution = (high ** (power + 1) - low ** (power + 1)) / ((power + 1) * (high - low))
    return _mean(variety.sizes, square_inches) * of_resolution


def _drawn_samples(request: BuildRequest, variety: Variety) -> float:
    """Return how many samples are drawn on average, each as often as it is."""
    names = lead_names(request.leads)
    rows = 0.0
    for layout, share in variety.layouts.items():
        arranged = arrange(names, layout_of(layout))
        rows += share * (len(arranged.rows) + len(arranged.rhythm_leads))
    shown_s = sum(share * min(request.duration_s, SHOWN_MM / speed) for speed, share in variety.speeds.items())
    return rows * shown_s * request.signal.rate_hz
