"""Convolutions along time of channels-last signals, (n, samples, channels), for inference.

`Convolution` is the plain form; `FourierConvolution` and `ShortConvolution` do the same with less arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


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

    def forward(self, *signals: Tensor) -> Tensor:
        """Convolve (n, samples, channels in), whose channels may come in several parts.

        Returns
        -------
        tensor, shape (n, (samples + 2 * padding - taps) // stride + 1, channels out)
        """
        signal = _joined(signals)
        if self.stride == 1:
            return _along_time(signal, self.weight, self.bias, padding=self.padding)
        framed = functional.pad(signal, (0, 0, self.padding, self.padding))
        return _along_time(framed, self.weight, self.bias, stride=self.stride)


class FourierConvolution(nn.Module):
    """A centred convolution in the Fourier domain of short windows (overlap-save), all of it matrix products.

    `stride` samples make a frame. In a window of W frames, the discrete Fourier transform turns the convolution into
    a product of channel matrices for each frequency: complex, so three real products (Gauss). These 3 W / 2 products
    give W - taps + 1 outputs, each of which takes `taps` products in the plain form. Windows are so short that their
    transforms, dense matrices, cost little. In float32 this rounds about as the plain form does.

    Overlap-save and Gauss's products: Blahut, Fast Algorithms for Signal Processing, Cambridge 2010.

    Parameters
    ----------
    weight : tensor, shape (channels out, channels in, taps)
        Transformed in float64, then cast to `dtype`.
    bias : tensor, shape (channels out,)
        Added to every output sample.
    dtype : torch.dtype
        Type to compute in.
    stride : int
        Input samples between output samples.
    window : int
        Frames per window; at least the taps, in frames.
    """

    def __init__(self, weight: Tensor, bias: Tensor, dtype: torch.dtype, stride: int = 1, *, window: int) -> None:
        super().__init__()
        self.stride, self.window = stride, window
        self.sample_taps = weight.shape[2]
        self.padding = self.sample_taps // 2
        by_frame = _taps_by_frame(weight.detach().double(), stride)
        self.frame_taps = by_frame.shape[1]
        analysis, taps_analysis, synthesis = _real_fourier_matrices(window, self.frame_taps)
        self.weight = nn.Buffer(torch.einsum("pt,oti->pio", taps_analysis, by_frame).to(dtype).contiguous())
        self.analysis = nn.Buffer(analysis.to(dtype))
        self.synthesis = nn.Buffer(synthesis.to(dtype))
        self.bias = nn.Buffer((bias.detach().double() * window).to(dtype))  # as the constant's Fourier coefficient

    def forward(self, *signals: Tensor) -> Tensor:
        """Convolve as `Convolution` does."""
        records, samples = signals[0].shape[:2]
        outputs = (samples + 2 * self.padding - self.sample_taps) // self.stride + 1
        held, padding = -(-(self.padding + samples) // self.stride), self.padding // self.stride
        if held <= self.window and outputs + self.frame_taps - 1 - self.window <= padding:
            # One window does: what wraps around meets the padding before the signal.
            windows, step, first = 1, self.window, 0
        else:
            # More padding, so that the last window ends in the zeros before the next record: whatever it held of
            # that record's signal would only cancel up to rounding.
            step, first = self.window - self.frame_taps + 1, self.frame_taps - 1 - padding
            windows = -(-(first + max(outputs, held)) // step)
        framed = self._framed(signals, windows, step, self.padding + first * self.stride)
        factors = torch.bmm(self.analysis.expand(len(framed), -1, -1), framed)
        products = torch.bmm(factors.transpose(0, 1), self.weight)
        products[0] += self.bias
        made = torch.bmm(self.synthesis[:step].expand(len(framed), -1, -1), products.transpose(0, 1))
        return made.view(records, windows * step, -1)[:, first : first + outputs]

    def _framed(self, signals: Sequence[Tensor], windows: int, step: int, padding: int) -> Tensor:
        """Pad signals in front and cut them into windows, (records * windows, window, stride * channels)."""
        records, samples = signals[0].shape[:2]
        channels = sum(signal.shape[2] for signal in signals)
        size = records * windows * step * self.stride
        padded = signals[0].new_empty(size + (self.window - step) * self.stride, channels)
        padded[size:] = 0
        by_record = padded[:size].view(records, -1, channels)
        by_record[:, :padding] = 0
        by_record[:, padding + samples :] = 0
        torch.cat(tuple(signals), dim=2, out=by_record[:, padding : padding + samples])
        width = self.stride * channels
        return padded.as_strided((records * windows, self.window, width), (step * width, width, 1))


class ShortConvolution(nn.Module):
    """A centred convolution of signals of one short length, as one matrix: there most taps meet padding.

    Parameters
    ----------
    weight, bias, dtype, stride
        As in `Convolution`.
    samples : int
        The length.
    """

    def __init__(self, weight: Tensor, bias: Tensor, dtype: torch.dtype, stride: int = 1, *, samples: int) -> None:
        super().__init__()
        channels_out, channels_in, taps = weight.shape
        padding = taps // 2
        positions = (samples + 2 * padding - taps) // stride + 1
        matrix = torch.zeros(positions, channels_out, samples, channels_in, dtype=dtype)
        for position in range(positions):
            for sample in range(samples):
                tap = sample + padding - position * stride
                if 0 <= tap < taps:
                    matrix[position, :, sample] = weight[:, :, tap].detach()
        self.matrix = nn.Buffer(matrix.flatten(2).flatten(0, 1))
        self.offset = nn.Buffer(bias.detach().to(dtype).repeat(positions))
        self.positions = positions

    def forward(self, *signals: Tensor) -> Tensor:
        """Convolve as `Convolution` does."""
        flat = functional.linear(_joined(signals).flatten(1), self.matrix, self.offset)
        return flat.view(len(flat), self.positions, -1)


def _joined(signals: Sequence[Tensor]) -> Tensor:
    return torch.cat(tuple(signals), dim=2) if len(signals) > 1 else signals[0]


def _taps_by_frame(weight: Tensor, stride: int) -> Tensor:
    """Regroup (channels out, channels in, taps) to (channels out, taps in frames, stride * channels in)."""
    channels_out, channels_in, taps = weight.shape
    frames = -(-taps // stride)
    filled = functional.pad(weight, (0, frames * stride - taps)).view(channels_out, channels_in, frames, stride)
    return filled.permute(0, 2, 3, 1).flatten(2)


def _real_fourier_matrices(window: int, taps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the matrices of a circular correlation of `taps` taps with a window, by its Fourier transform.

    Outputs are `synthesis @ ((taps_analysis @ taps) * (analysis @ window))`. With the window's Fourier coefficient
    a + bi and the conjugate of the taps', c + di, the three products of a frequency are c (a + b), a (d - c) and
    b (c + d): the first less the third is the real part of their product, the first and the second its imaginary one.

    Returns
    -------
    analysis : float64 tensor, shape (products, window)
    taps_analysis : float64 tensor, shape (products, taps)
    synthesis : float64 tensor, shape (window, products)
    """
    time = torch.arange(window, dtype=torch.float64)
    analysis, taps_analysis, synthesis = [], [], []
    for frequency in range(window // 2 + 1):
        angle = 2 * math.pi * frequency / window * time
        cos, sin = torch.cos(angle), torch.sin(angle)
        if frequency in (0, window / 2):
            analysis.append(cos)
            taps_analysis.append(cos[:taps])
            synthesis.append(cos / window)
        else:
            analysis += [cos - sin, cos, -sin]
            taps_analysis += [cos[:taps], (sin - cos)[:taps], (cos + sin)[:taps]]
            synthesis += [2 * (cos - sin) / window, -2 * sin / window, -2 * cos / window]
    return torch.stack(analysis), torch.stack(taps_analysis), torch.stack(synthesis, dim=1)


def _along_time(signal: Tensor, weight: Tensor, bias: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """Convolve along time as an image of height 1: only so is the channels-last layout kept."""
    image = signal.transpose(1, 2)[:, :, None]
    return functional.conv2d(image, weight, bias, (1, stride), (0, padding))[:, :, 0].transpose(1, 2)


def _channels_last(weight: Tensor) -> Tensor:
    return weight[:, :, None].contiguous(memory_format=torch.channels_last)
