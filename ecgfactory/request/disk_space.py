"""What a build takes on disk, estimated from its request."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ecgfactory.formats import FORMATS
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.cutting import packs_wanted
from ecgfactory.wave_table import WAVES

STAGED_LIKE = "npy"
"""The format whose size is that of the signals which small shards hold for a while."""

INT16_BYTES = 2

ANNOTATION_BYTES = 4.0
"""Mean bytes of a wave in annotations.parquet."""

BEATS_PER_S = 1.15
"""About so many beats has a generated ECG, which is 69 /min."""


def estimated_bytes(request: BuildRequest) -> int:
    """Estimate the size of the published dataset in bytes (within about a third)."""
    return _bytes_in(request, request.formats) + _label_bytes(request)


def staged_bytes(request: BuildRequest) -> int:
    """Estimate what small shards hold until their records are in files that they share."""
    return _bytes_in(request, [STAGED_LIKE]) if packs_wanted(request) else 0


def _bytes_in(request: BuildRequest, formats: Iterable[str]) -> int:
    samples = request.records * request.leads * request.samples_per_lead
    return int(samples * sum(_bytes_per_sample(name, request.signal.rate_hz) for name in formats))


def _label_bytes(request: BuildRequest) -> int:
    """Estimate what labels take, in annotations.parquet and in the files of the formats."""
    formats = [FORMATS.load(name) for name in request.formats]
    series = request.records * (1 + request.leads)
    waves = series * request.duration_s * BEATS_PER_S * len(WAVES) if request.labels.waves else 0
    masks = series * request.samples_per_lead if request.labels.mask else 0
    wave_bytes = ANNOTATION_BYTES + sum(format_.bytes_per_wave for format_ in formats)
    mask_bytes = sum(format_.bytes_per_mask_sample for format_ in formats if format_.holds_masks)
    return int(waves * wave_bytes + masks * mask_bytes)


def _bytes_per_sample(format_name: str, rate_hz: int) -> float:
    """Where samples are packed, those twice as far apart differ twice as much, which takes a bit."""
    at_500_hz = FORMATS.load(format_name).bytes_per_sample
    return at_500_hz + math.log2(SAMPLING_RATE_HZ / rate_hz) / 8 if at_500_hz < INT16_BYTES else at_500_hz
