"""The Pulse2Pulse generator with its decoder in polyphase form: the same function, a sixth of the arithmetic.

Each decoder stage of the network repeats every sample 5 or 2 times (nearest-neighbour upsampling) and then
convolves with 25 taps, so neighbouring taps meet the same sample. Summed beforehand, they leave a convolution of
6 (or 13) taps on the short signal that makes all 5 (or 2) output phases at once (polyphase decomposition:
Crochiere and Rabiner, Multirate Digital Signal Processing, 1983, chapter 3): 113 M multiply-adds for a record of
10 s instead of 313 M. Convolutions in the Fourier domain and two small matrices leave 54 M.

Signals are kept channels-last, (n, samples, channels): there the interleaving of output phases is a reshape that
moves nothing, and the convolutions need no reordering.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecgfactory.generators.convolutions import Convolution, FourierConvolution, ShortConvolution
from ecgfactory.generators.reflected_edges import ReflectedEdges

SCALE_UV = 6000.0
"""The network's output, within [-1, 1], times this is uV (the published generator's own scale)."""

SAMPLES = 5000
"""Length of an ECG: 10 s."""

INNERMOST_SAMPLES = 2
"""Length of the innermost signal."""

MENDED_STAGES = ("deconv_6", "deconv_7")
"""The last two stages: deeper ones reach further into the ECG, where there is nothing to mend."""

MENDED_SAMPLES = 36
"""How many samples at either end of an ECG the padding of those stages reaches."""


class PolyphaseNetwork(nn.Module):
    """The published generator, for inference only, with its edges mended or as published.

    It pads every signal with zeros, which leaves the first and last 20 ms of its ECGs more than twice as rough as the
    rest. Mended, its last two stages see their signals reflected at both ends instead; all but the first and last
    `MENDED_SAMPLES` samples stay as they are, to the bit. Padding with the value at the edge would pass the policies as
    often, but leave the last steps half as large as those before.

    Parameters
    ----------
    upstream : torch.nn.Module
        A `deepfakeecg.models.Generator` with its weights loaded.
    dtype : torch.dtype
        Floating type to compute in. Weights are derived in float64 and then cast.
    mended : bool
        Whether to mend its edges.
    """

    def __init__(self, upstream: nn.Module, dtype: torch.dtype = torch.float32, *, mended: bool = True) -> None:
        super().__init__()
        stages: dict[str, Any] = dict(upstream.named_children())
        # Each stage in the form that measures fastest; the published network has no deconv_4.
        self.encoder = nn.ModuleList(
            form(stages[name].weight, stages[name].bias, dtype, stages[name].stride[0])
            for name, form in (
                ("conv_1", Convolution),
                ("conv_2", Convolution),
                ("conv_3", partial(FourierConvolution, window=34)),
                ("conv_4", partial(FourierConvolution, window=18)),
                ("conv_5", partial(FourierConvolution, window=13)),
                ("conv_6", partial(ShortConvolution, samples=INNERMOST_SAMPLES * 5)),
            )
        )
        self.decoder = nn.ModuleList(
            UpsampledConvolution(stages[name], form, dtype, reflects=mended and name in MENDED_STAGES)
            for name, form in (
                ("deconv_1", partial(ShortConvolution, samples=INNERMOST_SAMPLES)),
                ("deconv_2", partial(FourierConvolution, window=13)),
                ("deconv_3", partial(FourierConvolution, window=24)),
                ("deconv_5", partial(FourierConvolution, window=36)),
                ("deconv_6", partial(FourierConvolution, window=18)),
                ("deconv_7", Convolution),
            )
        )

    @torch.inference_mode()
    def forward(self, noise: Tensor) -> Tensor:
        """Turn noise into ECGs.

        Parameters
        ----------
        noise : float tensor, shape (n, 8, 5000)
            Uniform in [-1, 1), on this module's device.

        Returns
        -------
        float tensor, shape (n, 8, 5000)
            Leads in uV, not rounded; a view that is contiguous channels-last.
        """
        with _ieee_float32(noise.device):
            signal = noise.transpose(1, 2)
            encoded = []
            for stage in self.encoder:
                signal = functional.leaky_relu_(stage(signal))
                encoded.append(signal)
            first, *middle, last = self.decoder
            signal = functional.relu_(first(signal))
            for stage, skip in zip(middle, encoded[4:0:-1], strict=True):
                signal = functional.relu_(stage(signal, skip))
            # tanh(z) = 2 sigmoid(2 z) - 1, which torch computes six times as fast.
            sigmoid = torch.sigmoid_(last(signal).mul_(2))
            return sigmoid.mul_(2 * SCALE_UV).sub_(SCALE_UV).transpose(1, 2)

    @torch.inference_mode()
    def signal_uv(self, noise: Tensor) -> Tensor:
        """Turn noise into stored signals: `forward`, rounded half to even.

        Returns
        -------
        int16 tensor, shape (n, 8, 5000)
            Contiguous, 1 uV per unit.
        """
        return torch.round_(self.forward(noise)).to(torch.int16).contiguous()


class UpsampledConvolution(nn.Module):
    """A decoder stage: nearest-neighbour upsampling and a convolution that keeps the length, merged.

    Parameters
    ----------
    stage : torch.nn.Module
        A decoder stage of the published network: `upsample`, the factor, and `conv1d`.
    form : callable
        Makes the convolution from weight, bias and dtype; one of the classes of `convolutions`.
    dtype : torch.dtype
        Type to compute in.
    reflects : bool
        Whether the signal is reflected at both ends, not padded with zeros.
    """

    def __init__(self, stage: Any, form: Callable[..., nn.Module], dtype: torch.dtype, *, reflects: bool) -> None:
        super().__init__()
        self.factor = int(stage.upsample)
        weight, self.lead = polyphase_weight(stage.conv1d.weight.detach(), self.factor)
        self.phases = form(weight, stage.conv1d.bias.detach().repeat(self.factor), dtype)
        self.edges = ReflectedEdges(weight, dtype) if reflects else None

    def forward(self, *signals: Tensor) -> Tensor:
        """Turn (n, samples, channels in), in parts, into (n, factor * samples, channels out)."""
        records, samples = signals[0].shape[:2]
        phases: Tensor = self.phases(*signals)
        if self.edges is not None:
            phases = self.edges(phases, *signals)
        interleaved = phases.reshape(records, phases.shape[1] * self.factor, -1)
        return interleaved[:, self.lead : self.lead + samples * self.factor]


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
