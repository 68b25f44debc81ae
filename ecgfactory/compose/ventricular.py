"""Ventricular beats: a wide QRS of another axis, and a T against it, from a dipole whose origin is drawn.

Activation spreads from muscle to muscle, away from its origin. From the right ventricle it runs left and backwards, so
that V1 looks as in left bundle branch block; from the left one right and forwards, as in right bundle branch block.
From above (an outflow tract) it runs down, from an apex up. (Josephson and Callans, Heart Rhythm 2 (2005) 443-446.)
"""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.compose.dipole import in_eight_leads
from ecgfactory.compose.hearts import RATE_HZ, Source, smooth_step
from ecgfactory.compose.shapes import QRS, Shape, T, in_leads, marked
from ecgfactory.compose.streams import Streams, Use
from ecgfactory.wave_table import BEAT_WAVES

QRS_S = (0.15, 0.185)
"""How long QRS lasts, its faint ends included; as it is marked (`SHOWS`) it takes 0.12 s or more."""

SIZE = (0.9, 1.4)
"""Largest swing of QRS in a lead, over that of the heart's own (chosen here)."""

T_SIZE = (0.25, 0.55)
"""Height of T over that of QRS (chosen here); against its direction."""

RIGHT, LEFT = np.array([0.75, 0.0, 0.5]), np.array([-0.5, 0.0, -0.75])
"""Where activation runs from the right and the left ventricle: X, Y, Z."""

UP_OR_DOWN = (0.4, 0.9)
"""And up or down."""

LEAST_SHOWN = 0.2
"""Swing of QRS in any lead at least, over that of the heart's own there, were both as large in the largest. Of a dipole
a lead may see nothing, which electrodes on the chest, close to the heart, never do (chosen here)."""

_FRONTS = ((0.22, 0.085, 0.5, 0.3), (0.46, 0.105, 1.0, 0.15), (0.74, 0.095, 0.6, 0.3))
"""Fronts of activation that follow each other: when (over the length of QRS), how long (one SD), how large, and how
much their ways differ. What the eye sees as slurs and notches (chosen here, so that the steepest slope of QRS,
in most leads 30 to 60 times its height in a second, is near that of ventricular beats of patients)."""

_EDGE = 0.2
"""QRS comes and goes within this share of its length (chosen here)."""

_T_BEGINS = 0.55
"""T begins at this share of QRS, and so raises or lowers ST: it is nowhere level (chosen here)."""

SHOWS = 0.03
"""A wave begins and ends where it reaches this share of its height in the lead (chosen here: where one sees it)."""


def ventricular_shape(source: Source, streams: Streams, number: int) -> tuple[Shape, int, int]:
    """Draw a ventricular beat.

    Parameters
    ----------
    source : Source
        The heart it is of.
    streams : Streams
        Random numbers of the record.
    number : int
        Of the shape, from 1 on.

    Returns
    -------
    Shape
        Its QRS begins at sample 0.
    qrs_offset, t_offset : int
        Where QRS and T end in it, over all leads.
    """
    rng = streams.of(Use.SHAPES, number)
    qrs_s = rng.uniform(*QRS_S)
    qrs = round(qrs_s * RATE_HZ)
    end = round((source.heart.qt_s + qrs_s - source.heart.qrs_s) * RATE_HZ)
    own_uv = np.ptp(source.qrst_uv[:, source.qrs_onset : source.qrs_offset], axis=1)
    direction, dipole_of_qrs = _depolarisation(own_uv, qrs, rng)
    size = np.abs(dipole_of_qrs).max()
    dipole_of_t = np.zeros((3, end))
    bend = rng.normal(0, 0.25, 3)
    begin = round(_T_BEGINS * qrs)
    dipole_of_t[:, begin:] = (-direction + bend)[:, np.newaxis] * _bell(end - begin, 2.0, rng.uniform(1.3, 1.6))
    dipole_of_t *= rng.uniform(*T_SIZE) * size
    qrs_uv, t_uv = (in_eight_leads(part).astype(np.float32) for part in (np.zeros((3, end)), dipole_of_t))
    qrs_uv[:, :qrs] = in_eight_leads(dipole_of_qrs)
    gain = np.float32(rng.uniform(*SIZE) * own_uv.max() / np.ptp(qrs_uv, axis=1).max())
    qrs_uv, t_uv = qrs_uv * gain, t_uv * gain
    centre = int(np.square(dipole_of_qrs).sum(axis=0).argmax())
    bounds = np.full((1 + len(source.lead_names), len(BEAT_WAVES), 2), np.nan)
    for wave, part_uv in ((QRS, qrs_uv), (T, t_uv)):
        found = _bounds(in_leads(part_uv, source.lead_names))
        if wave == T:
            found[:, 0] = np.maximum(found[:, 0], bounds[1:, QRS, 1] + centre + 1)
        bounds[1:, wave] = found - centre
        if len(found):
            bounds[0, wave] = found[:, 0].min() - centre, found[:, 1].max() - centre
    signal_uv = np.pad(qrs_uv + t_uv, [(0, 0), (0, 1)])
    return Shape(signal_uv, centre, marked(signal_uv, centre, bounds, source.lead_names)), qrs - 1, end - 1


def _depolarisation(own_uv: Float32Array, samples: int, rng: np.random.Generator) -> tuple[Float64Array, Float64Array]:
    """Draw a direction, shape (3,), and the dipole of QRS, shape (3, samples), until all leads show it.

    `own_uv`, shape (8,), is the swing of QRS in the heart's own beats.
    """
    while True:
        direction = _direction(rng)
        dipole = _fronts(direction, samples, rng)
        swing = np.ptp(in_eight_leads(dipole), axis=1)
        if (swing / swing.max() >= LEAST_SHOWN * own_uv / own_uv.max()).all():
            return direction, dipole


def _direction(rng: np.random.Generator) -> Float64Array:
    """Draw where activation runs, shape (3,), of length 1."""
    direction: Float64Array = (RIGHT if rng.random() < 0.5 else LEFT) + rng.normal(0, 0.12, 3)
    direction[1] += rng.choice([-1, 1]) * rng.uniform(*UP_OR_DOWN)
    direction /= np.linalg.norm(direction)
    return direction


def _fronts(direction: Float64Array, samples: int, rng: np.random.Generator) -> Float64Array:
    """Draw fronts that run so, as a dipole, shape (3, samples)."""
    along = (np.arange(samples) + 0.5) / samples
    dipole = np.zeros((3, samples))
    for centre, width, size, turn in _FRONTS:
        way = direction + rng.normal(0, turn, 3)
        front = np.exp(-0.5 * ((along - centre - rng.uniform(-0.04, 0.04)) / width) ** 2)
        dipole += way[:, np.newaxis] * front * size * rng.uniform(0.6, 1.2)
    return dipole * smooth_step(np.minimum(along, 1 - along) / _EDGE)


def _bell(samples: int, rise: float, fall: float) -> Float64Array:
    """Return a bell of height 1 over so many samples, flat at its ends: the density of a beta distribution."""
    along = (np.arange(samples) + 0.5) / samples
    bell = along**rise * (1 - along) ** fall
    scaled: Float64Array = bell / bell.max()
    return scaled


def _bounds(leads_uv: np.ndarray) -> Float64Array:
    """Find where a wave shows in each lead, shape (leads, 2)."""
    shows = np.abs(leads_uv) >= SHOWS * np.abs(leads_uv).max(axis=1, keepdims=True)
    first, last = shows.argmax(axis=1), shows.shape[1] - 1 - shows[:, ::-1].argmax(axis=1)
    return np.stack([first, last], axis=1).astype(np.float64)
