"""The Pulse2Pulse generator with its decoder in polyphase form: the same function, a third of the arithmetic.

Each decoder stage of the network repeats every sample 5 or 2 times (nearest-neighbour upsampling) and then
convolves with 25 taps, so neighbouring taps meet the same sample. Summed beforehand, they leave a convolution of
6 (or 13) taps on the short signal that makes all 5 (or 2) output phases at once (polyphase decomposition:
Crochiere and Rabiner, Multirate Digital Signal Processing, 1983, chapter 3): 113 M multiply-adds for a record of
10 s instead of 313 M.

Signals are kept channels-last, (n, samples, channels): there the interleaving of output phases is a reshape that
moves nothing, and the convolutions need no reordering.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

SCALE_UV = 6000.0
"""The network's output, within [-1, 1], times this is uV (the published generator's own scale)."""

ENCODER = ("conv_1", "conv_2", "conv_3", "conv_4", "conv_5", "conv_6")
DECODER = ("deconv_1", "deconv_2", "deconv_3", "deconv_5", "deconv_6", "deconv_7")
"""Names of the stages in the published network, which has no deconv_4."""


class PolyphaseNetwork(nn.Module):
    """The published generator, for inference only.

    Parameters
    ----------
    upstream : torch.nn.Module
        A `deepfakeecg.models.Generator` with its weights loaded.
    dtype : torch.dtype
        Floating type to compute in. Weights are derived in float64 and then cast.
    """

    def __init__(self, upstream: nn.Module, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(_Convolution.strided(getattr(upstream, name), dtype) for name in ENCODER)
        self.decoder = nn.ModuleList(
            _Convolution.upsampled(getattr(upstream, name).conv1d, getattr(upstream, name).upsample, dtype)
            for name in DECODER
        )

    @torch.inference_mode()
    def forward(self, noise: Tensor) -> Tensor:
        """Turn noise into ECGs.

        Parameters
        ----------
        noise : float tensor, shape (n, 8, samples)
            Uniform in [-1, 1), on this module's device; samples are a multiple of 2500.

        Returns
        -------
        float tensor, shape (n, 8, samples)
            Leads in uV, not rounded; a view that is contiguous channels-last.
        """
        with _ieee_float32(noise.device):
            signal = noise.transpose(1, 2).contiguous()
            skips = []
            for stage in self.encoder:
                signal = functional.leaky_relu_(stage(signal))
                skips.append(signal)
            first, *middle, last = self.decoder
            signal = functional.relu_(first(signal))
            for stage, skip in zip(middle, (skips[4], skips[3], skips[2], skips[1]), strict=True):
                signal = functional.relu_(stage(torch.cat((signal, skip), dim=2)))
            return torch.tanh_(last(signal)).mul_(SCALE_UV).transpose(1, 2)

    @torch.inference_mode()
    def signal_uv(self, noise: Tensor) -> Tensor:
        """Turn noise into stored signals: `forward`, rounded half to even.

        Returns
        -------
        int16 tensor, shape (n, 8, samples)
            Contiguous, 1 uV per unit.
        """
        return torch.round_(self.forward(noise)).to(torch.int16).contiguous()


class _Convolution(nn.Module):
    """A convolution along time of (n, samples, channels), with its output phases interleaved.

    Parameters
    ----------
    weight : float64 tensor, shape (phases * channels out, channels in, taps)
        Taps of each phase.
    bias : tensor, shape (channels out,)
        Of the convolution that this one replaces.
    stride, padding : int
        As in `torch.nn.Conv1d`.
    phases : int
        Output samples that each position makes.
    lead : int
        Output samples to drop at the start: those before the first input sample.
    dtype : torch.dtype
        Type to compute in.
    """

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor,
        stride: int,
        padding: int,
        phases: int,
        lead: int,
        dtype: torch.dtype,
    ) -> None:
        super().__init__()
        planar = weight.to(dtype)[:, :, None]
        self.weight = nn.Buffer(planar.contiguous(memory_format=torch.channels_last))
        self.bias = nn.Buffer(bias.detach().to(dtype).repeat(phases))
        self.stride, self.padding, self.phases, self.lead = stride, padding, phases, lead

    @classmethod
    def strided(cls, convolution: nn.Conv1d, dtype: torch.dtype) -> _Convolution:
        """Take over an encoder stage as it is."""
        weight = convolution.weight.detach().double()
        bias = convolution.bias
        assert bias is not None
        return cls(weight, bias, convolution.stride[0], int(convolution.padding[0]), 1, 0, dtype)

    @classmethod
    def upsampled(cls, convolution: nn.Conv1d, factor: int, dtype: torch.dtype) -> _Convolution:
        """Merge nearest-neighbour upsampling and the convolution after it, which keeps the length."""
        bias = convolution.bias
        assert bias is not None
        weight, lead = polyphase_weight(convolution.weight.detach(), factor)
        return cls(weight, bias, 1, weight.shape[2] // 2, factor, lead, dtype)

    def forward(self, signal: Tensor) -> Tensor:
        samples = signal.shape[1] // self.stride * self.phases
        output = functional.conv2d(
            signal.transpose(1, 2)[:, :, None], self.weight, self.bias, (1, self.stride), (0, self.padding)
        )
        interleaved = output[:, :, 0].transpose(1, 2).reshape(len(signal), -1, len(self.bias) // self.phases)
        return interleaved[:, self.lead : self.lead + samples]


def polyphase_weight(weight: Tensor, factor: int) -> tuple[Tensor, int]:
    """Merge nearest-neighbour upsampling into the convolution after it.

    With K taps centred on the output sample, output sample t of the upsampled convolution is the sum over k
    of weight[k] x[floor((t + k - K // 2) / factor)]. Position m of the merged one makes the `factor` output
    samples from factor * m + first on; `first` is chosen so that they need the fewest taps together.

    Parameters
    ----------
    weight : tensor, shape (channels out, channels in, K)
        K is odd.
    factor : int
        How often each sample is repeated.

    Returns
    -------
    weight : float64 tensor, shape (factor * channels out, channels in, taps)
        To be used with a padding of taps // 2. Rows are grouped by phase.
    lead : int
        How many of the first interleaved outputs lie before output sample 0.
    """
    half = weight.shape[2] // 2

    def taps_from(first: int) -> Sequence[int]:
        return range((first - half) // factor, (first + factor - 1 + half) // factor + 1)

    first = min(range(factor), key=lambda first: len(taps_from(first)))
    taps = taps_from(first)
    merged = torch.zeros(factor, weight.shape[0], weight.shape[1], len(taps), dtype=torch.float64)
    for phase in range(factor):
        for k in range(weight.shape[2]):
            merged[phase, :, :, taps.index((first + phase + k - half) // factor)] += weight[:, :, k].double()
    return merged.flatten(0, 1), -first % factor


def _ieee_float32(device: torch.device) -> contextlib.AbstractContextManager[None]:
    """Keep cuDNN from rounding float32 products to TF32, and its choice of algorithm fixed."""
    if device.type != "cuda":
        return contextlib.nullcontext()
    flags: contextlib.AbstractContextManager[None] = torch.backends.cudnn.flags(
        enabled=True, benchmark=False, deterministic=True, allow_tf32=False
    )
    return flags
