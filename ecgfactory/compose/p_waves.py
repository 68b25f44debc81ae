"""P waves from elsewhere: the heart's own, seen as if they ran another way."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.compose.hearts import Source
from ecgfactory.compose.rate_changes import p_at_rate
from ecgfactory.compose.respiration import frontal_turn
from ecgfactory.compose.shapes import NOWHERE, Shape, marked, own_p
from ecgfactory.compose.streams import Streams, Use
from ecgfactory.rhythms.score import PShape

ECTOPIC_TURN_DEG = (40.0, 110.0)
"""By how far the frontal axis of an ectopic P is turned, up or down, out of the normal 0 to 75 (chosen here)."""

ECTOPIC_CHEST = ((-0.8, 0.9), (1.2, 0.3), (1.1, -0.6))
"""Its size over that of the own P in V1 and V6, one of these, and between in between (chosen here)."""

STREAM = 0
"""Number of the stream of P waves; ventricular shapes have those from 1 on."""


def p_shape(kind: PShape, source: Source, streams: Streams, faster: float) -> Shape:
    """Return the P waves of a record that come from somewhere.

    Parameters
    ----------
    kind : PShape
        Where they come from.
    source : Source
        The heart.
    streams : Streams
        Random numbers of the record.
    faster : float
        The rate over the heart's own; the sinus node's P grows with it.

    Returns
    -------
    Shape
        An ectopic one has another frontal axis and other signs in the chest leads; a retrograde one is the own one with
        up and down exchanged, so that it is inverted in II, III and aVF.
    """
    own = own_p(source)
    if kind is PShape.RETROGRADE:
        upside_down = np.array([[1.0, 0.0], [1.0, -1.0]])  # I stays, and so II = I / 2 + 0.87 down becomes I - II
        return _seen(own, source, upside_down, np.linspace(1.0, -0.4, 6))
    if kind is PShape.ECTOPIC:
        rng = streams.of(Use.SHAPES, STREAM)
        turn_rad = np.deg2rad(rng.choice([-1, 1]) * rng.uniform(*ECTOPIC_TURN_DEG))
        right, left = ECTOPIC_CHEST[rng.integers(len(ECTOPIC_CHEST))]
        return _seen(own, source, frontal_turn(turn_rad), np.linspace(right, left, 6))
    return p_at_rate(own, faster)


def _seen(own: Shape, source: Source, limb: Float64Array, chest: Float64Array) -> Shape:
    """Return the own P with leads I and II mixed and the chest leads weighted."""
    signal_uv = np.concatenate([limb @ own.signal_uv[:2], chest[:, np.newaxis] * own.signal_uv[2:]]).astype(np.float32)
    bounds = np.where(own.points == NOWHERE, np.nan, own.points)[..., [0, 2]]
    return Shape(signal_uv, own.centre, marked(signal_uv, own.centre, bounds, source.lead_names))
