"""ECGs from elsewhere of more than 20 s: verdicts on their windows, and features of the whole."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from ecgfactory.cli.assess import failing_stretches
from ecgfactory.foreign.arrays import assess, measure
from ecgfactory.foreign.assessment import Assessment
from ecgfactory.quality.features import FEATURES
from ecgfactory.quality.long_records.verdicts import Window

LEADS = ("II", "V5")
BEAT_S = 0.8


def steady_ecg(duration_s: float, seed: int = 3) -> npt.NDArray[np.float64]:
    """A beat every 0.8 s, the first at 0 s, with 5 uV of noise, shape (2, samples at 500 Hz), in uV."""
    time_s = np.arange(round(duration_s * 500)) / 500
    phase = (time_s + BEAT_S / 2) % BEAT_S - BEAT_S / 2
    wave = 1000 * np.exp(-((phase / 0.012) ** 2)) - 200 * np.exp(-(((phase - 0.03) / 0.012) ** 2))
    wave += 250 * np.exp(-(((phase - 0.25) / 0.05) ** 2)) + 120 * np.exp(-(((phase + 0.16) / 0.03) ** 2))
    noise = np.random.default_rng(seed).normal(0, 5, (2, len(time_s)))
    steady: npt.NDArray[np.float64] = np.array([[1.0], [0.8]]) * wave + noise
    return steady


def judged(signal_uv: npt.NDArray[Any], policy: str = "basic") -> Assessment:
    found = assess(signal_uv, rate_hz=500, lead_names=LEADS, unit="uV", policy=policy)
    assert isinstance(found, Assessment)
    return found


def test_up_to_20_s_a_record_is_judged_whole() -> None:
    whole, long = judged(steady_ecg(20)), judged(steady_ecg(20.4))
    assert (whole.windows, whole.passed_share) == ((), None)
    assert [(window.start_s, window.end_s) for window in long.windows] == [(0, 10), (10, 20), (10.4, 20.4)]
    assert long.accepted
    assert long.passed_share == 1


def test_one_bad_window_in_many_is_told_and_rejects_nothing() -> None:
    signal = steady_ecg(123.4)
    signal[:, 52 * 500 : 53 * 500] = np.nan
    found = judged(signal)
    assert found.accepted
    assert (found.failed_rules, found.reasons) == ((), ())
    assert [number for number, window in enumerate(found.windows) if not window.accepted] == [5]
    assert "complete: 1,000 samples missing or beyond 32,767 uV" in found.windows[5].reasons
    assert found.windows_passed == 12
    assert repr(found) == "Assessment of 0: accepted, 12 of 13 windows passed"


def test_a_premature_beat_is_no_defect_and_does_not_reject_two_minutes_as_not_normal() -> None:
    signal = steady_ecg(120)
    qrs = signal[:, round(63.95 * 500) : round(64.05 * 500)].copy()
    signal[:, round(64.30 * 500) :][:, :50] += qrs  # 0.35 s after its beat
    assert judged(signal).passed_share == 1
    early = [window.start_s for window in judged(signal, "normal").windows if "no_early_beat" in window.failed_rules]
    assert early == [60]


def test_a_record_with_too_many_bad_windows_says_how_many_broke_each_rule() -> None:
    signal = steady_ecg(100)
    signal[0, 30 * 500 : 60 * 500] = 17
    found = judged(signal)
    assert not found.accepted
    assert found.passed_share == 0.7
    assert "lead_alive: 0 uV in lead II is below 100 (in 3 of 10 windows, first at 0:00:30)" in found.reasons
    assert set(found.failed_rules) == {rule for window in found.windows for rule in window.failed_rules}


def test_features_of_a_long_record_are_those_of_the_whole() -> None:
    signal = steady_ecg(60)
    signal[1, 25 * 500 : 26 * 500] += 3000 * np.sin(np.linspace(0, np.pi, 500))
    found = judged(signal).features
    assert set(found) == {feature.name for feature in FEATURES}
    assert found["heart_rate_bpm"] == pytest.approx(75, abs=0.01)
    assert abs(int(found["beats"] or 0) - 75) <= 1
    assert found["rr_max_ms"] == pytest.approx(800, abs=8)  # no beat is lost between two windows
    assert found["range_V5_uv"] == pytest.approx(found["range_II_uv"] * 0.8, rel=0.1)  # typical, not the largest
    alone = judged(signal[:, :5000]).features
    assert found["qrs_ms"] == pytest.approx(alone["qrs_ms"], abs=6)
    table = measure(signal, rate_hz=500, lead_names=LEADS, unit="uV")
    assert table.iloc[0].dropna().to_dict() == {name: value for name, value in found.items() if value is not None}


def test_missing_samples_of_a_long_record_are_counted_once_and_no_interval_spans_them() -> None:
    signal = steady_ecg(64)
    signal[0, -10 * 500] = np.nan  # in the last window and the one before
    signal[:, 20 * 500 : 40 * 500] = np.nan
    found = judged(signal).features
    assert found["missing_samples"] == 2 * 20 * 500 + 1
    assert found["heart_rate_bpm"] == pytest.approx(75, abs=0.1)


@pytest.mark.parametrize("fill", [np.nan, 0, -32_768])
@pytest.mark.parametrize(("begin_s", "end_s"), [(10.5, 35.5), (2.3, 57.9), (0, 30), (31.1, 60), (20.2, 23)])
def test_only_beats_are_counted_beside_a_gap_and_no_interval_spans_it(
    fill: float, begin_s: float, end_s: float
) -> None:
    signal = 200 + steady_ecg(60)
    signal[:, round(begin_s * 500) : round(end_s * 500)] = fill
    table = measure(signal, rate_hz=500, lead_names=LEADS, unit="uV").iloc[0]
    beats_s = np.arange(0, 60, BEAT_S)
    whole = (beats_s > 0.04) & (beats_s < 59.96) & ((beats_s < begin_s - 0.04) | (beats_s > end_s + 0.04))
    assert table.beats == np.count_nonzero(whole)
    assert (table.rr_min_ms, table.rr_max_ms) == pytest.approx((800, 800), abs=8)


def test_what_all_leads_lack_in_16_bits_is_missing_at_any_rate_and_in_any_unit() -> None:
    counts = np.rint(steady_ecg(30)[:, ::2]).astype(np.int16)
    counts[:, 3000:5000] = -32_768
    for unit in ("uV", "ADC:1000"):
        table = measure(counts, rate_hz=250, lead_names=LEADS, unit=unit).iloc[0]
        assert table.missing_samples == 2 * 4000
        assert (table.rr_min_ms, table.rr_max_ms) == pytest.approx((800, 800), abs=8)
        assert table.amplitude_max_uv < 1100


def test_json_lists_every_window() -> None:
    signal = steady_ecg(31)
    signal[:, 500] = np.nan
    told = json.loads(json.dumps(judged(signal).to_json(), allow_nan=False))
    assert (told["passed_share"], told["reasons"][0]) == (
        0.75,
        "complete: 2 samples missing or beyond 32,767 uV (in 1 of 4 windows, first at 0:00:00)",
    )
    assert [(window["start_s"], window["end_s"], window["accepted"]) for window in told["windows"]] == [
        (0, 10, False),
        (10, 20, True),
        (20, 30, True),
        (21, 31, True),
    ]
    assert told["windows"][0]["failed_rules"][0] == "complete"
    assert judged(steady_ecg(12)).to_json()["windows"] == []


def windows(*failed_rules: str) -> list[Window]:
    """Windows that broke a rule each, or none where it is empty."""
    return [
        Window(10.0 * number, 10.0 * number + 10, (rule,), (f"{rule}: bad",)) if rule else Window(10.0 * number, 0)
        for number, rule in enumerate(failed_rules)
    ]


def test_neighbours_that_fail_alike_are_printed_as_one_stretch() -> None:
    assert list(failing_stretches(windows("a", "a", "", "a", "b"))) == [
        "0:00:00 to 0:00:20  a: bad (in the first of 2 windows)",
        "0:00:30 to 0:00:40  a: bad",
        "0:00:40 to 0:00:50  b: bad",
    ]
    assert list(failing_stretches(windows("a", "a", "a"))) == []
    many = list(failing_stretches(windows(*["a", ""] * 50)))
    assert many[10:] == ["and 40 more stretches; --json lists all windows"]
    several = list(failing_stretches(windows(*["a", ""] * 11)))
    assert several[10:] == ["and 1 more stretch; --json lists all windows"]
