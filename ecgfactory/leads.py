"""The eight independent leads, which generators make, and the twelve a clinician reads.

Signals are held as int16 at 1 uV per unit. The four derived leads are computed from those *stored* integers,
so that the identities between limb leads hold exactly (or to the documented rounding) in every file.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

LeadCount = Literal[8, 12]
SignalUv = npt.NDArray[np.int16]

EIGHT_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
TWELVE_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


def lead_names(leads: LeadCount) -> tuple[str, ...]:
    """Names of the leads of an 8- or 12-lead record, in stored order."""
    return EIGHT_LEADS if leads == 8 else TWELVE_LEADS


def _half(values: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
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
    lead_i = eight_uv[..., 0, :].astype(np.int32)
    lead_ii = eight_uv[..., 1, :].astype(np.int32)
    derived = np.stack(
        [
            lead_ii - lead_i,
            _half(-(lead_i + lead_ii)),
            _half(2 * lead_i - lead_ii),
            _half(2 * lead_ii - lead_i),
        ],
        axis=-2,
    )
    limits = np.iinfo(np.int16)
    if derived.size and (derived.min() < limits.min or derived.max() > limits.max):
        raise ValueError("a derived lead leaves the int16 range of +-32767 uV; leads I and II are too large")
    return np.concatenate([eight_uv[..., :2, :], derived.astype(np.int16), eight_uv[..., 2:, :]], axis=-2)
