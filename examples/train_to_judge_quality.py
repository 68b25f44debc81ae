"""Train a small network to tell leads that are too noisy: `python train_to_judge_quality.py [ECGS] [EPOCHS] [TESTED]`.

A lead counts as too noisy when what a filter of 0.5 to 40 Hz leaves of the noise is more than a quarter of the ECG's
power (6 dB). On lead II of ECGs of another seed it prints how many of those are found, beside NeuroKit2's quality after
Zhao and Zhang 2018, and draws both into quality.png.
"""

import sys
import warnings

import matplotlib
import neurokit2
import numpy as np
import torch
from scipy.signal import butter, sosfiltfilt
from sklearn.metrics import roc_auc_score, roc_curve
from torch import nn

import ecgfactory as ef

matplotlib.use("agg")  # draws into files
from matplotlib import pyplot

RATE_HZ = 250
KINDS = {"baseline_wander": 2, "muscle": 3, "mains": 1, "electrode_motion": 3, "electrode_pop": 1, "lead_off": 1}
LIMIT_DB = 6
BAND = butter(2, (0.5, 40), "bandpass", fs=RATE_HZ, output="sos")
VERDICTS = ["Unacceptable", "Barely acceptable", "Excellent"]  # of NeuroKit2, the worst first


class Network(nn.Module):
    """Says of single leads how likely they are too noisy, as a number whose sign decides."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv1d(1, 16, 15, stride=4),
            nn.ReLU(),
            nn.Conv1d(16, 24, 9, stride=2),
            nn.ReLU(),
            nn.Conv1d(24, 32, 9, stride=2),
            nn.ReLU(),
        )
        self.verdict = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, leads: torch.Tensor) -> torch.Tensor:
        """From (batch, samples) to (batch,)."""
        found = self.look(leads.unsqueeze(1))
        return self.verdict(torch.cat([found.mean(dim=-1), found.amax(dim=-1)], dim=1))[:, 0]


def filtered(signals_uv: np.ndarray) -> np.ndarray:
    """Signals as a monitor shows them, in mV."""
    return sosfiltfilt(BAND, signals_uv / 1000).astype(np.float32)


def too_noisy(clean_mv: np.ndarray, noisy_mv: np.ndarray) -> np.ndarray:
    """Whether each lead is, both given as a monitor shows them."""
    return np.square(noisy_mv - clean_mv).mean(axis=-1) > clean_mv.var(axis=-1) / 10 ** (LIMIT_DB / 10)


def train(ecgs: ef.Ecgs, epochs: int) -> Network:
    """Train on every lead of some ECGs, with other noise in each epoch."""
    torch.manual_seed(0)
    network = Network()
    optimiser = torch.optim.Adam(network.parameters())
    steps = -(-ecgs.signals_uv[..., 0].size // 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=epochs * steps)
    clean_mv = filtered(ecgs.signals_uv)
    for epoch in range(epochs):
        first = epoch * len(ecgs)  # other numbers, other noise
        noisy_uv, _ = ef.artefacts.apply(
            ecgs.signals_uv, RATE_HZ, ecgs.lead_names, KINDS, seed=1, per_record=(1, 2), clean_share=0.25, first=first
        )
        noisy_mv = filtered(noisy_uv)
        wanted = torch.from_numpy(too_noisy(clean_mv, noisy_mv).reshape(-1)).float()
        leads = torch.from_numpy(noisy_mv).flatten(0, 1)
        losses = []
        for rows in torch.randperm(len(leads)).split(32):
            loss = nn.functional.binary_cross_entropy_with_logits(network(leads[rows]), wanted[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}", flush=True)
    return network


def neurokit_verdict(lead_mv: np.ndarray) -> str:
    """Say what NeuroKit2 thinks of a lead; where it finds no beat, it gives an error."""
    try:
        with warnings.catch_warnings(action="ignore"):
            cleaned = neurokit2.ecg_clean(lead_mv, sampling_rate=RATE_HZ)
            return neurokit2.ecg_quality(cleaned, sampling_rate=RATE_HZ, method="zhao2018")
    except (IndexError, ValueError, ZeroDivisionError):
        return "Unacceptable"


def main(ecgs: int = 320, epochs: int = 8, tested: int = 320) -> None:
    """Train, test on lead II of ECGs of another seed, and draw what is found."""
    asked = {"leads": 8, "signal": {"rate_hz": RATE_HZ}}
    network = train(ef.generate(ecgs, seed=1, **asked), epochs)
    unseen = ef.generate(tested, seed=2, **asked, artefacts={"per_record": {"min": 1, "max": 2}, "kinds": KINDS})
    in_ii = unseen.lead_names.index("II")
    clean_uv, noisy_uv = unseen.clean_uv[:, in_ii], unseen.signals_uv[:, in_ii]
    wanted = too_noisy(filtered(clean_uv), filtered(noisy_uv))
    with torch.no_grad():
        scores = network(torch.from_numpy(filtered(noisy_uv))).numpy()
    verdicts = np.array([neurokit_verdict(lead_uv / 1000) for lead_uv in noisy_uv])

    false_alarms, found, _ = roc_curve(wanted, scores)
    area = roc_auc_score(wanted, scores)
    print(f"{wanted.sum()} of {len(wanted)} leads are too noisy; the area under our curve is {area:.3f}")
    figure, axes = pyplot.subplots(figsize=(6.5, 6), layout="constrained")
    axes.plot(false_alarms, found, color="tab:blue", label=f"network, area {area:.3f}")
    for count, mark in ((1, "o"), (2, "s")):
        chosen = np.isin(verdicts, VERDICTS[:count])
        its_alarms, its_found = chosen[~wanted].mean(), chosen[wanted].mean()
        ours = found[false_alarms <= its_alarms].max()
        words = " or ".join(VERDICTS[:count])
        print(f"false alarms {its_alarms:.1%}: NeuroKit2 ({words}) finds {its_found:.0%}, the network {ours:.0%}")
        axes.plot(its_alarms, its_found, mark, color="tab:red", label=f"NeuroKit2, zhao2018: {words}")
    axes.plot([0, 1], [0, 1], color="tab:gray", linewidth=0.8, linestyle="--", label="chance")
    axes.set(
        title=f"Leads with noise above {-LIMIT_DB} dB, of {len(wanted)} held out",
        xlabel="false alarms (share of the readable leads)",
        ylabel="found (share of the leads too noisy)",
    )
    axes.legend(loc="lower right")
    figure.savefig("quality.png", dpi=100)
    print("wrote quality.png")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
