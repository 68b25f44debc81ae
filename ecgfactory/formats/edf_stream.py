"""An EDF+ file that is written from its start to its end, as edfio writes one that is held whole.

How long annotations in a data record may be is the same in all of them, and known when the last one has come. Until
then signals and annotations are in temporary files beside it. Layout: Kemp and Olivan 2003,
doi:10.1016/S1388-2457(03)00123-8, and https://www.edfplus.info/specs/edfplus.html.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from edfio import EdfAnnotation

from ecgfactory.leads import SignalUv

_HEADER_BYTES = 256
"""Of the record, and of each signal."""

_HEADER_SIZE, _DATA_RECORDS = 184, 236
"""Where the header says how many bytes it has, and how many data records there are."""

_SAMPLES_OF_SIGNALS = 216
"""Bytes before the samples in a data record, in the header of a signal, where all its fields are put together."""

_FIELD = 8
"""Bytes of these numbers."""


class EdfStream:
    """Writes one file, in data records of 1 s.

    Parameters
    ----------
    path : Path
        The file.
    example : bytes
        Such a file of one data record.
    sampling_rate_hz : int
        Samples of each lead in a data record.
    """

    def __init__(self, path: Path, example: bytes, sampling_rate_hz: int) -> None:
        self._path, self._rate_hz = path, sampling_rate_hz
        self._header = example[: int(example[_HEADER_SIZE : _HEADER_SIZE + _FIELD])]
        self._stack = ExitStack()
        self._signals = self._temporary()
        self._annotations = self._temporary()
        self._lengths: list[int] = []
        """Bytes of annotations in each data record."""

    def _temporary(self) -> BinaryIO:
        return self._stack.enter_context(tempfile.TemporaryFile(dir=self._path.parent))

    def add_signal(self, signal_uv: SignalUv) -> None:
        """Take the next samples, shape (leads, samples), whole seconds."""
        seconds = signal_uv.reshape(len(signal_uv), -1, self._rate_hz).transpose(1, 0, 2)
        self._signals.write(seconds.astype("<i2", order="C").tobytes())

    def add_annotations(self, annotations: Iterable[EdfAnnotation], seconds: int) -> None:
        """Take all annotations that begin in so many next seconds."""
        start = len(self._lengths)
        of_each: list[list[EdfAnnotation]] = [[] for _ in range(seconds)]
        for annotation in sorted(annotations):
            of_each[int(annotation.onset) - start].append(annotation)
        for second, of_second in enumerate(of_each, start):
            content = _data_record(second, of_second)
            self._lengths.append(len(content))
            self._annotations.write(content)

    def close(self) -> None:
        """Put the file together."""
        width = max(self._lengths) + max(self._lengths) % 2
        records = len(self._lengths)
        signals = len(self._header) // _HEADER_BYTES - 1
        header = bytearray(self._header)
        fields = {_DATA_RECORDS: records, _HEADER_BYTES + signals * (_SAMPLES_OF_SIGNALS + _FIELD) - _FIELD: width // 2}
        for place, number in fields.items():
            header[place : place + _FIELD] = f"{number:<{_FIELD}}".encode("ascii")
        signal_bytes = self._signals.tell() // records
        self._signals.seek(0)
        self._annotations.seek(0)
        with self._path.open("wb") as stream:
            stream.write(header)
            for length in self._lengths:
                stream.write(self._signals.read(signal_bytes))
                stream.write(self._annotations.read(length).ljust(width, b"\0"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        with self._stack:
            if kind is None:
                self.close()


def _data_record(second: int, annotations: Sequence[EdfAnnotation]) -> bytes:
    """Return the annotations of a data record, before which its start is told."""
    return b"".join(map(_annotation_list, [EdfAnnotation(second, None, ""), *annotations]))


def _annotation_list(annotation: EdfAnnotation) -> bytes:
    """Return one annotation as bytes."""
    lasts = "" if annotation.duration is None else f"\x15{_seconds(annotation.duration)}"
    return f"+{_seconds(annotation.onset)}{lasts}\x14{annotation.text}\x14\0".encode("ascii")


def _seconds(time_s: float) -> str:
    """Return a time in as many digits as it takes to get it back."""
    return repr(float(time_s)).removesuffix(".0")
