"""The noise that a candidate is generated from: a pure function of seed and candidate number.

It is what `numpy.random.Generator(numpy.random.Philox(key=[seed, candidate]))` gives by
`.random((8, samples), dtype=float32) * 2 - 1`, bit for bit, on every device: the numbers of
`Purpose.NOISE` in `ecgfactory.draws`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

CHANNELS = 8

_LOW = 0xFFFFFFFF
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_WEYL_STEPS = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_ROUNDS = 10
"""Constants of Philox4x64-10, Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011."""


def candidate_noise(
    seed: int, candidates: Sequence[int], samples: int, out: npt.NDArray[np.float32] | None = None
) -> npt.NDArray[np.float32]:
    """Make the noise of some candidates.

    Parameters
    ----------
    seed : int
        Seed of the dataset, 0 .. 2**63 - 1.
    candidates : sequence of int
        Candidate numbers.
    samples : int
        Samples per channel.
    out : C-contiguous float32 array, shape (candidates, 8, samples), optional
        Where to put it.

    Returns
    -------
    float32 array, shape (candidates, 8, samples)
        Uniform in [-1, 1), in steps of 2**-23: the 24 high bits of each half of the words of Philox4x64-10
        with the key (seed, candidate), low half first.
    """
    noise = np.empty((len(candidates), CHANNELS, samples), dtype=np.float32) if out is None else out
    values = CHANNELS * samples
    for row, candidate in zip(noise, candidates, strict=True):
        words = np.random.Philox(key=np.array([seed, candidate], dtype=np.uint64)).random_raw((values + 1) // 2)
        halves = words.astype("<u8", copy=False).view("<i4")
        # Flipping the top bit makes the signed shift give the 24 high bits less 2**23: the whole range at once.
        halves ^= np.int32(-(2**31))
        halves >>= 8
        row[...] = halves[:values].reshape(row.shape)
    noise *= np.float32(2.0**-23)
    return noise


@torch.inference_mode()
def candidate_noise_torch(seed: int, candidates: torch.Tensor, samples: int) -> torch.Tensor:
    """Make the same bits as `candidate_noise`, on a device.

    Parameters
    ----------
    seed, samples
        As in `candidate_noise`.
    candidates : int64 tensor, shape (candidates,)
        Candidate numbers, on that device.

    Returns
    -------
    float32 tensor, shape (candidates, 8, samples)
        On that device.
    """
    values = CHANNELS * samples
    block = torch.arange(1, (values + 7) // 8 + 1, dtype=torch.int64, device=candidates.device)
    words = torch.stack(_philox4x64(block.expand(len(candidates), -1), seed, candidates[:, None]), dim=2)
    high_bits = torch.stack((words >> 8, words >> 40), dim=3) & (2**24 - 1)
    steps = high_bits.flatten(1)[:, :values] - 2**23
    return (steps.to(torch.float32) * 2.0**-23).view(-1, CHANNELS, samples)


def _philox4x64(counter: torch.Tensor, key_0: int, key_1: torch.Tensor) -> list[torch.Tensor]:
    """Encrypt the counters (counter, 0, 0, 0); all numbers are 64-bit words held in int64, which wraps."""
    words = [counter, *[torch.zeros_like(counter)] * 3]
    keys = [torch.full_like(key_1, key_0), key_1]
    for _ in range(_ROUNDS):
        high_0, low_0 = _wide_product(words[0], _MULTIPLIERS[0])
        high_1, low_1 = _wide_product(words[2], _MULTIPLIERS[1])
        words = [high_1 ^ words[1] ^ keys[0], low_1, high_0 ^ words[3] ^ keys[1], low_0]
        keys = [key + _signed(step) for key, step in zip(keys, _WEYL_STEPS, strict=True)]
    return words


def _wide_product(words: torch.Tensor, factor: int) -> tuple[torch.Tensor, torch.Tensor]:
    """High and low 64 bits of the 128-bit products of unsigned words, by products of 32-bit halves."""
    low, high = words & _LOW, _high_half(words)
    factor_low, factor_high = factor & _LOW, factor >> 32
    middle = high * factor_low + _high_half(low * factor_low)
    inner = low * factor_high + (middle & _LOW)
    upper = high * factor_high + _high_half(middle) + _high_half(inner)
    return upper, words * _signed(factor)


def _high_half(words: torch.Tensor) -> torch.Tensor:
    return (words >> 32) & _LOW


def _signed(word: int) -> int:
    """Return the int64 with the bits of an unsigned 64-bit word."""
    return word - 2**64 if word >= 2**63 else word
