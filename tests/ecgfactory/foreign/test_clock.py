"""Clocks: the rate behind times however they are rounded, counted and stamped; what is odd is told or refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ecgfactory.foreign.clock import Clock, clock_of
from ecgfactory.foreign.times import parse_times, time_unit
from tests.foreign_files import MV, TIME_S, only, problem, read, table

MIDNIGHT = dt.datetime(2024, 3, 1, 23, 59, 55)


def clock(values: Any, unit: str = "") -> Clock:
    times = parse_times(pd.Series(values), unit)
    assert times is not None
    return clock_of(times, "time")


@given(
    rate_hz=st.floats(50, 2000),
    decimals=st.sampled_from([3, 6]),
    start_s=st.one_of(st.just(0.0), st.floats(0, 86_000), st.floats(1e9, 2e9)),
    round_to=st.sampled_from([np.rint, np.floor]),
)
@example(rate_hz=2000.0, decimals=3, start_s=1e9, round_to=np.rint)
@settings(max_examples=150, deadline=None)
def test_rounded_times_give_their_rate_back(
    rate_hz: float, decimals: int, start_s: float, round_to: Callable[[Any], Any]
) -> None:
    # A clock of 1,000.5 Hz in ms is told from one of 1,000 Hz with lost samples by nothing.
    assume(rate_hz == 1000 or abs(rate_hz - 1000) > 1.5)
    times = start_s + np.arange(round(8 * rate_hz)) / rate_hz
    found = clock(round_to(times * 10**decimals) / 10**decimals, "s")
    assert found.rate_hz == pytest.approx(rate_hz, rel=1e-3), found
    counted = clock(round_to(times * 10**decimals).astype(np.int64), "ms" if decimals == 3 else "us")
    assert counted.rate_hz == pytest.approx(rate_hz, rel=1e-3), counted


@pytest.mark.parametrize("rate_hz", [125, 128, 250, 257, 360, 500, 720, 977, 1000, 1024, 2000])
def test_rates_that_people_use_are_found_to_the_digit(rate_hz: int) -> None:
    times_s = np.arange(5 * rate_hz) / rate_hz
    assert clock(np.rint(times_s * 1000), "ms").rate_hz == rate_hz
    assert clock(times_s, "s").rate_hz == rate_hz
    assert clock(1.7e9 + times_s, "").rate_hz == rate_hz


@given(st.integers(100, 1000), st.integers(2, 40), st.floats(0, 2e9))
@settings(max_examples=60, deadline=None)
def test_packets_with_one_stamp_give_the_rate_of_their_samples(rate_hz: int, packet: int, start_s: float) -> None:
    stamps = start_s + np.arange(8 * rate_hz) // packet * packet / rate_hz
    found = clock(np.rint(stamps * 1000).astype(np.int64), "ms")
    assert found.rate_hz == pytest.approx(rate_hz, rel=2e-3), found


@given(st.integers(100, 1000), st.integers(50, 900), st.integers(2, 30))
@settings(max_examples=60, deadline=None)
def test_a_gap_is_found_whatever_the_rounding(rate_hz: int, place: int, samples: int) -> None:
    times = np.arange(4 * rate_hz) / rate_hz
    times[place % len(times[1:-1]) + 1 :] += samples / rate_hz
    found = clock(np.rint(times * 1e6), "us")
    assert found.rate_hz is None
    assert "does not rise evenly" in found.problem


def stamps(form: Callable[[dt.datetime], str]) -> list[str]:
    return [form(MIDNIGHT + dt.timedelta(seconds=float(second))) for second in TIME_S]


@pytest.mark.parametrize(
    "form",
    [
        lambda stamp: stamp.isoformat(timespec="milliseconds"),
        lambda stamp: stamp.isoformat(sep=" ") + "Z",
        lambda stamp: stamp.strftime("%H:%M:%S.%f"),
        lambda stamp: stamp.strftime("%H:%M:%S,%f").replace(",", "."),
        lambda stamp: stamp.strftime("%I:%M:%S.%f %p"),
        lambda stamp: stamp.strftime("'[%H:%M:%S.%f %d/%m/%Y]'"),
        lambda stamp: stamp.strftime("%M:%S.%f"),
        lambda stamp: stamp.strftime("%H:%M:%S"),
    ],
)
def test_timestamps_and_times_of_day_run_past_midnight(form: Callable[[dt.datetime], str]) -> None:
    assert clock(stamps(form)).rate_hz == 500


@pytest.mark.parametrize(("scale", "unit"), [(1, "s"), (10**3, "ms"), (10**6, "us"), (10**9, "ns")])
def test_counts_since_1970_tell_their_unit_by_their_size(scale: int, unit: str) -> None:
    values = 1_700_000_000 * scale + np.rint(TIME_S * scale).astype(np.int64) if scale > 1 else 1.7e9 + TIME_S
    found = clock(values)
    assert found.rate_hz == 500
    assert found.notes == (f"assumed: times count {unit} since 1970",)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("time", ""), ("Time (s)", "s"), ("Time, s", "s"), ("time_ms", "ms"), ("time [ms]", "ms"), ("t_s", "s"),
        ("timestamp", ""), ("Timestamp_us", "us"), ("time_µs", "us"), ("seconds", "s"), ("Zeit", ""), ("Zeit [s]", "s"),
        ("Elapsed time", ""), ("elapsedTimeMs", "ms"), ("Uhrzeit", ""), ("date time", ""), ("unix_time_ns", "ns"),
        ("I", None), ("ECG", None), ("sample", None), ("start", None), ("rate", None), ("", None), ("T3", ""),
    ],
)  # fmt: skip
def test_names_of_columns_of_times(name: str, unit: str | None) -> None:
    assert time_unit(name) == unit


def ecg(path: Path, name: str, times: Any, **more: Any) -> Path:
    return table(path, {name: times, **more, "I (mV)": MV[0], "II (mV)": MV[1]})


def test_sample_numbers_tell_no_rate_and_are_not_taken_for_ms(tmp_path: Path) -> None:
    for name in ("time", "sample", "Sample #", "i", "index", "id", ""):
        path = ecg(tmp_path / "a.csv", name, range(1, 5001))
        assert f"{repr(name) if name else 'first column'} counts samples and tells no rate; give --rate" in problem(
            path
        )
        found = only(path, rate_hz=250)
        assert (found.lead_names, found.signal_uv.shape) == (("I", "II"), (2, 10_000))
    assert only(ecg(tmp_path / "b.csv", "time_ms", range(5000))).signal_uv.shape == (2, 2500)


def test_counts_of_packets_that_start_again_are_sample_numbers(tmp_path: Path) -> None:
    path = ecg(tmp_path / "a.csv", "Sample Index", np.arange(5000) % 256, time_s=TIME_S)
    assert only(path).signal_uv.shape == (2, 5000)


def test_a_unit_of_time_that_is_assumed_is_told(tmp_path: Path) -> None:
    found = only(ecg(tmp_path / "a.csv", "time", np.arange(5000) * 2))
    assert found.notes == ("assumed: column 'time' is in ms, as it rises by 2 a sample",)
    found = only(ecg(tmp_path / "b.csv", "time_ms", np.rint(np.arange(5000) / 0.36).astype(int)))
    assert found.notes == ("assumed: 360 Hz, as the times in column 'time_ms' are rounded",)


def test_what_is_odd_is_refused_with_what_to_do_and_the_user_overrules(tmp_path: Path) -> None:
    gap, swapped, hole = TIME_S + 0.4 * (TIME_S > 3), TIME_S.copy(), TIME_S.astype(object)
    swapped[[1000, 1001]] = swapped[[1001, 1000]]
    hole[7] = ""
    for times, told in (
        (gap, "'time_s' does not rise evenly: by 0.402 at sample 1502, by 0.002 as a rule"),
        (swapped, "'time_s' goes back at sample 1002; sort the rows"),
        (hole, "'time_s' holds no time at sample 8"),
        (TIME_S[::-1], "'time_s' does not rise"),
        (np.where(TIME_S == 2, 1.998, TIME_S), "'time_s' does not rise evenly: by 0 at sample 1001"),
        (["x"] * 5000, "'time_s' holds no time at sample 1"),
    ):
        path = ecg(tmp_path / "a.csv", "time_s", times)
        assert told in problem(path)
        found = only(path, rate_hz=500)
        assert found.notes[0].startswith("500 Hz as you say; column 'time_s'")
    overruled = only(ecg(tmp_path / "b.csv", "time_s", TIME_S), rate_hz=250)
    assert overruled.notes == ("250 Hz as you say, though the file says 500 Hz",)


def test_time_that_starts_again_begins_another_record(tmp_path: Path) -> None:
    again = np.concatenate([TIME_S[:2000], TIME_S[:3000]])
    found = read(ecg(tmp_path / "a.csv", "time_s", again))
    assert [(one.name, one.signal_uv.shape[1]) for one in found] == [("a.csv:0", 2000), ("a.csv:1", 3000)]  # type: ignore[union-attr]


def test_a_rate_in_a_column_holds_and_must_agree_with_time(tmp_path: Path) -> None:
    path = ecg(tmp_path / "a.csv", "fs", [250] * 5000)
    assert only(path).signal_uv.shape == (2, 10_000)
    assert only(path, rate_hz=500).notes == ("500 Hz as you say, though the file says 250 Hz",)
    both = ecg(tmp_path / "b.csv", "rate_hz", [250] * 5000, time_s=TIME_S)
    assert "column 'rate_hz' says 250 Hz, column 'time_s' 500 Hz; give --rate" in problem(both)
    gap = ecg(tmp_path / "c.csv", "fs", [500] * 5000, time_s=TIME_S + (TIME_S > 3))
    assert "does not rise evenly" in problem(gap)


def test_of_two_clocks_the_even_one_holds_and_the_other_is_told(tmp_path: Path) -> None:
    jitter = TIME_S + np.random.default_rng(0).uniform(0, 0.02, 5000)
    found = only(ecg(tmp_path / "a.csv", "host time (s)", np.sort(jitter), date=["2024-03-01"] * 5000, time_s=TIME_S))
    assert found.signal_uv.shape == (2, 5000)
    assert len(found.notes) == 1
    assert found.notes[0].startswith("column 'host time (s)' does not rise evenly")


def test_one_rate_for_all_does_not_hold_where_records_state_their_own(tmp_path: Path) -> None:
    rates, ids = np.repeat([500, 250], 2500), np.repeat(["a", "b"], 2500)
    path = ecg(tmp_path / "a.csv", "fs", rates, record_id=ids)
    for stated in ({}, {"rate_hz": 500}):
        first, second = read(path, **stated)
        assert (first.signal_uv.shape, second.signal_uv.shape) == ((2, 2500), (2, 5000))  # type: ignore[union-attr]
    assert second.notes == (  # type: ignore[union-attr]
        "250 Hz and not 500 Hz as you say, as the file gives its records different rates",
    )


@pytest.mark.parametrize(("scale", "unit"), [(1e-3, "s"), (1, "ms"), (1000, "us")])
@pytest.mark.parametrize("lost", [[5000], [3000, 5000, 7000]])
def test_a_lost_sample_is_found_where_a_step_is_a_quantum(scale: float, unit: str, lost: list[int]) -> None:
    found = clock(np.delete(np.arange(10_000), lost) * scale, unit)
    assert "does not rise evenly" in found.problem


def test_halves_of_two_rates_are_no_mean_rate() -> None:
    for first, second in ((1, 2), (2, 1), (2, 2.5)):
        steps = np.r_[np.full(3000, first), np.full(3000, second)]
        assert "does not rise evenly" in clock(np.rint(np.cumsum(steps)), "ms").problem


@pytest.mark.parametrize("name", ["", "sample", "index"])
def test_sample_numbers_of_which_some_were_left_out_are_no_ms(tmp_path: Path, name: str) -> None:
    path = ecg(tmp_path / "a.csv", name, np.arange(0, 10_000, 2))
    assert "counts samples and tells no rate; give --rate" in problem(path)
    assert only(path, rate_hz=250).signal_uv.shape == (2, 10_000)


def test_times_that_stand_still_tell_no_rate(tmp_path: Path) -> None:
    path = ecg(tmp_path / "a.csv", "time", [0] * 5000)
    assert "column 'time' does not rise; give --rate" in problem(path)
    assert only(path, rate_hz=500).signal_uv.shape == (2, 5000)


def test_a_time_since_a_device_was_started_is_not_since_1970() -> None:
    found = clock(150_000_000 + np.arange(5000) * 2000)
    assert (found.rate_hz, found.notes) == (500, ("assumed: column 'time' is in us, as it rises by 2000 a sample",))


@pytest.mark.parametrize("rates", [["500 Hz"] * 5000, [500, *[""] * 4999], ["500 Hz", *[""] * 4999]])
def test_a_rate_in_a_column_may_have_a_unit_and_stand_once(tmp_path: Path, rates: list[Any]) -> None:
    assert only(ecg(tmp_path / "a.csv", "fs", rates)).signal_uv.shape == (2, 5000)
