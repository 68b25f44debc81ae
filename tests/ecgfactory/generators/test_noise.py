"""Noise on every path has the bits that NumPy's own generator gives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.generators.noise import candidate_noise, candidate_noise_torch

seeds = st.integers(0, 2**63 - 1)
numbers = st.lists(st.integers(0, 2**63 - 1), max_size=4)


def by_numpy(seed: int, candidates: list[int], samples: int) -> npt.NDArray[np.float32]:
    noise = np.empty((len(candidates), 8, samples), dtype=np.float32)
    for row, candidate in enumerate(candidates):
        stream = np.random.Generator(np.random.Philox(key=np.array([seed, candidate], dtype=np.uint64)))
        noise[row] = stream.random((8, samples), dtype=np.float32) * 2 - 1
    return noise


@settings(max_examples=60, deadline=None)
@given(seed=seeds, candidates=numbers, samples=st.integers(1, 40))
def test_every_form_equals_numpys_generator(seed: int, candidates: list[int], samples: int):
    expected = by_numpy(seed, candidates, samples)
    np.testing.assert_array_equal(candidate_noise(seed, candidates, samples), expected)
    made = candidate_noise_torch(seed, torch.tensor(candidates, dtype=torch.int64), samples)
    np.testing.assert_array_equal(made.numpy(), expected)


def test_a_record_of_ten_seconds():
    expected = by_numpy(7, [0, 1, 99_999_999], 5000)
    made = candidate_noise_torch(7, torch.tensor([0, 1, 99_999_999]), 5000)
    np.testing.assert_array_equal(made.numpy(), expected)
    out = np.full((3, 8, 5000), np.nan, dtype=np.float32)
    assert candidate_noise(7, [0, 1, 99_999_999], 5000, out=out) is out
    np.testing.assert_array_equal(out, expected)
    assert -1 <= out.min() < -0.999 and 0.999 < out.max() < 1
    assert abs(out.mean()) < 0.01


def test_seed_and_candidate_both_matter():
    rows = [candidate_noise(seed, [number], 25)[0] for seed, number in ((1, 2), (2, 1), (1, 1), (2, 2))]
    assert len({row.tobytes() for row in rows}) == 4


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_makes_the_same_bits():
    made = candidate_noise_torch(5, torch.arange(64, device="cuda"), 5000).cpu().numpy()
    np.testing.assert_array_equal(made, candidate_noise(5, range(64), 5000))
