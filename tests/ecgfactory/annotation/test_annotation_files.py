"""Annotation files as others read them."""

from __future__ import annotations

from pathlib import Path

import edfio
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import wfdb

from ecgfactory.annotation.arrays import annotate
from ecgfactory.annotation.files import check_folder, write_parquet, write_wfdb
from ecgfactory.annotation.places import RecordPlaces
from ecgfactory.annotation.records import AnnotatedEcg, annotate_records
from ecgfactory.annotation.replacing import Replacing
from ecgfactory.annotation.time_resolution import encode_time_resolution
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.wave_table import ABSENT, POINTS, WaveTable
from tests.foreign_files import EIGHT, MV
from tests.real_ecgs import ludb_records

NONE, ALL = (Replacing(overwrite, lambda _: False) for overwrite in (False, True))


def annotated(path: Path) -> list[AnnotatedEcg | UnreadableEcg]:
    return list(annotate_records(read_ecgs(path)))


def write_record(folder: Path, name: str, rate_hz: int = 250) -> None:
    folder.mkdir(exist_ok=True)
    step = 500 // rate_hz
    signal_mv = MV[[1, 10], ::step].T
    wfdb.wrsamp(name, rate_hz, ["mV"] * 2, ["MLII", "ECG lead V5"], signal_mv, fmt=["16"] * 2, write_dir=str(folder))


def assert_read_back(path: Path, waves: WaveTable, extension: str, rate_hz: float) -> None:
    read = wfdb.rdann(str(path), extension)
    rows = sorted(
        (sample, kind)
        for points, kinds in ((waves.onset, "((("), (waves.peak, "pNt"), (waves.offset, ")))"))
        for sample, kind in zip(points.tolist(), (kinds[wave] for wave in waves.wave), strict=True)
        if sample != ABSENT
    )
    assert sorted(zip(read.sample.tolist(), read.symbol, strict=True)) == rows
    assert read.fs == rate_hz


def test_wfdb_reads_what_is_marked_without_the_header_and_plots_it_with_the_record(tmp_path: Path) -> None:
    ecgs, out = tmp_path / "ecgs", tmp_path / "out"
    write_record(ecgs, "100")
    write_record(ecgs / "other", "100", 500)
    found = annotated(ecgs)
    written = list(write_wfdb(iter(found), out, RecordPlaces(["100.hea", "other/100.hea"]), NONE))
    assert written == found
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        f"{place}.{extension}" for place in ("100", "other/100") for extension in ("atr", "ii", "v5")
    ]
    for ecg, place, rate_hz in zip(found, ("100", "other/100"), (250, 500), strict=True):
        assert isinstance(ecg, AnnotatedEcg)
        assert (ecg.lead_names, ecg.sampling_rate_hz) == (("II", "V5"), rate_hz)
        assert ecg.beats > 8
        for lead, extension in (("all", "atr"), ("II", "ii"), ("V5", "v5")):
            assert_read_back(out / place, ecg.waves.of_lead(lead), extension, rate_hz)
    record, marks = wfdb.rdrecord(str(ecgs / "100")), wfdb.rdann(str(out / "100"), "atr")
    figure = wfdb.plot_wfdb(record=record, annotation=marks, return_fig=True)
    shown = np.concatenate([line.get_xdata() for line in figure.axes[0].lines[1:]])
    assert np.allclose(np.sort(shown), np.sort(marks.sample) / 250)
    plt.close(figure)


def test_the_same_marks_come_from_an_array(tmp_path: Path) -> None:
    write_record(tmp_path, "a")
    (of_file,) = annotated(tmp_path)
    stored = wfdb.rdrecord(str(tmp_path / "a")).p_signal.T
    waves = annotate(stored, rate_hz=250, lead_names=["MLII", "V5"], unit="mV")
    assert isinstance(of_file, AnnotatedEcg)
    assert np.array_equal(of_file.waves.onset, waves.onset)


@pytest.mark.parametrize("rate_hz", [360, 128.0, 333.25, 1000])
def test_the_rate_is_noted_as_wrann_does(tmp_path: Path, rate_hz: float) -> None:
    wfdb.wrann("x", "atr", np.array([5]), np.array(["N"]), fs=rate_hz, write_dir=str(tmp_path))
    assert (tmp_path / "x.atr").read_bytes().startswith(encode_time_resolution(rate_hz))


