"""Generating records on a GPU: made on the device, delivered to the host, and how near they are to the CPU's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.timing import Row, seconds
from ecgfactory.generators.base import Device
from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.engines import CpuEngine, CudaEngine
from ecgfactory.generators.noise import candidate_noise_torch
from ecgfactory.generators.polyphase import PolyphaseNetwork
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator, load_network
from ecgfactory.leads import SignalUv

SEED = 1
SAMPLES = 5000
MICRO_BATCHES = (64, 256, 1024)
RECORDS = 50 * 1024
COMPARED = 512


def run() -> list[Row]:
    """Measure at several micro-batches; nothing where there is no CUDA device."""
    if not torch.cuda.is_available():
        print("no CUDA device on this machine: nothing to measure")
        return []
    rates = [
        Row(f"{torch.cuda.get_device_name()}, micro-batch {batch}: {what}", "records/s", rate)
        for batch in MICRO_BATCHES
        for what, rate in records_per_s("cuda", batch, RECORDS).items()
    ]
    on_gpu, on_cpu = (new_generator(device, 64).generate(SEED, range(COMPARED), SAMPLES) for device in ("cuda", "cpu"))
    difference = Difference.of([(on_gpu, on_cpu)])
    return [
        *rates,
        Row("samples that differ from the CPU's by more than 1 uV", "%", 100 * difference.share_over_1_uv),
        Row("largest difference from the CPU's", "uV", difference.largest_uv),
    ]


def new_generator(device: Device, batch: int) -> Pulse2PulseGenerator:
    """Return a generator with the published weights."""
    return Pulse2PulseGenerator(published_checkpoint(), batch, device)


def new_network() -> PolyphaseNetwork:
    """Return the published network, as engines run it."""
    return PolyphaseNetwork(load_network(published_checkpoint()))


def micro_batches(batch: int, records: int) -> list[range]:
    """Cut the first candidates into micro-batches."""
    return [range(first, min(first + batch, records)) for first in range(0, records, batch)]


def records_per_s(device: Device, batch: int, records: int) -> dict[str, float]:
    """Measure how fast records are made on the device, delivered as int16, and their noise drawn, each by itself.

    Parameters
    ----------
    device : {'cpu', 'cuda'}
        Where.
    batch : int
        Candidates of a micro-batch.
    records : int
        How many, a multiple of `batch`; the same number once before, unmeasured.
    """
    batches = micro_batches(batch, records)
    generator = new_generator(device, batch)
    make_batch = _maker(device, batch)
    candidates = torch.arange(batch, device=device)

    def repeat(work: Callable[[], object]) -> None:
        for _ in batches:
            work()
        if device == "cuda":
            torch.cuda.synchronize()

    measured: dict[str, Callable[[], object]] = {
        "made on the device": lambda: repeat(make_batch),
        "delivered as int16": lambda: deque(generator.stream(SEED, batches, SAMPLES), maxlen=0),
        "noise alone": lambda: repeat(lambda: candidate_noise_torch(SEED, candidates, SAMPLES)),
    }
    for work in measured.values():
        work()  # recorded, and memory is there
    return {what: records / seconds(work) for what, work in measured.items()}


def _maker(device: Device, batch: int) -> Callable[[], object]:
    """Return what makes the signals of one micro-batch, and leaves them on the device."""
    if device == "cuda":
        on_gpu = CudaEngine(new_network())
        return lambda: on_gpu.recorded(SEED, batch, SAMPLES).repeat()
    on_cpu = CpuEngine(new_network())
    return lambda: on_cpu.begin(SEED, range(batch), SAMPLES)()


@dataclass(frozen=True)
class Difference:
    """How far signals are from others that should be the same.

    Parameters
    ----------
    records : int
        Records compared.
    share_over_1_uv : float
        Share of the samples that differ by more than 1 uV.
    largest_uv : int
        Largest difference of a sample.
    """

    records: int
    share_over_1_uv: float
    largest_uv: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[SignalUv, SignalUv]]) -> Difference:
        """Compare pairs of signals of one shape, (n, 8, samples), in uV."""
        records = samples = over = largest = 0
        for ours, others in pairs:
            apart = np.abs(ours.astype(np.int32) - others)
            records, samples = records + len(apart), samples + apart.size
            over, largest = over + int((apart > 1).sum()), max(largest, int(apart.max()))
        return cls(records, over / samples, largest)

    def __str__(self) -> str:
        return f"at most {self.largest_uv} uV apart, {self.records:,} records"
