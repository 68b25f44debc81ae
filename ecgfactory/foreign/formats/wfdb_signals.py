"""The signals that a WFDB header describes, from their files, which the package wfdb decodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.formats.wfdb_header import DEFAULT_GAIN_PER_MV, Header, SignalLine, file_beside
from ecgfactory.foreign.recording import UnreadableError, check_size, in_one_line

_BITS = {"8": 32, "16": 16, "24": 24, "32": 32, "61": 16, "80": 8, "160": 16, "212": 12, "310": 10, "311": 10}
_BITS |= {"508": 8, "516": 16, "524": 24}
"""Of the samples of each format; the lowest number of so many bits marks a missing one."""

_BYTES = {"8": 1, "16": 2, "24": 3, "32": 4, "61": 2, "80": 1, "160": 2}
_BYTES_PER_SAMPLE = {format: Fraction(count) for format, count in _BYTES.items()}
_BYTES_PER_SAMPLE |= {"212": Fraction(3, 2), "310": Fraction(4, 3), "311": Fraction(4, 3)}


FLAC_BEGINNING = b"fLaC"


@dataclass(frozen=True, eq=False)
class Signals:
    """The signals of a header, in physical units, aligned.

    Parameters
    ----------
    values : list of float array, shape (frames * samples per frame,)
        In the order of the header; NaN where there is no sample.
    frames_held : int
        What the signal files hold; the header may be about a part of it.
    notes : list of str
        Where header and files do not agree.
    """

    values: list[Float64Array]
    frames_held: int
    notes: list[str]


def read_signals(file: Path, header: Header) -> Signals:
    """Read what a header describes.

    Parameters
    ----------
    file : Path
        The header.
    header : Header
        Its content; of a record without segments.

    Raises
    ------
    UnreadableError
        When there are no samples, a signal file is missing, or one can't be decoded.
    """
    files = _files(file, header.signals)
    held = min(_frames_held(path, lines) for path, lines in files.items())
    frames, notes = _length(header.frames, held)
    check_size(frames * sum(line.samples_per_frame for line in header.signals))
    values: dict[SignalLine, Float64Array] = {}
    for path, lines in files.items():
        digital = _decoded(path, lines, frames)
        if frames == header.frames:
            notes += _checksum_notes(digital, lines)
        values |= {line: _physical(signal, line) for signal, line in zip(digital, lines, strict=True)}
    return Signals(_aligned(values, header.signals, frames), held, notes)


def _files(file: Path, lines: Sequence[SignalLine]) -> dict[Path, list[SignalLine]]:
    """Return the signals of each signal file."""
    files: dict[Path, list[SignalLine]] = {}
    for line in lines:
        if not line.is_absent:
            files.setdefault(file_beside(file, line.file), []).append(line)
    if not files:
        raise UnreadableError("its header describes no signal")
    return files


def _length(stated: int | None, held: int) -> tuple[int, list[str]]:
    if held < 1:
        raise UnreadableError("its signal file holds no samples")
    if stated is None:
        note = f"the header gives no length; all {held:,} samples of the signal file were read"
        return held, [note]
    if held < stated:
        return held, [f"the header announces {stated:,} samples, of which the signal file holds the first {held:,}"]
    return stated, []


def _frames_held(file: Path, lines: Sequence[SignalLine]) -> int:
    line = lines[0]
    if len({(other.format, other.byte_offset) for other in lines}) > 1:
        raise UnreadableError(f"its header gives {line.file!r} more than one format")
    if line.format not in _BITS:
        raise UnreadableError(f"signal format {line.format} is none of {', '.join(_BITS)}")
    if not file.is_file():
        raise UnreadableError(f"its signal file {line.file!r} is missing")
    if line.format not in _BYTES_PER_SAMPLE:
        return (_flac_samples(file) - line.byte_offset) // line.samples_per_frame
    samples = (file.stat().st_size - line.byte_offset) // _BYTES_PER_SAMPLE[line.format]
    return samples // sum(other.samples_per_frame for other in lines)


def _flac_samples(file: Path) -> int:
    import soundfile

    with file.open("rb") as stream:
        if stream.read(len(FLAC_BEGINNING)) != FLAC_BEGINNING:  # else other decoders would try their luck
            raise UnreadableError(f"its signal file {file.name!r} is no FLAC file")
    try:
        return int(soundfile.info(file).frames)
    except soundfile.SoundFileError as error:
        raise UnreadableError(f"its signal file {file.name!r} is damaged ({in_one_line(error)})") from None


def _decoded(file: Path, lines: Sequence[SignalLine], frames: int) -> list[Float64Array]:
    """Decode a signal file into digital units.

    The package wfdb reads by headers alone. One that it can't parse must not hide signals that are whole, and none may
    lead it elsewhere; so it is given a header with just what is needed.
    """
    import wfdb

    text = f"record {len(lines)} 1 {frames}\n"
    for line in lines:
        layout = f"{line.format}x{line.samples_per_frame}+{line.byte_offset}"
        text += f"signals {layout} 1(0)/mV 0 0 {line.initial} 0 0 signal\n"
    with TemporaryDirectory(prefix="ecgfactory-") as folder:
        Path(folder, "signals").symlink_to(file.resolve())
        Path(folder, "record.hea").write_text(text, encoding="ascii")
        try:
            values: list[Float64Array] = wfdb.rdrecord(f"{folder}/record", smooth_frames=False).e_p_signal
        except Exception as error:  # whatever a parser raises concerns this damaged file alone
            raise UnreadableError(
                f"its signal file {lines[0].file!r} can't be decoded ({in_one_line(error)})"
            ) from None
    return values


def _checksum_notes(digital: Sequence[Float64Array], lines: Sequence[SignalLine]) -> list[str]:
    """Hold signals against the checksums of those that have one; many writers put 0 there for none."""
    others = [
        line.name or "a signal"
        for signal, line in zip(digital, lines, strict=True)
        if line.checksum and (_total(signal, line) - line.checksum) % (1 << 16)
    ]
    return (
        [f"the checksum of {', '.join(others)} is not that in the header; the signal may be damaged"] if others else []
    )


def _total(digital: Float64Array, line: SignalLine) -> int:
    lowest = -(1 << _BITS[line.format] - 1)
    return int(np.nan_to_num(digital, nan=lowest).sum())


def _physical(digital: Float64Array, line: SignalLine) -> Float64Array:
    """Turn digital into physical units, in place: a night of ECG is large."""
    digital -= line.baseline
    digital /= line.gain or DEFAULT_GAIN_PER_MV
    return digital


def _aligned(values: Mapping[SignalLine, Float64Array], lines: Sequence[SignalLine], frames: int) -> list[Float64Array]:
    """Shift skewed signals back, and cut all to the span that they have in common; absent ones are NaN."""
    common = frames - max(line.skew for line in lines)
    if common < 1:
        raise UnreadableError("its header gives a skew as long as the record")
    return [
        values[line][line.skew * line.samples_per_frame : (line.skew + common) * line.samples_per_frame]
        if line in values
        else np.full(common * line.samples_per_frame, np.nan)
        for line in lines
    ]
