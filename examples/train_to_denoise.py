"""Train a small network to take known noise out of ECGs: `python train_to_denoise.py [ECGS] [EPOCHS] [TESTED]`.

On ECGs of another seed it prints by how many dB the signal-to-noise ratio rises, beside what a band-pass filter does,
and draws that and one of them into denoised.png. For pairs of noisy and clean ECGs without end take
`ef.StreamDataset(..., artefacts={...}, clean=True)`; from a dataset, `ef.open_dataset(DATASET).torch(clean=True)`.
"""

import sys

import matplotlib
import numpy as np
import torch
from scipy.signal import butter, sosfiltfilt
from torch import nn

import ecgfactory as ef

matplotlib.use("agg")  # draws into files
from matplotlib import pyplot

RATE_HZ = 125
KINDS = {"baseline_wander": 3, "muscle": 3, "electrode_motion": 2, "mains": 1}
SLOW, FAST = (butter(2, hz, fs=RATE_HZ, output="sos") for hz in (0.7, 35))
BAND_PASS = butter(2, (0.5, 40), "bandpass", fs=RATE_HZ, output="sos")
BINS_DB = range(-6, 30, 6)
LEAST_NOISE = 1e-4  # mV squared: below 10 uV, less noise is hardly better


class UNet(nn.Module):
    """Weighs what is slow, medium and fast in each of eight leads from sample to sample, and adds a little."""

    def __init__(self, widths: tuple[int, ...] = (24, 32, 48, 64)) -> None:
        super().__init__()
        self.down = nn.ModuleList(map(self._block, (24, *widths), widths))
        self.up = nn.ModuleList(map(self._block, (112, 80, 56), (48, 32, 24)))
        self.out = nn.Conv1d(widths[0], 32, 9, padding=4)

    def forward(self, bands: torch.Tensor) -> torch.Tensor:
        """From (batch, 3, 8, samples) to (batch, 8, samples)."""
        size = bands.std(dim=(1, 2, 3), keepdim=True)
        seen = [signal := self.down[0]((bands / size).flatten(1, 2))]
        for block in self.down[1:]:
            seen.append(signal := block(nn.functional.avg_pool1d(signal, 4, ceil_mode=True)))
        for block, before in zip(self.up, seen[-2::-1], strict=True):
            wide = nn.functional.interpolate(signal, size=before.shape[-1], mode="linear")
            signal = block(torch.cat([wide, before], dim=1))
        weights, more = self.out(signal).split([24, 8], dim=1)
        return (bands * weights.sigmoid().unflatten(1, (3, 8))).sum(dim=1) + more * size[:, 0]

    @staticmethod
    def _block(given: int, made: int) -> nn.Module:
        return nn.Sequential(nn.Conv1d(given, made, 9, padding=4), nn.ReLU())


def bands_of(signals_uv: np.ndarray) -> torch.Tensor:
    """What is slow, medium and fast in signals, in mV: (records, 3, leads, samples)."""
    signals_mv = (signals_uv - signals_uv.mean(axis=-1, keepdims=True)) / 1000
    slow, fast = (sosfiltfilt(below, signals_mv) for below in (SLOW, FAST))
    return torch.from_numpy(np.stack([slow, fast - slow, signals_mv - fast], axis=1)).float()


def noise_left(clean_mv: torch.Tensor, found_mv: torch.Tensor) -> torch.Tensor:
    """Power of the noise in each lead; by how much a lead is too high or low as a whole does not count."""
    return (found_mv - clean_mv).var(dim=-1)


