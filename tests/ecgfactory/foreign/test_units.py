"""Units: read as people write them, stated by users, assumed only where that is safe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.foreign.units import Unit, parse_unit, plausible_unit
from tests.foreign_files import EIGHT, MV, TIME_S, TWELVE, only, problem, table


@pytest.mark.parametrize(
    ("text", "uv"),
    [
        *dict.fromkeys(["uV", "UV", "µV", "μV", "ìV", "\ufffdV", "microvolts", "micro volt", "[uV]"], 1.0).items(),
        *dict.fromkeys(["mV", "MV", "mVolt", "millivolts", "milli V", "(mV)", "1mV"], 1e3).items(),
        *dict.fromkeys(["V", "volts", "1e0 V"], 1e6).items(),
        *{"nV": 1e-3, "0.1mV": 100.0, "0.1 mV": 100.0, "10uV": 10.0, "4.88µV": 4.88, "1e-4V": 100.0}.items(),
    ],
)
def test_a_unit_is_known_in_any_spelling(text: str, uv: float) -> None:
    unit = parse_unit(text)
    assert unit is not None
    assert (unit.uv_per_unit, unit.zero) == (pytest.approx(uv), 0)


@pytest.mark.parametrize(
    "text", ["", "NU", "mmHg", "%", "bpm", "0mV", "-1mV", "adc", "ADC:0", "ADC:x", "mVs", "1e999V"]
)
def test_all_else_is_no_unit_of_voltage(text: str) -> None:
    assert parse_unit(text) is None


@given(st.text(max_size=12))
def test_no_text_makes_trouble(text: str) -> None:
    assert parse_unit(text) is None or isinstance(parse_unit(text), Unit)


@given(st.floats(50, 10_000), st.integers(-5000, 5000), st.floats(-3000, 3000))
def test_numbers_of_a_converter_become_uv(gain: float, zero: int, uv: float) -> None:
    unit = parse_unit(f"ADC:{gain!r}:{zero}")
    assert unit is not None
    assert unit.to_uv(np.array([zero + gain * uv / 1000]))[0] == pytest.approx(uv, abs=1e-6)


def beats(span: float) -> np.ndarray:
    return span * np.sin(np.arange(5000) / 80) / 2


@given(st.sampled_from([("uV", 1.0), ("mV", 1e-3), ("V", 1e-6)]), st.floats(500, 2900))
def test_a_plausible_amplitude_tells_its_unit(unit: tuple[str, float], span_uv: float) -> None:
    assert plausible_unit([beats(span_uv) * unit[1]], 500)[0] == unit[0]


@given(st.floats(500, 2900), st.sampled_from([100.0, 4.88, 5.0]))
def test_tenths_of_mv_and_numbers_of_converters_are_not_taken_for_mv_or_uv(span_uv: float, uv_per_unit: float) -> None:
    values = beats(span_uv) / uv_per_unit
    span = np.ptp(values)
    found, _ = plausible_unit([np.rint(values) if uv_per_unit < 100 else values], 500)
    assert found == "" or 395 <= span <= 3005


def test_dead_leads_and_wandering_baselines_tell_nothing_of_the_unit() -> None:
    dead = np.random.default_rng(0).uniform(-0.006, 0.006, (5, 5000))
    wander = 20 * np.sin(np.arange(5000) / 5000)
    assert plausible_unit([beats(1.0) + wander, beats(1.2), *dead], 500)[0] == "mV"
    assert plausible_unit([*dead, beats(1.0)], 500)[0] == "mV"


def test_an_assumed_unit_is_told_and_an_unsafe_one_asked_for(tmp_path: Path) -> None:
    found = only(table(tmp_path / "a.csv", {"time_s": TIME_S, "II": MV[1]}))
    assert found.notes == ("assumed: mV, as no unit is given and leads span 1.207 in a second",)
    whole = only(table(tmp_path / "w.csv", {"time_s": TIME_S, "II": TWELVE[1]}))
    assert whole.notes[0].startswith("assumed: uV")
    assert whole.notes[0].endswith("if the numbers are a converter's, give --unit ADC:GAIN:ZERO")
    tenths = table(tmp_path / "b.csv", {"time_s": TIME_S, "II": MV[1] * 10})
    assert "no unit is given, and that II span 12.07 in a second tells none for sure" in problem(tenths)
    stated = only(tenths, unit="0.1mV")
    assert stated.notes == ()
    np.testing.assert_allclose(stated.signal_uv, TWELVE[[1]], atol=1e-6)
    np.testing.assert_allclose(only(tenths, unit="0.1mV").signal_uv, found.signal_uv, atol=1e-6)


def test_what_a_user_says_of_units_overrules_the_file(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", {"time_s": TIME_S, "II (mV)": TWELVE[1] // 5 + 1024})
    np.testing.assert_allclose(only(path, unit="ADC:200:1024").signal_uv, TWELVE[[1]], atol=5)


def test_a_lead_of_no_voltage_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    header = "time,I,II,V2\ns,mV,mV,NU"
    path = table(tmp_path / "a.csv", {"t": TIME_S, "I": MV[0], "II": MV[1], "V2": MV[7]}, header=header)
    found = only(path)
    assert found.lead_names == ("I", "II")
    assert found.notes == ("left out: V2, as its unit 'NU' is no unit of voltage; give --unit",)
    assert only(path, unit="mV").lead_names == ("I", "II", "V2")
    alone = table(tmp_path / "b.csv", {"t": TIME_S, "I": MV[0]}, header="time,I\ns,mmHg")
    assert "unit 'mmHg' is no unit of voltage; give --unit" in problem(alone)


def test_a_lead_without_unit_has_that_of_the_others(tmp_path: Path) -> None:
    found = only(table(tmp_path / "a.csv", {"time_s": TIME_S, "I (mV)": MV[0] / 9, "II": MV[1] / 9}))
    assert found.notes == ("assumed: mV for II, as the other leads",)


def test_an_offset_beyond_what_an_ecg_may_have_is_taken_off(tmp_path: Path) -> None:
    columns = {"time_s": TIME_S, "I_uV": EIGHT[0] + 40_000.0, "II_uV": EIGHT[1] - 40_000.0}
    found = only(table(tmp_path / "a.csv", columns))
    assert np.ptp(found.signal_uv, axis=1).tolist() == np.ptp(EIGHT[:2], axis=1).tolist()
    assert np.abs(np.median(found.signal_uv, axis=1)).max() < 1
    assert found.notes == ("an offset of 40.0 mV was taken off I", "an offset of -40.0 mV was taken off II")
    small = only(table(tmp_path / "b.csv", {"time_s": TIME_S, "I_uV": EIGHT[0] + 4_000.0}))
    assert small.notes == ()


def test_unit_and_gain_may_stand_in_columns(tmp_path: Path) -> None:
    tenths = {"time_s": TIME_S, "II": MV[1] * 10}
    found = only(table(tmp_path / "a.csv", tenths | {"units": ["0.1mV"] * 5000}))
    np.testing.assert_allclose(found.signal_uv, TWELVE[[1]], atol=1e-6)
    gain = table(tmp_path / "b.csv", tenths | {"gain": [200] * 5000})
    assert "unit 'numbers with gain 200' is no unit of voltage; give --unit" in problem(gain)
    np.testing.assert_allclose(only(gain, unit="0.1mV").signal_uv, TWELVE[[1]], atol=1e-6)
    silent = table(tmp_path / "d.csv", {"time_s": TIME_S, "value": MV[1], "gain": [200] * 5000})
    assert "unit 'numbers with gain 200' is no unit of voltage; give --unit" in problem(silent)
    assert only(silent, unit="mV").lead_names == ("value",)
    known = only(table(tmp_path / "c.csv", {"time_s": TIME_S, "II (mV)": MV[1], "gain": [200] * 5000}))
    assert "not used: gain 200" in known.notes
