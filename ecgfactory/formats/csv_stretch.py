"""Stretches of a long CSV file, found by the times in its first column."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_NEAR_BYTES = 1 << 16
"""A line is looked for no closer than so: what is read besides costs less than another look."""


def lines_from(path: Path, start: int, stop: int, sampling_rate_hz: int) -> tuple[bytes, int]:
    """Return lines that hold those of samples from `start` to before `stop`, and which sample the first of them is.

    Parameters
    ----------
    path : Path
        A file as `encode_csv` makes it.
    start, stop : int
        Samples.
    sampling_rate_hz : int
        Samples per second.
    """
    with path.open("rb") as stream:
        stream.readline()
        first_line, size = stream.tell(), path.stat().st_size
        begin, sample = _line_before(stream, first_line, size, start, sampling_rate_hz)
        near_end, _ = _line_before(stream, begin, size, stop, sampling_rate_hz)
        stream.seek(begin)
        lines = stream.read(near_end - begin + _NEAR_BYTES)
        return lines + stream.readline(), sample


def _line_before(stream: BinaryIO, low: int, high: int, sample: int, rate_hz: int) -> tuple[int, int]:
    """Return where a line near to that of a sample begins, no later than it does, and which sample the line is."""
    while high - low > _NEAR_BYTES:
        middle = (low + high) // 2
        stream.seek(middle)
        stream.readline()
        begin = stream.tell()
        if _sample_at(stream, begin, rate_hz) <= sample:
            low = begin
        else:
            high = middle
    return low, _sample_at(stream, low, rate_hz)


def _sample_at(stream: BinaryIO, begin: int, rate_hz: int) -> int:
    """Return which sample the line is that begins there."""
    stream.seek(begin)
    return round(float(stream.readline().partition(b",")[0]) * rate_hz / 1000)
