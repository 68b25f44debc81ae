"""Constant offsets of electrodes and converters, which are no part of an ECG."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.arrays import FloatingArray

OFFSET_UV = 5_000
"""From here on a lead's middle is an offset, and no ECG."""


def without_offsets(
    leads_uv: Sequence[FloatingArray], lead_names: Sequence[str]
) -> tuple[list[FloatingArray], list[str]]:
    """Take constant offsets off the leads of an ECG.

    Parameters
    ----------
    leads_uv : sequence of float array, each of shape (samples,)
        In uV; NaN allowed.
    lead_names : sequence of str
        Their names, for the notes.

    Returns
    -------
    leads_uv : list of float array
        The same, each without its median where that is beyond `OFFSET_UV`.
    notes : list of str
        What was taken off.
    """
    offsets_uv = [_offset_uv(lead_uv) for lead_uv in leads_uv]
    centred = [lead_uv - offset if offset else lead_uv for lead_uv, offset in zip(leads_uv, offsets_uv, strict=True)]
    taken = [(offset, name) for offset, name in zip(offsets_uv, lead_names, strict=True) if offset]
    return centred, [f"an offset of {offset / 1000:.1f} mV was taken off {name}" for offset, name in taken]


def _offset_uv(lead_uv: FloatingArray) -> float:
    known = lead_uv[np.isfinite(lead_uv)]
    middle_uv = float(np.median(known)) if known.size else 0.0
    return middle_uv if abs(middle_uv) >= OFFSET_UV else 0.0
