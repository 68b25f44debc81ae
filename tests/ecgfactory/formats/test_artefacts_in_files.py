"""Artefacts, clean twins and dropped samples as other people's readers give them, by the examples of formats."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template
from typing import Any

import edfio
import numpy as np
import pandas as pd
import pytest
import wfdb
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.formats import FORMATS
from ecgfactory.formats.artefact_rows import artefact_rows_of_each, artefacts_of_rows
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.clean_twin import clean_twin
from ecgfactory.formats.csv_encoding import encode_csv
from ecgfactory.formats.dropped_samples import MISSING, held
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.record import record_id
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.validation.format_contract import (
    INJURED,
    LABELLED,
    SAMPLES,
    differing_artefacts,
    make_artefacts,
    make_batch,
    make_spec,
    staged_files,
    write_batch,
    write_injured,
)

TRAIN = [0, 2, 3, 6]
"""Rows of the contract's records in that split."""


class Example:
    """A small dataset of records and their clean twins in one format, and what its examples say of it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.format = FORMATS.load(name)
        self.batch = write_injured(self.format, folder, 12, [], LABELLED)
        write_batch(clean_twin(self.format), folder, self.batch.clean, make_spec(12, LABELLED), [])
        for file in [file for file in folder.rglob("*") if file.is_file()]:
            file.rename(folder / self.format.published_path(file.relative_to(folder).as_posix(), 0, 1))

    def stem(self, row: int) -> str:
        """Path of the file of a record without its suffix."""
        candidate, split = int(self.batch.candidates[row]), str(self.batch.splits[row])
        return self.format.published_path(self.format.staged_path(candidate, split), 0, 1).rpartition(".")[0]

    def run(self, examples: Mapping[str, str], title: str = "") -> dict[str, Any]:
        """Run the example of a title; return its variables."""
        (code,) = (code for name, code in examples.items() if title in name)
        suffix = next(iter(self.format.media_types))
        words = {"path": self.stem(0) + suffix, "stem": self.stem(0), "split": "train", "record_id": "00000003"}
        told: dict[str, Any] = {}
        exec(Template(code).substitute(words), told)
        return told

    @property
    def gaps(self) -> np.ndarray:
        """Which samples of each record are missing."""
        assert self.batch.injury is not None
        return self.batch.injury.artefacts.dropped(SAMPLES)


@pytest.fixture
def example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Example:
    monkeypatch.chdir(tmp_path)
    return Example(name, tmp_path)


@pytest.mark.parametrize("name", ["wfdb", "wfdb_flac"])
def test_wfdb_noise_marks_comments_and_gaps(example: Example, name: str) -> None:
    told = example.run(example.format.artefact_loading)
    assert told["artefacts"] == [(0, "mains all"), (20, "muscle II"), (301, "end muscle II")]
    for row in range(len(example.batch)):
        record = wfdb.rdrecord(example.stem(row))
        assert np.array_equal(np.isnan(record.p_signal), np.repeat(example.gaps[row][:, np.newaxis], 12, axis=1))
        digital = wfdb.rdrecord(example.stem(row), physical=False)
        assert digital.calc_checksum() == record.checksum
        assert digital.init_value == list(digital.d_signal[0])
    comments = [wfdb.rdheader(example.stem(row)).comments for row in (0, 1, 2)]
    assert comments[0][-2:] == ["artefact: muscle II 20-300 snr 6.1 dB", "artefact: mains all 0-499 snr -3.2 dB"]
    assert comments[1][-1] == "artefacts: none"
    assert comments[2][-1] == "artefact: dropped_samples all 0-9"

    example.format.write_index(Path(), iter([example.batch.candidates]), make_spec(12, LABELLED, INJURED))
    last = Path(name, "ANNOTATORS").read_text().splitlines()[-1]
    assert last.startswith("art\tartefacts that were put in: ~ where one begins")
    clean_format = clean_twin(example.format)
    clean_format.write_index(Path(), iter([example.batch.candidates]), make_spec(12, LABELLED))
    assert "art\t" not in Path(clean_format.top_folder(), "ANNOTATORS").read_text()
    assert not list(Path(clean_format.top_folder()).rglob("*.art"))


@pytest.mark.parametrize("name", ["csv"])
def test_cells_of_dropped_samples_are_empty(example: Example) -> None:
    for row in range(len(example.batch)):
        frame = pd.read_csv(f"{example.stem(row)}.csv", index_col="time_ms")
        assert np.array_equal(frame.isna().to_numpy(), np.repeat(example.gaps[row][:, np.newaxis], 12, axis=1))
        there = ~example.gaps[row]
        assert np.array_equal(frame.to_numpy().T[:, there], example.batch.signals_uv[row][:, there])


def test_empty_cells_of_a_spreadsheet_s_dialect_too() -> None:
    signal_uv, missing = np.arange(8, dtype=np.int16).reshape(2, 4), np.array([False, True, True, False])
    text = encode_csv(signal_uv, ["I", "II"], 400, "decimal-comma", missing)
    assert text == b"time_ms;I;II\n0;0;4\n2,5;;\n5;;\n7,5;3;7\n"
    assert pd.read_csv(io.BytesIO(text), sep=";", decimal=",")["II"].isna().tolist() == missing.tolist()


@pytest.mark.parametrize("name", ["edf"])
def test_edf_annotations(example: Example) -> None:
    told = example.run(example.format.artefact_loading)
    assert told["artefacts_s"] == [("artefact mains all", 0, 499 / 500), ("artefact muscle II", 20 / 500, 280 / 500)]
    assert {"QRS", "R peak"} < {mark.text for mark in told["annotations"]}
    pop = [mark for mark in edfio.read_edf(f"{example.stem(4)}.edf").annotations if mark.text.startswith("artefact")]
    assert [(mark.text, mark.onset, mark.duration) for mark in pop] == [
        ("artefact electrode_pop I,III,aVR", 77 / 500, 0)
    ]


@pytest.mark.parametrize("name", ["webdataset"])
def test_webdataset_members(example: Example) -> None:
    artefacts = example.run(example.format.artefact_loading)["artefacts"]
    assert list(artefacts["00000003"].kind) == ["muscle", "mains"]
    assert list(artefacts["00000003"].lead) == ["II", "all"]
    assert list(artefacts["00000003"].snr_db) == [6.1, -3.25]
    assert artefacts[record_id(99_999_999)].leads[0] == ["V1", "V2"]
    told = example.run(example.format.pair_loading)
    assert np.array_equal(told["noisy_uv"], example.batch.signals_uv[6])
    assert np.array_equal(told["clean_uv"], example.batch.clean.signals_uv[6])
    assert told["ecg"]["json"]["artefact_kinds"] == ["muscle"]
    assert told["ecg"]["artefact_mask.npy"].sum() == 2
    told = example.run(example.format.artefact_mask_loading)
    assert told["injured"].shape == told["signal_uv"].shape == (12, SAMPLES)
    assert SAMPLES - told["calm_uv"].shape[1] == told["injured"].any(axis=0).sum()


@pytest.mark.parametrize("name", ["npy"])
def test_npy_pairs(example: Example) -> None:
    told = example.run(example.format.pair_loading)
    assert [len(ecgs_uv) for ecgs_uv in told["noisy_uv"]] == [len(TRAIN)]
    assert np.array_equal(told["noisy_uv"][0], example.batch.signals_uv[TRAIN])
    assert np.array_equal(told["clean_uv"][0], example.batch.clean.signals_uv[TRAIN])
    assert example.batch.injury is not None
    masks = np.load(f"{example.stem(0)}.artefact_mask.npy", mmap_mode="r")
    assert np.array_equal(masks, example.batch.injury.artefacts.masks(SAMPLES)[TRAIN])
    told = example.run(example.format.artefact_mask_loading)
    assert np.array_equal(told["artefact_masks"], masks) and told["ecgs_uv"].shape == masks.shape
    assert told["share_injured"].max() == 1


@pytest.mark.parametrize("name", ["parquet"])
def test_parquet_columns_and_pairs(example: Example) -> None:
    told = example.run(example.format.artefact_loading)
    assert list(told["labels"].is_clean) == [row == 1 for row in (1, 5, 0, 2, 3, 6, 4)]
    assert list(told["labels"].artefact_kinds[2]) == ["muscle", "mains"]
    told = example.run(example.format.pair_loading, "pandas")
    noisy_uv, clean_uv = example.batch.signals_uv[0, 1], example.batch.clean.signals_uv[0, 1]
    assert np.array_equal(told["pairs"].loc["00000003"].II_clean, clean_uv)
    assert np.array_equal(told["added_uv"]["00000003"], noisy_uv - clean_uv)
    frame = pd.read_parquet(f"{example.stem(0)}.parquet")
    clean = pd.read_parquet(f"{example.stem(0)}.parquet".replace("data", "clean"))
    assert list(frame.clean_heart_rate_bpm.fillna(0)) == list(clean.heart_rate_bpm.fillna(0))
    assert not {"is_clean", "snr_db_I", "clean_heart_rate_bpm", "artefact_mask_I"} & set(clean.columns)
    assert np.stack(frame.artefact_mask_II)[0].sum() == SAMPLES


@pytest.mark.parametrize("name", ["parquet"])
def test_pairs_for_pytorch(example: Example) -> None:
    told = example.run(example.format.pair_loading, "PyTorch")
    noisy_mv, clean_mv = told["noisy_mv"].numpy(), told["clean_mv"].numpy()
    assert noisy_mv.shape == clean_mv.shape == (len(TRAIN), 8, SAMPLES)
    clean_uv = example.batch.clean.signals_uv
    ecgs_uv = np.rint(clean_mv * 1000)
    rows = [row for ecg_uv in ecgs_uv for row in TRAIN if np.array_equal(ecg_uv[0], clean_uv[row, 0])]
    assert sorted(rows) == TRAIN
    assert np.allclose(noisy_mv[:, 1] * 1000, example.batch.signals_uv[rows, 1])
    told = example.run(example.format.artefact_mask_loading)
    assert example.batch.injury is not None
    masks = example.batch.injury.artefacts.masks(SAMPLES)[TRAIN][:, [0, 1, *range(6, 12)]]
    assert told["injured"].shape == told["signal_mv"].shape
    assert told["injured"].sum() == masks.sum()


@given(st_numpy.arrays(np.int16, (2, 3, 12), elements=st.integers(-32767, 32767)), st.data())
def test_gaps_are_held(signals_uv: np.ndarray, data: st.DataObject) -> None:
    missing = data.draw(st_numpy.arrays(bool, 12).filter(lambda gaps: not gaps.all()))
    read = held(np.where(missing, np.int16(MISSING), signals_uv))
    assert read.dtype == np.int16
    last = None
    for sample in range(12):
        last = last if missing[sample] else sample
        source = int(missing.argmin()) if last is None else last
        assert np.array_equal(read[..., sample], signals_uv[..., source])


def test_rows_of_artefacts_that_are_not_as_they_should_be_are_told() -> None:
    rows = artefact_rows_of_each(make_artefacts(12))
    assert rows[1] == [] and rows[0][1]["parameters"] == {"a": [1, 2.5], "b": "c"}
    for change in ({"onset": 20.5}, {"lead": "V3"}, {"leads": ["II", "X"]}, {"more": 1}, {"amount": None}):
        changed = [[{**rows[0][0], **change}], *rows[1:]]
        if change == {"amount": None}:
            assert np.isnan(artefacts_of_rows(changed, TWELVE_LEADS).amount[0])
            continue
        with pytest.raises(ValueError, match="an artefact has"):
            artefacts_of_rows(changed, TWELVE_LEADS)


@pytest.fixture(scope="module")
def injured_by_plan(make_request: Callable[..., BuildRequest]) -> tuple[Plan, RecordBatch]:
    """Accepted records of the model, each with artefacts: dropped samples, broken lead equations and others."""
    kinds = {"dropped_samples": 4, "wrong_gain": 2, "limb_lead_swap": 1, "mains": 1, "lead_off": 1}
    artefacts = {"clean_share": 0, "kinds": kinds, "per_record": {"min": 2, "max": 4}}
    labels = {"waves": True, "mask": True}
    plan = make_plan(make_request(leads=12, generator={"batch": 6}, labels=labels, artefacts=artefacts))
    batch = next(assessed_batches(plan, range(6), StageClock()))
    return plan, batch.take(np.flatnonzero(batch.accepted))


@pytest.mark.parametrize("name", FORMATS)
def test_records_of_a_build_are_the_same_in_every_format(
    name: str, injured_by_plan: tuple[Plan, RecordBatch], tmp_path: Path
) -> None:
    plan, batch = injured_by_plan
    assert batch.injury is not None and batch.injury.artefacts.dropped(plan.samples_per_lead).any()
    assert batch.injury.artefacts.breaks_lead_equations.any()
    member, spec = FORMATS.load(name), plan.signal_spec
    write_batch(member, tmp_path, batch, spec, [2])
    for path, rows in staged_files(member, batch).items():
        candidates, written = batch.candidates[rows].tolist(), batch.injury.artefacts.take(np.array(rows))
        assert np.array_equal(member.read(tmp_path, path, candidates, spec), batch.signals_uv[rows])
        read = member.read_artefacts(tmp_path, path, candidates, spec)
        assert read is None or differing_artefacts(read, written, member.artefact_columns) == []


@pytest.mark.parametrize("name", FORMATS)
def test_records_without_artefacts_are_not_written_as_if_they_had_none(name: str, tmp_path: Path) -> None:
    writer = FORMATS.load(name)(tmp_path, make_spec(8, artefacts=INJURED))
    with pytest.raises(ValueError, match="no artefacts were put into"):
        writer.write(make_batch(8))
