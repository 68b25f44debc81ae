"""What every generator of candidates can do, and how one is made from a plan."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from ecgfactory.generators import GENERATORS
from ecgfactory.leads import SignalUv

if TYPE_CHECKING:
    from ecgfactory.generators.checkpoint import Checkpoint

Device = Literal["auto", "cpu", "cuda"]


class Generator(ABC):
    """Makes the signals of candidates from (seed, candidate number) alone.

    Parameters
    ----------
    checkpoint : Checkpoint
        The weights.
    batch : int
        Candidates generated at a time. Every call of the model has this shape, so that a candidate's signal
        does not depend on which others are made with it.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.

    Raises
    ------
    BadInputError
        When the checkpoint or the device can't be used.
    """

    @abstractmethod
    def __init__(self, checkpoint: Checkpoint, batch: int, device: Device) -> None: ...

    @property
    @abstractmethod
    def device_name(self) -> str:
        """The device in use: 'cpu' or 'cuda'."""

    @abstractmethod
    def stream(self, seed: int, batches: Iterable[Sequence[int]], samples: int) -> Iterator[SignalUv]:
        """Make the eight model leads of candidates, batch by batch; a device may work ahead of what is taken.

        Parameters
        ----------
        seed : int
            Seed of the dataset.
        batches : iterable of sequence of int
            Candidate numbers, one or more in each.
        samples : int
            Length in samples, a multiple of 2500.

        Yields
        ------
        int16 array, shape (candidates of the batch, 8, samples)
            Leads in the order of `EIGHT_LEADS`, in uV; the caller's to keep.
        """

    def generate(self, seed: int, candidates: Sequence[int], samples: int) -> SignalUv:
        """Make the eight model leads of some candidates; see `stream`."""
        return next(iter(self.stream(seed, [candidates], samples)))


def generator_class(model: str) -> type[Generator]:
    """Import the generator that a request names."""
    module, _, name = GENERATORS[model].partition(":")
    found: type[Generator] = getattr(importlib.import_module(module), name)
    return found
