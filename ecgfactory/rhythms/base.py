"""The interface of every rhythm."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from ecgfactory.rhythms.score import Heart, Score


class Rhythm(ABC):
    """A rhythm that records can be composed in."""

    name: ClassVar[str]
    """As in `rhythm_kinds.KINDS`."""

    shortest_s: ClassVar[float] = 10.0
    """Shortest record that shows it."""

    @abstractmethod
    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """Say what the heart does.

        Parameters
        ----------
        heart : Heart
            Whose heart it is.
        duration_s : float
            Length of the record.
        rng : Generator
            For everything that is drawn.

        Returns
        -------
        Score
        """
