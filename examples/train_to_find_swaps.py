"""Train a small network to tell exchanged limb cables: `python train_to_find_swaps.py [ECGS] [EPOCHS] [TESTED]`.

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

matplotlib.use("agg")  # draws into files
from matplotlib import pyplot

RATE_HZ = 100
NAMES = ["none", *SWAPS]
FINDERS = {"rule arm_electrodes": "tab:red", "any rule of basic": "tab:orange", "network": "tab:blue"}


class Network(nn.Module):
    """Says of eight leads how likely each exchange of cables is, and none."""

    def __init__(self) -> None:
        super().__init__()
        self.beats = nn.Sequential(
            nn.Conv1d(9, 32, 9, stride=2),
            nn.ReLU(),
            nn.Conv1d(32, 48, 9, stride=2),
            nn.ReLU(),
            nn.Conv1d(48, 64, 9, stride=2),
            nn.ReLU(),
        )
        self.verdict = nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, len(NAMES)))

    def forward(self, signals_mv: torch.Tensor) -> torch.Tensor:
        """From (batch, 8, samples) to (batch, exchanges)."""
        third = signals_mv[:, 1:2] - signals_mv[:, :1]  # lead III, flat where LA and RL are exchanged
        leads = torch.cat([signals_mv, third], dim=1)
        found = self.beats(leads - leads.mean(dim=-1, keepdim=True))
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
    optimiser = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=epochs * -(-2 * len(ecgs) // 16))
    for epoch in range(epochs):
        first = epoch * len(ecgs)  # other numbers, other exchanges
        swapped_uv, truth = ef.artefacts.apply(
            ecgs.signals_uv, RATE_HZ, ecgs.lead_names, "limb_lead_swap", seed=1, first=first
        )
        signals_mv = in_mv(np.concatenate([ecgs.signals_uv, swapped_uv]))
        wanted = torch.cat([torch.zeros(len(ecgs), dtype=torch.int64), exchanges(truth)])
        losses = []
        for rows in torch.randperm(len(wanted)).split(16):
            loss = nn.functional.cross_entropy(network(signals_mv[rows]), wanted[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}", flush=True)
    return network


def main(ecgs: int = 320, epochs: int = 24, tested: int = 320) -> None:
    """Train, test on ECGs of another seed, and draw what is found."""
    asked = {"leads": 8, "signal": {"rate_hz": RATE_HZ}}
    network = train(ef.generate(ecgs, seed=1, **asked), epochs)
    swaps = {"clean_share": 0, "per_record": {"max": 1}, "kinds": {"limb_lead_swap": 1}}
    unseen = ef.generate(tested, seed=2, **asked, artefacts=swaps)
    with torch.no_grad():
        right, swapped = (
            network(in_mv(signals_uv)).softmax(dim=1).numpy() for signals_uv in (unseen.clean_uv, unseen.signals_uv)
        )
    wanted = exchanges(unseen.artefacts).numpy()
    # The rules accepted every ECG before its cables were exchanged, so that they never give a false alarm here.
    is_found = swapped[:, 0] < right[:, 0].min()
    failed = unseen.injuries.failed_rules
    by_rule = failed.map(lambda rules: "arm_electrodes" in rules).to_numpy()
    by_any = failed.map(bool).to_numpy()
    print("without a false alarm are found")
    shares = {}
    for number, name in enumerate(NAMES[1:], start=1):
        if (of_it := wanted == number).any():
            shares[f"{name} ({of_it.sum()})"] = [found[of_it].mean() for found in (by_rule, by_any, is_found)]
    shares[f"all ({len(wanted)})"] = [found.mean() for found in (by_rule, by_any, is_found)]
    for name, of_each in shares.items():
        print("  {}: by arm_electrodes {:.0%}, by any rule {:.0%}, by the network {:.0%}".format(name, *of_each))
    truth = np.concatenate([np.zeros_like(wanted), wanted])
    taken = np.concatenate([right, swapped]).argmax(axis=1)
    print(f"the network takes {(taken == truth).mean():.1%} of all ECGs, right ones too, for what they are")
    draw(shares, np.histogram2d(truth, taken, bins=np.arange(len(NAMES) + 1) - 0.5)[0])


def draw(shares: dict[str, list[float]], counts: np.ndarray) -> None:
    """Draw which share of each exchange is found, and what is taken for what."""
    figure, (of_shares, of_counts) = pyplot.subplots(1, 2, figsize=(14, 6.5), layout="constrained")
    places = np.arange(len(shares))
    columns = zip(*shares.values(), strict=True)
    for offset, column, label in zip((-0.27, 0, 0.27), columns, FINDERS, strict=True):
        of_shares.barh(places + offset, column, 0.25, label=label, color=FINDERS[label])
    of_shares.set_yticks(places, shares)
    of_shares.invert_yaxis()
    of_shares.set(title="Found without a false alarm", xlabel="share", xlim=(0, 1))
    of_shares.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, frameon=False)
    of_counts.imshow(counts / counts.sum(axis=1, keepdims=True).clip(1), cmap="Blues", vmin=0, vmax=1)
    for row, column in np.argwhere(counts):
        many = counts[row, column] > counts[row].sum() / 2
        of_counts.text(
            column, row, f"{counts[row, column]:.0f}", ha="center", va="center", color="white" if many else "black"
        )
    of_counts.set_xticks(range(len(NAMES)), NAMES, rotation=60, ha="right")
    of_counts.set_yticks(range(len(NAMES)), NAMES)
    of_counts.set(title="What the network takes them for", xlabel="taken for", ylabel="exchanged")
    figure.savefig("swaps.png", dpi=100)
    print("wrote swaps.png")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
