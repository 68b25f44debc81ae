"""Convolutions along time of channels-last signals, (n, samples, channels), for inference.

`Convolution` is the plain form; `FastConvolution` and `ShortConvolution` do the same with less arithmetic.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

BLOCK = 3
"""Samples a block in `FastConvolution`."""

_TAP_TRANSFORM = (
    (1 / 2, 0, 0),
    (-1 / 2, -1 / 2, -1 / 2),
    (-1 / 6, 1 / 6, -1 / 6),
    (1 / 6, 1 / 3, 2 / 3),
    (0, 0, 1),
)
"""Matrix G of the Cook-Toom algorithm F(3, 3) with the points 0, 1, -1, 2 and infinity.

Toom 1963 and Cook 1966; as minimal filtering in Lavin and Gray, Fast algorithms for convolutional neural networks,
CVPR 2016, arXiv:1509.09308.
"""


class Convolution(nn.Module):
    """A convolution that is centred: padded with half its taps on both sides.

    Parameters
    ----------
    weight : tensor, shape (channels out, channels in, taps)
        Cast to `dtype` here.
    bias : tensor, shape (channels out,)
        Added to every output sample.
    dtype : torch.dtype
        Type to compute in.
    stride : int
        Input samples between output samples. A strided convolution gets its zeros written out, which is faster on
        CPU; others have the library skip them.
    """

    def __init__(self, weight: Tensor, bias: Tensor, dtype: torch.dtype, stride: int = 1) -> None:
        super().__init__()
        self.weight = nn.Buffer(_channels_last(weight.detach().to(dtype)))
        self.bias = nn.Buffer(bias.detach().to(dtype))
        self.stride = stride
        self.padding = weight.shape[2] // 2

    def forward(self, signal: Tensor) -> Tensor:
        """Convolve (n, samples, channels in) to (n, (samples + 2 * padding - taps) // stride + 1, channels out)."""
        if self.stride == 1:
            return _along_time(signal, self.weight, self.bias, padding=self.padding)
        framed = functional.pad(signal, (0, 0, self.padding, self.padding))
        return _along_time(framed, self.weight, self.bias, stride=self.stride)


class FastConvolution(nn.Module):
    """A centred convolution with 5 multiplications in place of 9, by Cook-Toom on blocks of 3 samples.

    Output i of block b is the sum over j and k of weight[3 j + k] x[3 (b + j) + i + k]. For one j this is a 3-tap
    filter with 3 outputs, made of 5 products of transformed taps and samples instead of 9 of plain ones. As the
    transforms are linear, the sum over j is a convolution over blocks of each of the 5 alone: one grouped
    convolution. In float32 it rounds about five times as coarsely as the plain form.

    Parameters
    ----------
    weight : tensor, shape (channels out, channels in, taps)
        Transformed in float64, then cast to `dtype`.
    bias : tensor, shape (channels out,)
        Added to every output sample.
    dtype : torch.dtype
        Type to compute in.
    """

    def __init__(self, weight: Tensor, bias: Tensor, dtype: torch.dtype) -> None:
        super().__init__()
        channels_out, channels_in, self.taps = weight.shape
        self.block_taps = -(-self.taps // BLOCK)
        taps = functional.pad(weight.detach().double(), (0, self.block_taps * BLOCK - self.taps))
        blocks = taps.view(channels_out, channels_in, self.block_taps, BLOCK)
        transform = torch.tensor(_TAP_TRANSFORM, dtype=torch.float64)
        transformed = torch.einsum("pk,ocjk->pocj", transform, blocks).flatten(0, 1)
        self.weight = nn.Buffer(_channels_last(transformed.to(dtype)))
        # The second product enters all three outputs with the factor 1, so it carries the bias.
        none = torch.zeros_like(bias.detach())
        self.bias = nn.Buffer(torch.cat((none, bias.detach(), none, none, none)).to(dtype))

    def forward(self, signal: Tensor) -> Tensor:
        """Convolve (n, samples, channels in) to (n, samples + 2 * (taps // 2) - taps + 1, channels out)."""
        padding = self.taps // 2
        samples = signal.shape[1] + 2 * padding - self.taps + 1
        blocks = -(-samples // BLOCK)
        framed = signal.new_zeros(len(signal), (blocks + self.block_taps) * BLOCK, signal.shape[2])
        framed[:, padding : padding + signal.shape[1]] = signal
        transformed = _transform_samples(framed.view(len(signal), -1, BLOCK, signal.shape[2]))
        products = _along_time(transformed.flatten(2), self.weight, self.bias, groups=5)
        return _transform_products(products.reshape(len(signal), blocks, 5, -1)).flatten(1, 2)[:, :samples]


class ShortConvolution(Convolution):
    """A centred convolution, as one matrix for signals of one short length: there most taps meet padding.

    Parameters
    ----------
    weight, bias, dtype, stride
        As in `Convolution`, which signals of other lengths are left to.
    samples : int
        The short length.
    """

    def __init__(self, weight: Tensor, bias: Tensor, dtype: torch.dtype, stride: int = 1, samples: int = 1) -> None:
        super().__init__(weight, bias, dtype, stride)
        channels_out, channels_in, taps = weight.shape
        positions = (samples + 2 * self.padding - taps) // stride + 1
        matrix = torch.zeros(positions, channels_out, samples, channels_in, dtype=dtype)
        for position in range(positions):
            for sample in range(samples):
                tap = sample + self.padding - position * stride
                if 0 <= tap < taps:
                    matrix[position, :, sample] = weight[:, :, tap].detach()
        self.matrix = nn.Buffer(matrix.flatten(2).flatten(0, 1))
        self.offset = nn.Buffer(self.bias.repeat(positions))
        self.samples = samples

    def forward(self, signal: Tensor) -> Tensor:
        """Convolve as `Convolution` does."""
        if signal.shape[1] != self.samples:
            return super().forward(signal)
        flat = functional.linear(signal.flatten(1), self.matrix, self.offset)
        return flat.view(len(signal), -1, len(self.bias))


def _transform_samples(blocks: Tensor) -> Tensor:
    """Apply the matrix B^T of F(3, 3) to each block and the first two samples of the next.

    Parameters
    ----------
    blocks : tensor, shape (n, blocks + 1, 3, channels)
        Consecutive samples.

    Returns
    -------
    tensor, shape (n, blocks, 5, channels)
        Factors of the five products.
    """
    x_0, x_1, x_2 = blocks[:, :-1].unbind(2)
    x_3, x_4, _ = blocks[:, 1:].unbind(2)
    factors = blocks.new_empty(len(blocks), blocks.shape[1] - 1, 5, blocks.shape[3])
    u_0, u_1, u_2, u_3, u_4 = factors.unbind(2)
    torch.sub(x_3, x_1, out=u_3)
    torch.add(u_3, x_0, alpha=2, out=u_0).sub_(x_2, alpha=2)
    torch.sub(u_3, x_1, out=u_1).sub_(x_2)
    torch.add(x_3, x_1, alpha=2, out=u_2).sub_(x_2, alpha=3)
    torch.sub(x_4, x_2, out=u_4).sub_(u_3, alpha=2)
    return factors


def _transform_products(products: Tensor) -> Tensor:
    """Apply the matrix A^T of F(3, 3): (n, blocks, 5, channels) to the three outputs, (n, blocks, 3, channels)."""
    m_0, m_1, m_2, m_3, m_4 = products.unbind(2)
    outputs = products.new_empty(*products.shape[:2], BLOCK, products.shape[3])
    y_0, y_1, y_2 = outputs.unbind(2)
    total = m_1 + m_2
    torch.add(m_0, total, out=y_0).add_(m_3)
    torch.sub(m_1, m_2, out=y_1).add_(m_3, alpha=2)
    torch.add(m_4, total, out=y_2).add_(m_3, alpha=4)
    return outputs


def _along_time(
    signal: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0, groups: int = 1
) -> Tensor:
    """Convolve along time as an image of height 1: only so is the channels-last layout kept."""
    image = signal.transpose(1, 2)[:, :, None]
    return functional.conv2d(image, weight, bias, (1, stride), (0, padding), 1, groups)[:, :, 0].transpose(1, 2)


def _channels_last(weight: Tensor) -> Tensor:
    return weight[:, :, None].contiguous(memory_format=torch.channels_last)
