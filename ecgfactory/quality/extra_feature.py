"""Features that installed packages bring, for the rules of a policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.feature import Feature


@dataclass(frozen=True)
class ExtraFeature(Feature):
    """A feature with its measurement.

    A policy's rule may name it as any other feature. It is measured for such policies only, and is then a column of
    the dataset: what is measured follows from the policy, not from what happens to be installed.

    Parameters
    ----------
    name, unit, kind, definition
        As in `Feature`; the name is also that of the entry point, in the group `ecgfactory.quality_rules`.
    measure : callable
        Gets an `EcgBatch`, and returns an array of shape (records,): NaN, or an empty word, where a record can't
        be measured. What it returns for a record may depend on that record alone.
    """

    measure: Callable[[EcgBatch], npt.NDArray[Any]]
