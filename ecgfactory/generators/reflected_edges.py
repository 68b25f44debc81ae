"""Convolutions that see their signal reflected at both ends, where they are padded with zeros."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class ReflectedEdges(nn.Module):
    """Turns the padding of a centred convolution of stride 1 from zeros into the signal's reflections.

    Convolutions are linear: what another padding adds is the convolution of that padding alone. It follows from as many
    samples at each end as there is padding, and meets as many outputs, so it is a small matrix for either end. All
    other outputs stay as they are, to the bit, whatever form the convolution has.

    Parameters
    ----------
    weight : tensor, shape (channels out, channels in, taps)
        Of the convolution; the matrices are added up in its type.
    dtype : torch.dtype
        Type to compute in.
    """

    def __init__(self, weight: Tensor, dtype: torch.dtype) -> None:
        super().__init__()
        channels_out, channels_in, taps = weight.shape
        self.padding = taps // 2
        first = torch.zeros(self.padding, channels_out, self.padding, channels_in, dtype=weight.dtype)
        last = torch.zeros_like(first)
        for output in range(self.padding):  # and samples, both counted from their end of the signal
            for sample in range(self.padding - output):
                first[output, :, sample] = weight[:, :, self.padding - 1 - output - sample]
                last[output, :, sample] = weight[:, :, taps - self.padding + output + sample]
        self.first = nn.Buffer(first.flatten(2).flatten(0, 1).to(dtype))
        self.last = nn.Buffer(last.flip(0, 2).flatten(2).flatten(0, 1).to(dtype))

    def forward(self, outputs: Tensor, *signals: Tensor) -> Tensor:
        """Add, in place, what the reflections make to what the convolution made of the same signals.

        Parameters
        ----------
        outputs : tensor, shape (n, positions, channels out)
            What the convolution made, padded with zeros.
        *signals : tensor, shape (n, samples, channels in)
            What it was made of, whose channels may come in several parts; at least `padding` samples.

        Returns
        -------
        tensor, shape (n, positions, channels out)
            `outputs`.
        """
        at_first = torch.cat([signal[:, : self.padding] for signal in signals], dim=2).flatten(1)
        at_last = torch.cat([signal[:, -self.padding :] for signal in signals], dim=2).flatten(1)
        shape = (len(outputs), self.padding, -1)
        outputs[:, : self.padding] += functional.linear(at_first, self.first).view(shape)
        outputs[:, -self.padding :] += functional.linear(at_last, self.last).view(shape)
        return outputs
