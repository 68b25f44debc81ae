"""P waves from elsewhere: the heart's own, seen as if they ran another way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecgfactory.compose.hearts import Source
from ecgfactory.compose.respiration import frontal_turn
from ecgfactory.compose.shapes import Shape, own_p
from ecgfactory.compose.streams import Streams, Use
from ecgfactory.rhythms.score import PShape

ECTOPIC_TURN_DEG = (40.0, 110.0)
"""By how far the frontal axis of an ectopic P is turned, up or down (chosen here): outside the normal 0 to 75 degrees."""

STREAM = 0
"""Number of the stream of P waves; ventricular shapes have those from 1 on."""


def p_shapes(source: Source, streams: Streams) -> dict[PShape, Shape]:
    """Return the P waves of a record, by where they come from.

    Parameters
    ----------
    source : Source
        The heart.
    streams : Streams
        Random numbers of the record.

    Returns
    -------
    dict of PShape to Shape
        The ectopic one has another frontal axis and other signs in the chest leads; the retrograde one is the own one
        with up and down exchanged, so that it is inverted in II, III and aVF.
    """
    own = own_p(source)
    rng = streams.of(Use.SHAPES, STREAM)
    turn = frontal_turn(np.deg2rad([rng.choice([-1, 1]) * rng.uniform(*ECTOPIC_TURN_DEG)]))[0]
    chest = np.linspace(*rng.choice([[-0.8, 0.9], [1.2, 0.3], [1.1, -0.6]]), 6)  # from V1 to V6
    upside_down = np.array([[1.0, 0.0], [1.0, -1.0]])  # I stays, and so II = I / 2 + 0.87 down becomes I - II
    return {
        PShape.SINUS: own,
        PShape.ECTOPIC: _seen(own, turn, chest),
        PShape.RETROGRADE: _seen(own, upside_down, np.linspace(1.0, -0.4, 6)),
    }


def _seen(shape: Shape, limb: np.ndarray, chest: np.ndarray) -> Shape:
    """Return a shape with leads I and II mixed and the chest leads weighted."""
    signal_uv = shape.signal_uv.copy()
    signal_uv[:2] = limb.astype(np.float32) @ signal_uv[:2]
    signal_uv[2:] *= chest.astype(np.float32)[:, np.newaxis]
    return replace(shape, signal_uv=signal_uv)
