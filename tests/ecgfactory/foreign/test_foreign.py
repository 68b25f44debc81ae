import json
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import wfdb

from ecgfactory.errors import BadInputError
from ecgfactory.foreign.assessment import assess_records
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.quality.features import FEATURES, measure
from ecgfactory.quality.policy import load_policy
from tests.foreign_files import EIGHT, TWELVE, only, problem


def write_wfdb(folder, name="ecg", signal_uv=TWELVE, leads=TWELVE_LEADS, fs=500, **options):
    settings = {"units": ["mV"] * len(leads), "fmt": ["16"] * len(leads), "adc_gain": [1000.0] * len(leads)}
    settings |= {"baseline": [0] * len(leads)} | options
    wfdb.wrsamp(name, fs=fs, sig_name=list(leads), p_signal=signal_uv.T / 1000, write_dir=str(folder), **settings)
    return folder / name


def test_a_wfdb_record_is_read_with_and_without_suffix(tmp_path):
    path = write_wfdb(tmp_path)
    for given_path in (path, path.with_suffix(".hea"), path.with_suffix(".dat")):
        found = only(given_path)
        assert (found.name, found.lead_names) == ("ecg.hea", TWELVE_LEADS)
        np.testing.assert_array_equal(np.rint(found.signal_uv), TWELVE)


@pytest.mark.parametrize("gain", [200.0, 4880.0])
@pytest.mark.parametrize("unit", ["mV", "uV", "V"])
def test_any_gain_and_unit_gives_the_same_uv(tmp_path, gain, unit):
    per_mv = {"mV": 1, "uV": 1000, "V": 1e-3}[unit]
    path = write_wfdb(
        tmp_path,
        signal_uv=EIGHT.astype(float) * per_mv,
        leads=EIGHT_LEADS,
        units=[unit] * 8,
        adc_gain=[gain / per_mv] * 8,
    )
    np.testing.assert_allclose(only(path).signal_uv, EIGHT, atol=1000 / gain)


def test_a_gain_that_a_user_states_replaces_that_of_the_header(tmp_path):
    path = write_wfdb(tmp_path, signal_uv=EIGHT[:2], leads=["I", "II"], adc_gain=[1000.0, 1000.0], baseline=[5, 0])
    header = path.with_suffix(".hea")
    header.write_text(header.read_text().replace("1000.0(5)/mV", "33.3(5)/mV").replace("1000.0(0)/mV", "4870(0)/mV"))
    np.testing.assert_allclose(only(path, unit="ADC:1000").signal_uv, np.add(EIGHT[:2], [[5], [0]]), atol=1e-6)


@pytest.mark.parametrize("fs", [100, 250, 257, 360, 1000])
def test_any_sampling_rate_becomes_500_hz(tmp_path, fs):
    elsewhere = resampled(EIGHT, fs)
    found = only(write_wfdb(tmp_path, signal_uv=elsewhere, leads=EIGHT_LEADS, fs=fs))
    assert abs(found.signal_uv.shape[1] - 5000) <= 500 / fs + 1
    there, here = measure(found.signal_uv[None], EIGHT_LEADS), measure(EIGHT[None], EIGHT_LEADS)
    assert there["heart_rate_bpm"] == pytest.approx(here["heart_rate_bpm"], rel=0.01)
    assert there["range_V4_uv"] == pytest.approx(here["range_V4_uv"], rel=0.12)


def resampled(signal_uv, fs):
    times = np.arange(round(signal_uv.shape[1] * fs / 500)) / fs
    return np.stack([np.interp(times, np.arange(signal_uv.shape[1]) / 500, lead) for lead in signal_uv])


def test_leads_of_any_order_and_case_get_their_names(tmp_path):
    order = np.random.default_rng(0).permutation(12)
    path = write_wfdb(tmp_path, signal_uv=TWELVE[order], leads=[TWELVE_LEADS[lead].lower() for lead in order])
    found = only(path)
    assert found.lead_names == tuple(TWELVE_LEADS[lead] for lead in order)
    features, here = measure(found.signal_uv[None], found.lead_names), measure(TWELVE[None], TWELVE_LEADS)
    assert features["qrs_ms"] == here["qrs_ms"]


@pytest.mark.parametrize("leads", [1, 2, 3, 7])
def test_a_few_leads_will_do_and_other_channels_are_left_out(tmp_path, leads):
    names = [*TWELVE_LEADS[1 : leads + 1], "RESP"]
    path = write_wfdb(tmp_path, signal_uv=TWELVE[: leads + 1], leads=names, units=["mV"] * leads + ["NU"])
    found = only(path)
    assert found.lead_names == tuple(names[:-1])
    (assessment,) = assess_records([found], load_policy("basic"))
    assert set(assessment.features) == {feature.name for feature in FEATURES}


def write_csv(path, signal=EIGHT, leads=EIGHT_LEADS, time=None, **options):
    columns = {} if time is None else time
    pd.DataFrame(columns | dict(zip(leads, signal, strict=True))).to_csv(path, index=False, **options)
    return path


@pytest.mark.parametrize(
    ("time", "unit"),
    [
        ({"time_ms": np.arange(5000) * 2}, 1),
        ({"Time (s)": np.arange(5000) / 500}, 1e-3),
        ({"t": np.arange(5000) / 500}, 1),
        ({"time": np.arange(5000) * 2.0}, 1e-6),
    ],
)
def test_csv_with_a_time_column(tmp_path, time, unit):
    found = only(write_csv(tmp_path / "a.csv", signal=EIGHT * unit, time=time))
    np.testing.assert_allclose(found.signal_uv, EIGHT, atol=1e-6)


