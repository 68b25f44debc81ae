"""The rhythms of a dataset, summed up: what was asked for, and what there is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.rhythm_kinds import KINDS, RhythmKind


@dataclass(frozen=True)
class RhythmShare:
    """A rhythm that was asked for.

    Parameters
    ----------
    kind : RhythmKind
        Which.
    asked : float
        Share of the candidates that were to be composed in it, 0 to 1.
    candidates : int
        Candidates that were drawn for it, of those that were examined.
    records : int
        Records that are: those of the candidates that were accepted.
    share : float
        Share of the records that are, 0 to 1.
    """

    kind: RhythmKind
    asked: float
    candidates: int
    records: int
    share: float

    @property
    def rejected(self) -> int:
        """Candidates that were rejected."""
        return self.candidates - self.records


def rhythm_shares(files: DatasetFiles) -> list[RhythmShare]:
    """Sum up the rhythms of a dataset, in the order of its plan; none where records are as generated."""
    if not files.is_composed:
        return []
    counts, records = Counter(files.rhythm_names.tolist()), max(len(files.rhythm_names), 1)
    rejected = Counter(files.rejected_table.column("rhythm").to_pylist())
    return [
        RhythmShare(KINDS[name], asked, counts[name] + rejected[name], counts[name], counts[name] / records)
        for name, asked in files.plan.rhythms.items()
    ]
