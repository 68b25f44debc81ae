"""Accuracy of networks on records that they did not see: each record is marked by those trained without it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from benchmarks.wave_model.examples import Example
from benchmarks.wave_model.training import train
from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.validation.wave_accuracy import WaveAccuracy, measure_accuracy, our_marks
from ecgfactory.waves.network import Weights

FOLDS = 5


class Fold(NamedTuple):
    """Networks that did not see some records."""

    held_out: list[int]
    members: tuple[Weights, ...]


def train_members(variants: Sequence[Sequence[Example]], count: int, seed: int) -> tuple[Weights, ...]:
    """Train the networks whose answers are averaged; they differ by their seed."""
    return tuple(train(variants, seed + number) for number in range(count))


def train_folds(variants: Sequence[Sequence[Example]], members: int, seed: int) -> list[Fold]:
    """Train networks without each fifth of the records."""
    order = np.random.default_rng(seed).permutation(len(variants[0]))
    folds = []
    for number in range(FOLDS):
        held_out = sorted(order[number::FOLDS].tolist())
        seen = sorted(set(order.tolist()) - set(held_out))
        folds.append(Fold(held_out, train_members([[one[r] for r in seen] for one in variants], members, seed)))
        print(f"fold {number + 1} of {FOLDS}: trained on {len(seen)} records", flush=True)
    return folds


def accuracy_of(folds: Sequence[Fold], records: Sequence[LudbRecord]) -> WaveAccuracy:
    """Measure the accuracy on all records, each held out once."""
    parts = [
        measure_accuracy([records[number] for number in fold.held_out], partial(our_marks, members=fold.members))
        for fold in folds
    ]
    return WaveAccuracy(tuple(record for part in parts for record in part.records))
