"""A table with one row per sample and one column per lead."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecgfactory.foreign.columns import rate_of
from ecgfactory.foreign.recording import Recording, Signal, UnreadableError


def from_frame(frame: pd.DataFrame, name: str) -> Recording:
    """Make a recording from a table."""
    signals = tuple(
        Signal(str(column), "", pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)) for column in frame
    )
    try:
        return Recording(name, signals, rate_of(frame))
    except UnreadableError as error:
        return Recording(name, signals, None, rate_problem=str(error))
