"""What a faster rate does to a heart's waves, beside their times."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.compose.hearts import RATE_HZ, Source, smooth_step
from ecgfactory.compose.shapes import Shape

P_EXPONENT, T_EXPONENT = float(os.environ.get('PE','0.5')), float(os.environ.get('TE','-0.4'))
ST = float(os.environ.get('ST','0'))


def faster_p(shape: Shape, ratio: float) -> Shape:
    return replace(shape, signal_uv=(shape.signal_uv * np.float32(max(ratio, 1.0) ** P_EXPONENT)))


def faster_qrst(shape: Shape, qrs_offset: int, t_offset: int, ratio: float) -> Shape:
    if ratio <= 1:
        return shape
    at = np.arange(shape.signal_uv.shape[1])
    after = smooth_step((at - qrs_offset) / (0.04 * RATE_HZ))
    size = 1 + after * (ratio ** T_EXPONENT - 1)
    sig = shape.signal_uv * size.astype(np.float32)
    if ST and ratio > 1.8:
        seen = np.array([0.5, 1, 0, -.2, 0.3, 0.8, 1, 0.8])
        fall = smooth_step((at - qrs_offset+10) / (0.03 * RATE_HZ))*(1-smooth_step((at-qrs_offset)/(t_offset-qrs_offset)))
        sig = sig - (ST*seen[:, None]*fall).astype(np.float32)
    return replace(shape, signal_uv=sig.astype(np.float32))
