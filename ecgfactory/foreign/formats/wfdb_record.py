"""WFDB records, as PhysioNet publishes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ecgfactory.foreign.formats.wfdb_header import DEFAULT_GAIN_PER_MV, read_header
from ecgfactory.foreign.formats.wfdb_segments import read_segments
from ecgfactory.foreign.formats.wfdb_signals import read_signals
from ecgfactory.foreign.recording import Recording, Signal, UnreadableError, common_rate
from ecgfactory.foreign.stated import Stated

PACKED_SAMPLES = 2
"""Some formats pack three samples together, so that a file may hold two more than were written."""


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording]:
    """Read the record of a header: each signal at its own rate, of several segments what is there."""
    header = read_header(file)
    if header.is_layout:
        raise UnreadableError("it only tells the layout of a record of several segments; give that record's header")
    if header.segments:
        lines, values, notes = read_segments(file, header)
    else:
        whole = read_signals(file, header)
        lines, values, notes = list(header.signals), whole.values, whole.notes
        if header.frames and whole.frames_held > header.frames + PACKED_SAMPLES:
            notes = [*notes, f"the header announces {header.frames:,} of the {whole.frames_held:,} samples in the file"]
    if stated.unit is not None and stated.unit.is_converters:
        # As the converter gave them; the header's gain may be what the user knows to be wrong.
        pairs = zip(lines, values, strict=True)
        values = [samples * (line.gain or DEFAULT_GAIN_PER_MV) + line.baseline for line, samples in pairs]
    signals = tuple(
        Signal(line.name, line.unit, samples, header.rate_hz and header.rate_hz * line.samples_per_frame)
        for line, samples in zip(lines, values, strict=True)
    )
    notes = [*header.notes, *notes]
    yield Recording(name, signals, common_rate(signals), rate_problem=header.rate_problem, notes=tuple(notes))
