"""The rhythms of some records as a table: one row per stretch in one rhythm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.errors import BadInputError
from ecgfactory.record_rows import RecordRows
from ecgfactory.rhythm_kinds import KINDS, NAMES, RhythmKind

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class RhythmTable(RecordRows):
    """Stretches in one rhythm, one row each, in the order of records and time; those of a record touch each other.

    A notebook shows it as the table that `to_frame` returns.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the records' leads.
    records : int
        How many records there are.
    record : int32 array, shape (stretches,)
        Which record each is in, from 0; rising.
    rhythm : int8 array, shape (stretches,)
        Place in `rhythm_kinds.NAMES`.
    onset, offset : int32 array, shape (stretches,)
        First and last sample, counted from the start of the record.
    """

    _noun = "rhythms"
    _columns = ("rhythm", "onset", "offset")

    rhythm: npt.NDArray[np.int8]
    onset: npt.NDArray[np.int32]
    offset: npt.NDArray[np.int32]

    @property
    def kind_of_each(self) -> list[RhythmKind]:
        """What the rhythm of each stretch is."""
        return [KINDS[NAMES[rhythm]] for rhythm in self.rhythm.tolist()]

    def kinds_of_records(self) -> list[list[RhythmKind]]:
        """Return the rhythms of each record, each once, in order of time."""
        kinds: list[list[RhythmKind]] = [[] for _ in range(self.records)]
        for record, kind in zip(self.record.tolist(), self.kind_of_each, strict=True):
            if kind not in kinds[record]:
                kinds[record].append(kind)
        return kinds

    def of_stretch(self, start: int, stop: int) -> Self:
        """Return the rhythms of a stretch of their records, counted from its start and cut off at its ends.

        Parameters
        ----------
        start, stop : int
            First sample of the stretch, and the one after its last.
        """
        inside = self.where((self.offset >= start) & (self.onset < stop))
        onset, offset = (np.clip(ends, start, stop - 1) - start for ends in (inside.onset, inside.offset))
        return replace(inside, onset=onset.astype(np.int32), offset=offset.astype(np.int32))

    def to_frame(self) -> pd.DataFrame:
        """Return it as a table of pandas.

        Returns
        -------
        DataFrame
            One row per stretch, indexed by `record`; columns `rhythm`, and `onset` and `offset` in samples.
        """
        import pandas as pd

        columns = {
            "rhythm": pd.Categorical.from_codes(self.rhythm, pd.Index(NAMES)),
            "onset": self.onset,
            "offset": self.offset,
        }
        return pd.DataFrame(columns, index=pd.Index(self.record, name="record"))

    def _repr_html_(self) -> str:
        html: str = self.to_frame()._repr_html_()  # type: ignore[operator]
        return html

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(kind.name for kind in self.kind_of_each))
        return f"RhythmTable of {self._ecgs}: {names or 'none'}"


def uncomposed(place: str) -> BadInputError:
    """Return the error that tells which ECGs come with rhythms and symbols of beats."""
    return BadInputError(
        f"{place}: ECGs are as generated, so neither rhythms nor symbols of beats are known; generate, or build, with "
        "`rhythm`."
    )
