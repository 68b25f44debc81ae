"""WFDB records of several segments, which are records of their own: joined, and empty where there is no signal."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.formats.wfdb_header import NOTHING, Header, SignalLine, file_beside, read_header
from ecgfactory.foreign.formats.wfdb_signals import read_signals
from ecgfactory.foreign.recording import UnreadableError, check_size

NOTES_TOLD = 3
"""Segments may be thousands."""

Joined = dict[tuple[str, int], tuple[SignalLine, Float64Array]]
"""Signals as long as the record, by name and by which of that name it is; a layout may leave out some in a segment."""


def parts(files: Iterable[Path]) -> set[Path]:
    """Find the headers that are no records of their own: segments of others, and layouts of those.

    Parameters
    ----------
    files : iterable of Path
        Headers; one that can't be read is no part.
    """
    found = set()
    for file in files:
        try:
            header = read_header(file)
            found |= {_header_of(file, name) for name, _ in header.segments if name != NOTHING}
        except (OSError, UnreadableError):
            continue
        if header.is_layout:
            found.add(file)
    return found


def files_named(file: Path) -> Iterator[Path]:
    """Yield a header and the files of signals and segments that it names, as far as it can be understood."""
    yield file
    with contextlib.suppress(OSError, UnreadableError):
        header = read_header(file)
        segments = [_header_of(file, name) for name, _ in header.segments if name != NOTHING]
        yield from _signal_files(file, header)
        for segment in segments:
            yield segment
            with contextlib.suppress(OSError, UnreadableError):
                yield from _signal_files(segment, read_header(segment))


def _signal_files(file: Path, header: Header) -> set[Path]:
    return {file_beside(file, line.file) for line in header.signals if not line.is_absent}


def read_segments(file: Path, header: Header) -> tuple[list[SignalLine], list[Float64Array], list[str]]:
    """Read a record of several segments.

    Parameters
    ----------
    file : Path
        The header of the record.
    header : Header
        Its content.

    Returns
    -------
    lines : list of SignalLine
        One for each signal that a segment has.
    values : list of float array, shape (samples,)
        The signals, as long as the record; NaN where no segment has them.
    notes : list of str
        Which segments are missing, and where headers and files do not agree.

    Raises
    ------
    UnreadableError
        When no segment can be read, or the record is too long.
    """
    joined: Joined = {}
    problems, notes = [], []
    start, length = 0, sum(frames for _, frames in header.segments)
    for name, frames in header.segments:
        if name != NOTHING and frames:
            try:
                told = _put(joined, _header_of(file, name), header.rate_hz, slice(start, start + frames), length)
            except FileNotFoundError:
                problems.append(f"segment {name} is left empty: its header is missing")
            except OSError as error:
                problems.append(f"segment {name} is left empty: it can't be opened ({error.strerror})")
            except UnreadableError as error:
                problems.append(f"segment {name} is left empty: {error}")
            else:
                notes += [f"segment {name}: {note}" for note in told]
        start += frames
    if not joined:
        raise UnreadableError(f"none of its segments can be read; {problems[0] if problems else 'all are gaps'}")
    lines, values = zip(*joined.values(), strict=True)
    return list(lines), list(values), _first(problems) + _first(notes)


def _header_of(file: Path, segment: str) -> Path:
    return file_beside(file, f"{segment}.hea")


def _put(joined: Joined, file: Path, rate_hz: float | None, span: slice, length: int) -> list[str]:
    """Put the signals of a segment where they belong, and return its notes."""
    header = read_header(file)
    if header.segments:
        raise UnreadableError("it has segments itself")
    if header.rate_hz != rate_hz:
        raise UnreadableError(f"it states {header.rate_hz} Hz, the record {rate_hz}")
    keys = _keys(header.signals)
    for key, line in zip(keys, header.signals, strict=True):
        known = joined[key][0] if key in joined else line
        if (known.unit, known.samples_per_frame) != (line.unit, line.samples_per_frame):
            raise UnreadableError(f"{line.name} has another unit or rate than in segments before")
    others = [line for key, (line, _) in joined.items() if key not in keys]
    check_size(length * sum(line.samples_per_frame for line in [*header.signals, *others]))
    signals = read_signals(file, header)
    for key, line, values in zip(keys, header.signals, signals.values, strict=True):
        per_frame = line.samples_per_frame
        _, whole = joined.setdefault(key, (line, np.full(length * per_frame, np.nan)))
        place = whole[span.start * per_frame : span.stop * per_frame]
        place[: len(values)] = values[: len(place)]
    return [*header.notes, *signals.notes]


def _keys(lines: Sequence[SignalLine]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    keys = []
    for line in lines:
        keys.append((line.name, seen[line.name]))
        seen[line.name] += 1
    return keys


def _first(notes: list[str]) -> list[str]:
    more = len(notes) - NOTES_TOLD
    return [*notes[:NOTES_TOLD], *([f"the same or another note for {more} more segments"] if more > 0 else [])]
