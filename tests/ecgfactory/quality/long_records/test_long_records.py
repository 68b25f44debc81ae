"""Records of more than 20 s: their windows, what is measured in pieces, and what the windows' verdicts mean."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.foreign.long_ecgs import measure_long_ecg
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.features import measure
from ecgfactory.quality.long_records.batch import measured_batch
from ecgfactory.quality.long_records.measures import LongMeasures, measure_long
from ecgfactory.quality.long_records.verdicts import Window, judge_by_windows
from ecgfactory.quality.long_records.windows import is_long, shared_by_last, window_starts
from ecgfactory.quality.policy import load_policy
from ecgfactory.validation.simulated import DOWER
from tests.drawn_ecgs import drawn_ecg

SAMPLES = 47 * 500 + 123


def breathing_ecg(samples: int = SAMPLES, seed: int = 5, leads: int = 8) -> SignalUv:
    """An ECG of about 75 beats a minute that breathes, with a little noise, shape (leads, samples), in uV."""
    rng = np.random.default_rng(seed)
    duration_s = samples / 500
    beats_s = np.cumsum(0.8 + 0.05 * np.sin(np.arange(round(duration_s / 0.7)) / 2))
    ecg_uv = drawn_ecg(beats_s[beats_s < duration_s], duration_s=duration_s, leads=leads)
    gains = DOWER[:leads] @ (1, 0.6, 0.4)  # as a heart shows itself in the leads
    return (ecg_uv * gains[:, np.newaxis] + rng.normal(0, 4, ecg_uv.shape)).astype(np.int16)


def windows(*failed_rules: str) -> list[Window]:
    """Windows that broke a rule each, or none where it is empty."""
    return [
        Window(10.0 * number, 10.0 * number + 10, (rule,), (f"{rule}: bad",)) if rule else Window(10.0 * number, 0)
        for number, rule in enumerate(failed_rules)
    ]


def assert_same(one: FeatureTable, other: FeatureTable) -> None:
    assert list(one) == list(other)
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)


@given(st.integers(10_001, 200_000))
def test_windows_cover_a_record_and_overlap_in_the_last_alone(samples: int) -> None:
    starts = window_starts(samples)
    assert is_long(samples)
    assert (starts[0], starts[-1] + 5000) == (0, samples)
    assert (np.diff(starts)[:-1] == 5000).all()
    assert 5000 - (starts[-1] - starts[-2]) == shared_by_last(samples) < 5000


@pytest.fixture(scope="module")
def whole() -> LongMeasures:
    """What a long ECG is measured as, that is held whole."""
    return measure_long_ecg(breathing_ecg(), EIGHT_LEADS)


@settings(max_examples=4)
@given(st.lists(st.integers(0, SAMPLES), max_size=5, unique=True))
def test_pieces_of_any_lengths_are_measured_as_the_whole(whole: LongMeasures, cuts: list[int]) -> None:
    signal_uv = breathing_ecg()
    pieces = [signal_uv[:, begin:end] for begin, end in pairwise([0, *sorted(cuts), SAMPLES])]
    measured = measure_long(pieces, SAMPLES, EIGHT_LEADS)
    assert_same(measured.features, whole.features)
    assert_same(measured.windows, whole.windows)


def test_missing_samples_of_pieces_are_counted_once() -> None:
    signal_uv = breathing_ecg().astype(np.float64)
    signal_uv[0, [7, 19_000]] = np.nan  # the latter in the last window and the one before
    for measured in (
        measure_long(np.split(signal_uv, [9000, 15_000], axis=1), SAMPLES, EIGHT_LEADS),
        *measured_batch(signal_uv[np.newaxis], EIGHT_LEADS).long,
    ):
        assert measured.windows["missing_samples"].tolist() == [1, 0, 0, 1, 1]
        assert measured.features["missing_samples"] == 2


def test_pieces_are_forgotten_once_they_are_measured() -> None:
    ecg_uv, alive, most = breathing_ecg(60 * 500, leads=2), [], 0

    def pieces() -> Iterator[npt.NDArray[Any]]:
        nonlocal most
        for _ in range(30):
            piece = ecg_uv.copy()
            alive.append(weakref.ref(piece))
            yield piece
            del piece
            most = max(most, sum(reference() is not None for reference in alive))

    measure_long(pieces(), 30 * 60 * 500, ("II", "V5"))
    assert most <= 8  # what 32 windows need, 320 s, and what overlaps


def test_a_record_that_ends_early_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"the pieces end at sample 12,000; 15,000 were announced"):
        measure_long([breathing_ecg(12_000)], 15_000, EIGHT_LEADS)


def test_records_of_a_batch_are_measured_as_each_alone(whole: LongMeasures) -> None:
    signals_uv = np.stack([breathing_ecg(), *(breathing_ecg(seed=seed) for seed in range(7))])
    measured = measured_batch(signals_uv, EIGHT_LEADS)
    assert len(measured.long) == len(measured.features["beats"]) == 8
    assert_same(measured.long[0].features, whole.features)
    assert_same(measured.long[0].windows, whole.windows)
    last = measure_long([signals_uv[-1]], SAMPLES, EIGHT_LEADS)
    assert_same({name: values[-1:] for name, values in measured.features.items()}, last.features)


def test_a_long_record_of_a_batch_is_judged_by_its_windows() -> None:
    good, bad = breathing_ecg(), breathing_ecg()
    bad[3, 3000:12_000] = 17
    verdicts = measured_batch(np.stack([good, bad]), EIGHT_LEADS).judged_by(load_policy("basic"))
    assert verdicts.accepted.tolist() == [True, False]
    assert "lead_alive: 0 uV in lead V2 is below 100 (in 1 of 5 windows, first at 0:00:10)" in verdicts.reasons[1]


def test_up_to_20_s_records_of_a_batch_are_measured_and_judged_whole() -> None:
    signals_uv = breathing_ecg(10_000)[np.newaxis]
    measured = measured_batch(signals_uv, EIGHT_LEADS)
    assert_same(measured.features, measure(signals_uv, EIGHT_LEADS))
    assert measured.beats is not None
    assert measured.waves is not None
    assert measured.judged_by(load_policy("basic")).accepted.tolist() == [True]


@pytest.mark.parametrize(("passed", "failed", "accepted"), [(4, 1, True), (8, 2, True), (7, 2, False), (0, 3, False)])
def test_four_of_five_windows_must_pass(passed: int, failed: int, accepted: bool) -> None:
    failed_rules, reasons = judge_by_windows(windows(*[""] * passed, *["noise"] * failed))
    assert failed_rules == (() if accepted else ("noise",))
    assert len(reasons) == len(failed_rules)
