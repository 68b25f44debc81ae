"""Training of one network: batches of varied records with some of their leads, losses, averaged weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from benchmarks.wave_model.examples import Example
from benchmarks.wave_model.model import BINS, ModelAnswers, WaveModel
from ecgfactory.arrays import IntArray
from ecgfactory.waves.network import Weights
from ecgfactory.waves.windows import STARTS

WIDTH, DROPOUT = 128, 0.15
EPOCHS, RECORDS = 250, 8
"""Passes over the records, and records of a step."""

LEARNING_RATE, WEIGHT_DECAY, AVERAGING = 2e-3, 1e-2, 0.995
LARGEST_GRADIENT = 5.0

EIGHT = [0, 1, 6, 7, 8, 9, 10, 11]
"""I, II and V1 to V6 among the twelve leads."""

NEAR = 2.0
"""Samples below which an error counts by its square, and beyond by itself: then the median is learnt."""

USUAL_ERROR = torch.tensor([[7.0, 6.0], [4.0, 4.0], [8.0, 8.0]])
"""Usual errors of the bounds in samples, by which they are weighed."""

BOUND_SHARE, OVER_ALL_SHARE, EVIDENCE_SHARE = 0.5, 0.5, 3.0
OUTLYING, FEWEST_LEADS = 10, 3
"""Over all leads, marks over 20 ms from the median don't count, and three are needed, as in `validation.ludb`."""


@dataclass(frozen=True)
class Batch:
    """Beats of some records, one after another."""

    shape: Tensor
    clock: Tensor
    record: Tensor
    bounds: Tensor
    over_all: Tensor
    present: Tensor


def train(variants: Sequence[Sequence[Example]], seed: int) -> Weights:
    """Train a network.

    Parameters
    ----------
    variants : sequence of sequence of Example
        Variations of the records, each with all records in the same order.
    seed : int
        Draws the first weights, the order and the leads.

    Returns
    -------
    Weights
        Averaged over the last steps.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    shapes = torch.cat([torch.from_numpy(one.shape.reshape(-1, STARTS.size)) for one in variants[0]])
    model = WaveModel(shapes.float().std(dim=0) + 0.02, WIDTH, DROPOUT)
    averaged = AveragedModel(model, avg_fn=lambda before, now, _: AVERAGING * before + (1 - AVERAGING) * now)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    steps = EPOCHS * -(-len(variants[0]) // RECORDS)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    for _ in range(EPOCHS):
        for batch in _batches(variants, rng):
            optimizer.zero_grad()
            loss = _loss(model(batch.shape, batch.clock, batch.record), batch)
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
            optimizer.step()
            schedule.step()
            averaged.update_parameters(model)
    trained = averaged.module
    assert isinstance(trained, WaveModel)
    return trained.weights()


def _batches(variants: Sequence[Sequence[Example]], rng: np.random.Generator) -> Iterator[Batch]:
    """Go once through the records, each in one of its variations."""
    order = rng.permutation(len(variants[0]))
    for start in range(0, order.size, RECORDS):
        picked = [
            variants[int(rng.integers(len(variants)))][record] for record in order[start : start + RECORDS].tolist()
        ]
        leads = _draw_leads(rng, len(picked))
        signs = np.where(rng.random(leads.shape) < 0.25, np.float16(-1), np.float16(1))
        yield Batch(
            shape=_joined(
                [one.shape[:, of] * sign[:, None] for one, of, sign in zip(picked, leads, signs, strict=True)]
            ),
            clock=_joined([one.clock for one in picked]),
            record=torch.repeat_interleave(torch.tensor([len(one.clock) for one in picked])),
            bounds=_joined([one.bounds[:, of] for one, of in zip(picked, leads, strict=True)]),
            over_all=_over_all(_joined([one.bounds for one in picked])),
            present=_joined([one.present for one in picked]),
        )


def _joined(arrays: Sequence[npt.NDArray[np.floating[Any]]]) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays)).float()


def _draw_leads(rng: np.random.Generator, records: int) -> IntArray:
    """Draw leads: all twelve, eight, or any, as many of each record."""
    kind = rng.random()
    if kind < 0.35:
        return np.tile(np.arange(12), (records, 1))
    if kind < 0.65:
        return np.tile(EIGHT, (records, 1))
    count = int(rng.integers(1, 12))
    return np.stack([rng.permutation(12)[:count] for _ in range(records)])


def _over_all(bounds: Tensor) -> Tensor:
    """Earliest onset and latest offset over the leads, without outlying ones; shape (beats, 3, 2)."""
    near = (bounds - torch.nanmedian(bounds, dim=1, keepdim=True).values).abs() <= OUTLYING
    earliest = torch.where(near, bounds, torch.inf).amin(dim=1)[..., 0]
    latest = torch.where(near, bounds, -torch.inf).amax(dim=1)[..., 1]
    over_all = torch.stack([earliest, latest], dim=-1)
    known = ((~torch.isnan(bounds)).sum(dim=1) >= FEWEST_LEADS) & torch.isfinite(over_all)
    return torch.where(known, over_all, torch.nan)


def _loss(answers: ModelAnswers, batch: Batch) -> Tensor:
    known = ~torch.isnan(batch.present)
    of_evidence = functional.binary_cross_entropy_with_logits(
        answers.evidence, torch.nan_to_num(batch.present), reduction="none"
    )
    of_leads = BOUND_SHARE * _bound_loss(answers.leads, batch.bounds) + _bin_loss(answers.lead_bins, batch.bounds)
    over_all = BOUND_SHARE * _bound_loss(answers.over_all, batch.over_all)
    over_all = over_all + _bin_loss(answers.over_all_bins, batch.over_all)
    mean_of_evidence = (of_evidence * known).sum(dim=0) / known.sum(dim=0).clamp(min=1)
    return of_leads + OVER_ALL_SHARE * over_all + EVIDENCE_SHARE * mean_of_evidence.sum()


def _bound_loss(found: Tensor, marked: Tensor) -> Tensor:
    """Sum over the bounds of their mean errors, where they are marked."""
    known = ~torch.isnan(marked)
    errors = functional.smooth_l1_loss(found, torch.nan_to_num(marked), reduction="none", beta=NEAR) * known
    others = tuple(range(errors.ndim - 2))
    return (errors.sum(dim=others) / known.sum(dim=others).clamp(min=1) / USUAL_ERROR).sum()


def _bin_loss(logits: Tensor, marked: Tensor) -> Tensor:
    """Sum over the bounds of the mean cross entropy with a bell of one bin around the mark."""
    total = torch.zeros(())
    for wave, of_wave in enumerate(torch.split(logits, [2 * len(bins) for bins in BINS], dim=-1)):
        bins = BINS[wave].float()
        for side, of_bound in enumerate(torch.chunk(of_wave, 2, dim=-1)):
            bound = marked[..., wave, side]
            known = ~torch.isnan(bound)
            distance = (bins - bound[known].clamp(bins[0], bins[-1])[:, None]) / (bins[1] - bins[0])
            wanted = torch.softmax(-0.5 * distance**2, dim=-1)
            if known.any():
                total = total + functional.cross_entropy(of_bound[known], wanted)
    return total
