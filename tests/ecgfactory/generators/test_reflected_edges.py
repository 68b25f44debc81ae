"""Reflected edges, of any convolution."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from ecgfactory.generators.convolutions import Convolution
from ecgfactory.generators.reflected_edges import ReflectedEdges


@settings(max_examples=30, deadline=None)
@given(taps=st.integers(2, 13), more=st.integers(0, 9), seed=st.integers(0, 2**32 - 1))
def test_the_convolution_is_that_of_the_reflected_signal(taps: int, more: int, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    half = taps // 2
    signal = torch.randn(2, half + more, 3, generator=random, dtype=torch.float64)
    weight = torch.randn(4, 3, taps, generator=random, dtype=torch.float64)
    bias = torch.randn(4, generator=random, dtype=torch.float64)
    reflected = torch.cat((signal[:, :half].flip(1), signal, signal[:, -half:].flip(1)), dim=1)
    expected = functional.conv1d(reflected.transpose(1, 2), weight, bias).transpose(1, 2)

    made = Convolution(weight, bias, torch.float64)(signal)
    edges = ReflectedEdges(weight, torch.float64)
    torch.testing.assert_close(edges(made, signal[:, :, :1], signal[:, :, 1:]), expected)
