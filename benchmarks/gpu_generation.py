"""Generating records on a GPU: made on the device, delivered to the host, and how near they are to the CPU's."""

from __future__ import annotations

from collections import deque

import numpy as np
import torch

from benchmarks.timing import Row, seconds
from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.engines import CpuEngine, CudaEngine
from ecgfactory.generators.noise import candidate_noise_torch
from ecgfactory.generators.polyphase import PolyphaseNetwork
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator, load_network

SAMPLES = 5000
MICRO_BATCHES = (64, 256, 1024)
RECORDS = 50 * 1024
COMPARED = 512


def run() -> list[Row]:
    """Measure at several micro-batches; nothing where there is no CUDA device."""
    if not torch.cuda.is_available():
        print("no CUDA device on this machine: nothing to measure")
        return []
    speeds = [row for batch in MICRO_BATCHES for row in _speeds(batch)]
    return [*speeds, *_nearness()]


def _speeds(batch: int) -> list[Row]:
    generator = Pulse2PulseGenerator(published_checkpoint(), batch, "cuda")
    batches = [range(first, first + batch) for first in range(0, RECORDS, batch)]

    def deliver() -> None:
        deque(generator.stream(1, batches, SAMPLES), maxlen=0)

    engine = CudaEngine(PolyphaseNetwork(load_network(published_checkpoint())))
    recording = engine.recorded(1, batch, SAMPLES)

    def make() -> None:
        for _ in batches:
            recording.repeat()
        torch.cuda.synchronize()

    def noise() -> None:
        for _ in range(10):
            candidate_noise_torch(1, recording.candidates, SAMPLES)
        torch.cuda.synchronize()

    for work in (deliver, make, noise):
        work()  # recorded, and memory is there
    name = f"{torch.cuda.get_device_name()}, micro-batch {batch}"
    return [
        Row(f"{name}: made on the device", "records/s", RECORDS / seconds(make)),
        Row(f"{name}: delivered to host memory", "records/s", RECORDS / seconds(deliver)),
        Row(f"{name}: noise alone, without a graph", "records/s", 10 * batch / seconds(noise)),
    ]


def _nearness() -> list[Row]:
    network = PolyphaseNetwork(load_network(published_checkpoint()))
    on_cpu = CpuEngine(network).begin(1, range(COMPARED), SAMPLES)()
    on_gpu = CudaEngine(network).begin(1, range(COMPARED), SAMPLES)()
    difference = np.abs(on_gpu.astype(np.int32) - on_cpu)
    return [
        Row("samples that differ from the CPU's by more than 1 uV", "%", 100 * float((difference > 1).mean())),
        Row("largest difference from the CPU's", "uV", float(difference.max())),
    ]
