"""What a fast rate does to the size of a heart's waves.

In exercise, P grows, T lessens, and QRS stays as it is: Simoons and Hugenholtz, Circulation 52 (1975) 570-577, who
averaged the beats of 56 healthy men.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgfactory.compose.hearts import RATE_HZ, smooth_step
from ecgfactory.compose.shapes import Shape

P_EXPONENT, T_EXPONENT = 0.5, -0.4
"""P and T go with these powers of the rate over the heart's own, where it is faster (chosen here): by 1.4 and 0.8 at
twice the rate."""

ST_SEEN = np.array([0.5, 1.0, 0.0, -0.2, 0.3, 0.8, 1.0, 0.8])
"""Depression of ST in the eight leads, over that which shows it most: against the main direction of QRS, so that ST is
raised in aVR (chosen here)."""

J_S = 0.03
"""ST begins so long before QRS ends, and is whole then (chosen here): its fall is not seen as one more wave."""


def p_at_rate(shape: Shape, faster: float) -> Shape:
    """Return a P wave at a rate so many times the heart's own."""
    return replace(shape, signal_uv=shape.signal_uv * np.float32(max(faster, 1.0) ** P_EXPONENT))


def qrst_at_rate(shape: Shape, qrs_offset: int, t_offset: int, faster: float, st_depression_uv: float) -> Shape:
    """Return QRS and T at a rate so many times the heart's own.

    Parameters
    ----------
    shape : Shape
        QRS and T.
    qrs_offset, t_offset : int
        Where they end, in its window.
    faster : float
        Rate over the heart's own; below 1 nothing changes.
    st_depression_uv : float
        By how much ST is depressed in the lead that shows it most: flat from QRS on, and less and less during T.

    Returns
    -------
    Shape
    """
    after = np.arange(shape.signal_uv.shape[1]) - qrs_offset
    begun = smooth_step(after / (J_S * RATE_HZ) + 1)
    size = 1 + begun * np.float32(max(faster, 1.0) ** T_EXPONENT - 1)
    depression = begun * (1 - smooth_step(after / (t_offset - qrs_offset)))
    depression_uv = (st_depression_uv * ST_SEEN).astype(np.float32)[:, np.newaxis] * depression
    return replace(shape, signal_uv=shape.signal_uv * size - depression_uv)
