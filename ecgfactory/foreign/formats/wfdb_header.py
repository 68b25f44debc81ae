"""Headers of WFDB records, read as far as they can be understood: the signals may be whole where a header is not.

Specification: header(5) of the WFDB Applications Guide, https://physionet.org/physiotools/wag/header-5.htm.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from ecgfactory.foreign.recording import UnreadableError

NOTHING = "~"
"""The file of a signal that is not there, and the segment in which none is."""

NULL_FORMAT = "0"
DEFAULT_RATE_HZ = 250.0
DEFAULT_GAIN_PER_MV = 200.0
LARGEST_BYTES = 1 << 24
"""Headers are a few lines; those of the longest multi-segment records are a hundredth of this."""
LONGEST_LINE = 4000

ADC_ZERO, INITIAL, CHECKSUM = 1, 2, 3
"""Places among the integers between a signal's gain and its name."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RATE = re.compile(rf"({_NUMBER})(?:[/(].*)?")
_SEGMENT = re.compile(r"(\S+)\s+(\d+)")
_SIGNAL = re.compile(
    rf"""(?P<file>\S.*?)\s+
    (?P<format>\d+)(?:x(?P<samples_per_frame>\d+))?(?::(?P<skew>\d+))?(?:\+(?P<byte_offset>\d+))?
    (?:\s+(?P<gain>{_NUMBER})(?:\((?P<baseline>{_NUMBER})\))?(?:\s*/(?P<unit>\S+))?
    (?P<integers>(?:\s+[-+]?\d+(?!\S)){{0,5}})(?:\s+(?P<name>.*))?)?""",
    re.VERBOSE,
)


_FILE_AND_FORMAT = re.compile(r"(\S+\.\S+)\s+(\d\S*)\s+(\S+).*")
_FORMAT = re.compile(r"\d+(?:x\d+)?(?::\d+)?(?:\+\d+)?")


@dataclass(frozen=True, eq=False)
class SignalLine:
    """What a header says about one signal; another, even if two lines say the same.

    Parameters
    ----------
    file : str
        Name of its signal file; `NOTHING` when it has none.
    format : str
        Number of the signal file's format.
    samples_per_frame, skew, byte_offset : int
        How its samples lie in the file; the skew in frames.
    gain, baseline : float
        Units of the file per physical unit, 0 where it is not given (`DEFAULT_GAIN_PER_MV` is meant), and the value
        that means 0.
    unit, name : str
        As written; the name may be empty.
    initial : int
        Its first sample, to which differences are added.
    checksum : int or None
        Sum of its samples as the file has them, modulo 65,536.
    """

    file: str
    format: str
    samples_per_frame: int
    skew: int
    byte_offset: int
    gain: float
    baseline: float
    unit: str
    initial: int
    checksum: int | None
    name: str

    @property
    def is_absent(self) -> bool:
        """Whether there are no samples of it."""
        return self.file == NOTHING or self.format == NULL_FORMAT


@dataclass(frozen=True)
class Header:
    """What a header says about a record: it has signals, or segments, or is empty.

    Parameters
    ----------
    rate_hz : float or None
        Frames per second; None where there is a `rate_problem`.
    rate_problem : str
        Why the rate can't be used.
    frames : int or None
        Length; None where it gives none that can be used.
    signals : tuple of SignalLine
        In order.
    segments : tuple of (str, int)
        Names and lengths in frames, of a multi-segment record.
    notes : tuple of str
        What was taken by default.
    """

    rate_hz: float | None
    rate_problem: str
    frames: int | None
    signals: tuple[SignalLine, ...]
    segments: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]

    @property
    def is_layout(self) -> bool:
        """Whether it describes the signals of a multi-segment record, and holds none."""
        return bool(self.signals) and all(line.is_absent for line in self.signals)


def read_header(file: Path) -> Header:
    """Read a header.

    Raises
    ------
    UnreadableError
        When it is none, or it leaves open how the samples lie in the signal files.
    """
    first, *lines = _lines(file)
    name, count, rate, length = _record_fields(first, len(lines))
    rate_hz, rate_problem, notes = _rate(rate)
    frames = int(length) if length.isdecimal() else 0
    segments = _segments(name, lines)
    signals = () if segments else _signals(count, lines)
    notes += _notes(signals, lines)
    return Header(rate_hz, rate_problem, frames or None, signals, segments, tuple(notes))


def file_beside(header: Path, name: str) -> Path:
    """Return the path of a file that a header names, without leaving the header's folder.

    Raises
    ------
    UnreadableError
        When it would.
    """
    paths = PurePosixPath(name), PureWindowsPath(name)
    if any(path.is_absolute() or path.drive or ".." in path.parts for path in paths):
        raise UnreadableError(f"its header names {name!r}, a file outside of its own folder, which is not opened")
    return header.parent / name


