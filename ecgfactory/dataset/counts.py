"""What an assembled dataset holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from ecgfactory.beat_table import SYMBOLS
from ecgfactory.dataset.names import (
    ANNOTATIONS_FILE,
    ARTEFACTS_FILE,
    BEATS_FILE,
    IMAGES_FILE,
    RECORDS_FILE,
    REJECTED_FILE,
)
from ecgfactory.request.plan import Plan
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.wave_table import ALL_LEADS, BEAT_WAVES, WAVES

ROWS_AT_ONCE = 10_000


class ArtefactCounts(BaseModel):
    """The artefacts in a dataset.

    Parameters
    ----------
    clean_records : int
        Records that have none.
    kinds : dict of str to int
        Artefacts of each kind that there is, most first.
    """

    model_config = ConfigDict(frozen=True)

    clean_records: int
    kinds: dict[str, int]

    @classmethod
    def of(cls, clean_records: int, kinds: Mapping[str, int]) -> Self:
        """Put the kinds in order."""
        return cls(clean_records=clean_records, kinds=_most_first(kinds))


@dataclass(frozen=True)
class Counts:
    """What an assembled dataset holds.

    Parameters
    ----------
    records, examined : int
        Accepted records, and candidates up to the last of them.
    splits : dict of str to int
        Records in each split.
    rejects : dict of str to int
        Candidates that broke each rule, most first.
    waves : dict of str to int
        Waves over all leads, by wave, of which QRS are the beats; empty where none were asked for.
    rhythms : dict of str to int
        Records in each rhythm that there is; empty where they are not composed.
    beats : dict of str to int
        Beats by symbol; empty where records are not composed.
    artefacts : ArtefactCounts or None
        How many records have none, and how many artefacts there are; None where none were asked for.
    pictures : dict of str to int
        Pictures by the kind of damage, most first; empty where none were asked for.
    """

    records: int
    examined: int
    splits: dict[str, int]
    rejects: dict[str, int]
    waves: dict[str, int] = field(default_factory=dict)
    rhythms: dict[str, int] = field(default_factory=dict)
    beats: dict[str, int] = field(default_factory=dict)
    artefacts: ArtefactCounts | None = None
    pictures: dict[str, int] = field(default_factory=dict)


def count(plan: Plan, dataset: Path) -> Counts:
    """Count what an assembled dataset holds by its tables of records and rejects."""
    splits = _counted(dataset / RECORDS_FILE, "split")
    rhythms = _counted(dataset / RECORDS_FILE, "rhythm") if plan.is_composed else {}
    rejects: Counter[str] = Counter()
    rejected = 0
    for batch in pq.ParquetFile(dataset / REJECTED_FILE).iter_batches(ROWS_AT_ONCE, columns=["failed_rules"]):
        rejected += len(batch)
        rejects.update(batch.column("failed_rules").flatten().to_pylist())
    return Counts(
        records=splits.total(),
        examined=splits.total() + rejected,
        splits={split: splits[split] for split in plan.request.splits},
        rejects=dict(rejects.most_common()),
        rhythms={name: rhythms[name] for name in NAMES if name in rhythms},
    )


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda of: (-of[1], of[0])))


def _counted(file: Path, column: str) -> Counter[str]:
    """Count the texts in a column of a table."""
    counted: Counter[str] = Counter()
    for batch in pq.ParquetFile(file).iter_batches(ROWS_AT_ONCE, columns=[column]):
        counted.update(batch.column(column).to_pylist())
    return counted


def count_waves(dataset: Path) -> dict[str, int]:
    """Count the waves over all leads in annotations.parquet, by wave."""
    waves: Counter[str] = Counter()
    for batch in pq.ParquetFile(dataset / ANNOTATIONS_FILE).iter_batches(columns=["lead", "wave"]):
        waves.update(batch.filter(pc.equal(batch.column("lead"), ALL_LEADS)).column("wave").to_pylist())
    return of_waves(waves)


def of_waves(counted: Mapping[str, int]) -> dict[str, int]:
    """Put counts of waves in their order: those of a beat, and others that there are."""
    return {wave: counted.get(wave, 0) for wave in WAVES if wave in BEAT_WAVES or counted.get(wave)}


def count_beats(dataset: Path) -> dict[str, int]:
    """Count the beats in beats.parquet, by symbol."""
    return of_symbols(_counted(dataset / BEATS_FILE, "symbol"))


def of_symbols(counted: Mapping[str, int]) -> dict[str, int]:
    """Put counts of beats in the order of their symbols."""
    return {symbol: counted[symbol] for symbol in SYMBOLS if counted.get(symbol)}


def count_pictures(dataset: Path) -> dict[str, int]:
    """Count the pictures in images.parquet by the kind of damage, most first."""
    return _most_first(_counted(dataset / IMAGES_FILE, "damage"))


def count_artefacts(dataset: Path) -> ArtefactCounts:
    """Count the artefacts in artefacts.parquet, and the records of records.parquet that have none."""
    kinds: Counter[str] = Counter()
    injured: set[str] = set()
    for batch in pq.ParquetFile(dataset / ARTEFACTS_FILE).iter_batches(columns=["record_id", "kind"]):
        kinds.update(batch.column("kind").to_pylist())
        injured.update(batch.column("record_id").to_pylist())
    return ArtefactCounts.of(pq.read_metadata(dataset / RECORDS_FILE).num_rows - len(injured), kinds)
