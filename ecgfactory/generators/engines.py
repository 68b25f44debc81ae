"""Where a network is run, and how its signals come back: on the CPU at once, from a GPU while it goes on working."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ecgfactory.generators.noise import candidate_noise, candidate_noise_torch
from ecgfactory.generators.polyphase import PolyphaseNetwork
from ecgfactory.leads import SignalUv

_log = logging.getLogger(__name__)

Finish = Callable[[], SignalUv]
"""Waits for signals that were begun, and returns them: int16, shape (candidates, 8, samples), in uV."""


class Engine(ABC):
    """Runs a network on one kind of device.

    Parameters
    ----------
    network : PolyphaseNetwork
        Moved to the device here.
    """

    device_name: str
    """'cpu' or 'cuda'."""

    ahead: int
    """How many micro-batches to begin before the first is finished, so that nothing waits."""

    @abstractmethod
    def __init__(self, network: PolyphaseNetwork) -> None: ...

    @abstractmethod
    def begin(self, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        """Begin to make the signals of a micro-batch.

        Raises
        ------
        torch.OutOfMemoryError
            When the device has too little memory for that many.
        """


class CpuEngine(Engine):
    """Makes signals at once, on one thread: the workers are the parallelism."""

    device_name = "cpu"
    ahead = 0

    def __init__(self, network: PolyphaseNetwork) -> None:
        torch.set_num_threads(1)
        self._network = network

    def begin(self, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        """Make them; see `Engine.begin`."""
        signals_uv = self._network.signal_uv(torch.from_numpy(candidate_noise(seed, candidates, samples)))
        return signals_uv.numpy


@dataclass(frozen=True)
class Recording:
    """Everything from candidate numbers to signals in one launch: a CUDA graph.

    Parameters
    ----------
    shape : (int, int, int)
        Seed, micro-batch and samples that it was recorded for.
    replay : callable
        Queues the work of a micro-batch.
    candidates : int64 tensor, shape (micro-batch,)
        What it reads.
    signals_uv : int16 tensor, shape (micro-batch, 8, samples)
        What it writes.
    """

    shape: tuple[int, int, int]
    replay: Callable[[], object]
    candidates: Tensor
    signals_uv: Tensor


class CudaEngine(Engine):
    """Makes noise and signals on the GPU, in one launch a micro-batch.

    A stream of its own carries int16 signals to page-locked memory while the next micro-batch is computed.
    Everything is float32: products rounded to TF32 would move 11 % of all samples by more than 1 uV.
    """

    device_name = "cuda"
    ahead = 1

    def __init__(self, network: PolyphaseNetwork) -> None:
        torch.set_float32_matmul_precision("highest")
        self._network = network.to("cuda")
        self._copies = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self._recording: Recording | None = None
        self._queueing = threading.Lock()

    @torch.inference_mode()
    def begin(self, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        """Queue the work on the device; see `Engine.begin`."""
        numbers = torch.tensor(candidates, pin_memory=True)
        with self._queueing:
            recording = self.recorded(seed, len(candidates), samples)
            recording.candidates.copy_(numbers, non_blocking=True)
            recording.replay()
            made = recording.signals_uv.clone()  # the next replay writes over it
            computed = torch.cuda.current_stream().record_event()
        arrived = torch.empty(made.shape, dtype=made.dtype, pin_memory=True)  # recycled by torch when it is dropped
        with torch.cuda.stream(self._copies):
            self._copies.wait_event(computed)
            arrived.copy_(made, non_blocking=True)
            made.record_stream(self._copies)
            copied = self._copies.record_event()

        def finish() -> SignalUv:
            copied.synchronize()
            return arrived.numpy()

        return finish

    def recorded(self, seed: int, batch: int, samples: int) -> Recording:
        """Return the graph of one seed and shape; the last one is kept."""
        shape = (seed, batch, samples)
        if self._recording is None or self._recording.shape != shape:
            torch.cuda.synchronize()
            self._recording = None  # its memory is needed
            torch.cuda.empty_cache()
            self._recording = self._record(*shape)
        return self._recording

    def _record(self, seed: int, batch: int, samples: int) -> Recording:
        candidates = torch.zeros(batch, dtype=torch.int64, device="cuda")

        def make() -> Tensor:
            return self._network.signal_uv(candidate_noise_torch(seed, candidates, samples))

        # Libraries choose algorithms and allocate workspaces in their first calls, which can't be recorded.
        trial = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        trial.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(trial):
            for _ in range(3):
                make()
        torch.cuda.current_stream().wait_stream(trial)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                signals_uv = make()
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            _log.warning("this GPU works without a CUDA graph, more slowly: %s", error)
            signals_uv = make()
            return Recording((seed, batch, samples), lambda: signals_uv.copy_(make()), candidates, signals_uv)
        return Recording((seed, batch, samples), graph.replay, candidates, signals_uv)
