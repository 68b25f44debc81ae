"""WebDataset: tar files with an array for each record, and a JSON file that describes it; read as they stream by."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.errors import shown
from ecgfactory.foreign.formats.array import recordings
from ecgfactory.foreign.recording import MOST_SAMPLES, Recording, UnreadableEcg, UnreadableError, in_one_line
from ecgfactory.foreign.stated import Stated

LARGEST_BYTES = 8 * MOST_SAMPLES
OF_OURS = {"record_id", "candidate", "leads", "sampling_rate_hz"}
"""What JSON files of datasets of ours say; their arrays are in uV."""


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording | UnreadableEcg]:
    """Read record by record; nothing is extracted to disk, so that names in the tar file lead nowhere."""
    found = False
    try:
        for key, parts in _records(file):
            if ".npy" in parts:
                found = True
                yield from _record(f"{name}:{key}", parts, stated)
    except tarfile.TarError as error:
        raise UnreadableError(f"it is no whole tar file ({in_one_line(error)})") from None
    if not found:
        raise UnreadableError("it is a tar file without arrays (.npy)")


def _records(file: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield records: the members that follow each other under one name, by suffix."""
    key, parts = "", dict[str, bytes]()
    with tarfile.open(file, "r|*") as tar:
        for member in tar:
            folder, _, base = member.name.rpartition("/")
            stem, dot, suffix = base.partition(".")
            member_key = f"{folder}/{stem}" if folder else stem
            if member_key != key and parts:
                yield key, parts
                parts = {}
            key = member_key
            if member.isfile() and dot and suffix in ("npy", "json"):
                parts[f".{suffix}"] = _content(tar, member)
        if parts:
            yield key, parts


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > LARGEST_BYTES:
        raise UnreadableError(f"its member {member.name!r} is too long ({member.size:,} bytes)")
    stream = tar.extractfile(member)
    return stream.read() if stream else b""


def _record(name: str, parts: dict[str, bytes], stated: Stated) -> Iterator[Recording | UnreadableEcg]:
    try:
        told = _told(parts.get(".json", b"{}"))
        leads = stated.lead_names or _lead_names(told.get("leads") or ())
        unit = "uV" if told.keys() >= OF_OURS else str(told.get("unit") or "")
        rate = told.get("sampling_rate_hz")
        rate_hz = float(rate) if isinstance(rate, int | float) else None
        array = _array(parts[".npy"])
        yield from recordings(array, lambda row: name if row < 0 else f"{name}:{row}", leads, unit, rate_hz)
    except UnreadableError as error:
        yield UnreadableEcg(name, str(error))
    except Exception as error:  # whatever is damaged concerns this record alone
        yield UnreadableEcg(name, f"it is a damaged record ({in_one_line(error)})")


def _lead_names(told: object) -> list[str]:
    names = told.split(",") if isinstance(told, str) else told
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise UnreadableError(f"its JSON file gives {shown(told)} as leads, where a list of names is expected")
    return [name.strip() for name in names]


def _told(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except ValueError:
        raise UnreadableError("its JSON file can't be parsed") from None
    return told if isinstance(told, dict) else {}


def _array(content: bytes) -> npt.NDArray[Any]:
    try:
        array: npt.NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except Exception as error:  # whatever a parser raises concerns this damaged record alone
        raise UnreadableError(f"it is no whole array of numbers ({in_one_line(error)})") from None
    return array
