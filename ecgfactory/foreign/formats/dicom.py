"""DICOM waveforms: the 12-lead, general and ambulatory ECG objects of hospital archives.

Specification: https://dicom.nema.org/medical/dicom/current/output/chtml/part03/sect_C.10.9.html.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray
from ecgfactory.foreign.recording import (
    NoEcgError,
    Recording,
    Signal,
    UnreadableEcg,
    UnreadableError,
    check_size,
    in_one_line,
)
from ecgfactory.foreign.stated import Stated
from ecgfactory.leads import TWELVE_LEADS

if TYPE_CHECKING:
    import pydicom

_SCP_LEADS = dict(zip((1, 2, 61, 62, 63, 64, *range(3, 9)), TWELVE_LEADS, strict=True))
_LEADS = {("MDC", f"2:{number}"): lead for number, lead in _SCP_LEADS.items()}
_LEADS |= {("SCPECG", f"5.6.3-9-{number}"): lead for number, lead in _SCP_LEADS.items()}
"""Standard leads by coding scheme and code (DICOM part 16, context group 3001)."""


PREAMBLE_BYTES, MARK = 128, b"DICM"


def is_dicom(file: Path) -> bool:
    """Return whether a file begins as DICOM files do; one that can't be opened is none."""
    try:
        with file.open("rb") as stream:
            return stream.read(PREAMBLE_BYTES + len(MARK))[PREAMBLE_BYTES:] == MARK
    except OSError:
        return False


def read(file: Path, name: str, stated: Stated) -> Iterator[Recording | UnreadableEcg]:
    """Read each multiplex group as a recording: its channels were sampled together."""
    with warnings.catch_warnings(action="ignore"):  # about values that do not matter here, or are checked
        try:
            found = list(_recordings(file, name, stated.unit is not None and stated.unit.is_converters))
        except UnreadableError:
            raise
        except Exception as error:  # whatever a parser raises concerns this damaged file alone
            raise UnreadableError(f"it is a damaged DICOM file ({in_one_line(error)})") from None
    yield from found


def _recordings(file: Path, name: str, as_converted: bool) -> Iterator[Recording | UnreadableEcg]:
    import pydicom

    try:
        dataset = pydicom.dcmread(file)
    except pydicom.errors.InvalidDicomError:
        raise UnreadableError("it is no DICOM file") from None
    groups = list(enumerate(dataset.get("WaveformSequence") or ()))
    if not groups:
        kind = dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID")
        error = NoEcgError if kind and "Waveform" not in kind.name else UnreadableError
        raise error(f"it is a DICOM object without waveforms ({kind.name if kind else 'of no known kind'})")
    chosen = [(index, group) for index, group in groups if not _is_derived(group)] or groups
    notes = ("groups of derived waveforms are left out",) if len(chosen) < len(groups) else ()
    for index, group in chosen:
        named = name if len(chosen) == 1 else f"{name}:{group.get('MultiplexGroupLabel') or index}"
        try:
            rate_hz = float(group.get("SamplingFrequency") or 0) or None
            yield Recording(named, _signals(dataset, index, as_converted), rate_hz, notes=notes)
        except UnreadableError as error:
            yield UnreadableEcg(named, str(error))


def _is_derived(group: pydicom.Dataset) -> bool:
    """Return whether a group is no recording: a cart adds its median beat to the ten seconds."""
    label = str(group.get("MultiplexGroupLabel") or "").casefold()
    return group.get("WaveformOriginality") == "DERIVED" or "median" in label


def _signals(dataset: pydicom.Dataset, index: int, as_converted: bool) -> tuple[Signal, ...]:
    from pydicom.waveforms.numpy_handler import multiplex_array

    group = dataset.WaveformSequence[index]
    try:
        raw = multiplex_array(dataset, index)
        channels = list(group.ChannelDefinitionSequence)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"its waveform is damaged or cut off ({in_one_line(error)})") from None
    if len(channels) != raw.shape[1]:
        raise UnreadableError(f"it has {raw.shape[1]} channels and describes {len(channels)}")
    check_size(raw.size)
    missing = _missing(raw, group.get("WaveformPaddingValue"))
    return tuple(
        _signal(channel, raw[:, place], missing[:, place], as_converted) for place, channel in enumerate(channels)
    )


def _signal(channel: pydicom.Dataset, raw: npt.NDArray[Any], missing: BoolArray, as_converted: bool) -> Signal:
    """Turn stored numbers into the unit of the channel's sensitivity, where there is one and it is wanted."""
    values = raw.astype(np.float64)
    sensitivity = _number(channel, "ChannelSensitivity", 0.0)
    sensitivity *= _number(channel, "ChannelSensitivityCorrectionFactor", 1.0)
    has_scale = math.isfinite(sensitivity) and sensitivity != 0
    if has_scale and not as_converted:
        values *= sensitivity
        values += _number(channel, "ChannelBaseline", 0.0)
    values[missing] = np.nan
    problem = "" if has_scale else "it gives no ChannelSensitivity that can be used"
    return Signal(_lead(channel), _unit(channel), values, scale_problem=problem)


def _missing(raw: npt.NDArray[Any], padding: bytes | None) -> BoolArray:
    if not padding:
        return np.zeros(raw.shape, dtype=np.bool_)
    missing: BoolArray = raw == np.frombuffer(padding[: raw.itemsize], raw.dtype)[0]
    return missing


def _unit(channel: pydicom.Dataset) -> str:
    """Return the unit as UCUM has it, such as uV."""
    _, value, _ = _code(channel, "ChannelSensitivityUnitsSequence")
    return value


def _lead(channel: pydicom.Dataset) -> str:
    """Name a channel by the code of its source, or by the code's meaning where it is of no standard lead."""
    scheme, value, meaning = _code(channel, "ChannelSourceSequence")
    return _LEADS.get((scheme, value)) or meaning or str(channel.get("ChannelLabel") or "")


def _code(channel: pydicom.Dataset, sequence: str) -> tuple[str, str, str]:
    """Return scheme, value and meaning of a coded entry; empty where it is missing."""
    for entry in channel.get(sequence) or ():
        scheme, value, meaning = (
            str(entry.get(key) or "") for key in ("CodingSchemeDesignator", "CodeValue", "CodeMeaning")
        )
        return scheme, value, meaning
    return "", "", ""


def _number(channel: pydicom.Dataset, keyword: str, default: float) -> float:
    value = channel.get(keyword)
    return default if value is None else float(value)
