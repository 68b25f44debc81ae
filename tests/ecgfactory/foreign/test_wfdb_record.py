"""WFDB records, sound and otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.leads import EIGHT_LEADS
from tests.ecgfactory.foreign.reader_contract import ReaderContract
from tests.ecgfactory.foreign.wfdb_files import SIGNAL, recording, two_leads, write
from tests.foreign_files import EIGHT, only, problem, read


class TestContract(ReaderContract):
    suffix = ".hea"

    def write(self, folder: Path) -> Path:
        options = {"units": ["mV"] * 8, "fmt": ["16"] * 8, "adc_gain": [1000.0] * 8, "baseline": [0] * 8}
        wfdb.wrsamp("ecg", 500, sig_name=list(EIGHT_LEADS), d_signal=EIGHT.T, write_dir=str(folder), **options)
        return folder / "ecg.hea"


@pytest.mark.parametrize("format_number", ["16", "24", "32", "80", "212", "508", "516", "524"])
def test_each_format_that_wfdb_writes_is_read_as_wfdb_reads_it(tmp_path: Path, format_number: str) -> None:
    digital = np.stack([np.arange(1001) % 200 - 100, np.arange(1001) % 7], axis=1)
    options = {"units": ["mV"] * 2, "fmt": [format_number] * 2, "adc_gain": [50.0, 60.0], "baseline": [3, -4]}
    wfdb.wrsamp("ecg", 250, sig_name=["I", "II"], d_signal=digital, write_dir=str(tmp_path), **options)
    found = recording(tmp_path / "ecg.hea")
    np.testing.assert_array_equal(
        np.stack([signal.values for signal in found.signals], axis=1), wfdb.rdrecord(str(tmp_path / "ecg")).p_signal
    )
    assert found.notes == ()


@pytest.mark.parametrize("format_number", ["16", "24", "32", "80", "212"])
@pytest.mark.parametrize("size", [1, 2, 1001, 1002, 1003])
def test_a_signal_file_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path, format_number: str, size: int) -> None:
    digital = np.stack([np.arange(1001) % 200 - 100, np.arange(1001) % 7], axis=1)
    options = {"units": ["mV"] * 2, "fmt": [format_number] * 2, "adc_gain": [1.0] * 2, "baseline": [0] * 2}
    wfdb.wrsamp("ecg", 250, sig_name=["I", "II"], d_signal=digital, write_dir=str(tmp_path), **options)
    file = tmp_path / "ecg.dat"
    file.write_bytes(file.read_bytes()[:size])
    if size < 8:
        assert (format_number == "80" and size == 2) or "holds no samples" in problem(tmp_path)
        return
    found = recording(tmp_path / "ecg.hea")
    values = np.stack([signal.values for signal in found.signals], axis=1)
    np.testing.assert_array_equal(values, digital[: len(values)])
    assert len(values) > size / 9
    assert "of which the signal file holds the first" in found.notes[0]


@pytest.mark.parametrize(("format_number", "unsigned"), [("160", True), ("61", False)])
def test_other_bytes_of_16_bits(tmp_path: Path, format_number: str, unsigned: bool) -> None:
    path = write(tmp_path, f"ecg 1 500 4\nFILE {format_number} 10 16 0 0 0 0 II")
    samples = [1, -2, 300, -32768]
    stored = np.array(samples) + 32768 if unsigned else np.array(samples)
    path.with_suffix(".dat").write_bytes(stored.astype("<u2" if unsigned else ">i2").tobytes())
    np.testing.assert_allclose(recording(path).signals[0].values, [0.1, -0.2, 30, np.nan])


def test_packed_and_difference_formats(tmp_path: Path) -> None:
    path = write(tmp_path, "ecg 1 500 3\nFILE 310 1 10 0 0 0 0 II")
    path.with_suffix(".dat").write_bytes(np.array([5 << 1 | 3 << 11 & 0xF800, 7 << 1], dtype="<u2").tobytes())
    assert recording(path).signals[0].values.tolist()[:2] == [5, 7]
    path = write(tmp_path, "ecg 1 500 3\nFILE 8 1 10 0 100 0 0 II")
    path.with_suffix(".dat").write_bytes(np.array([1, 2, -3], dtype="i1").tobytes())
    assert recording(path).signals[0].values.tolist() == [101, 103, 100]


def test_every_sample_of_a_frame_counts_and_slow_channels_do_no_harm(tmp_path: Path) -> None:
    times = np.arange(2500) / 250
    hum = np.rint(100 * np.sin(2 * np.pi * 60 * times))
    frames = np.column_stack([hum.reshape(-1, 4), np.zeros(625)])
    path = write(tmp_path, "ecg 2 62.5 625\nFILE 16x4 1000 16 0 0 0 0 II\nFILE 16 1/Ohm 16 0 0 0 0 Resp\n", frames)
    assert [signal.rate_hz for signal in recording(path).signals] == [250, 62.5]
    found = only(path)
    assert found.signal_uv.shape == (1, 5000)
    assert np.abs(found.signal_uv[0, 100:-100]).max() == pytest.approx(100, rel=0.1)
    stated = only(path, rate_hz=500)
    assert stated.signal_uv.shape == (1, 2500)
    assert stated.notes[-1] == "500 Hz as you say, though the file says 250 Hz"


def test_leads_of_several_rates_become_one_ecg(tmp_path: Path) -> None:
    frames = np.column_stack([EIGHT[0].reshape(-1, 2), EIGHT[1, ::2]])
    path = write(tmp_path, f"ecg 2 250 2500\nFILE 16x2 {SIGNAL[3:]} I\nFILE {SIGNAL} II\n", frames)
    found = only(path)
    np.testing.assert_allclose(found.signal_uv[0], EIGHT[0], atol=1e-3)
    np.testing.assert_allclose(found.signal_uv[1, ::2], EIGHT[1, ::2], atol=60)


def test_skewed_signals_are_aligned_and_cut_to_what_all_have(tmp_path: Path) -> None:
    late = np.roll(EIGHT[0], 5)
    path = write(
        tmp_path, f"ecg 2 500 5000\nFILE 16:5 {SIGNAL[3:]} I\nFILE {SIGNAL} II\n", np.stack([late, EIGHT[1]], axis=1)
    )
    np.testing.assert_allclose(only(path).signal_uv, EIGHT[:2, :4995], atol=1e-3)
    path.write_text(path.read_text().replace("16:5", "16:5000"))
    assert "a skew as long as the record" in problem(path)


@pytest.mark.parametrize(
    "record_line",
    [
        "ecg.mat 2 500 5000 05-May-2020 09:49:17",
        "ecg 2 500 5000 2014-05-08 05:05:15",
        "ecg 2 500 5000 10:00:00 01/01/199",
        "med/00001 2 500 5000",
        "a-record/2 2 500 5000",
        "Patient 12 (rest) 2 500 5000",
        "\ufeffecg 2 500/500(0) 5000 25:61:99 no date at all",
        "# a comment\n\n\tecg\t2\t5e2\t5000\r",
        "12345.6_x(1) 2 500.0 5000",
    ],
)
def test_names_dates_and_comments_keep_no_signal_back(tmp_path: Path, record_line: str) -> None:
    found = only(write(tmp_path, two_leads(record_line) + "# age: 60\n"))
    np.testing.assert_allclose(found.signal_uv, EIGHT[:2], atol=1e-3)
    assert found.notes == ()


def test_a_blank_before_the_unit_does_no_harm(tmp_path: Path) -> None:
    found = only(write(tmp_path, "ecg 1 500 5000\nFILE 16 2 /uV 16 0 0 0 0 II\n", EIGHT[1]))
    np.testing.assert_allclose(found.signal_uv, EIGHT[1:2] / 2)


def test_a_unit_that_a_user_states_against_the_header_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, two_leads("ecg 2 500 5000"))
    found = only(path, unit="uV")
    np.testing.assert_allclose(found.signal_uv, EIGHT[:2] / 1000)
    assert found.notes == ("the unit is as you say, though the file says mV",)
    assert only(path, unit="millivolt").notes == ()


@pytest.mark.parametrize("length", ["", "0", "-1", "5000.0", "5,000", "many"])
def test_without_a_length_all_is_read_and_told(tmp_path: Path, length: str) -> None:
    found = only(write(tmp_path, two_leads(f"ecg 2 500 {length}")))
    np.testing.assert_allclose(found.signal_uv, EIGHT[:2], atol=1e-3)
    assert found.notes == ("the header gives no length; all 5,000 samples of the signal file were read",)


def test_lengths_that_are_not_the_files_are_told(tmp_path: Path) -> None:
    found = only(write(tmp_path, two_leads("ecg 2 500 1000000000000")))
    assert found.signal_uv.shape == (2, 5000)
    assert "announces 1,000,000,000,000 samples, of which the signal file holds the first 5,000" in found.notes[0]
    found = only(write(tmp_path, two_leads("ecg 2 500 4000")))
    assert found.signal_uv.shape == (2, 4000)
    assert found.notes == ("the header announces 4,000 of the 5,000 samples in the file",)


def test_a_checksum_that_is_another_is_told_and_zero_is_none(tmp_path: Path) -> None:
    total = int(EIGHT[0].sum()) % 65536
    text = "ecg 2 500 5000\nFILE 16 1000 16 0 0 {} 0 I\nFILE 16 1000 16 0 0 0 0 II\n"
    assert only(write(tmp_path, text.format(total))).notes == ()
    assert only(write(tmp_path, text.format(total - 65536))).notes == ()
    assert "the checksum of I is not that in the header" in only(write(tmp_path, text.format(total + 1))).notes[0]


@pytest.mark.parametrize("rate", ["-250", "0", "fast", "0.0", "nan", "1e999", "250Hz"])
def test_a_rate_that_can_not_be_is_refused_and_may_be_stated(tmp_path: Path, rate: str) -> None:
    path = write(tmp_path, two_leads(f"ecg 2 {rate} 5000"))
    assert "the header states a sampling rate of" in problem(path)
    assert rate in problem(path)
    assert "give --rate" in problem(path)
    assert only(path, rate_hz=500).signal_uv.shape == (2, 5000)


def test_what_is_taken_by_default_is_told(tmp_path: Path) -> None:
    found = recording(write(tmp_path, "ecg 2\nFILE 16\nFILE 16 0 11 1024 0 0 0 V 5\n"))
    assert [signal.rate_hz for signal in found.signals] == [250, 250]
    assert [signal.name for signal in found.signals] == ["", "V 5"]
    np.testing.assert_allclose(found.signals[0].values, EIGHT[0] / 200)
    np.testing.assert_allclose(found.signals[1].values, (EIGHT[1] - 1024.0) / 200)
    assert "default of 250 Hz" in found.notes[0]
    assert "no gain for a signal, V 5; WFDB's default of 200 per mV" in found.notes[1]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_unit_arrives_whole(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "ecg 1 500 10000\nFILE 16 1(0)/\u00b5V 16 0 0 0 0 Ableitung II\n", encoding=encoding)
    (signal,) = recording(path).signals
    assert (signal.name, signal.unit) == ("Ableitung II", "\u00b5V")


def test_two_signals_of_one_name_are_both_passed_on(tmp_path: Path) -> None:
    text = f"ecg 2 500 5000\nFILE {SIGNAL} II\nFILE {SIGNAL} II\n"
    assert [signal.name for signal in recording(write(tmp_path, text)).signals] == ["II", "II"]


def test_matlab_files_begin_after_their_head(tmp_path: Path) -> None:
    path = write(tmp_path, "ecg 1 500 5000\necg.mat 16+24 1000(0)/mV 16 0 0 0 0 II\n")
    (tmp_path / "ecg.mat").write_bytes(b"\1" * 24 + EIGHT[1].astype("<i2").tobytes())
    for given_path in (path, tmp_path / "ecg.mat", tmp_path / "ecg"):
        np.testing.assert_allclose(only(given_path).signal_uv, EIGHT[1:2], atol=1e-3)


def test_signals_of_several_files_are_as_long_as_the_shortest(tmp_path: Path) -> None:
    write(tmp_path, "", EIGHT[0], name="one")
    write(tmp_path, "", EIGHT[1, :4000], name="two")
    path = write(tmp_path, f"ecg 2 500 5000\none.dat {SIGNAL} I\ntwo.dat {SIGNAL} II\n")
    (tmp_path / "one.hea").unlink()
    (tmp_path / "two.hea").unlink()
    assert only(path).signal_uv.shape == (2, 4000)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ecg 2 500 5000\n", "announces 2 signals and describes 0"),
        ("ecg 999999999 500 5000\nFILE 16 200 16 0 0 0 0 I\n", "announces 999999999 signals and describes 1"),
        ("ecg 0 500 5000\n", "describes no signal"),
        (f"ecg {'9' * 5000} 500 5000\n", "a line of 5,013 characters"),
        ("ecg 1 500 5000\nno.dat 16 200 16 0 0 0 0 I\n", "signal file 'no.dat' is missing"),
        ("ecg 1 500 5000\nFILE 17 200 16 0 0 0 0 I\n", "signal format 17 is none of"),
        ("ecg 1 500 5000\nFILE sixteen\n", "a line that describes no signal: 'ecg.dat sixteen'"),
        ("ecg 1 500 5000\nFILE 16 nan/mV 16 0 0 0 0 I\n", "gives signal file 'ecg.dat' the gain 'nan/mV'"),
        ("ecg 1 500 5000\nFILE 16:-5 200/mV 16 0 0 0 0 I\n", "gives signal file 'ecg.dat' the format '16:-5'"),
        (two_leads("ecg 1 500 5000"), "its header announces 1 signals and describes 2"),
        ("ecg 1 500 5000\nFILE 516 200 16 0 0 0 0 I\n", "'ecg.dat' is no FLAC file"),
        ("ecg 1 500 5000\nFILE 16x99999999999 200 16 0 0 0 0 I\n", "holds no samples"),
        ("ecg 1 500 5000\nFILE 16+99999999999 200 16 0 0 0 0 I\n", "holds no samples"),
        ("ecg 2 500 5000\nFILE 16 200 16 0 0 0 0 I\nFILE 212 200 12 0 0 0 0 II\n", "more than one format"),
        ("ecg/3 2 500 5000\ns_1 100\n", "announces 3 segments and lists 1"),
        ("ecg/1 2 500 5000\necg 5000\n", "it has segments itself"),
        ("ecg/1 2 500 5000\ngone 5000\n", "can be read; segment gone is left empty: its header is missing"),
    ],
)
def test_what_can_not_be_read_is_told(tmp_path: Path, header: str, expected: str) -> None:
    assert expected in problem(write(tmp_path, header))


def test_a_file_far_too_long_for_a_header_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "ecg.hea").open("wb") as stream:
        stream.truncate(1 << 40)
    assert "more than 16 MB" in problem(tmp_path)


@pytest.mark.parametrize(
    "name", ["../secret.dat", "/etc/passwd", "a/../../secret.dat", r"..\secret.dat", r"C:\secret.dat"]
)
def test_no_header_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "secret.dat").write_bytes(EIGHT[1].tobytes())
    (tmp_path / "secret.dat.hea").write_text(f"s 1 500 5000\nsecret.dat {SIGNAL} II\n")
    assert "outside of its own folder" in problem(write(folder, f"ecg 1 500 5000\n{name} {SIGNAL} II\n"))
    assert "outside of its own folder" in problem(write(folder, f"ecg/2 1 500 5000\n{name} 5000\n~ 1\n"))


@pytest.mark.parametrize("name", ["http://127.0.0.1:9/x.dat", "memory://x.dat", "simplecache::file:///etc/passwd"])
def test_no_header_leads_into_the_net(tmp_path: Path, name: str) -> None:
    assert "is missing" in problem(write(tmp_path, f"ecg 1 500 5000\n{name} {SIGNAL} II\n"))


def test_a_signal_file_may_lie_in_a_folder_below_and_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "elsewhere").write_bytes(EIGHT[1].astype("<i2").tobytes())
    (tmp_path / "below" / "my ecg.dat").symlink_to(tmp_path / "elsewhere")
    path = write(tmp_path, f"ecg 1 500 5000\nbelow/my ecg.dat {SIGNAL} II\n")
    np.testing.assert_allclose(only(path).signal_uv, EIGHT[1:2], atol=1e-3)


def test_one_record_that_fails_does_not_end_the_run(tmp_path: Path) -> None:
    write(tmp_path, "ecg 1 500 5000\nFILE 17\n", name="a")
    write(tmp_path, two_leads("ecg 2 500 5000"), name="b")
    assert [isinstance(found, UnreadableEcg) for found in read(tmp_path)] == [True, False]


def test_values_are_those_of_the_file(tmp_path: Path) -> None:
    text = "ecg 2 500 2\nFILE 16 2(1)/mV 16 0 0 0 0 I\nFILE 16 1/V 16 5 0 0 0 x\n"
    one, other = recording(write(tmp_path, text, [[5, 6], [-32768, 7]])).signals
    np.testing.assert_array_equal(one.values, [2, np.nan])
    np.testing.assert_array_equal(other.values, [1, 2])
