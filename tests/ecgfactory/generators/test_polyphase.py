"""The polyphase network against the published one, with its real weights."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.noise import candidate_noise
from ecgfactory.generators.polyphase import MENDED_SAMPLES, SAMPLES, SCALE_UV, PolyphaseNetwork, polyphase_weight
from ecgfactory.generators.pulse2pulse import load_network
from ecgfactory.validation.generator_faults import edge_roughness


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def upstream() -> nn.Module:
    return load_network(published_checkpoint())


@pytest.fixture(scope="module")
def network(upstream: nn.Module) -> PolyphaseNetwork:
    return PolyphaseNetwork(upstream, mended=False)


@pytest.fixture(scope="module")
def mended(upstream: nn.Module) -> PolyphaseNetwork:
    return PolyphaseNetwork(upstream)


def noise(candidates: range) -> Tensor:
    return torch.from_numpy(candidate_noise(11, candidates, SAMPLES))


@torch.inference_mode()
def exact_uv(upstream: nn.Module, noise: Tensor) -> Tensor:
    """What the published network computes when nothing is rounded away."""
    return copy.deepcopy(upstream).double()(noise.double()) * SCALE_UV


def test_it_is_the_same_function(upstream: nn.Module):
    """In float64, where rounding hides nothing, the two differ by less than a millionth of a microvolt."""
    batch = noise(range(8))
    ours = PolyphaseNetwork(upstream, torch.float64, mended=False)(batch.double())
    assert (ours - exact_uv(upstream, batch)).abs().max() < 1e-6


class Reflection(nn.Module):
    """Puts a signal's reflections where the published network pads zeros."""

    def __init__(self, samples: int) -> None:
        super().__init__()
        self.samples = samples

    def forward(self, signal: Tensor) -> Tensor:
        first, last = signal[:, :, : self.samples], signal[:, :, -self.samples :]
        return torch.cat((first.flip(2), signal, last.flip(2)), dim=2)


def test_mended_it_is_the_published_network_with_reflections_in_its_last_two_layers(upstream: nn.Module):
    reflecting: Any = copy.deepcopy(upstream)
    for stage in (reflecting.deconv_6, reflecting.deconv_7):
        stage.reflection_pad = Reflection(stage.conv1d.kernel_size[0] // 2)
    batch = noise(range(8))
    ours = PolyphaseNetwork(upstream, torch.float64)(batch.double())
    assert (ours - exact_uv(reflecting, batch)).abs().max() < 1e-6


def test_mending_changes_the_first_and_last_samples_only(network: PolyphaseNetwork, mended: PolyphaseNetwork):
    """Where the paddings of the last two layers don't reach, even the last bit of a float stays."""
    batch = noise(range(16))
    changed = (mended(batch) != network(batch)).flatten(0, 1).any(dim=0)
    assert changed[:MENDED_SAMPLES].all()
    assert changed[-MENDED_SAMPLES:].all()
    assert not changed[MENDED_SAMPLES:-MENDED_SAMPLES].any()


def test_mended_edges_are_about_as_rough_as_the_rest(network: PolyphaseNetwork, mended: PolyphaseNetwork):
    batch = noise(range(64))
    published, ours = (edge_roughness(made.signal_uv(batch).numpy()) for made in (network, mended))
    assert min(published.first_uv, published.last_uv) > 1.5 * published.rest_uv
    assert all(0.7 < edge_uv / ours.rest_uv < 1.4 for edge_uv in (ours.first_uv, ours.last_uv))


@pytest.mark.slow
def test_float32_is_as_near_the_exact_result_as_the_published_network(upstream: nn.Module, network: PolyphaseNetwork):
    """Float32 rounding in the encoder costs the published network 0.2 .. 0.5 uV at the worst sample; ours too."""
    batch = noise(range(16))
    exact = exact_uv(upstream, batch)
    with torch.inference_mode():
        theirs = (torch.cat([upstream(one) for one in batch.split(1)]) * SCALE_UV - exact).abs()
        ours = (network(batch) - exact).abs()
    assert ours.square().mean().sqrt() < 1.5 * theirs.square().mean().sqrt()
    assert (ours > 0.05).double().mean() < 0.005
    assert ours.max() < 1


def test_stored_signals_are_the_published_ones_within_a_microvolt(upstream: nn.Module, network: PolyphaseNetwork):
    batch = noise(range(16))
    with torch.inference_mode():
        theirs = torch.round(upstream(batch) * SCALE_UV).to(torch.int16)
    ours = network.signal_uv(batch)
    assert ours.dtype == torch.int16 and ours.shape == (16, 8, 5000) and ours.is_contiguous()
    difference = (ours.int() - theirs.int()).abs()
    assert difference.max() <= 1
    assert (difference > 0).double().mean() < 0.005
    assert ours.abs().max() > 500, "an ECG has R waves"


@pytest.mark.parametrize("edges", ["mended", "network"])
def test_a_candidate_does_not_depend_on_its_neighbours_or_place(edges: str, request: pytest.FixtureRequest):
    network: PolyphaseNetwork = request.getfixturevalue(edges)
    batch = noise(range(16))
    whole = network(batch)
    order = torch.randperm(16, generator=torch.Generator().manual_seed(1))
    assert torch.equal(network(batch[order]), whole[order])
    alone = torch.zeros_like(batch)
    alone[5] = batch[9]
    assert torch.equal(network(alone)[5], whole[9])


@settings(max_examples=40, deadline=None)
@given(
    factor=st.integers(1, 6),
    half=st.integers(0, 9),
    positions=st.integers(1, 9),
    seed=st.integers(0, 2**32 - 1),
)
def test_merged_taps_equal_upsampling_and_convolution(factor: int, half: int, positions: int, seed: int):
    random = np.random.default_rng(seed)
    weight = torch.from_numpy(random.standard_normal((3, 2, 2 * half + 1)))
    signal = torch.from_numpy(random.standard_normal((2, 2, positions)))
    plain = functional.conv1d(signal.repeat_interleave(factor, 2), weight, padding=half)

    merged, lead = polyphase_weight(weight, factor)
    phases = functional.conv1d(signal, merged, padding=merged.shape[2] // 2)
    interleaved = phases.view(2, factor, 3, -1).permute(0, 2, 3, 1).reshape(2, 3, -1)
    torch.testing.assert_close(interleaved[:, :, lead : lead + positions * factor], plain)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_is_as_near_the_exact_result(upstream: nn.Module, network: PolyphaseNetwork):
    batch = noise(range(64))
    on_device = copy.deepcopy(network).cuda()
    difference = (on_device(batch.cuda()).cpu() - exact_uv(upstream, batch)).abs()
    assert difference.max() < 1
    stored = (on_device.signal_uv(batch.cuda()).cpu().int() - network.signal_uv(batch).int()).abs()
    assert stored.max() <= 3 and (stored > 1).double().mean() < 1e-4
