"""Generating records on one core: our network against `deepfakeecg.generate`, and the floor of the arithmetic."""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.timing import Row, per_record, seconds
from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.noise import candidate_noise
from ecgfactory.generators.polyphase import PolyphaseNetwork
from ecgfactory.generators.pulse2pulse import load_network

SAMPLES = 5000
BATCH = 64
GFLOP_A_RECORD = 0.109
"""Two operations for each of the 54.4 M multiply-adds that the network's forms leave for 10 s."""


def run() -> list[Row]:
    """Compare each part of generation, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [*_comparisons(), _share_of_peak()]
    finally:
        torch.set_num_threads(threads)


def _comparisons() -> list[Row]:
    upstream = load_network(published_checkpoint())
    network = PolyphaseNetwork(upstream)
    noise = torch.from_numpy(candidate_noise(1, range(BATCH), SAMPLES))

    def ours() -> None:
        network.signal_uv(torch.from_numpy(candidate_noise(1, range(BATCH), SAMPLES))).numpy()

    @torch.inference_mode()
    def batch_of_one() -> None:
        drawn = torch.empty(1, 8, SAMPLES).uniform_(-1, 1)
        (upstream(drawn) * 6000).int().numpy()

    @torch.inference_mode()
    def batched() -> None:
        upstream(noise)

    def plain_noise() -> None:
        for candidate in range(BATCH):
            stream = np.random.Generator(np.random.Philox(key=np.array([1, candidate], dtype=np.uint64)))
            stream.random((8, SAMPLES), dtype=np.float32) * 2 - 1

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            per_record("generate, against deepfakeecg's loop without its text", ours, BATCH, batch_of_one, 1),
            per_record("generate, against deepfakeecg.generate", ours, BATCH, lambda: text_files(folder, 8), 8, 3),
            per_record("network, against the published one", lambda: network(noise), BATCH, batched, BATCH, 3),
            per_record(
                "noise, against numpy.random.Generator",
                lambda: candidate_noise(1, range(BATCH), SAMPLES),
                BATCH,
                plain_noise,
                BATCH,
            ),
        ]


def text_files(folder: Path, records: int, first: int = 0) -> None:
    """Call `deepfakeecg.generate` without its progress bar and warnings."""
    from deepfakeecg import generate

    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        generate(records, str(folder), first, "cpu")


def _share_of_peak() -> Row:
    """How much of a core's measured peak, in a large matrix product, the network reaches."""
    network = PolyphaseNetwork(load_network(published_checkpoint()))
    noise = torch.from_numpy(candidate_noise(1, range(BATCH), SAMPLES))
    matrix = torch.rand(1024, 1024)
    network(noise)
    rates = [
        (GFLOP_A_RECORD * BATCH / seconds(lambda: network(noise)), 2 * 1.024**3 / seconds(lambda: matrix @ matrix))
        for _ in range(7)
    ]
    reached, peak = (statistics.median(side) for side in zip(*rates, strict=True))
    return Row("arithmetic of the network, against a matrix product", "GFLOP/s", reached, peak, reached / peak)
