"""ECGs in memory as a source."""

from __future__ import annotations

from collections.abc import Iterator

from ecgfactory.ecgs import Ecgs
from ecgfactory.sources.source import RECORDS_AT_ONCE, Chunk, Source, at_500_hz


class EcgsSource(Source):
    """ECGs in memory.

    Parameters
    ----------
    ecgs : Ecgs
        As `generate` and a dataset's slices give them.
    """

    def __init__(self, ecgs: Ecgs) -> None:
        self.name = ecgs.dataset or f"{len(ecgs):,} ECGs in memory"
        self.filters = ecgs.filters
        self.followed = ecgs.followed
        self._ecgs = ecgs

    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in their order."""
        ecgs, rate_hz = self._ecgs, self._ecgs.sampling_rate_hz
        for start in range(0, len(ecgs), RECORDS_AT_ONCE):
            part = slice(start, start + RECORDS_AT_ONCE)
            signals_uv = at_500_hz(ecgs.signals_uv[part], rate_hz)
            yield Chunk(ecgs.record_ids[part], ecgs.lead_names, signals_uv, rate_hz)
