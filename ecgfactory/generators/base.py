"""What every generator of candidates can do, and how one is made from a plan."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from ecgfactory.generators import GENERATORS
from ecgfactory.leads import SignalUv

if TYPE_CHECKING:
    from ecgfactory.checkpoint import Checkpoint

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
    def generate(self, seed: int, candidates: Sequence[int], samples: int) -> SignalUv:
        """Make the eight model leads of some candidates.

        Parameters
        ----------
        seed : int
            Seed of the dataset.
        candidates : sequence of int
            Candidate numbers, any number of them.
        samples : int
            Length in samples, a multiple of 2500.

        Returns
        -------
        int16 array, shape (candidates, 8, samples)
            Leads in the order of `EIGHT_LEADS`, in uV.
        """


def generator_class(model: str) -> type[Generator]:
    """Import the generator that a request names."""
    module, _, name = GENERATORS[model].partition(":")
    found: type[Generator] = getattr(importlib.import_module(module), name)
    return found