def test_csv_as_rdsamp_writes_it(tmp_path):
    lines = ["'Elapsed time','I','MLII'", "'hh:mm:ss.mmm','mV','mV'"]
    lines += [f"'0:{i / 500:06.3f}',{a / 1000:.3f},{b / 1000:.3f}" for i, (a, b) in enumerate(EIGHT[:2].T)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    found = only(path)
    assert found.lead_names == ("I", "II")
    np.testing.assert_allclose(found.signal_uv, EIGHT[:2], atol=1e-6)


def test_csv_without_time_needs_a_rate(tmp_path):
    path = write_csv(tmp_path / "a.csv", signal=EIGHT[:, ::2])
    assert "no sampling rate" in problem(path)
    assert only(path, rate_hz=250).signal_uv.shape == (8, 5000)


def test_gaps_in_time_are_named(tmp_path):
    time = np.arange(5000) * 2
    time[3000:] += 400
    assert "'time_ms' does not rise evenly" in problem(write_csv(tmp_path / "a.csv", time={"time_ms": time}))


def test_missing_values_are_a_reason_and_not_a_crash(tmp_path):
    signal = EIGHT.astype(float)
    signal[2, 100:110] = np.nan
    write_csv(tmp_path / "a.csv", signal=signal, time={"time_ms": np.arange(5000) * 2})
    (tmp_path / "b").mkdir()
    write_wfdb(tmp_path / "b", signal_uv=signal, leads=EIGHT_LEADS)
    assessments = list(assess_records(read_ecgs(tmp_path), load_policy("basic")))
    assert [one.name for one in assessments] == ["a.csv", "b/ecg.hea"]
    for one in assessments:
        assert not one.accepted
        assert "complete: 10 samples missing or beyond 32,767 uV" in one.reasons


def test_parquet_with_a_row_a_sample(tmp_path):
    table = pa.table({"time_s": np.arange(5000) / 500} | dict(zip(EIGHT_LEADS, EIGHT / 1000, strict=True)))
    pq.write_table(table, tmp_path / "a.parquet")
    np.testing.assert_allclose(only(tmp_path).signal_uv, EIGHT, atol=1e-6)


def test_a_folder_is_read_in_order_and_what_fails_is_named(tmp_path):
    write_wfdb(tmp_path, "b")
    write_csv(tmp_path / "a.csv", time={"time_ms": np.arange(5000) * 2})
    (tmp_path / "c.hea").write_text("not a header\n")
    (tmp_path / "d.csv").write_text("")
    (tmp_path / "e.parquet").write_bytes(b"PAR1")
    (tmp_path / "f.csv").write_text("age,sex\n3,f\n")
    (tmp_path / "notes.txt").write_text("left alone")
    write_wfdb(tmp_path, "g")
    (tmp_path / "g.dat").write_bytes(b"")
    reading = read_ecgs(tmp_path)
    assessments = list(assess_records(reading, load_policy("basic")))
    assert [one.name for one in assessments] == ["a.csv", "b.hea", "c.hea", "d.csv", "e.parquet", "g.hea"]
    assert [bool(one.problem) for one in assessments] == [False, False] + 4 * [True]
    assert [one.accepted for one in assessments] == [True, True] + 4 * [False]
    assert [one.name for one in reading.passed_over] == ["f.csv", "notes.txt"]
    json.dumps([one.to_json() for one in assessments], allow_nan=False)


def test_of_a_dataset_of_ours_all_signals_are_read_and_no_table(few):
    ecgs = list(read_ecgs(few))
    assert not [ecg for ecg in ecgs if isinstance(ecg, UnreadableEcg)]
    assert Counter(ecg.name.partition("/")[0] for ecg in ecgs) == dict.fromkeys(
        ("csv", "data", "edf", "npy", "wfdb", "wfdb_flac", "webdataset"), 8
    )
    by_format = {name.partition("/")[0]: ecg for ecg in ecgs if "00000003" in (name := ecg.name)}
    assert len(by_format) == 7
    for ecg in by_format.values():
        assert ecg.lead_names == TWELVE_LEADS
        np.testing.assert_array_equal(np.rint(ecg.signal_uv), np.rint(by_format["csv"].signal_uv))


def test_the_same_ecg_gets_the_same_verdict_from_every_format(tmp_path):
    write_wfdb(tmp_path, "a")
    write_csv(tmp_path / "b.csv", signal=TWELVE, leads=TWELVE_LEADS, time={"time_ms": np.arange(5000) * 2})
    one, other = assess_records(read_ecgs(tmp_path), load_policy("strict"))
    assert one.features == other.features
    assert one.reasons == other.reasons


@pytest.mark.parametrize("signal", [np.zeros((1, 3)), np.zeros((1, 5000)), np.full((2, 700), np.nan), EIGHT * 40.0])
def test_odd_ecgs_are_rejected_with_reasons(signal):
    record = ForeignEcg("odd", EIGHT_LEADS[: len(signal)], signal)
    (found,) = assess_records([record], load_policy("basic"))
    assert found.reasons
    assert not found.accepted


def test_a_record_that_can_not_be_measured_ends_no_run():
    records = [ForeignEcg("bad", (), np.zeros((0, 5))), ForeignEcg("good", EIGHT_LEADS, EIGHT, ("a note",))]
    bad, good = assess_records(records, load_policy("basic"))
    assert bad.problem.startswith("not measurable (ValueError: ")
    assert (good.accepted, good.notes) == (True, ("a note",))


@pytest.mark.parametrize("name", ["nothing", "nothing.csv", "empty"])
def test_a_path_without_ecgs_is_bad_input(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match=name):
        read_ecgs(tmp_path / name)


def test_a_file_of_another_kind_is_bad_input(tmp_path):
    (tmp_path / "a.xml").write_bytes(b"0")
    with pytest.raises(BadInputError, match=r"\.xml suffix"):
        read_ecgs(tmp_path / "a.xml")
