"""Engines run a network on a device: the CPU returns signals at once, a GPU while it computes the next ones."""

from __future__ import annotations

import contextlib
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ecgfactory.generators.noise import candidate_noise, candidate_noise_torch
from ecgfactory.generators.polyphase import PolyphaseNetwork
from ecgfactory.leads import SignalUv

_log = logging.getLogger(__name__)

Finish = Callable[[], SignalUv]
"""Waits for signals in progress, and returns them: int16, shape (candidates, 8, samples), in uV."""


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread for the length of the block, then as many as before; also a decorator."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def whole_float32() -> Iterator[None]:
    """Multiply float32 matrices without TF32 for the length of the block, then as before; also a decorator."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


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
    """How many batches to begin before the first is finished, so that the device never waits."""

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
    """Makes signals on the CPU, on one thread: the workers are the parallelism."""

    device_name = "cpu"
    ahead = 0

    def __init__(self, network: PolyphaseNetwork) -> None:
        self._network = network

    @one_thread()
    def begin(self, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        """Make them; see `Engine.begin`."""
        signals_uv = self._network.signal_uv(torch.from_numpy(candidate_noise(seed, candidates, samples)))
        return signals_uv.numpy


@dataclass(frozen=True)
class Recording:
    """Everything from candidate numbers to signals, ready to be repeated.

    Parameters
    ----------
    key : (int, int, int)
        Seed, micro-batch and samples that it is for.
    candidates : int64 tensor, shape (micro-batch,)
        What it reads.
    repeat : callable
        Queues the work of a micro-batch; returns signals, an int16 tensor, shape (micro-batch, 8, samples).
    is_graph : bool
        Whether this is one launch, of a CUDA graph.
    """

    key: tuple[int, int, int]
    candidates: Tensor
    repeat: Callable[[], Tensor]
    is_graph: bool


class CudaEngine(Engine):
    """Makes noise and signals on the GPU, by one launch per micro-batch: a CUDA graph.

    A stream of its own carries int16 signals to page-locked memory while the next micro-batch is computed.
    Everything is float32: products rounded to TF32, as emulated on a CPU, move 18 % of all samples by over 1 uV.
    """

    device_name = "cuda"
    ahead = 1

    def __init__(self, network: PolyphaseNetwork) -> None:
        self._network = network.to("cuda")
        self._copies = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self._recorder = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self._can_record = True
        self._recording: Recording | None = None
        self._queueing = threading.Lock()

    @whole_float32()
    @torch.inference_mode()
    def begin(self, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        """Queue the work on the device; see `Engine.begin`."""
        try:
            with self._queueing:
                return self._queue(self.recorded(seed, len(candidates), samples), candidates)
        except RuntimeError as error:
            if tells_of_no_memory(error):
                raise torch.OutOfMemoryError(str(error)) from error
            raise

    def _queue(self, recording: Recording, candidates: Sequence[int]) -> Finish:
        recording.candidates.copy_(torch.tensor(candidates, pin_memory=True), non_blocking=True)
        made = recording.repeat()
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
        """Return what makes micro-batches of one seed and shape; the last one is kept."""
        key = (seed, batch, samples)
        if self._recording is None or self._recording.key != key:
            torch.cuda.synchronize()
            self._recording = None  # its memory is needed
            torch.cuda.empty_cache()
            self._recording = self._record(*key)
        return self._recording

    def _record(self, seed: int, batch: int, samples: int) -> Recording:
        candidates = torch.zeros(batch, dtype=torch.int64, device="cuda")

        def make() -> Tensor:
            return self._network.signal_uv(candidate_noise_torch(seed, candidates, samples))

        if self._can_record:
            try:
                return Recording((seed, batch, samples), candidates, self._graph(make), is_graph=True)
            except RuntimeError as error:
                if tells_of_no_memory(error):
                    raise
                self._can_record = False  # not tried again: what failed keeps its memory
                _log.warning("no CUDA graph on this GPU, which is slower: %s", error)
        return Recording((seed, batch, samples), candidates, make, is_graph=False)

    def _graph(self, make: Callable[[], Tensor]) -> Callable[[], Tensor]:
        """Record a CUDA graph; return what replays it."""
        before = torch.cuda.current_stream()
        self._recorder.wait_stream(before)
        with torch.cuda.stream(self._recorder):
            for _ in range(3):  # libraries choose algorithms and allocate workspaces, which can't be recorded
                make()
        before.wait_stream(self._recorder)
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, stream=self._recorder, capture_error_mode="thread_local"):
                signals_uv = make()
        finally:
            torch.cuda.set_stream(before)  # a recording that fails leaves its own stream set

        def replay() -> Tensor:
            graph.replay()
            return signals_uv.clone()  # the next replay writes over it

        return replay


def tells_of_no_memory(error: RuntimeError) -> bool:
    """Return whether a device lacked memory: not all of CUDA's libraries say so by `torch.OutOfMemoryError`."""
    return "out of memory" in str(error) or "ALLOC_FAILED" in str(error)
