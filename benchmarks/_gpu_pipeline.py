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
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import _model_wheel
from benchmarks.gpu_generation import SAMPLES, SEED, new_generator
from ecgfactory.formats.parquet_settings import signal_type, writer_options
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv, derive_twelve
from ecgfactory.quality.features import measure

CPU_BATCH = 64


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0))


def new_pool(model: Path) -> ProcessPoolExecutor:
    """Return processes, one a core, that find the model where `_model_wheel.unpack` left it."""
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # theirs: the processes are the parallelism
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
    """Derive twelve leads, measure every feature, and write a Parquet file."""
    signals_uv = derive_twelve(eight_uv)
    measured = measure(signals_uv, TWELVE_LEADS)
    columns = {"candidate": pa.array(candidates)} | {
        name: pa.array(values, from_pandas=True) for name, values in measured.items()
    }
    for index, lead in enumerate(TWELVE_LEADS):
        flat = pa.array(np.ascontiguousarray(signals_uv[:, index]).reshape(-1))
        columns[lead] = pa.FixedSizeListArray.from_arrays(flat, type=signal_type(SAMPLES))
    table = pa.table(columns)
    path = folder / f"{candidates.start:08d}.parquet"
    with pq.ParquetWriter(path, table.schema, **writer_options(table.schema, TWELVE_LEADS)) as writer:
        writer.write_table(table)
    return path


def read_eight(path: Path) -> SignalUv:
    """Read the leads that the model made back from a file of `assess_and_write`."""
    table = pq.read_table(path, columns=list(EIGHT_LEADS))
    return np.stack([table[lead].combine_chunks().flatten().to_numpy().reshape(-1, SAMPLES) for lead in EIGHT_LEADS], 1)
