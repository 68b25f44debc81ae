"""Train a small network on ECGs that are generated meanwhile: `python train_on_a_stream.py [CANDIDATES] [WORKERS]`.

It learns the heart rate from lead II. No ECG is ever on disk, and none is seen twice.
"""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader

import ecgfactory as ef

EPOCHS = 2


def main(candidates: int = 2048, workers: int = 2) -> None:
    """Train, and say how far off the heart rate is."""
    ecgs = ef.StreamDataset(candidates, seed=7, leads=8, features=["heart_rate_bpm"])
    loader = DataLoader(ecgs, batch_size=32, num_workers=workers, persistent_workers=workers > 0)
    network = nn.Sequential(
        nn.Conv1d(1, 8, 25, stride=10),
        nn.ReLU(),
        nn.Conv1d(8, 16, 25, stride=5),
        nn.ReLU(),
        nn.Flatten(),
        nn.LazyLinear(1),
    )
    network(torch.zeros(1, 1, 5000))
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    for epoch in range(EPOCHS):
        ecgs.set_epoch(epoch)  # the next range of candidates, in the workers too
        errors, of_guessing = [], []
        for batch in loader:
            wanted = (batch["heart_rate_bpm"].float() - 72) / 10
            found = network(batch["signal"][:, 1:2])[:, 0]
            loss = nn.functional.mse_loss(found, wanted)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            errors.append(10 * (found - wanted).abs().mean().item())
            of_guessing.append(10 * (wanted - wanted.mean()).abs().mean().item())
        off, guessing = (sum(values) / len(values) for values in (errors, of_guessing))
        print(f"epoch {epoch}: off by {off:.1f} /min on average; always guessing the mean by {guessing:.1f} /min")
    print(f"to go on: start={ecgs.position + candidates}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
