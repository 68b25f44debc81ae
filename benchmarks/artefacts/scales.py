"""On which scale there is more or less of a kind: its signal-to-noise ratio, its amount, or which of a few it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefacts.base import Artefact
from ecgfactory.artefacts.mixture import kind_named
from ecgfactory.validation.evidence import Cases
from ecgfactory.validation.faults import Fault

SNR = "SNR"
SNR_EDGES_DB = np.arange(-12, 37, 4.0)
BINS = 8
MOST_WORDS = 14
FEWEST_CASES = 5
"""Of fewer a share says nothing."""


@dataclass(frozen=True)
class Scale:
    """A scale.

    Parameters
    ----------
    label : str
        What it is, with its unit.
    by : str
        `SNR`, `amount`, or the name of a parameter.
    more_is_worse : bool
        Which of its ends is the bad one.
    """

    label: str
    by: str = "amount"
    more_is_worse: bool = True

    def values(self, cases: Cases) -> Float64Array | list[str]:
        """Where each of the cases is on it: numbers, or words."""
        if self.by == SNR:
            return cases.snr_db
        if self.by == "amount":
            return cases.amount
        found = [parameters.get(self.by, "") for parameters in cases.parameters]
        if all(isinstance(value, int | float) for value in found):
            return np.array(found, dtype=np.float64)
        return [", ".join(map(str, value)) if isinstance(value, list) else str(value) for value in found]

    def bins(self, cases: Cases) -> Iterator[tuple[float | str, BoolArray]]:
        """Part cases by it: the middle of each part, or its word, and which cases are in it."""
        values = self.values(cases)
        if isinstance(values, list):
            words = np.array(values)
            yield from ((word, words == word) for word in sorted(set(values)))
        elif len(different := np.unique(values)) <= MOST_WORDS:
            yield from ((float(value), values == value) for value in different)
        else:
            edges = SNR_EDGES_DB if self.by == SNR else np.quantile(values, np.linspace(0, 1, BINS + 1))
            for low, high in zip(edges, edges[1:], strict=False):
                inside = (values >= low) & ((values < high) | ((high == edges[-1]) & (values == high)))
                if inside.sum() >= FEWEST_CASES:
                    yield float(np.median(values[inside])), inside

    def worst(self, cases: Cases, share: float = 1 / 3) -> BoolArray:
        """Say which of the cases are among the worst ones; of words, all are."""
        values = self.values(cases)
        if isinstance(values, list):
            return np.ones(len(cases), dtype=bool)
        edge = np.quantile(values, 1 - share if self.more_is_worse else share)
        return values >= edge if self.more_is_worse else values <= edge


OF_KINDS: dict[str, Scale] = {}
"""Where the amount alone does not tell."""


def scale_of(kind: Artefact | Fault) -> Scale:
    """Return the scale of a kind of artefact or fault."""
    if isinstance(kind, Fault):
        return Scale(kind.unit)
    if kind.is_scaled:
        return Scale("SNR (dB)", SNR, more_is_worse=False)
    return OF_KINDS.get(kind.name) or Scale(f"{kind.amount} ({kind.unit})" if kind.unit else kind.amount)


def scale_named(name: str) -> Scale:
    """Return the scale of the kind of artefact of a name."""
    return scale_of(kind_named(name))
