"""Every form of a convolution against torch's own."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from ecgfactory.generators.convolutions import Convolution, FastConvolution, ShortConvolution

shapes = {
    "records": st.integers(1, 3),
    "samples": st.integers(1, 20),
    "half": st.integers(0, 7),
    "even": st.booleans(),
    "seed": st.integers(0, 2**32 - 1),
}


def drawn(seed: int, records: int, samples: int, taps: int) -> tuple[Tensor, Tensor, Tensor]:
    """A signal of 3 channels, and taps and bias for 4 channels out."""
    random = torch.Generator().manual_seed(seed)
    return (
        torch.randn(records, samples, 3, generator=random, dtype=torch.float64),
        torch.randn(4, 3, taps, generator=random, dtype=torch.float64),
        torch.randn(4, generator=random, dtype=torch.float64),
    )


def plain(signal: Tensor, weight: Tensor, bias: Tensor, stride: int = 1) -> Tensor:
    padding = weight.shape[2] // 2
    return functional.conv1d(signal.transpose(1, 2), weight, bias, stride, padding).transpose(1, 2)


@settings(max_examples=60, deadline=None)
@given(**shapes, stride=st.integers(1, 5))
def test_plain_and_short_forms(records: int, samples: int, half: int, even: bool, seed: int, stride: int):
    signal, weight, bias = drawn(seed, records, samples, 2 * half + 2 - even)
    expected = plain(signal, weight, bias, stride)
    torch.testing.assert_close(Convolution(weight, bias, torch.float64, stride)(signal), expected)
    short = ShortConvolution(weight, bias, torch.float64, stride, samples)
    torch.testing.assert_close(short(signal), expected)
    longer = torch.cat((signal, signal), dim=1)
    torch.testing.assert_close(short(longer), plain(longer, weight, bias, stride))


@settings(max_examples=60, deadline=None)
@given(**shapes)
def test_fast_form(records: int, samples: int, half: int, even: bool, seed: int):
    signal, weight, bias = drawn(seed, records, samples, 2 * half + 2 - even)
    fast = FastConvolution(weight, bias, torch.float64)
    torch.testing.assert_close(fast(signal), plain(signal, weight, bias))


@pytest.mark.parametrize("taps", [6, 13])
def test_fast_form_in_float32_stays_near(taps: int):
    signal, weight, bias = drawn(1, 4, 250, taps)
    exact = plain(signal, weight, bias)
    fast = FastConvolution(weight, bias, torch.float32)(signal.float())
    assert (fast - exact).abs().max() < 1e-5 * exact.abs().max()
