"""The heart as a dipole, and how eight leads see it."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array

DOWER = np.array(
    [
        [0.632, -0.235, 0.059],
        [0.235, 1.066, -0.132],
        [-0.515, 0.157, -0.917],
        [0.044, 0.164, -1.387],
        [0.882, 0.098, -1.277],
        [1.213, 0.127, -0.601],
        [1.125, 0.127, -0.086],
        [0.831, 0.076, 0.230],
    ]
)
"""Leads I, II and V1 to V6 of Frank's X (left), Y (down) and Z (backwards): Dower, Machado and Osborne, Clin Cardiol 3
(1980) 87-95."""


def in_eight_leads(dipole: Float64Array) -> Float64Array:
    """Return the eight leads of a dipole, shape (8, samples), from X, Y and Z, shape (3, samples)."""
    return DOWER @ dipole
