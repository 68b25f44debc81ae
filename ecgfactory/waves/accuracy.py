"""How well waves are found, as it was measured against cardiologists: `accuracy.json`, beside the weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ACCURACY = Path(__file__).with_name("accuracy.json")
"""What `WaveAccuracy.summary` of `ecgfactory.validation` tells of records that the networks had not seen, with `source`
and `method`: phrases without a full stop."""


@dataclass(frozen=True)
class BoundAccuracy:
    """How well one bound of one wave is found.

    Parameters
    ----------
    name : str
        Such as `QRS onset`.
    f1 : float
        Harmonic mean of sensitivity and positive predictive value over all leads of all records, 0 to 1.
    tolerance_ms : float
        How far a mark may be from an expert's to count.
    mean_error_ms, sd_error_ms : float
        Found less marked, of the bounds that count.
    mean_over_all_ms, sd_over_all_ms : float
        The same over all leads, of one difference of each record, all of them.
    experts_two_sd_ms : float or None
        Two standard deviations of experts about their referee; None where none was stated.
    """

    name: str
    f1: float
    tolerance_ms: float
    mean_error_ms: float
    sd_error_ms: float
    mean_over_all_ms: float
    sd_over_all_ms: float
    experts_two_sd_ms: float | None


@dataclass(frozen=True)
class Accuracy:
    """How well waves are found.

    Parameters
    ----------
    source, method : str
        What it was measured on, and how.
    macro_f1 : float
        Mean F1 over the bounds.
    bounds : tuple of BoundAccuracy
        Onset and offset of P, QRS and T, in the order of a beat.
    p_found, with_p : int
        Records in which P waves were found, of so many in which experts marked some.
    p_falsely_found, without_p : int
        Records in which P waves were found, of so many in which they marked none.
    """

    source: str
    method: str
    macro_f1: float
    bounds: tuple[BoundAccuracy, ...]
    p_found: int
    with_p: int
    p_falsely_found: int
    without_p: int


@cache
def load_accuracy(file: Path = ACCURACY) -> Accuracy:
    """Read what was measured."""
    told = json.loads(file.read_text(encoding="utf-8"))
    bounds = []
    for key, in_leads in told["leads"].items():
        wave, point = key.split("_")
        over_all = told["over_all"][key]
        bounds.append(
            BoundAccuracy(
                f"{wave.upper()} {point}",
                in_leads["f1"],
                in_leads["tolerance_ms"],
                in_leads["mean_error_ms"],
                in_leads["sd_error_ms"],
                over_all["mean_ms"],
                over_all["sd_ms"],
                over_all.get("cse_two_sd_ms"),
            )
        )
    p_found, p_falsely_found = told["p_found"], told["p_falsely_found"]
    return Accuracy(
        told["source"],
        told["method"],
        told["macro_f1"],
        tuple(bounds),
        p_found["records"],
        p_found["of"],
        p_falsely_found["records"],
        p_falsely_found["of"],
    )
