"""The network that says where the waves of each beat begin and end: a few matrix products for all beats at once.

Each lead of a beat is seen with the other leads of the beat, with the same lead in the record's other beats, and with
the record as a whole, as means over where there is a signal; so any number of leads and beats does.
`benchmarks.wave_model` trains it and holds its twin for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

from ecgfactory.arrays import BoolArray, Float32Array, IntArray
from ecgfactory.waves.windows import Windows

WEIGHTS = Path(__file__).with_name("weights.npz")
"""The trained networks."""

Weights = Mapping[str, Float32Array]


@dataclass(frozen=True)
class Answers:
    """What the network says of each beat, in samples of 500 Hz after its centre.

    Parameters
    ----------
    leads : float32 array, shape (beats, leads, 3 waves, 2)
        Onset and offset of each wave in each lead, whether or not it is there.
    evidence : float32 array, shape (beats, 3 waves)
        Log odds that experts would mark the wave.
    """

    leads: Float32Array
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
    groups = _Groups(windows.record, windows.live)
    # Products this small are slower on several threads, and their last bit would tell how many there were.
    with _libraries().limit(limits=1, user_api="blas"):
        answered = [_forward(windows, groups, member) for member in members]
    leads, evidence = (sum(answers) / np.float32(len(members)) for answers in zip(*answered, strict=True))
    return Answers(leads.reshape(*leads.shape[:-1], 3, 2), evidence)


@cache
def _libraries() -> ThreadpoolController:
    """What multiplies matrices in this process."""
    return ThreadpoolController()


class _Groups:
    """The beats of each record that has any, and the live leads of each beat."""

    def __init__(self, record: IntArray, live: BoolArray) -> None:
        self.bounds = [*np.flatnonzero(np.diff(record, prepend=-1)).tolist(), len(record)]
        self.records = len(self.bounds) - 1
        self.record = np.repeat(np.arange(self.records), np.diff(self.bounds))
        self.live_leads = live[..., np.newaxis].astype(np.float32)
        self.live_beats = self.live_leads.max(axis=1)
        self.weights = (live / np.maximum(live.sum(axis=1, keepdims=True), 1)).astype(np.float32)

    def over_leads(self, values: Float32Array) -> Float32Array:
        """Mean over the live leads, shape (beats, features) from (beats, leads, features)."""
        mean: Float32Array = np.einsum("blf,bl->bf", values, self.weights)
        return mean

    def over_beats(self, values: Float32Array) -> Float32Array:
        """Mean over the live beats of each record, of each lead or of all; shape (records, ...) from (beats, ...)."""
        live = self.live_leads if values.ndim == self.live_leads.ndim else self.live_beats
        mean = np.empty((self.records, *values.shape[1:]), np.float32)
        for record, (start, stop) in enumerate(pairwise(self.bounds)):
            count = np.maximum(live[start:stop].sum(axis=0), 1)
            mean[record] = np.add.reduce(values[start:stop] * live[start:stop], axis=0) / count
        return mean


def _forward(windows: Windows, groups: _Groups, weights: Weights) -> tuple[Float32Array, Float32Array]:
    """Bounds, one after another along the last axis, and evidence."""

    def linear(name: str, values: Float32Array, bounds: Sequence[int]) -> Float32Array:
        product = _product(values, weights[f"{name}.weight"], bounds)
        if f"{name}.bias" in weights:
            product += weights[f"{name}.bias"]
        return product

    def of_beats(name: str, values: Float32Array) -> Float32Array:
        return linear(name, values, groups.bounds)

    def of_records(name: str, values: Float32Array) -> Float32Array:
        return linear(name, groups.over_beats(values), range(groups.records + 1))[groups.record]

    own = of_beats("shape", windows.shape)
    own += of_beats("clock", windows.clock)[:, np.newaxis]
    np.maximum(own, 0, out=own)
    beat = groups.over_leads(own)
    common = of_beats("beat_1", beat) + of_records("record_1", beat)
    context = of_beats("own_1", own)
    context += of_records("lead_1", own)
    context += common[:, np.newaxis]
    own = np.maximum(context, 0, out=context)
    context = of_beats("own_2", own)
    context += of_beats("beat_2", groups.over_leads(own))[:, np.newaxis]
    own = np.maximum(context, 0, out=context)
    beat = groups.over_leads(own)
    together = of_beats("beat_3", beat) + of_records("record_3", beat)
    np.maximum(together, 0, out=together)
    return of_beats("leads", own), of_beats("evidence", together)


def _product(values: Float32Array, weights: Float32Array, bounds: Sequence[int]) -> Float32Array:
    """Multiply the last axis, record by record, each from one bound of the first axis to the next.

    How a matrix product is rounded depends on the number of its rows and their order; so a record's are multiplied
    alone, and no result depends on the rest of the batch.
    """
    product = np.empty((*values.shape[:-1], weights.shape[1]), np.float32)
    for start, stop in pairwise(bounds):
        rows = values[start:stop].reshape(-1, len(weights))
        np.matmul(rows, weights, out=product[start:stop].reshape(len(rows), -1))
    return product
