"""Every form of a convolution against torch's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from ecgfactory.generators.convolutions import Convolution, FourierConvolution, ShortConvolution

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
    short = ShortConvolution(weight, bias, torch.float64, stride, samples=samples)
    torch.testing.assert_close(short(signal), expected)


@settings(max_examples=150, deadline=None)
@given(**shapes, stride=st.integers(1, 5), margin=st.integers(0, 20))
def test_fourier_form(records: int, samples: int, half: int, even: bool, seed: int, stride: int, margin: int):
    signal, weight, bias = drawn(seed, records, samples, 2 * half + 2 - even)
    window = -(-weight.shape[2] // stride) + margin
    fourier = FourierConvolution(weight, bias, torch.float64, stride, window=window)
    torch.testing.assert_close(fourier(signal), plain(signal, weight, bias, stride))
    longer = torch.cat((signal, signal), dim=1)
    torch.testing.assert_close(fourier(longer), plain(longer, weight, bias, stride))


@pytest.mark.parametrize("form", [Convolution, partial(FourierConvolution, window=9)])
def test_channels_may_come_in_parts(form: Callable[..., nn.Module]):
    signal, weight, bias = drawn(1, 2, 20, 5)
    made = form(weight, bias, torch.float64)
    assert torch.equal(made(signal[:, :, :1], signal[:, :, 1:]), made(signal))


@pytest.mark.parametrize(("taps", "window"), [(5, 13), (6, 18), (13, 44)])
def test_fourier_form_in_float32_stays_near(taps: int, window: int):
    signal, weight, bias = drawn(1, 4, 250, taps)
    exact = plain(signal, weight, bias)
    fourier = FourierConvolution(weight, bias, torch.float32, window=window)(signal.float())
    assert (fourier - exact).abs().max() < 1e-6 * exact.abs().max()