def test_no_file_of_others_is_replaced_unless_asked_for(tmp_path: Path) -> None:
    write_record(tmp_path, "100")
    experts = tmp_path / "100.v5"
    experts.write_bytes(b"theirs")
    places = RecordPlaces(["100.hea"])
    with pytest.raises(
        BadInputError, match=r"holds annotations already: 100.v5; choose another folder with --output, or replace"
    ):
        check_folder(tmp_path, "wfdb", places, NONE)
    check_folder(tmp_path, "wfdb", places, ALL)
    (kept,) = write_wfdb(iter(annotated(tmp_path)), tmp_path, places, NONE)
    assert isinstance(kept, UnreadableEcg)
    assert "100.v5 is there already; choose another folder" in kept.problem
    assert experts.read_bytes() == b"theirs"
    assert not (tmp_path / "100.atr").exists()
    list(write_wfdb(iter(annotated(tmp_path)), tmp_path, RecordPlaces(["100.hea"]), ALL))
    assert wfdb.rdann(str(tmp_path / "100"), "v5").ann_len > 20
    with pytest.raises(BadInputError, match="is a file; choose a folder"):
        check_folder(experts, "parquet", places, ALL)
    with pytest.raises(BadInputError, match="is named as a file, and is to be the folder"):
        check_folder(tmp_path / "out.parquet", "parquet", places, ALL)


def test_one_table_for_all_has_a_row_for_each_wave_and_tells_the_rate(tmp_path: Path) -> None:
    write_record(tmp_path, "a")
    (tmp_path / "b.csv").write_text("time_ms,ECG\n" + "".join(f"{2 * t},{v}\n" for t, v in enumerate(EIGHT[1])))
    found = annotated(tmp_path)
    out = tmp_path / "annotations.parquet"
    assert list(write_parquet(iter(found), out)) == found
    table = pd.read_parquet(out)
    assert table.columns.tolist() == ["record_id", "beat", "lead", "wave", *POINTS, "sampling_rate_hz"]
    for ecg in found:
        assert isinstance(ecg, AnnotatedEcg)
        rows = table[table.record_id == ecg.name]
        assert rows.lead.tolist() == ecg.waves.lead_of_each
        assert rows.onset.fillna(ABSENT).tolist() == ecg.waves.onset.tolist()
        assert set(rows.sampling_rate_hz) == {ecg.sampling_rate_hz}
    assert set(table.lead) == {"all", "II", "V5", "ECG"}
    again = read_ecgs(tmp_path)
    assert len(list(again)) == 2, "a table of waves is no ECG"
    assert [file.name for file in again.passed_over] == ["annotations.parquet"]


def test_leads_of_different_rates_are_counted_by_the_lowest_which_is_told(tmp_path: Path) -> None:
    signals = [
        edfio.EdfSignal(EIGHT[1, ::2].astype(float), 250, label="ECG II", physical_dimension="uV"),
        edfio.EdfSignal(EIGHT[6].astype(float), 500, label="ECG V5", physical_dimension="uV"),
    ]
    edfio.Edf(signals).write(tmp_path / "two.edf")
    (found,) = annotated(tmp_path)
    assert isinstance(found, AnnotatedEcg)
    assert found.sampling_rate_hz == 250
    assert found.notes == ("its leads have different rates; samples are those of 250 Hz, the lowest",)
    assert 2250 < found.waves.of_lead("V5").peak.max() < 2500


@pytest.mark.parametrize("folder", ["npy", "wfdb"])
def test_the_records_of_a_dataset_get_the_marks_that_it_holds(labelled: Path, folder: str) -> None:
    stored = pd.read_parquet(labelled / "annotations.parquet")
    found = annotated(labelled / folder)
    assert len(found) == stored.record_id.nunique()
    for ecg in found:
        assert isinstance(ecg, AnnotatedEcg)
        rows = stored[[record_id in ecg.name for record_id in stored.record_id]]
        assert rows.lead.tolist() == ecg.waves.lead_of_each
        for point in POINTS:
            assert rows[point].fillna(ABSENT).tolist() == getattr(ecg.waves, point).tolist()


def test_without_an_ecg_no_table_is_made(tmp_path: Path) -> None:
    failed = UnreadableEcg("x.csv", "it states no sampling rate; give --rate")
    assert list(write_parquet(iter([failed]), tmp_path / "annotations.parquet")) == [failed]
    assert not list(tmp_path.iterdir())


def test_real_ecgs_are_marked_in_files_that_wfdb_reads(tmp_path: Path) -> None:
    for record in ludb_records()[:10]:
        waves = annotate(record.signal_uv, rate_hz=500, lead_names=list(TWELVE_LEADS), unit="uV")
        ecg = AnnotatedEcg("r.hea", waves.lead_names, 500.0, 10.0, waves)
        list(write_wfdb(iter([ecg]), tmp_path, RecordPlaces(["r.hea"]), ALL))
        for lead in ("all", *waves.lead_names):
            assert_read_back(tmp_path / "r", waves.of_lead(lead), "atr" if lead == "all" else lead.lower(), 500)


