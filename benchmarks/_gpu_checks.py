"""What is checked on a GPU; see gpu_check.py."""

from __future__ import annotations

import contextlib
import gc
import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow.parquet as pq
import torch

from benchmarks import _gpu_pipeline
from benchmarks.gpu_generation import (
    SAMPLES,
    SEED,
    Difference,
    micro_batches,
    new_generator,
    new_network,
    records_per_s,
)
from ecgfactory.generators.base import Device
from ecgfactory.generators.engines import CpuEngine, CudaEngine, Finish
from ecgfactory.generators.noise import CHANNELS, candidate_noise, candidate_noise_torch

NOISE_OF = {0: [0, 1, 2], 7: [12_345, 2**31, 2**40 + 1], 2**63 - 1: [3, 2**63 - 1]}
"""Candidates whose noise is compared, by seed."""


@dataclass(frozen=True)
class Size:
    """How much is done.

    Parameters
    ----------
    batch : int
        Candidates of a micro-batch.
    compared : int
        Records compared with the CPU's.
    timed : int
        Records generated for a rate, a multiple of `batch`.
    per_core : int
        Records that the whole pipeline makes for each core.
    """

    batch: int
    compared: int
    timed: int
    per_core: int


class CheckFailedError(Exception):
    """A check did not find what it should; the message says what it found."""


@dataclass(frozen=True)
class GpuChecks:
    """The checks, each of which returns what it found, or raises `CheckFailedError`.

    Parameters
    ----------
    device : {'cpu', 'cuda'}
        What is checked.
    size : Size
        How much is done.
    pool : ProcessPoolExecutor
        Processes, one per core.
    """

    device: Device
    size: Size
    pool: ProcessPoolExecutor

    def all(self) -> Mapping[str, Callable[[], str]]:
        """Name the checks, in the order in which they are made."""
        return {
            "noise has NumPy's bits": self.noise,
            "one launch of a CUDA graph per micro-batch": self.graph,
            "records equal the CPU's within 1 uV": self.equality,
            "too large a micro-batch is halved, same records": self.halving,
            "records/s": self.rates,
            f"whole pipeline, {_gpu_pipeline.cores()} processes": self.pipeline,
        }

    def noise(self) -> str:
        """Compare the noise that NumPy, our NumPy code and our PyTorch code on the device draw, bit for bit."""
        for seed, candidates in NOISE_OF.items():
            streams = (np.random.Philox(key=np.array([seed, number], dtype=np.uint64)) for number in candidates)
            expected = np.stack([np.random.Generator(s).random((CHANNELS, SAMPLES), dtype=np.float32) for s in streams])
            expected = expected * 2 - 1
            on_device = candidate_noise_torch(seed, torch.tensor(candidates, device=self.device), SAMPLES)
            for where, noise in (
                ("NumPy code", candidate_noise(seed, candidates, SAMPLES)),
                (f"PyTorch code on {self.device}", on_device.cpu().numpy()),
            ):
                if not np.array_equal(noise.view(np.uint32), expected.view(np.uint32)):
                    raise CheckFailedError(f"other bits from our {where}, seed {seed}")
        return f"{sum(map(len, NOISE_OF.values()))} candidates of {len(NOISE_OF)} seeds, CPU and {self.device}"

    def graph(self) -> str:
        """Check that the device records and replays a CUDA graph."""
        if self.device == "cpu":
            return "a CPU has none"
        if not CudaEngine(new_network()).recorded(SEED, self.size.batch, SAMPLES).is_graph:
            raise CheckFailedError("no graph could be recorded; a warning above says why")
        return "in use"

    def equality(self) -> str:
        """Compare records with those that all cores make of the same candidates."""
        batches = micro_batches(self.size.batch, self.size.compared)
        ours = new_generator(self.device, self.size.batch).stream(SEED, batches, SAMPLES)
        return _within_1_uv(Difference.of(zip(ours, self.pool.map(_gpu_pipeline.on_cpu, batches), strict=True)))

    def halving(self) -> str:
        """Generate in micro-batches for which there is too little memory."""
        fits, wanted = self.size.batch // 4, 2 * self.size.batch
        expected = new_generator(self.device, fits).generate(SEED, range(wanted), SAMPLES)
        with _memory_for(self.device, fits), _warnings() as told:
            made = new_generator(self.device, wanted).generate(SEED, range(wanted), SAMPLES)
        halved = [message for message in told if "candidates at a time" in message]
        if not halved:
            raise CheckFailedError(f"{wanted} at a time fitted: nothing was halved")
        return f"{_within_1_uv(Difference.of([(made, expected)]))}; from {wanted}, {halved[-1]}"

    def rates(self) -> str:
        """Measure generation alone."""
        rates = records_per_s(self.device, self.size.batch, self.size.timed)
        return ", ".join(f"{rate:,.0f} {what}" for what, rate in rates.items())

    def pipeline(self) -> str:
        """Time generating, measuring and writing together, and read a file back."""
        batches = micro_batches(self.size.batch, self.size.per_core * _gpu_pipeline.cores())
        generator = new_generator(self.device, self.size.batch)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            list(_gpu_pipeline.build(self.pool, generator, batches[: _gpu_pipeline.cores()], folder))  # all are warm
            started = time.perf_counter()
            paths = list(_gpu_pipeline.build(self.pool, generator, batches, folder))
            seconds = time.perf_counter() - started
            records = sum(pq.read_metadata(path).num_rows for path in paths)
            if records != batches[-1].stop:
                raise CheckFailedError(f"{records:,} records in the files, not {batches[-1].stop:,}")
            kb = sum(path.stat().st_size for path in paths) / records / 1000
            again = _gpu_pipeline.on_cpu(batches[-1])
            read = _within_1_uv(Difference.of([(_gpu_pipeline.read_eight(paths[-1], batches[-1]), again)]))
        return f"{records / seconds:,.0f} records/s, {records:,} of 12 leads, {kb:.1f} kB each; read back: {read}"


def _within_1_uv(difference: Difference) -> str:
    if difference.largest_uv > 1:
        raise CheckFailedError(f"{difference}; {100 * difference.share_over_1_uv:.3f} % of all samples by over 1 uV")
    return str(difference)


@contextlib.contextmanager
def _memory_for(device: Device, batch: int) -> Iterator[None]:
    """Leave memory for micro-batches of about this size. The CPU always has it, and is made to say that it has not."""
    if device == "cuda":
        _free_memory()
        torch.cuda.reset_peak_memory_stats()
        new_generator(device, batch).generate(SEED, range(batch), SAMPLES)
        peak = torch.cuda.max_memory_reserved()
        _free_memory()
        torch.cuda.set_per_process_memory_fraction(1.5 * peak / torch.cuda.mem_get_info()[1])
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        return
    begin = CpuEngine.begin

    def begin_few(engine: CpuEngine, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        if len(candidates) > batch:
            raise torch.OutOfMemoryError("rehearsal: out of memory")
        return begin(engine, seed, candidates, samples)

    with patch.object(CpuEngine, "begin", begin_few):
        yield


def _free_memory() -> None:
    gc.collect()
    torch.cuda.empty_cache()


@contextlib.contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what the library warns of, in place of printing it."""
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("ecgfactory")
    log.addHandler(handler)
    try:
        yield messages
    finally:
        log.removeHandler(handler)
