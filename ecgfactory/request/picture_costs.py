"""What pictures take, on disk and of a core, estimated from what is asked for.

The constants are means of pages of the usual variety, of 12 leads and 10 s at 500 Hz, 60 of each kind of damage at 100
dpi, and twelve of these at 72, 200 and 300 too; the powers of dpi meet each of these means within a fifth. Those of
PNG that are scanned or photographed are of 40, 20 and 6 of each kind at 100, 200 and 300. Seconds are
of one core of an AMD EPYC server, at 200 dpi.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ecgfactory.leads import lead_names
from ecgfactory.paper.arrangement import arrange, layout_of
from ecgfactory.paper.encode import USUAL_QUALITY, FileKind
from ecgfactory.paper.sizes import MM_PER_INCH, SHOWN_MM, SIZES
from ecgfactory.paper.variety import Variety
from ecgfactory.request.build_request import BuildRequest

USUAL_DPI = 200


class Size(NamedTuple):
    """What a pixel of the page takes: so many bytes at 200 dpi, and at others that times a power of their ratio."""

    bytes_per_pixel: float
    power: float


SIZE_OF_PIXELS: Mapping[FileKind, Mapping[str, Size]] = {
    "png": {
        "none": Size(0.24, -1.0),
        "scan": Size(0.87, -0.4),
        "photo": Size(1.1, -0.16),
        "crumple": Size(1.08, -0.22),
        "stains": Size(0.98, -0.35),
        "handwriting": Size(0.92, -0.42),
        "fax": Size(0.027, -0.5),
    },
    "jpeg": {
        "none": Size(0.31, 0.0),
        "scan": Size(0.23, -0.06),
        "photo": Size(0.19, -0.18),
        "crumple": Size(0.19, -0.18),
        "stains": Size(0.2, -0.13),
        "handwriting": Size(0.19, -0.2),
        "fax": Size(0.07, -0.45),
    },
    "webp": {
        "none": Size(0.17, -0.26),
        "scan": Size(0.127, -0.19),
        "photo": Size(0.12, -0.3),
        "crumple": Size(0.12, -0.3),
        "stains": Size(0.113, -0.26),
        "handwriting": Size(0.112, -0.32),
        "fax": Size(0.026, -0.6),
    },
}
"""By kind of file and damage; JPEG and WebP at the usual quality. The more dpi, the more alike neighbours are."""

OF_QUALITY = {30: 0.25, 50: 0.37, 75: 0.55, 80: 0.63, USUAL_QUALITY: 1.0, 95: 1.5, 98: 2.1, 100: 3.1}
"""Size of JPEG and WebP at other qualities, in comparison; between them it is interpolated."""

SIZE_OF_MASK = Size(0.058, -0.3)

TRUTH_BYTES_PER_SAMPLE = 14.5
"""Of each sample of a trace that is drawn: two coordinates with two places after the point."""

TRUTH_BYTES, LABEL_BYTES = 56_000.0, 1_700.0
"""What else the truth of a picture takes, its grid above all; and its boxes for YOLO."""

TABLE_BYTES = 20_000.0
"""Its part of images.parquet, of COCO's file and of imagefolder's table."""

S_PER_MEGAPIXEL = {
    "none": 0.0115,
    "scan": 0.026,
    "photo": 0.039,
    "crumple": 0.043,
    "stains": 0.04,
    "handwriting": 0.037,
    "fax": 0.032,
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
    quality = (
        1.0 if encoding.kind == "png" else float(np.interp(encoding.quality, [*OF_QUALITY], [*OF_QUALITY.values()]))
    )
    sizes = {name: _size(variety, size) for name, size in SIZE_OF_PIXELS[encoding.kind].items()}
    image = _mean(variety.damage, sizes) * quality
    truth = TRUTH_BYTES + TRUTH_BYTES_PER_SAMPLE * _drawn_samples(request, variety)
    return [image, _size(variety, SIZE_OF_MASK), truth, LABEL_BYTES]


def picture_cpu_s(request: BuildRequest) -> float:
    """Estimate for how many seconds one picture keeps a core busy; 0 where there are none."""
    if request.pictures is None:
        return 0.0
    variety = request.pictures.variety
    return S_PER_PICTURE + _mean(variety.damage, S_PER_MEGAPIXEL) * _pixels(variety) / 1e6


def _mean(shares: Mapping[str, float], values: Mapping[str, float]) -> float:
    return sum(share * values[name] for name, share in shares.items())


def _pixels(variety: Variety) -> float:
    """Return how many pixels a page has on average."""
    return _size(variety, Size(1.0, 0.0))


def _size(variety: Variety, size: Size) -> float:
    """Return the bytes of a page on average, as large as each is and at the resolution that it has."""
    inches = {name: math.prod(sides_mm) / MM_PER_INCH**2 for name, sides_mm in SIZES.items()}
    drawn = variety.dpi
    shares = drawn if isinstance(drawn, Mapping) else dict.fromkeys(range(drawn[0], drawn[1] + 1), 1.0)
    dpi = np.array(list(shares), dtype=float)
    per_inch = float(np.average(dpi**2 * (dpi / USUAL_DPI) ** size.power, weights=list(shares.values())))
    return size.bytes_per_pixel * _mean(variety.sizes, inches) * per_inch


def _drawn_samples(request: BuildRequest, variety: Variety) -> float:
    """Return how many samples are drawn on average, each as often as it is."""
    names = lead_names(request.leads)
    rows = 0.0
    for layout, share in variety.layouts.items():
        arranged = arrange(names, layout_of(layout))
        rows += share * (len(arranged.rows) + len(arranged.rhythm_leads))
    shown_s = sum(share * min(request.duration_s, SHOWN_MM / speed) for speed, share in variety.speeds.items())
    return rows * shown_s * request.signal.rate_hz