def test_a_record_that_has_no_place_ends_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    waves = annotate(EIGHT[:2], rate_hz=500, lead_names=["I", "II"], unit="uV")
    names = ["m.csv:a", "m.csv:a.atr/b", "m.csv:c.atr/d", "m.csv:c", "linked/e.csv", "m.csv:" + "心" * 100, "n" * 255]
    published, out = tmp_path / "published", tmp_path / "out"
    published.mkdir()
    out.mkdir()
    for name in ("manifest.json", "SHA256SUMS.txt"):
        (published / name).touch()
    (out / "linked").symlink_to(published)
    ecgs = [AnnotatedEcg(name, waves.lead_names, 500.0, 10.0, waves) for name in names]
    written = list(write_wfdb(iter(ecgs), out, RecordPlaces(["m.csv", "linked/e.csv", "n" * 255]), ALL))
    problems = [ecg.problem if isinstance(ecg, UnreadableEcg) else "" for ecg in written]
    assert problems == [
        "",
        f"{out}/m/a.atr: can't be made (File exists); choose another folder.",
        "",
        f"{out}/m/c.atr is a folder; choose another folder with --output.",
        f"{out}/linked: is inside the published dataset {published}, which stays as it is; choose a place outside it.",
        "",
        f"{out}/{'n' * 255}.atr can't be written (File name too long); choose another folder with --output.",
    ]
    assert len(list(published.iterdir())) == 2
    assert sorted(path.suffix for path in out.rglob("*") if path.is_file()) == [".atr"] * 3 + [".i"] * 3 + [".ii"] * 3
    assert not list(out.rglob(".*"))


def test_no_file_that_is_read_is_replaced(tmp_path: Path) -> None:
    wfdb.wrsamp("r", 250, ["mV"], ["ECG"], MV[[1], ::2].T, fmt=["16"], write_dir=str(tmp_path))
    signals = (tmp_path / "r.dat").rename(tmp_path / "r.ecg")
    header = tmp_path / "r.hea"
    header.write_text(header.read_text().replace("r.dat", "r.ecg"))
    (tmp_path / "many.hea").write_text("many/1 1 250 2500\nr 2500\n")
    kept = signals.read_bytes()
    again = tmp_path / "again"
    again.symlink_to(tmp_path)
    reading = read_ecgs(header)
    (found,) = write_wfdb(annotate_records(reading), again, RecordPlaces(["r.hea"]), Replacing(True, reading.is_input))
    assert isinstance(found, UnreadableEcg)
    assert "r.ecg is one of the files that are read, which stay as they are; choose another" in found.problem
    assert signals.read_bytes() == kept
    segments = read_ecgs(tmp_path / "many.hea")
    assert [segments.is_input(tmp_path / name) for name in ("many.hea", "r.hea", "r.ecg", "r.atr")] == [
        True,
        True,
        True,
        False,
    ]


def test_a_table_that_is_read_stays_and_one_of_waves_may_be_replaced(tmp_path: Path) -> None:
    file = tmp_path / "annotations.parquet"
    pd.DataFrame({"time": np.arange(2500) / 250, "II": MV[1, ::2]}).to_parquet(file)
    with pytest.raises(BadInputError, match=r"annotations.parquet is one of the files that are read, which stay"):
        check_folder(tmp_path, "parquet", RecordPlaces([]), Replacing(True, read_ecgs(tmp_path).is_input))
    list(write_parquet(iter(annotated(file)), file))
    check_folder(tmp_path, "parquet", RecordPlaces([]), Replacing(True, read_ecgs(tmp_path).is_input))


def test_a_name_that_a_table_cannot_hold_concerns_its_record_alone(tmp_path: Path) -> None:
    waves = annotate(EIGHT[:1], rate_hz=500, lead_names=["I"], unit="uV")
    ecgs = [AnnotatedEcg(name, waves.lead_names, 500.0, 10.0, waves) for name in ("\udcff.csv", "a.csv")]
    failed, written = write_parquet(iter(ecgs), tmp_path / "annotations.parquet")
    assert failed == UnreadableEcg("\udcff.csv", "its name is not UTF-8, as Parquet's texts are; rename the file.")
    assert written is ecgs[1]
    assert set(pd.read_parquet(tmp_path / "annotations.parquet").record_id) == {"a.csv"}
