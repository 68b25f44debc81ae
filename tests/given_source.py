"""Sources of ECGs as a test gives them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.recorder.filters import Filters
from ecgfactory.sources.pieces import PIECE
from ecgfactory.sources.source import Chunk, Source

_RNG = np.random.default_rng(3)


class Given(Source):
    """Chunks as a test gives them."""

    def __init__(self, *chunks: Chunk, filters: Filters | None = None) -> None:
        self.name = "given"
        self.filters = filters or Filters()
        self._chunks = chunks

    def chunks(self) -> Iterator[Chunk]:
        """Yield them."""
        yield from self._chunks


def chunk(name: str, leads: tuple[str, ...] = EIGHT_LEADS, samples: int = PIECE, rate_hz: float = 500) -> Chunk:
    """One ECG of noise."""
    return Chunk([name], leads, _RNG.integers(-500, 500, (1, len(leads), samples)).astype(np.int16), rate_hz)
