"""The twin of `ecgfactory.waves.network` in torch, which can be trained."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecgfactory.waves.network import Weights
from ecgfactory.waves.windows import CLOCK, STARTS

USUAL = torch.tensor([[-80.0, -30.0], [-22.0, 25.0], [70.0, 150.0]])
"""Bounds that training starts from: of P, QRS and T, in samples after the beat's centre."""

BINS = (torch.arange(-270, -4, 5), torch.arange(-80, 110, 3), torch.arange(10, 352, 6))
"""Where the bounds of each wave may lie: training also asks for the bin, which makes it look for waves everywhere."""

UNIT = 10.0
"""Samples that an answer of one stands for, so that weights are of like size."""


ASKED_IN_TRAINING = ("over_all", "lead_bins", "over_all_bins")
"""What is asked in training alone, so that more is learnt of the waves than their bounds in one lead."""


class ModelAnswers(NamedTuple):
    """What `network.Answers` has; bounds over all leads, as experts' marks give them; and logits of the bins."""

    leads: Tensor
    over_all: Tensor
    evidence: Tensor
    lead_bins: Tensor
    over_all_bins: Tensor


class WaveModel(nn.Module):
    """Bounds and evidence of the waves of each beat.

    Parameters
    ----------
    spread : tensor, shape (steps,)
        Standard deviation of the windows' steps, by which they are divided.
    width : int
        Features of each layer.
    dropout : float
        Share of features that are left out in training.
    """

    spread: Tensor

    def __init__(self, spread: Tensor, width: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("spread", spread)
        self.dropout = dropout
        self.shape = nn.Linear(len(STARTS), width)
        self.clock = nn.Linear(CLOCK, width, bias=False)
        self.own_1, self.own_2 = nn.Linear(width, width), nn.Linear(width, width)
        self.beat_1, self.beat_2 = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.lead_1, self.record_1 = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.beat_3, self.record_3 = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.leads, self.over_all = nn.Linear(width, 6), nn.Linear(width, 6)
        self.evidence = nn.Linear(width, 3)
        bins = 2 * sum(len(of_wave) for of_wave in BINS)
        self.lead_bins, self.over_all_bins = nn.Linear(width, bins), nn.Linear(width, bins)
        for head in (self.leads, self.over_all):
            head.bias.data = USUAL.flatten() / UNIT

    def forward(self, shape: Tensor, clock: Tensor, record: Tensor) -> ModelAnswers:
        """Answer from windows, as `network` does."""
        own = self._active(self.shape(shape / self.spread) + self.clock(clock)[:, None])
        beat = own.mean(dim=1)
        common = self.beat_1(beat) + self.record_1(_over_beats(beat, record))[record]
        own = self._active(self.own_1(own) + self.lead_1(_over_beats(own, record))[record] + common[:, None])
        own = self._active(self.own_2(own) + self.beat_2(own.mean(dim=1))[:, None])
        beat = own.mean(dim=1)
        beat = self._active(self.beat_3(beat) + self.record_3(_over_beats(beat, record))[record])
        leads, over_all = (
            UNIT * head(values).unflatten(-1, (3, 2)) for head, values in ((self.leads, own), (self.over_all, beat))
        )
        return ModelAnswers(leads, over_all, self.evidence(beat), self.lead_bins(own), self.over_all_bins(beat))

    def _active(self, values: Tensor) -> Tensor:
        return functional.dropout(functional.relu(values), self.dropout, self.training)

    @torch.no_grad()
    def weights(self) -> Weights:
        """Return the weights as `network` takes them: by columns, spread and unit worked in, rounded to 16 bits."""
        weights = {
            name: (value.T if value.ndim > 1 else value).contiguous().clone()
            for name, value in self.named_parameters()
            if not name.startswith(ASKED_IN_TRAINING)
        }
        weights["shape.weight"] /= self.spread[:, None]
        weights["leads.weight"] *= UNIT
        weights["leads.bias"] *= UNIT
        return {name: value.half().float().numpy() for name, value in weights.items()}


def _over_beats(values: Tensor, record: Tensor) -> Tensor:
    """Mean over the beats of each record."""
    counts = torch.bincount(record)
    sums = torch.zeros((len(counts), *values.shape[1:])).index_add(0, record, values)
    return sums / counts.reshape(-1, *[1] * (values.ndim - 1))
