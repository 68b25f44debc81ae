from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pytest
import torch

from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.engines import CpuEngine, Finish
from ecgfactory.generators.noise import candidate_noise
from ecgfactory.generators.polyphase import MENDED_SAMPLES, SAMPLES, SCALE_UV, PolyphaseNetwork
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator, generator_state
from ecgfactory.leads import SignalUv


@pytest.fixture(scope="module")
def generator() -> Pulse2PulseGenerator:
    return Pulse2PulseGenerator(published_checkpoint(), batch=16, device="cpu")


def test_signals_equal_the_package_s_own_module_on_the_same_noise(generator: Pulse2PulseGenerator) -> None:
    """All of them, with its edges as published; all but the first and last samples, with mended ones.

    It is run in float64: in float32 it is itself off by up to 0.13 uV here, more or less by the processor.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from deepfakeecg.models import Generator as Upstream

        upstream = Upstream()
    upstream.load_state_dict(generator_state(published_checkpoint()))
    upstream.double().eval()
    candidates = [0, 5, 123_456]
    with torch.inference_mode():
        exact = upstream(torch.from_numpy(candidate_noise(9, candidates, SAMPLES)).double()).numpy() * SCALE_UV
    as_published = Pulse2PulseGenerator(published_checkpoint(), 16, "cpu", "as_published")
    made = as_published.generate(9, candidates, SAMPLES)
    assert made.dtype == np.int16
    assert made.shape == (3, 8, SAMPLES)
    assert np.abs(made - exact).max() <= 0.5 + 0.2  # rounding, and what float32 arithmetic is off at the worst sample
    assert np.mean(np.abs(made - exact) > 0.5 + 0.02) < 0.01
    within = slice(MENDED_SAMPLES, -MENDED_SAMPLES)
    assert np.array_equal(generator.generate(9, candidates, SAMPLES)[:, :, within], made[:, :, within])


def test_a_candidate_does_not_depend_on_its_company(generator: Pulse2PulseGenerator) -> None:
    together = generator.generate(7, range(40), SAMPLES)
    assert np.array_equal(generator.generate(7, [33], SAMPLES)[0], together[33])
    assert np.array_equal(generator.generate(7, [39, 2, 17], SAMPLES), together[[39, 2, 17]])


def test_seeds_and_candidates_differ(generator: Pulse2PulseGenerator) -> None:
    first = generator.generate(7, [0, 1], SAMPLES)
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(generator.generate(8, [0], SAMPLES)[0], first[0])


def test_cuda_where_there_is_none_is_an_error_and_auto_falls_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BadInputError, match="no CUDA device"):
        Pulse2PulseGenerator(published_checkpoint(), batch=1, device="cuda")
    assert Pulse2PulseGenerator(published_checkpoint(), batch=1, device="auto").device_name == "cpu"


class SmallDevice(torch.nn.Module):
    """The network on a device that holds so many candidates and no more."""

    def __init__(self, network: torch.nn.Module, room: int) -> None:
        super().__init__()
        self.network = network
        self.room = room
        self.batches: list[int] = []

    def signal_uv(self, noise: torch.Tensor) -> torch.Tensor:
        if len(noise) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate ...")
        self.batches.append(len(noise))
        made: torch.Tensor = self.network.signal_uv(noise)
        return made


def test_a_micro_batch_that_does_not_fit_is_halved_until_it_does(
    generator: Pulse2PulseGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Pulse2PulseGenerator(published_checkpoint(), batch=16, device="cpu")
    device = SmallDevice(small._engine._network, room=6)
    monkeypatch.setattr(small._engine, "_network", device)
    made = small.generate(7, range(20), SAMPLES).astype(int)
    assert np.abs(made - generator.generate(7, range(20), SAMPLES)).max() <= 1
    small.generate(7, [20], SAMPLES)
    assert device.batches == [4] * 6, "the size that fits stays, for every call"


def test_a_device_without_room_for_a_single_record_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Pulse2PulseGenerator(published_checkpoint(), batch=4, device="cpu")
    monkeypatch.setattr(small._engine, "_network", SmallDevice(small._engine._network, room=0))
    with pytest.raises(BuildFailedError, match=r"too little free memory to generate one record of 5000 samples"):
        small.generate(7, [0], SAMPLES)


class AheadEngine(CpuEngine):
    """Begins a micro-batch before the one before it is finished, as a GPU does, and has room for 8 candidates."""

    ahead = 1

    def __init__(self, network: PolyphaseNetwork) -> None:
        super().__init__(network)
        self.log: list[str] = []

    def begin(self, seed: int, candidates: Sequence[int], samples: int) -> Finish:
        if len(candidates) > 8:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate ...")
        first = candidates[0]
        self.log.append(f"begin {first}")

        def finish() -> SignalUv:
            self.log.append(f"finish {first}")
            return CpuEngine.begin(self, seed, candidates, samples)()

        return finish


def test_a_device_works_ahead_by_one_batch(generator: Pulse2PulseGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = Pulse2PulseGenerator(published_checkpoint(), batch=16, device="cpu")
    engine = AheadEngine(ahead._engine._network)
    monkeypatch.setattr(ahead, "_engine", engine)
    batches = [range(0, 8), range(8, 16), range(16, 27)]
    made = list(ahead.stream(7, batches, SAMPLES))
    assert [len(signals_uv) for signals_uv in made] == [8, 8, 11]
    assert np.abs(np.concatenate(made).astype(int) - generator.generate(7, range(27), SAMPLES)).max() <= 1
    assert engine.log == [
        "begin 0",
        "begin 8",
        "finish 0",
        "begin 16",
        "begin 24",
        "finish 8",
        "finish 16",
        "finish 24",
    ]


needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")


@needs_cuda
def test_a_gpu_makes_the_same_signals_within_a_microvolt(generator: Pulse2PulseGenerator) -> None:
    on_gpu = Pulse2PulseGenerator(published_checkpoint(), batch=16, device="cuda")
    assert on_gpu.device_name == "cuda"
    for seed in (7, 8):  # each is recorded anew
        made = on_gpu.generate(seed, range(64), SAMPLES).astype(int)
        assert np.abs(made - generator.generate(seed, range(64), SAMPLES)).max() <= 1


@needs_cuda
def test_signals_from_a_gpu_are_the_caller_s_to_keep() -> None:
    on_gpu = Pulse2PulseGenerator(published_checkpoint(), batch=16, device="cuda")
    batches = [range(first, first + 16) for first in range(0, 320, 16)]
    kept = list(on_gpu.stream(7, batches, SAMPLES))
    for batch, signals_uv in zip(batches, kept, strict=True):
        np.testing.assert_array_equal(on_gpu.generate(7, batch, SAMPLES), signals_uv)
    together = on_gpu.generate(7, range(40), SAMPLES)
    np.testing.assert_array_equal(on_gpu.generate(7, [33], SAMPLES)[0], together[33])
