"""The beats of some records as a table: one row per beat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.record_rows import RecordRows

if TYPE_CHECKING:
    import pandas as pd

SYMBOLS = ("N", "A", "V", "j", "E")
"""Symbols of beats, as the MIT-BIH databases have them: normal or conducted as usual, atrial premature (those of a
supraventricular tachycardia too), premature ventricular (those of a ventricular tachycardia too), junctional escape,
ventricular escape. https://archive.physionet.org/physiobank/annotations.shtml"""


@dataclass(frozen=True, eq=False, repr=False)
class BeatTable(RecordRows):
    """Beats, one row each, in the order of records and time.

    A notebook shows it as the table that `to_frame` returns.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the records' leads.
    records : int
        How many records there are, those without a beat included.
    record : int32 array, shape (beats,)
        Which record each is in, from 0; rising.
    sample : int32 array, shape (beats,)
        Its R peak over all leads, counted from the start of the record; rising within a record.
    symbol : int8 array, shape (beats,)
        Place in `SYMBOLS`.
    """

    _noun = "beats"
    _columns = ("sample", "symbol")

    sample: npt.NDArray[np.int32]
    symbol: npt.NDArray[np.int8]

    @property
    def symbol_of_each(self) -> list[str]:
        """Symbol of each beat."""
        return [SYMBOLS[symbol] for symbol in self.symbol.tolist()]

    @property
    def found(self) -> dict[str, int]:
        """How many beats there are of each symbol that occurs, in the order of `SYMBOLS`."""
        found = np.bincount(self.symbol, minlength=len(SYMBOLS)).tolist()
        return {symbol: count for symbol, count in zip(SYMBOLS, found, strict=True) if count}

    def of_stretch(self, start: int, stop: int) -> Self:
        """Return the beats of a stretch of their records, counted from its start.

        Parameters
        ----------
        start, stop : int
            First sample of the stretch, and the one after its last.
        """
        inside = self.where((self.sample >= start) & (self.sample < stop))
        return replace(inside, sample=(inside.sample - start).astype(np.int32))

    def to_frame(self) -> pd.DataFrame:
        """Return it as a table of pandas: one row per beat, indexed by `record`; columns `sample` and `symbol`."""
        import pandas as pd

        columns = {"sample": self.sample, "symbol": pd.Categorical.from_codes(self.symbol, pd.Index(SYMBOLS))}
        return pd.DataFrame(columns, index=pd.Index(self.record, name="record"))

    def _repr_html_(self) -> str:
        html: str = self.to_frame()._repr_html_()  # type: ignore[operator]
        return html

    def __repr__(self) -> str:
        counts = ", ".join(f"{count:,} {symbol}" for symbol, count in self.found.items())
        return f"BeatTable of {self._ecgs}: {counts or 'none'}"
