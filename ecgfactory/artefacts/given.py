"""What a caller gives with signals in arrays, to `apply` say, checked: everything that is wrong is told at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import HIGHEST_SNR_DB, LOWEST_SNR_DB, kind_named
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.documents.keys import nearest
from ecgfactory.errors import BadInputError, shown
from ecgfactory.lead_spelling import standard_lead

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 50, 100_000
SHORTEST_S = 1
LARGEST_UV = 32_767
"""Of whole numbers: what 16 bits hold, but for the one number by which they say that there is no value."""

LARGEST_FLOAT_UV = 400_000
"""Electrodes add 300 mV at most (IEC 60601-2-25); more is another unit."""

MOST_KINDS = 16
"""Artefacts in a record, at most."""

NUMBERS = 2**63
"""Seeds and record numbers are below."""

_SHAPES = {2: "(leads, samples)", 3: "(records, leads, samples)"}

UV_PER_UNIT = {"uV": 1.0, "mV": 1000.0}

Kinds = str | Sequence[str] | Mapping[str, float]


def values_problems(values: npt.NDArray[Any], unit: object, axes: Collection[int] = (2, 3)) -> Iterator[str]:
    """Say what is wrong with signals: their type, shape, unit or values. They may have so many axes."""
    if unit is not None and unit not in UV_PER_UNIT:
        yield f"unit is {shown(unit)}; give 'mV' or 'uV'"
    is_whole = values.dtype.kind == "i" and values.dtype.itemsize >= 2
    if not is_whole and values.dtype.kind != "f":
        yield f"signal is of {values.dtype}; give whole numbers of int16 or wider in uV, or floats in mV"
        return
    if is_whole and unit == "mV":
        yield "signal is of whole numbers in mV, which are too coarse; give them in uV, or floats"
    if values.ndim not in axes:
        yield f"signal is of shape {values.shape}; give {' or '.join(map(_SHAPES.__getitem__, axes))}"
    elif not values.size:
        yield f"signal is of shape {values.shape}, and so empty; give an ECG at least"
    elif isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        yield "signal is masked in places; fill or cut them out before"
    elif not np.isfinite(values).all():
        yield "signal holds NaN or infinite values; fill or cut them out before"
    else:
        scale = UV_PER_UNIT["uV" if is_whole or unit == "uV" else "mV"]
        highest_uv = scale * max(abs(float(values.min())), abs(float(values.max())))
        if is_whole and highest_uv > LARGEST_UV:
            yield f"signal reaches {highest_uv:,.0f} uV, beyond +-{LARGEST_UV:,}; take its offset off, or give floats"
        elif highest_uv > LARGEST_FLOAT_UV:
            hint = "take its offset off" if unit == "uV" else "if it is in uV, say unit='uV'"
            yield f"signal reaches {highest_uv / 1000:,.0f} mV, more than electrodes give; {hint}"


def rate_problems(rate_hz: object, values: npt.NDArray[Any]) -> Iterator[str]:
    """Say what is wrong with a sampling rate, and with how long signals of it are."""
    rate = _number(rate_hz)
    if rate is None:
        yield f"rate_hz is {shown(rate_hz)}; give the samples per second as a number"
    elif not LOWEST_RATE_HZ <= rate <= HIGHEST_RATE_HZ:
        yield f"rate_hz is {rate:g}, not within {LOWEST_RATE_HZ}..{HIGHEST_RATE_HZ}; give the samples per second"
    elif values.ndim in (2, 3) and values.size and values.shape[-1] < SHORTEST_S * rate:
        yield f"signal has {values.shape[-1]} samples, less than {SHORTEST_S} s at {rate:g} Hz; give a longer one"


def leads_problems(lead_names: object, values: npt.NDArray[Any]) -> Iterator[str]:
    """Say what is wrong with the names of leads."""
    if isinstance(lead_names, str | bytes | Set | Mapping) or not isinstance(lead_names, Sequence | np.ndarray):
        yield f"lead_names is {shown(lead_names)}; give a list of names"
        return
    if wrong := [name for name in lead_names if not isinstance(name, str) or not name.strip()]:
        yield f"lead_names holds {shown(wrong[0])}; give a name for each lead"
        return
    for name in lead_names:
        if (lead := standard_lead(name)) and lead.is_inverted:
            yield f"lead {name} is upside down; turn its sign, and call it {lead.lead}"
    leads = [lead_of(name) for name in lead_names]
    for name in dict.fromkeys(lead for lead in leads if leads.count(lead) > 1):
        yield f"lead {name} is named {leads.count(name)} times; give each lead once"
    if values.ndim in (2, 3) and len(leads) != values.shape[-2]:
        yield f"lead_names has {len(leads)} names, but signal {values.shape[-2]} leads; give one name for each lead"


def kinds_problems(kinds: object, lead_names: tuple[str, ...]) -> Iterator[str]:
    """Say what is wrong with kinds of artefact, and which of them leads, as they were named, don't allow."""
    if not isinstance(kinds, str | Mapping | Sequence) or isinstance(kinds, bytes):
        yield f"kinds is {shown(kinds)}; give the name of a kind, a list of names, or weights by name"
        return
    names = [kinds] if isinstance(kinds, str) else list(kinds)
    if not names:
        yield f"kinds is empty; choose from {', '.join(ARTEFACTS)}"
    unused = [name for name in names if isinstance(kinds, Mapping) and kinds[name] == 0]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield f"{shown(name)} is named twice; each kind is put in once at most"
        else:
            yield from _kind_problems(name, () if name in unused else lead_names)
    if isinstance(kinds, Mapping):
        weights = {name: _number(weight) for name, weight in kinds.items()}
        wrong = [name for name, weight in weights.items() if weight is None or weight < 0]
        for name in wrong:
            yield f"the weight of {shown(name)} is {shown(kinds[name])}; it must be a number, 0 or more"
        if names and not wrong and not any(weights.values()):
            yield "every weight is 0, so that no kind can be chosen; give one a weight above 0"


