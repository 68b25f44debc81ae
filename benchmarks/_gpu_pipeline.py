"""The whole pipeline with a GPU: the parent generates, processes on all cores measure and write Parquet."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks import _model_wheel
from benchmarks.gpu_generation import SAMPLES, SEED, new_generator
from ecgfactory.formats.base import SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.parquet import ParquetFormat
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv, derive_twelve
from ecgfactory.quality.features import FEATURES, measure

CPU_BATCH = 64
SPEC = SignalSpec(TWELVE_LEADS, SAMPLES, SEED)
SPLIT = "train"


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0))


def new_pool(model: Path) -> ProcessPoolExecutor:
    """Return processes, one per core, that find the model where `_model_wheel.unpack` left it."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # in the processes, which are the parallelism
    return ProcessPoolExecutor(cores(), get_context("spawn"), _model_wheel.use, (model,))


def on_cpu(candidates: range) -> SignalUv:
    """Generate candidates on the CPU, in a process of the pool."""
    return _cpu_generator().generate(SEED, candidates, SAMPLES)


@cache
def _cpu_generator() -> Pulse2PulseGenerator:
    return new_generator("cpu", CPU_BATCH)


def build(
    pool: ProcessPoolExecutor, generator: Pulse2PulseGenerator, batches: Sequence[range], folder: Path
) -> Iterator[Path]:
    """Generate micro-batches here while processes measure and write those before; yield their files in order."""
    waiting: deque[Future[Path]] = deque()
    for candidates, signals_uv in zip(batches, generator.stream(SEED, batches, SAMPLES), strict=True):
        waiting.append(pool.submit(assess_and_write, folder, candidates, signals_uv))
        if len(waiting) > 2 * cores():
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def assess_and_write(folder: Path, candidates: range, eight_uv: SignalUv) -> Path:
    """Derive twelve leads, measure every feature, and write a Parquet file as a shard does."""
    signals_uv = derive_twelve(eight_uv)
    measured = measure(signals_uv, TWELVE_LEADS)
    features = {feature.name: measured[feature.name] for feature in FEATURES}
    numbers = np.arange(candidates.start, candidates.stop)
    staging = folder / f"{candidates.start:08d}"
    staging.mkdir(exist_ok=True)  # it is written twice: the first time, unmeasured
    shard = ParquetFormat(staging, SPEC)
    shard.write(RecordBatch(numbers, np.full(len(numbers), SPLIT), signals_uv, features))
    shard.close()
    return shard.folder / shard.staged_path(candidates.start, SPLIT)


def read_eight(path: Path, candidates: range) -> SignalUv:
    """Read the leads that the model made back from a file of `assess_and_write`."""
    signals_uv = ParquetFormat.read(path.parent, path.name, candidates, SPEC)
    return signals_uv[:, [TWELVE_LEADS.index(lead) for lead in EIGHT_LEADS]]
