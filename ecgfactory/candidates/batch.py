"""Candidates that were judged: accepted or not, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ecgfactory.arrays import BoolArray
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.long_record import LongRecord, RecordPiece
from ecgfactory.formats.rows import feature_columns


@dataclass(frozen=True)
class CandidateBatch(RecordBatch):
    """Some candidates, row by row in candidate order.

    Parameters
    ----------
    candidates, splits, signals_uv, features, waves
        As in `RecordBatch`; rejected ones have no waves.
    failed_rules, reasons : list of list of str
        Rules that each broke, and why; empty for an accepted one.
    make_pieces : callable or None
        Of a batch of one long record: as in `LongRecord`; its `signals_uv` has no samples and its `waves` is None then.
    """

    failed_rules: list[list[str]]
    reasons: list[list[str]]
    make_pieces: Callable[[], Iterator[RecordPiece]] | None = field(default=None, kw_only=True)

    @property
    def accepted(self) -> BoolArray:
        """Whether each candidate broke no rule, shape (n,)."""
        return np.array([not rules for rules in self.failed_rules], dtype=bool)

    def take(self, rows: npt.NDArray[np.integer]) -> Self:
        """Return some of the rows, by index."""
        return replace(
            super().take(rows),
            failed_rules=[self.failed_rules[row] for row in rows],
            reasons=[self.reasons[row] for row in rows],
        )

    @property
    def long_record(self) -> LongRecord | None:
        """The record where it is a long one."""
        return LongRecord(self, self.make_pieces) if self.make_pieces else None

    def with_accepted(self, records: int) -> Self:
        """Drop what comes after so many accepted ones."""
        accepted = np.flatnonzero(self.accepted)
        return self.take(np.arange(accepted[records - 1] + 1)) if len(accepted) >= records else self


def rejected_columns(batch: CandidateBatch) -> dict[str, Any]:
    """Columns of rejected candidates: candidate, the rules broken, the reasons in words, and every feature.

    Of those that records are composed of also `rhythm`, after the candidate.
    """
    words = pa.list_(pa.string())
    return {
        "candidate": pa.array(batch.candidates, pa.int64()),
        **({"rhythm": pa.array(batch.composed.rhythm, pa.string())} if batch.composed else {}),
        "failed_rules": pa.array(batch.failed_rules, words),
        "reasons": pa.array(batch.reasons, words),
        **feature_columns(batch.features),
    }