def train(ecgs: ef.Ecgs, epochs: int) -> UNet:
    """Train on some ECGs, with other noise in each epoch."""
    torch.manual_seed(0)
    network = UNet()
    clean_mv = torch.from_numpy(ecgs.signals_uv).float() / 1000
    optimiser = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=epochs * -(-len(ecgs) // 4))
    for epoch in range(epochs):
        first = epoch * len(ecgs)  # other numbers, other noise
        noisy_uv, _ = ef.artefacts.apply(
            ecgs.signals_uv, RATE_HZ, ecgs.lead_names, KINDS, seed=1, per_record=(1, 2), first=first
        )
        bands, losses = bands_of(noisy_uv), []
        for rows in torch.randperm(len(ecgs)).split(4):
            loss = (noise_left(clean_mv[rows], network(bands[rows])) + LEAST_NOISE).log10().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(10 * loss.item())
        print(f"epoch {epoch}: noise of {np.mean(losses):.1f} dB (0 dB is 1 mV) is left")
    return network


def main(ecgs: int = 320, epochs: int = 8, tested: int = 160) -> None:
    """Train, measure on ECGs of another seed, and draw."""
    asked = {"leads": 8, "signal": {"rate_hz": RATE_HZ}}
    network = train(ef.generate(ecgs, seed=1, **asked), epochs)
    noise = {"clean_share": 0, "per_record": {"min": 1, "max": 2}, "kinds": KINDS}
    unseen = ef.generate(tested, seed=2, **asked, artefacts=noise)
    clean_mv, noisy_mv = (torch.from_numpy(uv).float() / 1000 for uv in (unseen.clean_uv, unseen.signals_uv))
    with torch.no_grad():
        ours_mv = network(bands_of(unseen.signals_uv))
    filtered_mv = torch.from_numpy(sosfiltfilt(BAND_PASS, noisy_mv.numpy()).astype(np.float32))

    power = clean_mv.var(dim=-1)
    before, by_filter, by_us = (
        10 * (power / noise_left(clean_mv, found_mv)).log10() for found_mv in (noisy_mv, filtered_mv, ours_mv)
    )
    gains = []
    for low in BINS_DB:
        inside = (before >= low) & (before < low + 6)
        gains.append([(after - before)[inside].mean().item() for after in (by_filter, by_us)])
        told = "the band-pass gains {:+.1f} dB, the network {:+.1f} dB".format(*gains[-1])
        print(f"noise at {low} to {low + 6} dB, {int(inside.sum())} leads: {told}")
    untouched = before.isinf()
    told = " and ".join(f"{after[untouched].mean():.0f}" for after in (by_filter, by_us))
    print(f"{int(untouched.sum())} leads without noise come out at {told} dB")

    in_ii = unseen.lead_names.index("II")
    shown = int((before[:, in_ii] - 3).abs().argmin())
    traces = {"clean": clean_mv, "noisy": noisy_mv, "band-pass 0.5 to 40 Hz": filtered_mv, "network": ours_mv}
    draw(
        {name: signals[shown, in_ii].numpy() for name, signals in traces.items()},
        [float(ratios[shown, in_ii]) for ratios in (before, by_filter, by_us)],
        unseen[shown],
        np.array(gains),
    )


def draw(traces: dict[str, np.ndarray], ratios_db: list[float], record: ef.Record, gains: np.ndarray) -> None:
    """Draw lead II of an ECG in all forms, and what is gained at each ratio."""
    figure, (of_lead, of_gain) = pyplot.subplots(1, 2, figsize=(13, 6), width_ratios=(2, 1), layout="constrained")
    colours = ["black", "tab:red", "tab:gray", "tab:blue"]
    step = 1.1 * max(np.ptp(trace) for trace in traces.values())
    for row, ((name, trace), told, colour) in enumerate(
        zip(traces.items(), ["", *(f", {ratio:.1f} dB" for ratio in ratios_db)], colours, strict=True)
    ):
        level = -row * step
        of_lead.plot(np.arange(len(trace)) / RATE_HZ, trace - np.median(trace) + level, color=colour, linewidth=0.8)
        of_lead.text(0, level + 0.55 * step, f"{name}{told}", color=colour, va="top")
    kinds = " and ".join(record.injury["artefact_kinds"]).replace("_", " ")
    of_lead.set(title=f"Lead II of record {record.record_id}: {kinds}", xlabel="s", ylabel="mV", xlim=(0, 10))
    middles = [low + 3 for low in BINS_DB]
    for gain, label, colour in zip(gains.T, ["band-pass 0.5 to 40 Hz", "network"], colours[2:], strict=True):
        of_gain.plot(middles, gain, "o-", label=label, color=colour)
    of_gain.axhline(0, color="black", linewidth=0.5)
    of_gain.set(title="Held-out leads", xlabel="signal-to-noise ratio before (dB)", ylabel="gain (dB)")
    of_gain.legend()
    figure.savefig("denoised.png", dpi=100)
    print("wrote denoised.png")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
