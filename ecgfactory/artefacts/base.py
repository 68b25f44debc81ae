"""The interface of every kind of artefact."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.montage import Montage


class Stage(IntEnum):
    """Where a signal is changed on its way from the heart to the file; artefacts of a record are put in so."""

    PLACEMENT = 0
    """Electrodes are in other places, or exchanged: the leads measure something else."""

    ELECTRODE = 1
    """A potential is added at electrodes, and reaches the leads through their equations."""

    CHANNEL = 2
    """The recorder changes the leads that it measures; it computes III, aVR, aVL and aVF from them afterwards."""

    LEAD = 3
    """Single leads are changed as they are stored, so that the equations between them may break."""

    LINK = 4
    """What was recorded is changed on its way."""

    LOSS = 5
    """Samples are missing: last of all, so that what is held in their place stays the value before them."""


@dataclass(frozen=True)
class Recording:
    """What a kind may know of the ECG that it is put into.

    Parameters
    ----------
    montage : Montage
        Leads and electrodes.
    samples : int
        Samples per lead.
    rate_hz : float
        Samples per second.
    """

    montage: Montage
    samples: int
    rate_hz: float

    def span(self, seconds: float) -> int:
        """Return a duration in samples, one at least, and no more than the ECG has."""
        return max(1, min(round(seconds * self.rate_hz), self.samples))

    def stretch(self, rng: np.random.Generator, seconds: float) -> tuple[int, int]:
        """Draw where something of a duration is: its first sample and how many it has."""
        length = self.span(seconds)
        return int(rng.integers(self.samples - length + 1)), length

    def electrode(self, rng: np.random.Generator) -> str:
        """Draw one of the electrodes."""
        return self.montage.electrodes[rng.integers(len(self.montage.electrodes))]

    def times_s(self, length: int) -> Float64Array:
        """Return the times of so many samples from the first of them on."""
        return np.arange(length) / self.rate_hz


class Artefact(ABC):
    """A kind of artefact; of the two that derive from this one, `ElectrodeNoise` and `SignalChange`, kinds derive.

    It has no state: what is random comes from the generator that it is given, which follows from the seed and the
    candidate, and from nothing else.
    """

    name: ClassVar[str]
    """Key in the registry, and in requests."""

    title: ClassVar[str]
    """What it is, in a few words."""

    stage: ClassVar[Stage]

    unit: ClassVar[str] = ""
    """Unit of the amount."""

    amount: ClassVar[str] = ""
    """What the amount says, in words; empty where there is none."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Leads without which it can't be put in."""

    parameters: ClassVar[Mapping[str, str]] = {}
    """What each parameter in its truth says, in words."""

    is_scaled: ClassVar[bool] = False
    """Whether it is noise, of which there is as much as the signal-to-noise ratio asked for says."""

    @classmethod
    def lacks(cls, montage: Montage) -> str:
        """Say which leads are missing for it; empty where it can be put in."""
        return " and ".join(lead for lead in cls.needs if lead not in montage.lead_names)


@dataclass(frozen=True)
class Potentials:
    """Potentials that are added at electrodes for a while.

    Parameters
    ----------
    uv : mapping of str to float64 array, each of shape (length,)
        By electrode, of those in `Recording.montage.electrodes`. Those of a scaled kind may be of any size: they are
        multiplied.
    onset : int
        Their first sample within the record.
    amount : float
        How much of it there is; of a scaled kind it is left out, as it is the RMS that it came to.
    parameters : mapping of str to value
        What else is known of it: as JSON holds it.
    """

    uv: Mapping[str, Float64Array]
    onset: int = 0
    amount: float = float("nan")
    parameters: Mapping[str, Any] = field(default_factory=dict)


class ElectrodeNoise(Artefact):
    """A kind that adds potentials at electrodes: the equations between leads stay true."""

    stage = Stage.ELECTRODE
    unit = "uV"
    amount = "root mean square of what is added, over the leads it reaches"
    is_scaled = True

    @abstractmethod
    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw the potentials."""


@dataclass(frozen=True)
class Change:
    """What is known of a change.

    Parameters
    ----------
    onset, offset : int
        First and last sample that it may have changed.
    amount : float
        How much of it there is; NaN where that can't be said.
    parameters : mapping of str to value
        What else is known of it: as JSON holds it.
    """

    onset: int
    offset: int
    amount: float = float("nan")
    parameters: Mapping[str, Any] = field(default_factory=dict)


class SignalChange(Artefact):
    """A kind that changes the leads."""

    @abstractmethod
    def change(self, leads_uv: Float64Array, recording: Recording, rng: np.random.Generator) -> Change:
        """Change the leads in place.

        Parameters
        ----------
        leads_uv : float64 array, shape (leads, samples)
            All leads in uV, as earlier artefacts left them. Before the stage `LEAD` only those in
            `recording.montage.channels` count: the derived ones are computed from them afterwards.
        recording : Recording
            What is known of the ECG.
        rng : numpy.random.Generator
            Where everything random comes from.
        """