def _kind_problems(name: object, lead_names: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(name, str) or name not in ARTEFACTS:
        meant = nearest(name, ARTEFACTS) if isinstance(name, str) else None
        mend = f"did you mean {meant}?" if meant else f"choose from {', '.join(ARTEFACTS)}"
        yield f"{shown(name)} is not a kind of artefact; {mend}"
        return
    try:
        lacking = kind_named(name).lacks(montage_of(tuple(map(lead_of, lead_names)))) if lead_names else ""
    except BadInputError as error:
        yield str(error).removesuffix(".")
        return
    if lacking:
        yield f"{name} needs {lacking}, but the leads are {', '.join(lead_names)}; leave the kind out"


def number_problems(name: str, value: object, end: int = NUMBERS) -> Iterator[str]:
    """Say why a seed or a record's number can't be used, if it can't."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not 0 <= int(value) < end:
        most = "2**63 - 1" if end == NUMBERS else f"2**63 - {NUMBERS - end + 1}, so that the last record has one too"
        yield f"{name} is {shown(value)}; give a whole number from 0 to {most}"


def bounds_problems(name: str, bounds: object, least: float, most: float, fix: str) -> Iterator[str]:
    """Say why a pair of bounds can't be used, if it can't."""
    given = list(bounds) if isinstance(bounds, Sequence | np.ndarray) and not isinstance(bounds, str | bytes) else []
    pair = [number for number in map(_number, given) if number is not None]
    if len(given) != 2 or len(pair) != 2:
        yield f"{name} is {shown(bounds)}; give {fix}"
    elif pair[0] > pair[1]:
        yield f"{name} is {shown(bounds)}, whose first is above its second; exchange them"
    elif not least <= pair[0] or not pair[1] <= most:
        yield f"{name} is {shown(bounds)}, not within {least:g}..{most:g}; give {fix}"


def count_problems(per_record: object) -> Iterator[str]:
    """Say why bounds of how many artefacts a record has can't be used, if they can't."""
    fix = "the fewest and the most artefacts of a record, such as (1, 3)"
    if isinstance(per_record, Sequence) and not all(isinstance(count, Integral) for count in per_record):
        yield f"per_record is {shown(per_record)}; give {fix}"
    else:
        yield from bounds_problems("per_record", per_record, 1, MOST_KINDS, fix)


def snr_problems(snr_db: object) -> Iterator[str]:
    """Say why bounds of the signal-to-noise ratio can't be used, if they can't."""
    fix = "the worst and the best ratio in dB, such as (-6, 24)"
    return bounds_problems("snr_db", snr_db, LOWEST_SNR_DB, HIGHEST_SNR_DB, fix)


def share_problems(name: str, share: object) -> Iterator[str]:
    """Say why a share can't be used, if it can't."""
    number = _number(share)
    if number is None or not 0 <= number <= 1:
        yield f"{name} is {shown(share)}; give a share from 0 to 1"


def lead_of(name: str) -> str:
    """Return the standard lead that a name says; the name itself where it says none."""
    lead = standard_lead(name)
    return lead.lead if lead else name.strip()


def _number(value: object) -> float | None:
    """Return a finite number as float, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
