"""Members of a tar file with one or more files of each record, called by its id and an ending."""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy_format

from ecgfactory.record import record_id


def add_member(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a member."""
    entry = tarfile.TarInfo(name)  # time, owner and group are 0, the mode 0644
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def add_file(tar: tarfile.TarFile, name: str, stream: IO[bytes]) -> None:
    """Add a member whose content was written into a file, which is read from its start."""
    entry = tarfile.TarInfo(name)
    entry.size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    tar.addfile(entry, stream)


def npy_bytes(array: npt.NDArray[np.generic]) -> bytes:
    """Return an array as `numpy.save` writes it."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def members(tar_file: Path, candidates: Sequence[int], ending: str) -> Iterator[IO[bytes]]:
    """Yield one of the files of each record, to be read at once.

    Raises
    ------
    ValueError
        When two files have one name, or one is missing.
    """
    with tarfile.open(tar_file) as tar:
        held = {member.name: member for member in tar.getmembers()}  # tarfile looks for a name among all of them
        (name, times), *_ = Counter(tar.getnames()).most_common(1) or [("", 0)]
        if times > 1:
            raise ValueError(f"it holds {name} {times} times")
        for candidate in candidates:
            name = record_id(candidate) + ending
            if name not in held:
                raise ValueError(f"it holds no {name}")
            yield tar.extractfile(held[name]) or io.BytesIO()


def arrays_of(
    dataset: Path,
    path: str,
    candidates: Sequence[int],
    ending: str,
    dtype: npt.DTypeLike,
    shape: tuple[int, int],
    stretch: range | None = None,
) -> npt.NDArray[Any]:
    """Read an array of each record, or a stretch of it alone.

    Parameters
    ----------
    dataset, path, candidates
        As in `Format.read`.
    ending : str
        Ending of the members' names.
    dtype, shape
        Of each array; the shape is (leads, samples), say.
    stretch : range or None
        What is wanted of the second axis; None for all.

    Returns
    -------
    array, shape (candidates, first axis, stretch)

    Raises
    ------
    ValueError
        When an array has another type or shape.
    """
    wanted = range(shape[1]) if stretch is None else stretch
    arrays = np.empty((len(candidates), shape[0], len(wanted)), dtype)
    for array, member in zip(arrays, members(dataset / path, candidates, ending), strict=True):
        try:
            array[:] = _stretch(member, dtype, shape, wanted.start, wanted.stop)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
    return arrays


def _stretch(
    member: IO[bytes], dtype: npt.DTypeLike, shape: tuple[int, int], start: int, stop: int
) -> npt.NDArray[Any]:
    """Read a stretch of the second axis of an array that `numpy.save` wrote; raises as `arrays_of`."""
    if npy_format.read_magic(member) != (1, 0):
        raise ValueError("an array is of another version than numpy.save writes")
    held, is_fortran, of_values = npy_format.read_array_header_1_0(member)
    if (held, is_fortran, of_values) != (shape, False, np.dtype(dtype)):
        raise ValueError(f"an array has shape {held} and type {of_values}, not {shape} and {np.dtype(dtype)}")
    if not 0 <= start <= stop <= shape[1]:
        raise ValueError(f"there are no samples {start} to {stop} among {shape[1]}")
    begin, stretch = member.tell(), np.empty((shape[0], stop - start), of_values)
    for line, values in enumerate(stretch):
        member.seek(begin + (line * shape[1] + start) * of_values.itemsize)
        values[:] = np.frombuffer(member.read(values.nbytes), of_values)
    return stretch


def lists_of(
    dataset: Path, path: str, candidates: Sequence[int], ending: str, names: tuple[str, ...]
) -> tuple[Any, ...]:
    """Read lists of columns of some records, below each other, and which of the records each value is of.

    Raises
    ------
    ValueError
        When there are other columns, or they are not equally long.
    """
    of_records = [json.load(member) for member in members(dataset / path, candidates, ending)]
    counts = [{len(values) for values in columns.values()} for columns in of_records]
    if any(tuple(columns) != names for columns in of_records) or any(len(lengths) != 1 for lengths in counts):
        raise ValueError(f"{path}: a member {ending} is not lists of {', '.join(names)} that are equally long")
    record = np.arange(len(candidates), dtype=np.int32).repeat([lengths.pop() for lengths in counts])
    return *(list(chain.from_iterable(columns[name] for columns in of_records)) for name in names), record
