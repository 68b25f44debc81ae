"""On which scale there is more or less of a kind: its signal-to-noise ratio, its amount, or which of a few it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefacts.base import Artefact
from ecgfactory.artefacts.montage import LIMB_ELECTRODES
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.validation.evidence import Cases
from ecgfactory.validation.faults import Fault

SNR_EDGES_DB = np.arange(-12, 37, 4.0)
BINS = 8
MOST_AMOUNTS = 8
"""As many different amounts are no range, but each a place of its own."""

FEWEST_CASES = 5
"""Of fewer a share says nothing."""

Word = Callable[[Mapping[str, Any], float], str]


@dataclass(frozen=True)
class Scale:
    """A scale.

    Parameters
    ----------
    label : str
        What it is, with its unit.
    more_is_worse : bool
        Which of its ends is the bad one.
    is_ratio : bool
        Whether it is the signal-to-noise ratio; otherwise it is the amount.
    word : callable, optional
        Names what a case is, by its parameters and its amount, where that is no matter of more or less.
    words : sequence of str
        All of these, in order; in that of the alphabet when absent.
    """

    label: str
    more_is_worse: bool = True
    is_ratio: bool = False
    word: Word | None = None
    words: Sequence[str] = ()

    def numbers(self, cases: Cases) -> Float64Array:
        """Where each of the cases is on it."""
        return cases.snr_db if self.is_ratio else cases.amount

    def bins(self, cases: Cases) -> list[tuple[float | str, BoolArray]]:
        """Part cases by it: the middle of each part, or its word, and which cases are in it."""
        parts = [(place, inside) for place, inside in self._parts(cases) if inside.any()]
        return [part for part in parts if part[1].sum() >= FEWEST_CASES] or parts

    def _parts(self, cases: Cases) -> Iterator[tuple[float | str, BoolArray]]:
        if self.word is not None:
            said = np.array([self.word(*case) for case in zip(cases.parameters, cases.amount.tolist(), strict=True)])
            yield from ((word, said == word) for word in self.words or sorted(set(said.tolist())))
            return
        values = self.numbers(cases)
        if len(different := np.unique(values)) <= MOST_AMOUNTS:
            yield from ((float(value), values == value) for value in different)
            return
        edges = SNR_EDGES_DB if self.is_ratio else np.quantile(values, np.linspace(0, 1, BINS + 1))
        for low, high in pairwise(edges):
            inside = (values >= low) & ((values < high) | ((high == edges[-1]) & (values == high)))
            if inside.any():
                yield float(np.median(values[inside])), inside

    def worst(self, cases: Cases, share: float) -> BoolArray:
        """Say which of the cases are among the worst share of them; where it has words, all are."""
        if self.word is not None:
            return np.ones(len(cases), dtype=bool)
        values = self.numbers(cases)
        edge = np.quantile(values, 1 - share if self.more_is_worse else share)
        return values >= edge if self.more_is_worse else values <= edge


def _chest(parameters: Mapping[str, Any], amount: float) -> str:
    cables = parameters["cables"]
    return "-".join(sorted(cables)) if parameters["style"] == "neighbours" else str(parameters["style"])


def _off(parameters: Mapping[str, Any], amount: float) -> str:
    where = "limb" if parameters["electrode"] in LIMB_ELECTRODES else "chest"
    return f"{parameters['style']}, {where}{', part' if parameters['duration_s'] < 9.99 else ''}"


def _gain(parameters: Mapping[str, Any], amount: float) -> str:
    return f"{amount:g}, {'all leads' if parameters['lead'] == 'all' else 'one lead'}"


RATIO = Scale("SNR (dB)", more_is_worse=False, is_ratio=True)

OF_KINDS: dict[str, Scale] = {
    "clipping": Scale("limit (uV)", more_is_worse=False),
    "limb_lead_swap": Scale("cables", word=lambda parameters, _: parameters["swap"]),
    "precordial_swap": Scale("cables", word=_chest),
    "inverted_lead": Scale("lead", word=lambda parameters, _: parameters["lead"], words=TWELVE_LEADS),
    "lead_off": Scale("", word=_off),
    "wrong_gain": Scale("factor", word=_gain),
}
"""Where the amount alone does not tell."""


def scale_of(kind: Artefact | Fault) -> Scale:
    """Return the scale of a kind of artefact or fault."""
    if isinstance(kind, Fault):
        return Scale(kind.unit)
    if kind.is_scaled:
        return RATIO
    return OF_KINDS.get(kind.name) or Scale(f"{kind.amount} ({kind.unit})" if kind.unit else kind.amount)
