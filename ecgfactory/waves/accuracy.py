"""How well waves are found, as it was measured against cardiologists: `accuracy.json`, beside the weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ACCURACY_FILE = Path(__file__).with_name("accuracy.json")

EXPERTS_TWO_SD_MS = {
    ("P", "onset"): 10.2,
    ("P", "offset"): 12.7,
    ("QRS", "onset"): 6.5,
    ("QRS", "offset"): 11.6,
    ("T", "offset"): 30.6,
}
"""Two standard deviations of cardiologists' differences among themselves: CSE Working Party, Recommendations for
measurement standards in quantitative electrocardiography, Eur Heart J 6:815-825 (1985)."""


@dataclass(frozen=True)
class BoundAccuracy:
    """How well one bound of one wave is found.

    Parameters
    ----------
    wave : str
        One of `WAVES`.
    point : {'onset', 'offset'}
        Which bound.
    f1 : float
        Harmonic mean of sensitivity and positive predictive value, 0 to 1.
    tolerance_ms : float
        A mark counts when it is no further than this from an expert's.
    mean_ms, sd_ms : float
        Mean and standard deviation of the differences found - expert, over the marks that count.
    """

    wave: str
    point: str
    f1: float
    tolerance_ms: float
    mean_ms: float
    sd_ms: float

    @property
    def experts_two_sd_ms(self) -> float | None:
        """Two standard deviations of experts among themselves; None where none were stated."""
        return EXPERTS_TWO_SD_MS.get((self.wave, self.point))


@dataclass(frozen=True)
class Accuracy:
    """How well waves are found.

    Parameters
    ----------
    source : str
        What it was measured on, as the dataset card says it: the database with its version, which records, which leads,
        whose marks; one or more sentences, each with its full stop.
    records : int
        How many records that was.
    bounds : tuple of BoundAccuracy
        Onset and offset of P, QRS and T, in this order.
    records_without_p, of_these_with_p_found : int
        Records in which experts marked no P wave, and those of them in which P waves were found.
    """

    source: str
    records: int
    bounds: tuple[BoundAccuracy, ...]
    records_without_p: int
    of_these_with_p_found: int

    @property
    def macro_f1(self) -> float:
        """Mean F1 over the bounds."""
        return sum(bound.f1 for bound in self.bounds) / len(self.bounds)


@cache
def load_accuracy() -> Accuracy | None:
    """Read what was measured; None where nothing was."""
    if not ACCURACY_FILE.is_file():
        return None
    content = json.loads(ACCURACY_FILE.read_text(encoding="utf-8"))
    return Accuracy(**content | {"bounds": tuple(BoundAccuracy(**bound) for bound in content["bounds"])})
