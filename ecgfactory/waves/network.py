"""The network that says where the waves of each beat begin and end: a few matrix products for all beats at once.

Each lead of a beat is seen with the other leads of the beat, with the same lead in the record's other beats, and with
the record as a whole, as means over them; so any number of leads and beats does. `benchmarks.wave_model` trains it
and holds its twin for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, IntArray
from ecgfactory.waves.windows import Windows

WEIGHTS = Path(__file__).with_name("weights.npz")

WAVES = ("P", "QRS", "T")
"""The waves of a beat, in order."""

ROWS = 128
"""Rows of a matrix that are multiplied at once, always, so that no result depends on how many beats a batch has."""

Weights = Mapping[str, Float32Array]


@dataclass(frozen=True)
class Answers:
    """What the network says of each beat, in samples of 500 Hz after its centre.

    Parameters
    ----------
    leads : float32 array, shape (beats, leads, 3 waves, 2)
        Onset and offset of each wave in each lead, whether or not it is there.
    over_all : float32 array, shape (beats, 3 waves, 2)
        The same over all leads: where experts' outermost marks lie, outlying leads left out.
    evidence : float32 array, shape (beats, 3 waves)
        Log odds that experts would mark the wave.
    """

    leads: Float32Array
    over_all: Float32Array
    evidence: Float32Array


@cache
def load_members() -> tuple[Weights, ...]:
    """Read the trained networks, whose answers are averaged."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        members = sorted({name.split("/")[0] for name in stored.files})
        return tuple(
            {
                name.split("/")[1]: stored[name].astype(np.float32)
                for name in stored.files
                if name.startswith(f"{member}/")
            }
            for member in members
        )


def ask(windows: Windows, members: tuple[Weights, ...]) -> Answers:
    """Ask the networks about each beat.

    Parameters
    ----------
    windows : Windows
        From `cut_windows`.
    members : tuple of Weights
        From `load_members`.

    Returns
    -------
    Answers
        The means of the members' answers.
    """
    groups = _Groups(windows.record, windows.scale_uv > 0)
    leads, over_all, evidence = (
        sum(answers) / np.float32(len(members))
        for answers in zip(*(_forward(windows, groups, member) for member in members), strict=True)
    )
    return Answers(leads.reshape(*leads.shape[:-1], 3, 2), over_all.reshape(-1, 3, 2), evidence)


class _Groups:
    """Means over the live leads of each beat, and over the beats of each record."""

    def __init__(self, record: IntArray, live: BoolArray) -> None:
        self.counts = np.bincount(record, minlength=len(live))
        self.filled = np.flatnonzero(self.counts)
        self.starts = np.searchsorted(record, self.filled)
        self.weights = (live / np.maximum(live.sum(axis=1, keepdims=True), 1)).astype(np.float32)[record]

    def over_leads(self, values: Float32Array) -> Float32Array:
        """Shape (beats, features) from (beats, leads, features)."""
        mean: Float32Array = np.einsum("blf,bl->bf", values, self.weights)
        return mean

    def over_beats(self, values: Float32Array) -> Float32Array:
        """Shape (records, ...) from (beats, ...)."""
        mean = np.zeros((self.counts.size, *values.shape[1:]), np.float32)
        if self.filled.size:
            counts = self.counts[self.filled].astype(np.float32)
            sums = np.add.reduceat(values, self.starts, axis=0)
            mean[self.filled] = sums / counts.reshape(-1, *[1] * (values.ndim - 1))
        return mean


def _forward(windows: Windows, groups: _Groups, weights: Weights) -> tuple[Float32Array, Float32Array, Float32Array]:
    """Bounds in each lead and over all leads, and the evidence, one after another along the last axis."""

    def linear(name: str, values: Float32Array) -> Float32Array:
        product = product_of_rows(values.reshape(-1, values.shape[-1]), weights[f"{name}.weight"])
        if f"{name}.bias" in weights:
            product += weights[f"{name}.bias"]
        return product.reshape(*values.shape[:-1], -1)

    own = linear("shape", windows.shape)
    own += linear("clock", windows.clock)[:, np.newaxis]
    np.maximum(own, 0, out=own)
    beat = groups.over_leads(own)
    context = linear("beat_1", beat)
    context += linear("record_1", groups.over_beats(beat))[windows.record]
    context = context[:, np.newaxis] + linear("lead_1", groups.over_beats(own))[windows.record]
    context += linear("own_1", own)
    own = np.maximum(context, 0, out=context)
    context = linear("own_2", own)
    context += linear("beat_2", groups.over_leads(own))[:, np.newaxis]
    own = np.maximum(context, 0, out=context)
    beat = groups.over_leads(own)
    together = linear("beat_3", beat)
    together += linear("record_3", groups.over_beats(beat))[windows.record]
    np.maximum(together, 0, out=together)
    return linear("leads", own), linear("over_all", together), linear("evidence", together)


def product_of_rows(values: Float32Array, weights: Float32Array) -> Float32Array:
    """Multiply `ROWS` rows at a time, the last ones filled up, so that a row's product is the same in any batch."""
    product = np.empty((len(values), weights.shape[1]), np.float32)
    whole = len(values) // ROWS * ROWS
    for start in range(0, whole, ROWS):
        np.matmul(values[start : start + ROWS], weights, out=product[start : start + ROWS])
    rest = np.zeros((ROWS, values.shape[1]), np.float32)
    rest[: len(values) - whole] = values[whole:]
    product[whole:] = (rest @ weights)[: len(values) - whole]
    return product
