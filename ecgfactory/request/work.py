"""How long a build takes, estimated from its request.

The constants are seconds of one core of an AMD EPYC server, measured on builds of 2 to 700 records of 10 s to a day, of
12 leads at 500 Hz. Per hour means per hour of record.
"""

from __future__ import annotations

import os

from ecgfactory.formats import FORMATS
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.picture_costs import picture_cpu_s

START_S = 6.0
"""Importing, loading the weights, and publishing."""

YIELD = 0.95
"""About so many candidates are accepted."""

GENERATING_S = 0.0022
"""One ECG of the published model, of 10 s."""

JUDGING_S_PER_HOUR = 0.9
"""Deriving the leads, measuring and judging."""

SOURCE_S, COMPOSING_S_PER_HOUR = 0.001, 0.8
"""Cutting a generated ECG into what a record is composed of, and composing it."""

LABELLING_S_PER_HOUR = 0.4
"""Marking the waves and writing them into annotations.parquet."""

INJURING_S_PER_HOUR = 1.2
"""Putting artefacts in, and measuring and judging again."""

PIECES_S_PER_HOUR = 0.35
"""Composing the pieces of a long record once more, for each format."""

FINISHING_S = 0.005
"""What else a record takes: its rows, checksums, and the search for duplicates."""


def estimated_cpu_s(request: BuildRequest) -> float:
    """Estimate for how many seconds a build keeps one core busy (within a factor of two).

    Candidates that `match` declines, report pages and the comparison with a reference are not counted, and every
    generator is taken to be as fast as the published one.
    """
    hours = request.duration_s / 3600
    a_candidate = GENERATING_S + JUDGING_S_PER_HOUR * hours
    if request.is_composed:
        a_candidate += SOURCE_S + COMPOSING_S_PER_HOUR * hours
    a_record = FINISHING_S + _writing_s_per_hour(request) * hours
    a_record += LABELLING_S_PER_HOUR * hours if request.labels.labels else 0
    a_record += INJURING_S_PER_HOUR * hours if request.artefacts else 0
    a_record += request.pictures.per_record * picture_cpu_s(request) if request.pictures else 0
    return START_S + request.records * (a_candidate / YIELD + a_record)


def workers_here(request: BuildRequest) -> int:
    """Return how many workers this machine has for a build at most; none where they are a Dask scheduler's."""
    if request.workers.scheduler:
        return 0
    return len(os.sched_getaffinity(0)) if request.workers.cpu == "auto" else request.workers.cpu


def _writing_s_per_hour(request: BuildRequest) -> float:
    formats = [FORMATS.load(name) for name in request.signal_formats]
    size = request.leads / len(TWELVE_LEADS) * request.signal.rate_hz / SAMPLING_RATE_HZ
    twins = 2 if request.artefacts and request.artefacts.keep_clean else 1
    writing = twins * size * sum(format_.cpu_s_per_hour for format_ in formats)
    return writing + PIECES_S_PER_HOUR * len(formats) * request.is_in_pieces


def time_text(seconds: float) -> str:
    """Write a duration for people: 20 s, 25 min, 3.4 h."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
