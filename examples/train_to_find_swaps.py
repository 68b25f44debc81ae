"""Train a small network to find exchanged limb cables in eight leads, and to say which.

    python train_to_find_swaps.py [ECGS] [EPOCHS] [HELD_OUT]

Cables are exchanged anew in each epoch. On ECGs of another seed it prints which share of each exchange is found, beside
what the rules of the policy `basic` find, and draws that and what is taken for what into swaps.png.
"""

import json
import sys

import matplotlib
import numpy as np
import torch
from torch import nn

import ecgfactory as ef
from ecgfactory.artefacts.limb_lead_swap import SWAPS

matplotlib.use("agg")
from matplotlib import pyplot  # noqa: E402 (after it is told to draw into files)

RATE_HZ = 100
NAMES = ["none", *SWAPS]
NOISE = ["baseline_wander", "muscle"]


class Network(nn.Module):
    """Says of eight leads how likely each exchange of cables is, and none."""

    def __init__(self) -> None:
        super().__init__()
        self.beats = nn.Sequential(
            nn.Conv1d(8, 32, 9, stride=2),
            nn.ReLU(),
            nn.Conv1d(32, 48, 9, stride=2),
            nn.ReLU(),
            nn.Conv1d(48, 64, 9, stride=2),
            nn.ReLU(),
        )
        self.verdict = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, len(NAMES)))

    def forward(self, signals_mv: torch.Tensor) -> torch.Tensor:
        """From (batch, 8, samples) to (batch, exchanges)."""
        found = self.beats(signals_mv - signals_mv.mean(dim=-1, keepdim=True))
        return self.verdict(torch.cat([found.mean(dim=-1), found.amax(dim=-1)], dim=1))


def exchanges(artefacts: ef.ArtefactTable) -> torch.Tensor:
    """Number of the exchange in each record, as in `NAMES`."""
    found = torch.zeros(artefacts.records, dtype=torch.int64)
    for record, kind, parameters in zip(artefacts.record, artefacts.kind, artefacts.parameters, strict=True):
        if kind == "limb_lead_swap":
            found[record] = NAMES.index(json.loads(parameters)["swap"])
    return found


def in_mv(signals_uv: np.ndarray) -> torch.Tensor:
    """Signals as a network takes them."""
    return torch.from_numpy(signals_uv).float() / 1000


def train(ecgs: ef.Ecgs, epochs: int) -> Network:
    """Train on ECGs of which half have exchanged cables, others in each epoch."""
    torch.manual_seed(0)
    network = Network()
    optimiser = torch.optim.Adam(network.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * -(-2 * len(ecgs) // 32))
    for epoch in range(epochs):
        first = epoch * len(ecgs)  # other numbers, other exchanges
        swapped_uv, truth = ef.artefacts.apply(
            ecgs.signals_uv, RATE_HZ, ecgs.lead_names, "limb_lead_swap", seed=1, first=first
        )
        signals_mv = in_mv(np.concatenate([ecgs.signals_uv, swapped_uv]))
        wanted = torch.cat([torch.zeros(len(ecgs), dtype=torch.int64), exchanges(truth)])
        losses = []
        for rows in torch.randperm(len(wanted)).split(32):
            loss = nn.functional.cross_entropy(network(signals_mv[rows]), wanted[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}", flush=True)
    return network


def main(ecgs: int = 384, epochs: int = 30, held_out: int = 384) -> None:
    """Train, test on ECGs of another seed, and draw what is found."""
    asked = {"leads": 8, "signal": {"rate_hz": RATE_HZ}}
    network = train(ef.generate(ecgs, seed=1, **asked), epochs)
    unseen = ef.generate(
        held_out, seed=2, **asked, artefacts={"clean_share": 0, "per_record": {"max": 1}, "kinds": {"limb_lead_swap": 1}}
    )
    with torch.no_grad():
        clean, swapped = (network(in_mv(signals)).softmax(dim=1).numpy() for signals in (unseen.clean_uv, unseen.signals_uv))
    wanted = exchanges(unseen.artefacts).numpy()
    limit = (1 - clean[:, 0]).max()
    by_rules = unseen.injuries.failed_rules.map(bool).to_numpy()
    found = 1 - swapped[:, 0] > limit
    print("limit", limit, "all", found.mean(), by_rules.mean(), "accuracy", (swapped.argmax(1) == wanted).mean(), (clean.argmax(1) == 0).mean())
    for i, name in enumerate(NAMES):
        if (wanted == i).any():
            print(name, (wanted == i).sum(), found[wanted == i].mean().round(2), by_rules[wanted == i].mean().round(2), (swapped.argmax(1) == i)[wanted == i].mean().round(2))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
