"""Accuracy of networks on records that they did not see: each record is marked by those trained without it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
import torch

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


def train_all(
    variants: Sequence[Sequence[Example]], members: int, seed: int, processes: int
) -> tuple[list[Fold], tuple[Weights, ...]]:
    """Train the networks without each fifth of the records, and those of all records.

    Parameters
    ----------
    variants : sequence of sequence of Example
        Variations of the records, each with all records in the same order.
    members : int
        Networks whose answers are averaged; they differ by their seed.
    seed : int
        Deals the records out, and starts the networks.
    processes : int
        How many are trained at a time, each in one thread.

    Returns
    -------
    list of Fold, tuple of Weights
    """
    order = np.random.default_rng(seed).permutation(len(variants[0]))
    held_out = [sorted(order[number::FOLDS].tolist()) for number in range(FOLDS)] + [[]]
    jobs = [
        ([[row for number, row in enumerate(one) if number not in unseen] for one in variants], seed + member)
        for unseen in held_out
        for member in range(members)
    ]
    with get_context("spawn").Pool(processes, torch.set_num_threads, (1,)) as pool:
        trained = [pool.apply_async(train, job) for job in jobs]
        networks = [one.get() for one in trained]
    groups = [tuple(networks[start : start + members]) for start in range(0, len(networks), members)]
    return [Fold(*fold) for fold in zip(held_out[:-1], groups, strict=False)], groups[-1]


def accuracy_of(folds: Sequence[Fold], records: Sequence[LudbRecord]) -> WaveAccuracy:
    """Measure the accuracy on all records, each held out once."""
    parts = [
        measure_accuracy([records[number] for number in fold.held_out], partial(our_marks, members=fold.members))
        for fold in folds
    ]
    return WaveAccuracy(tuple(record for part in parts for record in part.records))
