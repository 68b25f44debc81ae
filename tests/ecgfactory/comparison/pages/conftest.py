"""A small comparison, made by hand: what its pages are drawn from."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ecgfactory.comparison.coverage import DEFINITIONS
from ecgfactory.comparison.findings import (
    Coverage,
    Distribution,
    Estimate,
    FeatureComparison,
    Floor,
    Metric,
    RocCurve,
    Scores,
    Telltale,
    TwoSampleTest,
)
from ecgfactory.comparison.result import Compared, Comparison, Example, Examples, Side
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.realism.copy_bound import CopyBound
from ecgfactory.realism.likest_pair import LikestPair
from ecgfactory.realism.nearness import Nearness
from ecgfactory.realism.privacy import Privacy

HOSTILE = '<b>"x\udcff'
"""A name as a file may have it: markup, and a byte that is no text."""

FEATURES = {
    "qt_ms": ("QT interval", "ms"),
    "power_v4": ("power of V4 between 25 and 40 Hz (1 uV^2/Hz is 0 dB)", "dB"),
    "none": ("a feature that no ECG has", ""),
}


def pulses_uv(later_s: float = 0.0) -> SignalUv:
    """Pulses as sharp as QRS complexes, at uneven times, each lead larger than the one before; shape (8, 5000)."""
    time_s = np.arange(5000) / 500
    beats_s = np.arange(-1, 12) * 0.8 + 0.05 * np.sin(np.arange(13)) + later_s
    lead = np.exp(-0.5 * ((time_s[:, np.newaxis] - beats_s) / 0.02) ** 2).sum(axis=1)
    return np.rint(100 * np.arange(2, 10)[:, np.newaxis] * lead).astype(np.int16)


def feature(name: str) -> FeatureComparison:
    words, unit = FEATURES[name]
    counts, edges, quantiles = (1, 5, 2), (-1.0, 0.0, 1.0, 2.0), (0.1, 0.2, 0.35, 0.5, 0.7)
    distance, shares = Estimate(0.42, 0.31, 0.55), (1.0, 0.9)
    if name == "none":
        counts, edges, quantiles = (), (), (np.nan,) * 5
        distance, shares = Estimate(np.nan, np.nan, np.nan), (0.0, 0.0)
    sides = [Distribution(counts, quantiles, share) for share in shares]
    group = "interval" if name == "qt_ms" else "spectrum"
    return FeatureComparison(name, words, unit, group, edges, sides[0], sides[1], distance, distance, 0.5)


def nearness() -> Nearness:
    bound = CopyBound(0.083, 5.0, 0.6, 20, 30, 40, 1 / 60)
    distances = np.linspace(0.05, 0.4, 40)
    return Nearness(distances, distances[10:], distances < 0.06, bound, 0.9, 0.08, 0.02)


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    """Forty ECGs against thirty, one of them a planted copy: later, upside down and twice as large."""
    real = Example(HOSTILE, 3, 0.1, pulses_uv())
    copy = Example("00000007", 7, 0.6, (-2 * pulses_uv(1.25)).astype(np.int16))
    leads = ((4, 4, -1.0), (7, 7, -1.0))
    pair = LikestPair(7, 3, True, 0.5, ("records",), {"records": 0.01}, 1.25, 1.0, -2.0, leads)
    flagged = np.arange(40) == 7
    telltales = tuple(Telltale(name, f"{FEATURES[name][0]}: lower in the dataset", 0.3, 0.77) for name in FEATURES)
    metrics = {name: Metric(0.9, 0.8, each.words, each.source) for name, each in DEFINITIONS.items()}
    return Comparison(
        data=Compared(
            Side(f"{HOSTILE} ({'long ' * 60})", 40, 40, ()),
            Side("real", 30, 60, (f"1 could not be read (first {HOSTILE}: no ECG)",)),
            Side("others", 20, 20, ()),
            EIGHT_LEADS,
            500,
            (0.5, 150.0),
            10.0,
            ("A note on +-18 uV.",),
        ),
        two_sample=TwoSampleTest(
            Estimate(0.95, 0.85, 0.98),
            30,
            3,
            5,
            "random forest",
            RocCurve((0.0, 0.5, 1.0), (0.6, 0.9, 1.0), 0.87),
            Scores((0.0, 0.5, 1.0), (4, 36), (25, 5)),
            telltales,
        ),
        floor=Floor(Estimate(0.49, 0.4, 0.58), 15, 6),
        features=tuple(map(feature, FEATURES)),
        coverage=Coverage(**metrics, records=15, samples=10, features=4),
        privacy=Privacy(
            40, 30, 20, 50, {way: nearness() for way in ("beats", "records", "leads")}, flagged, (pair,), ()
        ),
        examples=Examples((copy,), (copy,), (copy,), (real,), ((copy, real),)),
    )


@pytest.fixture(scope="session")
def honest(comparison: Comparison) -> Comparison:
    """The same with nobody flagged."""
    pair = dataclasses.replace(comparison.privacy.pairs[0], is_copy=False)
    privacy = dataclasses.replace(comparison.privacy, is_copy=np.zeros(40, dtype=np.bool_), pairs=(pair,))
    return dataclasses.replace(comparison, privacy=privacy)
