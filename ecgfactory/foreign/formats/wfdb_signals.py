"""The signals that a WFDB header describes, from their files, which the package wfdb decodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.foreign.formats.wfdb_header import DEFAULT_GAIN_PER_MV, NOTHING, Header, SignalLine, file_beside
from ecgfactory.foreign.recording import UnreadableError, check_size

_BITS = {"8": 32, "16": 16, "24": 24, "32": 32, "61": 16, "80": 8, "160": 16, "212": 12, "310": 10, "311": 10}
_BITS |= {"508": 8, "516": 16, "524": 24}
"""Of the samples of each format; the lowest number of so many bits marks a missing one."""

_BYTES = {"8": 1, "16": 2, "24": 3, "32": 4, "61": 2, "80": 1, "160": 2}
_BYTES_PER_SAMPLE = {format: Fraction(count) for format, count in _BYTES.items()}
_BYTES_PER_SAMPLE |= {"212": Fraction(3, 2), "310": Fraction(4, 3), "311": Fraction(4, 3)}


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
    by_file: dict[str, list[int]] = {}
    for place, line in enumerate(header.signals):
        if line.file != NOTHING:
            by_file.setdefault(line.file, []).append(place)
    if not by_file:
        raise UnreadableError("its header describes no signal")
    files = [(file_beside(file, name), [header.signals[place] for place in places]) for name, places in by_file.items()]
    held = min(_frames_held(path, lines) for path, lines in files)
    frames, notes = _length(header.frames, held)
    check_size(frames * sum(line.samples_per_frame for line in header.signals))
    values = [np.full(frames * line.samples_per_frame, np.nan) for line in header.signals]
    for (path, lines), places in zip(files, by_file.values(), strict=True):
        for place, line, signal in zip(places, lines, _decoded(path, lines, frames), strict=True):
            if frames == header.frames and not _is_as_summed(signal, line):
                notes.append(f"the checksum of {line.name or 'a signal'} is not that in the header; it may be damaged")
            signal -= line.baseline
            signal /= line.gain or DEFAULT_GAIN_PER_MV
            values[place] = signal
    return Signals(_aligned(values, header.signals, frames), held, notes)


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

    try:
        return int(soundfile.info(file).frames)
    except soundfile.SoundFileError:
        raise UnreadableError(f"its signal file {file.name!r} is no FLAC file") from None


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
            reason = " ".join(str(error).replace(folder, "").split())
            raise UnreadableError(f"its signal file {lines[0].file!r} can't be decoded ({reason[:200]})") from None
    return values


def _is_as_summed(digital: Float64Array, line: SignalLine) -> bool:
    """Hold a signal against its checksum, if it has one; many writers put 0 there for none."""
    if not line.checksum:
        return True
    lowest = -(1 << _BITS[line.format] - 1)
    missing = np.isnan(digital)
    total = int(np.where(missing, lowest, digital).sum())
    return (total - line.checksum) % (1 << 16) == 0


def _aligned(values: list[Float64Array], lines: Sequence[SignalLine], frames: int) -> list[Float64Array]:
    """Shift skewed signals back, and cut all to the span that they have in common."""
    common = frames - max(line.skew for line in lines)
    if common < 1:
        raise UnreadableError("its header gives a skew as long as the record")
    return [
        signal[line.skew * line.samples_per_frame : (line.skew + common) * line.samples_per_frame]
        for signal, line in zip(values, lines, strict=True)
    ]
