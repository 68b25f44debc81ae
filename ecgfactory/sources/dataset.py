"""The ECGs of a dataset of ours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.record import record_id
from ecgfactory.sources.source import RECORDS_AT_ONCE, Chunk, Source, at_500_hz

MOST_OF_DATASET = 10_000
"""Records that take part: more would tell nothing that could be shown."""


class DatasetSource(Source):
    """A dataset of ours, published or about to be: its records as they are stored, with artefacts if they have any.

    Parameters
    ----------
    files : DatasetFiles
        Its files.
    """

    def __init__(self, files: DatasetFiles) -> None:
        self.name = files.title
        self.filters = files.plan.recorder.filters
        self.followed = files.plan.followed
        self._files = files

    def chunks(self) -> Iterator[Chunk]:
        """Yield the ECGs in candidate order."""
        reader = self._files.reader(EIGHT_LEADS)
        candidates = self._files.candidates
        rate_hz = self._files.plan.recorder.rate_hz
        chosen = np.linspace(0, len(candidates) - 1, min(len(candidates), MOST_OF_DATASET)).round().astype(np.int64)
        for start in range(0, len(chosen), RECORDS_AT_ONCE):
            places = chosen[start : start + RECORDS_AT_ONCE]
            names = [record_id(candidate) for candidate in candidates[places]]
            yield Chunk(names, EIGHT_LEADS, at_500_hz(reader.read(places), rate_hz), rate_hz)

    def left_out(self) -> dict[str, int]:
        """Count those beyond the most that take part."""
        return {f"beyond {MOST_OF_DATASET:,}, evenly spaced": max(len(self._files.candidates) - MOST_OF_DATASET, 0)}

    def notes(self) -> list[str]:
        """Say where not all ECGs take part, and where artefacts do."""
        held = len(self._files.candidates)
        notes = [f"{MOST_OF_DATASET:,} of {held:,} records, evenly spaced"] if held > MOST_OF_DATASET else []
        return [*notes, "records as stored, with their artefacts"] if self._files.has_artefacts else notes
