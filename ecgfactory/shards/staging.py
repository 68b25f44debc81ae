"""In which formats a shard holds its records until the dataset is put together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format, Labels, SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.npy import NpyFormat
from ecgfactory.request.plan import Plan

_ANY_SPLIT = "all"


class StagedSignals(NpyFormat):
    """The signals of a small shard, whatever their split, until they are in files that shards share: quick to read."""

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, replace(spec, labels=Labels()))  # their waves are in the shard's annotations

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        super().write(replace(batch, splits=np.full(len(batch), _ANY_SPLIT)))

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file, whatever the split."""
        return NpyFormat.staged_path(candidate, _ANY_SPLIT)


def staged_formats(plan: Plan) -> list[type[Format]]:
    """Return the formats that each shard is written in, the one to read it back from first."""
    own = [FORMATS.load(name) for name in plan.request.formats if name not in plan.packed_formats]
    return [StagedSignals, *own] if plan.packs else own
