"""What artefacts a dataset holds, summed up for card and report by its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.base import Artefact
from ecgfactory.dataset.names import ARTEFACTS_FILE, RECORDS_FILE
from ecgfactory.errors import BadInputError

ROWS_AT_ONCE = 50_000

SNR_EDGES_DB: Float64Array = np.arange(-30.0, 51.0, 2.0)
"""Edges of the bins in which signal-to-noise ratios are counted; the outermost take what lies beyond."""

_COLUMNS = ["kind", "amount", "unit", "snr_db", "breaks_lead_equations"]


@dataclass
class Spread:
    """The smallest and the largest of some values; NaN where there are none."""

    low: float = float("nan")
    high: float = float("nan")

    def add(self, values: Float64Array) -> None:
        """Take in further values; NaN among them counts for nothing."""
        known = values[~np.isnan(values)]
        if known.size:
            self.low = float(np.fmin(self.low, known.min()))
            self.high = float(np.fmax(self.high, known.max()))

    def words(self, unit: str = "") -> str:
        """Return it for people; empty where there are none."""
        if np.isnan(self.low):
            return ""
        low, high = digits(self.low), digits(self.high)
        return f"{low if low == high else f'{low} to {high}'} {unit}".rstrip()


@dataclass
class KindSummary:
    """The artefacts of one kind.

    Parameters
    ----------
    name : str
        The kind.
    title : str
        What it is, in a few words; its name where the package that brought it is gone.
    amount_says : str
        What the amount says, in words.
    parameters : mapping of str to str
        What each parameter says, in words.
    count : int
        How many there are: at most one in a record.
    unit : str
        Unit of the amount.
    amount, snr_db : Spread
        Amounts, and signal-to-noise ratios.
    broken : int
        How many of them break an equation between leads.
    """

    name: str
    title: str
    amount_says: str
    parameters: Mapping[str, str]
    count: int = 0
    unit: str = ""
    amount: Spread = field(default_factory=Spread)
    snr_db: Spread = field(default_factory=Spread)
    broken: int = 0


@dataclass(frozen=True)
class ArtefactSummary:
    """The artefacts of a dataset.

    Parameters
    ----------
    records, clean_records : int
        All records, and those without an artefact.
    kinds : tuple of KindSummary
        Of each kind that there is, most first.
    snr_counts : int array, shape (bins,)
        Artefacts by signal-to-noise ratio, in the bins of `SNR_EDGES_DB`; of those that have one.
    """

    records: int
    clean_records: int
    kinds: tuple[KindSummary, ...]
    snr_counts: IntArray

    @property
    def artefacts(self) -> int:
        """How many there are."""
        return sum(kind.count for kind in self.kinds)

    @property
    def words(self) -> str:
        """How many records have some, in words."""
        injured = self.records - self.clean_records
        return f"{self.artefacts:,} in {injured:,} records; {self.clean_records:,} are clean"


def summarise_artefacts(dataset: Path) -> ArtefactSummary:
    """Sum up artefacts.parquet, a part at a time, and count the records without any by records.parquet."""
    kinds: dict[str, KindSummary] = {}
    snr_counts = np.zeros(len(SNR_EDGES_DB) - 1, dtype=np.int64)
    for batch in pq.ParquetFile(dataset / ARTEFACTS_FILE).iter_batches(ROWS_AT_ONCE, columns=_COLUMNS):
        snr_db = batch.column("snr_db").to_numpy(zero_copy_only=False)
        inside = np.clip(snr_db[~np.isnan(snr_db)], SNR_EDGES_DB[0], SNR_EDGES_DB[-1])
        snr_counts += np.histogram(inside, SNR_EDGES_DB)[0]
        for name in pc.unique(batch.column("kind")).to_pylist():
            rows = batch.filter(pc.equal(batch.column("kind"), name))
            kind = kinds.setdefault(name, _empty(name))
            kind.count += rows.num_rows
            kind.unit = kind.unit or rows.column("unit")[0].as_py()
            kind.amount.add(rows.column("amount").to_numpy(zero_copy_only=False))
            kind.snr_db.add(rows.column("snr_db").to_numpy(zero_copy_only=False))
            kind.broken += pc.sum(rows.column("breaks_lead_equations")).as_py() or 0
    clean = pq.read_table(dataset / RECORDS_FILE, columns=["is_clean"]).column("is_clean")
    ordered = sorted(kinds.values(), key=lambda kind: (-kind.count, kind.name))
    return ArtefactSummary(len(clean), pc.sum(clean).as_py() or 0, tuple(ordered), snr_counts)


def kind_class(name: str) -> type[Artefact] | None:
    """Return the kind of a name; None where it can't be had, as the package that brought it is gone."""
    try:
        return ARTEFACTS.load(name)
    except BadInputError:
        return None


def _empty(name: str) -> KindSummary:
    kind = kind_class(name)
    return KindSummary(name, kind.title, kind.amount, kind.parameters) if kind else KindSummary(name, name, "", {})


def digits(value: float) -> str:
    """Write a number for people: of three digits, and all of those before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
