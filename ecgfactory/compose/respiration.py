"""Breath and slow wander: how beats change with respiration, and the line that they stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.compose.dipole import in_eight_leads
from ecgfactory.compose.mixtures import power_complementary
from ecgfactory.compose.streams import Streams, Use
from ecgfactory.leads import EIGHT_LEADS

GAIN = (0.01, 0.04)
"""Amplitude of the change of a beat's size with respiration: a few per cent (chosen here)."""

AXIS_DEG = (0.5, 3.0)
"""Amplitude of the turn of the frontal axis with respiration: a few degrees at rest (chosen here)."""

SWAY_UV = (3.0, 15.0)
"""Amplitude of the baseline's sway with respiration in the lead that shows it most (chosen here; the source's wander
comes on top of it)."""

WANDER_GRAIN_S = 5.0
"""Wander is mixed from stretches so long, half of a generated ECG."""


@dataclass(frozen=True)
class Breath:
    """How respiration shows in a record.

    Parameters
    ----------
    begins_s : float64 array, shape (breaths,)
        When each breath begins.
    gain, axis_rad : float
        Amplitudes of the change of size and of the turn of the frontal axis.
    sway_uv : float32 array, shape (8,)
        Amplitude of the baseline's sway in each lead.
    lag : float
        By which part of a breath the axis turns later than the size changes.
    """

    begins_s: Float64Array
    gain: float
    axis_rad: float
    sway_uv: Float32Array
    lag: float

    @classmethod
    def drawn(cls, begins_s: Float64Array, streams: Streams) -> Breath:
        """Draw how it shows in a record."""
        rng = streams.of(Use.BREATH)
        sway = in_eight_leads(rng.standard_normal((3, 1)))[:, 0]
        sway *= rng.uniform(*SWAY_UV) / np.abs(sway).max()
        return cls(
            begins_s, rng.uniform(*GAIN), np.deg2rad(rng.uniform(*AXIS_DEG)), sway.astype(np.float32), rng.uniform()
        )

    def swings(self, times_s: Float64Array) -> Float64Array:
        """Return where in its breath each time lies, as a sine, shape of the times."""
        swings: Float64Array = np.sin(self._angles(times_s))
        return swings

    def _angles(self, times_s: Float64Array) -> Float64Array:
        begun: Float64Array = np.interp(times_s, self.begins_s, np.arange(len(self.begins_s)))
        return 2 * np.pi * begun

    def mixers(self, times_s: Float64Array) -> Float32Array:
        """Return the matrices that the eight leads of waves at some times are multiplied by, shape (waves, 8, 8)."""
        angles = self._angles(times_s)
        gain = (1 + self.gain * np.sin(angles))[:, np.newaxis, np.newaxis]
        mixers: Float32Array = (gain * np.eye(len(EIGHT_LEADS))).astype(np.float32)
        mixers[:, :2, :2] = gain * frontal_turn(self.axis_rad * np.sin(angles - 2 * np.pi * self.lag))
        return mixers


_ALONG = np.array([[1, 0], [0.5, np.sqrt(3) / 2]])
"""Leads I and II of the heart's vector in the frontal plane (left, down): at 0 and 60 degrees (Einthoven)."""

_ACROSS = _ALONG @ np.array([[0, -1], [1, 0]]) @ np.linalg.inv(_ALONG)
"""Leads I and II of the vector turned by 90 degrees, from those of the vector."""


def frontal_turn(angle_rad: float | Float64Array) -> Float64Array:
    """Return the matrices, shape (..., 2, 2), that turn the frontal axis of leads I and II, downwards from the left."""
    angle = np.asarray(angle_rad)[..., np.newaxis, np.newaxis]
    turn: Float64Array = np.cos(angle) * np.eye(2) + np.sin(angle) * _ACROSS
    return turn


def wander(nodes_uv: Float32Array, streams: Streams, start: int, stop: int, grain: int) -> Float32Array:
    """Return slow wander like that of the source, node by node.

    Parameters
    ----------
    nodes_uv : float32 array, shape (8, nodes)
        That of the source, of which stretches are laid over each other by half, each as it is or upside down.
    streams : Streams
        Random numbers of the record.
    start, stop : int
        Nodes of the record.
    grain : int
        Nodes of a stretch that is mixed in, an even number, at most those of the source.

    Returns
    -------
    float32 array, shape (8, stop - start)
    """
    half = grain // 2
    window = power_complementary(grain)
    first, last = start // half, (stop - 1) // half + 1
    uniforms = streams.uniforms(Use.WANDER, first, last + 1, 2)
    signs = np.where(uniforms[:, 0] < 0.5, np.float32(-1), np.float32(1))
    nodes = np.zeros((len(nodes_uv), (last - first + 2) * half), dtype=np.float32)
    begins = (uniforms[:, 1] * (nodes_uv.shape[-1] - grain)).astype(np.int64)
    for number, begin in enumerate(begins.tolist()):
        stretch = nodes_uv[:, begin : begin + grain] * (window * signs[number])
        nodes[:, number * half : number * half + grain] += stretch
    offset = start - (first - 1) * half
    return nodes[:, offset : offset + stop - start]
