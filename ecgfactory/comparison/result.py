"""The result of a comparison: what pages, cards and JSON are written from."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from os import PathLike
from typing import Any

from ecgfactory.comparison.findings import Coverage, FeatureComparison, Floor, TwoSampleTest
from ecgfactory.leads import SignalUv
from ecgfactory.realism.privacy import Privacy
from ecgfactory.storage.home import from_home

SIGNIFICANT_DIGITS = 6
"""Of numbers in JSON, so that the last bits of a sum do not reach a file."""


@dataclass(frozen=True)
class Side:
    """The ECGs on one side of a comparison.

    Parameters
    ----------
    name : str
        Name of the dataset and the beginning of its plan id, or of the file or folder.
    ecgs : int
        ECGs that are compared.
    pieces : int
        Pieces of them; more than one of an ECG of 20 s or more.
    notes : tuple of str
        What was left out and why, with counts, and what was assumed, each a phrase for people.
    """

    name: str
    ecgs: int
    pieces: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """What was compared, and how it was made comparable.

    Parameters
    ----------
    dataset, reference : Side
        The ECGs in question and those that they are held against.
    holdout : Side or None
        More ECGs of the reference's kind, which the dataset's maker never saw.
    lead_names : tuple of str
        Leads that both sides have, of the eight independent ones.
    sampling_rate_hz : int
        Samples per second of both sides as compared.
    band_hz : tuple of float
        Lower and upper edge of the band that both sides were filtered to.
    piece_s : float
        Length of the pieces.
    notes : tuple of str
        What limits the comparison, as a small reference, each a sentence for people.
    """

    dataset: Side
    reference: Side
    holdout: Side | None
    lead_names: tuple[str, ...]
    sampling_rate_hz: int
    band_hz: tuple[float, float]
    piece_s: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """An ECG of one side, to be drawn.

    Parameters
    ----------
    record : str
        Its id, or its name below what was read.
    index : int
        Its place among the pieces of its side.
    score : float
        Probability, by classifiers that had not seen it, that it is of the dataset; NaN where it took no part.
    signal_uv : int16 array, shape (leads, samples)
        As compared, with the leads of `Compared.lead_names`; not part of the JSON.
    """

    record: str
    index: int
    score: float
    signal_uv: SignalUv


@dataclass(frozen=True)
class Examples:
    """ECGs to look at.

    Parameters
    ----------
    most_betrayed, typical, least_betrayed : tuple of Example
        Of the dataset: those that the classifier was surest of, those in the middle, and those that it took for real.
    reference : tuple of Example
        Of the reference, those that it was surest of.
    pairs : tuple of (Example, Example)
        Of the dataset and the reference, in the order of the pairs that the search for copies describes.
    """

    most_betrayed: tuple[Example, ...]
    typical: tuple[Example, ...]
    least_betrayed: tuple[Example, ...]
    reference: tuple[Example, ...]
    pairs: tuple[tuple[Example, Example], ...] = ()


@dataclass(frozen=True, repr=False)
class Comparison:
    """Everything that a comparison found; printed, it is its summary.

    Parameters
    ----------
    data : Compared
        What was compared.
    two_sample : TwoSampleTest
        Whether a classifier tells the sides apart.
    floor : Floor
        The same test within the reference.
    features : tuple of FeatureComparison
        Every feature, the largest Wasserstein distance first.
    coverage : Coverage
        Precision, recall and their like.
    privacy : Privacy
        The search for copies.
    examples : Examples
        ECGs to look at.
    """

    data: Compared
    two_sample: TwoSampleTest
    floor: Floor
    features: tuple[FeatureComparison, ...]
    coverage: Coverage
    privacy: Privacy
    examples: Examples

    def __repr__(self) -> str:
        from ecgfactory.comparison.summary import summary_text  # written from what is here

        return summary_text(self)

    def save(self, folder: str | PathLike[str], overwrite: bool = False) -> None:
        """Write a web page, a PDF and the JSON.

        Parameters
        ----------
        folder : str or Path
            Where; made if it is not there.
        overwrite : bool
            Whether such files in it are replaced.

        Raises
        ------
        BadInputError
            When a file may not or can't be written.
        """
        from ecgfactory.comparison.files import save  # loads what draws, which a comparison alone does without

        save(self, from_home(folder), overwrite)

    def to_json(self) -> dict[str, Any]:
        """Return everything but signals as values that JSON knows; a number that does not exist is None."""
        content: dict[str, Any] = _plain(self)
        return content


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json") and not isinstance(value, Comparison):
        return _plain(value.to_json())
    if is_dataclass(value):
        named = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(inner) for name, inner in named if name != "signal_uv"}
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else None
    return value