def _lines(file: Path) -> list[str]:
    with file.open("rb") as stream:
        content = stream.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise UnreadableError("it is no WFDB header: it has more than 16 MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = [line.strip() for line in re.split(r"[\r\n]+", text)]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise UnreadableError("it is no WFDB header: it is empty")
    if max(map(len, lines)) > LONGEST_LINE:
        raise UnreadableError(f"it is no WFDB header: it has a line of {max(map(len, lines)):,} characters")
    return lines


def _record_fields(line: str, described: int) -> tuple[str, int, str, str]:
    """Return name, number of signals, rate and length; a name with spaces ends where as many signals are announced as
    are described.
    """
    fields = [*line.split(), "", "", ""]
    counts = [int(field) if field.isdecimal() else -1 for field in fields]
    places = [place for place, count in enumerate(counts) if place and count == described]
    place = 1 if 0 <= counts[1] <= described or not places else places[0]
    if counts[place] < 0:
        raise UnreadableError("it is no WFDB header: its first line does not give a name and a number of signals")
    return fields[0], counts[place], fields[place + 1], fields[place + 2]


def _rate(text: str) -> tuple[float | None, str, list[str]]:
    if not text:
        note = f"the header gives no sampling rate; WFDB's default of {DEFAULT_RATE_HZ:g} Hz was taken"
        return DEFAULT_RATE_HZ, "", [note]
    match = _RATE.fullmatch(text)
    rate_hz = float(match[1]) if match else 0.0
    if match and 0 < rate_hz < math.inf:
        return rate_hz, "", []
    stated = match[1] if match else repr(text)
    return None, f"the header states a sampling rate of {stated} Hz; give --rate", []


def _segments(name: str, lines: list[str]) -> tuple[tuple[str, int], ...]:
    """Return the segments of a record named NAME/COUNT; `a/00001` may as well be the name of a record in a folder."""
    count = name.rpartition("/")[2] if "/" in name else ""
    matches = [match for line in lines if (match := _SEGMENT.fullmatch(line))]
    if not count.isdecimal() or not lines or len(matches) < len(lines):
        return ()
    if len(lines) != int(count):
        raise UnreadableError(f"its header announces {int(count)} segments and lists {len(lines)}")
    return tuple((match[1], int(match[2])) for match in matches)


def _signals(count: int, lines: list[str]) -> tuple[SignalLine, ...]:
    if len(lines) < count:
        raise UnreadableError(f"its header announces {count} signals and describes {len(lines)}")
    signals = tuple(_signal(line) for line in lines[:count])
    more = [match["file"] for line in lines[count:] if (match := _SIGNAL.fullmatch(line))]
    if {line.file for line in signals} & set(more):  # whose samples lie between those of the others
        raise UnreadableError(f"its header announces {count} signals and describes {count + len(more)}")
    return signals


def _notes(signals: tuple[SignalLine, ...], lines: list[str]) -> list[str]:
    notes = []
    if signals and any(_SIGNAL.fullmatch(line) for line in lines[len(signals) :]):
        notes.append(f"the header describes more signals than the {len(signals)} that it announces; they are left out")
    without_gain = [line.name or "a signal" for line in signals if not line.gain and not line.is_absent]
    if without_gain:
        names, default = ", ".join(without_gain), f"{DEFAULT_GAIN_PER_MV:g} per mV"
        notes.append(f"the header gives no gain for {names}; WFDB's default of {default} was taken")
    return notes


def _signal(line: str) -> SignalLine:
    match = _SIGNAL.fullmatch(line)
    if match is None:
        raise UnreadableError(f"its header has a line that describes no signal: {line[:80]!r}")
    if unread := _FILE_AND_FORMAT.fullmatch(match["file"]):  # no name of a file, but a line that is no signal's
        file, layout, gain = unread.groups()
        what, text = ("gain", gain) if _FORMAT.fullmatch(layout) else ("format", layout)
        raise UnreadableError(f"its header gives signal file {file!r} the {what} {text!r}, which can't be read")
    integers = dict(enumerate(int(text) for text in (match["integers"] or "").split()))
    return SignalLine(
        file=match["file"],
        format=match["format"],
        samples_per_frame=max(1, int(match["samples_per_frame"] or 1)),
        skew=int(match["skew"] or 0),
        byte_offset=int(match["byte_offset"] or 0),
        gain=float(match["gain"] or 0),
        baseline=float(match["baseline"] or integers.get(ADC_ZERO, 0)),
        unit=match["unit"] or "mV",
        initial=integers.get(INITIAL, 0),
        checksum=integers.get(CHECKSUM),
        name=(match["name"] or "").strip(),
    )
