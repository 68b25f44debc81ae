"""Train a small U-Net to find P, QRS and T, on ECGs that are generated and marked meanwhile.

    python train_to_segment.py [CANDIDATES] [WORKERS]

To train on a dataset instead, build it with `labels: {waves: true}` and take
`ef.open_dataset(DATASET).torch(split="train", leads=["II"], masks=True)`.
"""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader

import ecgfactory as ef

EPOCHS = 2
WAVES = ["P", "QRS", "T"]  # as a mask numbers them, from 1


class UNet(nn.Module):
    """Says of each sample of one lead how likely it is in no wave, in P, QRS or T."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([self._block(1, 8), self._block(8, 16), self._block(16, 32)])
        self.bottom = self._block(32, 64)
        self.up = nn.ModuleList([self._block(96, 32), self._block(48, 16), self._block(24, 8)])
        self.out = nn.Conv1d(8, 1 + len(WAVES), 1)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """From (batch, 1, samples) to (batch, classes, samples)."""
        seen = []
        for block in self.down:
            seen.append(signal := block(signal))
            signal = nn.functional.max_pool1d(signal, 2)
        signal = self.bottom(signal)
        for block, before in zip(self.up, reversed(seen), strict=True):
            signal = block(torch.cat([nn.functional.interpolate(signal, size=before.shape[-1]), before], dim=1))
        return self.out(signal)

    @staticmethod
    def _block(given: int, made: int) -> nn.Module:
        return nn.Sequential(nn.Conv1d(given, made, 9, padding=4), nn.BatchNorm1d(made), nn.ReLU())


def main(candidates: int = 1024, workers: int = 2) -> None:
    """Train on lead II at 100 Hz, and say how well found and marked waves overlap."""
    ecgs = ef.StreamDataset(candidates, seed=7, leads=8, signal={"rate_hz": 100}, masks=True)
    loader = DataLoader(ecgs, batch_size=16, num_workers=workers, persistent_workers=workers > 0)
    network = UNet()
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    for epoch in range(EPOCHS):
        ecgs.set_epoch(epoch)
        for batch in loader:
            signal_mv, wanted = batch["signal"][:, 1:2], batch["mask"][:, 2].long()  # the first mask is over all leads
            scores = network(signal_mv)
            loss = nn.functional.cross_entropy(scores, wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        found = scores.argmax(dim=1)
        overlaps = {wave: _dice(found == code, wanted == code) for code, wave in enumerate(WAVES, start=1)}
        print(f"epoch {epoch}: overlap (Dice) {', '.join(f'{wave} {dice:.2f}' for wave, dice in overlaps.items())}")


def _dice(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return 2 * (found & wanted).sum().item() / (found.sum() + wanted.sum()).clamp(min=1).item()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
