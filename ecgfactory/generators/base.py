"""The interface of every generator of candidates, and all that the rest of ecgfactory knows about one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.generators.model_card import ModelCard
from ecgfactory.leads import SignalUv

Device = Literal["auto", "cpu", "cuda"]
Edges = Literal["mended", "as_published"]

LONGEST_S = 3600
"""Longest ECG that a generator is asked for, in seconds."""

SOURCE_S = 10
"""Length of a generated ECG that records are composed from."""


class Generator(ABC):
    """Makes the signals of candidates from (seed, candidate number) alone: the eight leads of `EIGHT_LEADS`.

    A request is read with the class alone: a module that holds one imports heavy libraries only where they are used.

    Parameters
    ----------
    checkpoint : Checkpoint or None
        The weights; None where the generator has none.
    batch : int
        Candidates generated at a time. Every call of the model has this shape, so that a candidate's signal
        does not depend on which others are made with it.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.
    edges : {'mended', 'as_published'} or None
        What to do about the model's own faults at both ends of an ECG; None is the default. It is given to a generator
        that has `edges`; others may do without the parameter.

    Raises
    ------
    BadInputError
        When the checkpoint or the device can't be used.
    """

    name: ClassVar[str]
    """Key in the registry, and `generator.model` of a request."""

    model_card: ClassVar[ModelCard]
    """What datasets say about it."""

    durations_s: ClassVar[Sequence[int]] = range(1, LONGEST_S + 1)
    """Lengths that it can make, in seconds, in order; any, unless it says otherwise."""

    durations_reason: ClassVar[str] = ""
    """Why it can't make others: ends the sentence that refuses one, after "because"."""

    edges: ClassVar[Mapping[Edges, str]] = {}
    """What `generator.edges` may be with it, the default first: what each does, in full sentences for the dataset card.
    Empty, the default, where its ECGs end as they should."""

    packages: ClassVar[tuple[str, ...]] = ()
    """Installed packages, besides NumPy and SciPy, whose version can change a sample."""

    modules: ClassVar[tuple[str, ...]] = ()
    """Modules that only generating needs, so that worker processes can import them beforehand."""

    @classmethod
    def published_checkpoint(cls) -> Checkpoint | None:
        """Return the weights to use where a request names none; None, the default, for a generator without weights.

        Raises
        ------
        BadInputError
            When they are not installed.
        """
        return None

    @classmethod  # noqa: B027 (a generator without weights has nothing to check)
    def check_checkpoint(cls, checkpoint: Checkpoint) -> None:
        """Check, before any other work, that ECGs can be made with weights of the user's own.

        Raises
        ------
        BadInputError
            When they can't; the sentence begins with the file's path.
        """

    @abstractmethod
    def __init__(
        self, checkpoint: Checkpoint | None, batch: int, device: Device, edges: Edges | None = None
    ) -> None: ...

    @property
    @abstractmethod
    def device_name(self) -> str:
        """The device in use: 'cpu' or 'cuda'."""

    @abstractmethod
    def stream(self, seed: int, batches: Iterable[Sequence[int]], samples: int) -> Iterator[SignalUv]:
        """Make the eight leads of candidates, batch by batch; a device may work ahead of what is taken.

        Parameters
        ----------
        seed : int
            Seed of the dataset.
        batches : iterable of sequence of int
            Candidate numbers, one or more in each.
        samples : int
            Samples per lead: those of one of `durations_s`.

        Yields
        ------
        int16 array, shape (candidates of the batch, 8, samples)
            Leads in the order of `EIGHT_LEADS`, in uV; the caller's to keep.
        """

    def generate(self, seed: int, candidates: Sequence[int], samples: int) -> SignalUv:
        """Make the eight leads of some candidates; see `stream`."""
        return next(iter(self.stream(seed, [candidates], samples)))
