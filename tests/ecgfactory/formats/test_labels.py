"""Labels as other people's readers give them, by the examples that the formats bring."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pandas as pd
import pytest
import wfdb
from edfio import EdfAnnotation

from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.formats import FORMATS
from ecgfactory.formats.edf_annotations import decode_annotations
from ecgfactory.record import record_id
from ecgfactory.validation.format_contract import LABELLED, SAMPLES, make_batch, make_spec, write
from ecgfactory.wave_table import ALL_LEADS, WaveTable

TRAIN = [0, 2, 3, 6]
"""Rows of the contract's records in that split; the first has two beats, the last is the last of its file."""


class Example:
    """A small dataset in one format, and what its examples say of it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.format = FORMATS.load(name)
        self.batch = write(self.format, folder, 12, [], LABELLED)
        for file in [file for file in folder.rglob("*") if file.is_file()]:
            file.rename(folder / self.format.published_path(file.relative_to(folder).as_posix(), 0, 1))
        candidate = int(self.batch.candidates[0])
        self.path = self.format.published_path(self.format.staged_path(candidate, "train"), 0, 1)
        self.words = {"path": self.path, "stem": self.path.rpartition(".")[0], "split": "train"}
        self.words["record_id"] = record_id(candidate)

    def run(self, examples: Mapping[str, str]) -> dict[str, Any]:
        """Run the only example; return its variables."""
        (code,) = examples.values()
        told: dict[str, Any] = {}
        exec(Template(code).substitute(self.words), told)
        return told

    def read_waves(self) -> WaveTable | None:
        """Read the waves of the records in the file back."""
        return self.format.read_waves(Path(), self.path, self.batch.candidates[TRAIN].tolist(), make_spec(12, LABELLED))

    def waves(self, row: int) -> WaveTable:
        """What was written of a record."""
        assert self.batch.waves is not None
        return self.batch.waves.of(row)

    def r_peaks(self, row: int) -> list[int]:
        """R peaks of a record, in samples."""
        return list(self.waves(row).r_peaks()[0])


@pytest.fixture
def example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Example:
    monkeypatch.chdir(tmp_path)
    return Example(name, tmp_path)


@pytest.mark.parametrize("name", ["wfdb", "wfdb_flac"])
def test_wfdb_annotations(example: Example, name: str) -> None:
    told = example.run(example.format.label_loading)
    assert list(told["r_peaks"]) == example.r_peaks(0)
    assert "".join(symbol for symbol, _ in told["waves"]) == "p)(N)(t)(p)(N)(t"
    for lead in example.batch.waves.lead_names:
        waves, read = example.waves(0).of_lead(lead), wfdb.rdann(example.words["stem"], lead.lower())
        marks = np.stack([waves.onset, waves.peak, waves.offset], axis=1)
        assert list(read.sample) == list(marks[marks >= 0])
        assert read.fs == 500

    example.format.write_index(Path(), iter([example.batch.candidates]), make_spec(12, LABELLED))
    annotators = [line.split("\t") for line in Path(name, "ANNOTATORS").read_text().splitlines()]
    assert [annotator for annotator, _ in annotators][:3] == ["atr", "i", "ii"]
    assert {f"{name}/00000/00000003.{annotator}" for annotator, _ in annotators} < set(
        example.format.files(example.path, make_spec(12, LABELLED))
    )


@pytest.mark.parametrize("name", ["edf"])
def test_edf_annotations(example: Example) -> None:
    told = example.run(example.format.label_loading)
    assert told["r_peaks_s"] == [peak / 500 for peak in example.r_peaks(0)]
    assert told["qrs_s"] == [(50 / 500, 40 / 500), (360 / 500, 40 / 500)]
    texts = [mark.text for mark in told["annotations"]]
    assert texts[:3] == ["P peak", "P end", "QRS"]
    assert (texts[-2:], told["annotations"][-2].duration) == (["T", "T peak"], None)


@pytest.mark.parametrize("name", ["csv"])
def test_csv_waves(example: Example) -> None:
    assert list(example.run(example.format.label_loading)["r_peaks_ms"]) == [2 * peak for peak in example.r_peaks(0)]
    waves, read = example.waves(0), pd.read_csv("csv/00000/00000003_waves.csv")
    assert list(read.lead) == waves.lead_of_each
    assert list(read.onset.fillna(-1)) == list(waves.onset)


@pytest.mark.parametrize("name", ["webdataset"])
def test_webdataset_members(example: Example) -> None:
    told = example.run(example.format.label_loading)
    assert list(told["r_peaks"]) == example.r_peaks(TRAIN[-1])
    assert list(told["waves"].offset.fillna(-1)) == list(example.waves(TRAIN[-1]).offset)
    told = example.run(example.format.mask_loading)
    assert np.array_equal(told["mask"], example.waves(TRAIN[-1]).masks(SAMPLES)[0])
    assert np.array_equal(told["signal_uv"], example.batch.signals_uv[TRAIN[-1]])


@pytest.mark.parametrize("name", ["npy"])
def test_npy_arrays(example: Example) -> None:
    told = example.run(example.format.label_loading)
    assert list(told["r_peaks"]) == example.r_peaks(0)
    assert isinstance(told["waves"], np.memmap)
    assert list(np.diff(told["starts"])) == [len(example.waves(row)) for row in TRAIN]
    told = example.run(example.format.mask_loading)
    assert np.array_equal(told["mask"], example.waves(0).masks(SAMPLES)[0, 1:])
    assert told["mask"].shape == told["signal_uv"].shape
    in_v6 = example.waves(0).of_lead("V6")
    assert set(told["mask"][-1, in_v6.peak]) == {1, 2, 3}
    assert ALL_LEADS not in in_v6.lead_of_each


@pytest.mark.parametrize("name", ["npy"])
def test_a_number_that_is_no_lead_or_wave_is_told(example: Example) -> None:
    file = Path(example.path).with_suffix(".waves.npy")
    waves = np.load(file)
    for field, step, words in (("lead", 256, "from 0 to 12"), ("wave", -3, "from 1 to 5")):
        changed = waves.copy()
        changed[field] += step
        np.save(file, changed)
        with pytest.raises(ValueError, match=f"the field {field} of a wave is not {words}"):
            example.read_waves()


@pytest.mark.parametrize("name", ["webdataset"])
def test_members_between_samples_or_written_twice_are_told(example: Example) -> None:
    file, member = Path(example.path), "00000003.waves.json"
    with tarfile.open(file) as tar:
        content = tar.extractfile(member).read()  # type: ignore[union-attr]
    waves = json.loads(content)
    between = json.dumps({**waves, "peak": [peak + 0.4 for peak in waves["peak"]]}).encode()
    for added, kept, words in ((between, {member}, "columns or types"), (content, set(), f"{member} 2 times")):
        with tarfile.open(file) as tar:
            members = [(name, tar.extractfile(name).read()) for name in tar.getnames()]  # type: ignore[union-attr]
        with tarfile.open(file, "w") as tar:
            for name, text in [(member, added), *(pair for pair in members if pair[0] not in kept)]:
                entry = tarfile.TarInfo(name)
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text))
        with pytest.raises(ValueError, match=words):
            example.read_waves()


@pytest.mark.parametrize("name", ["csv", "npy"])
def test_files_of_labels_are_not_taken_for_ecgs(example: Example) -> None:
    found = read_ecgs(example.format.top_folder(), rate_hz=500, unit="uV", lead_names=example.batch.waves.lead_names)
    assert [one.signal_uv.shape for one in found] == [(12, SAMPLES)] * len(example.batch)
    assert found.passed_over == []


def test_records_without_waves_are_not_written_as_if_they_had_none(tmp_path: Path) -> None:
    writer = FORMATS.load("csv")(tmp_path, make_spec(8, LABELLED))
    with pytest.raises(ValueError, match="without waves"):
        writer.write(make_batch(8))


def test_another_annotation_of_an_edf_file_is_told() -> None:
    for text in ("Sleep stage W", "QRS", "T end"):
        with pytest.raises(ValueError, match=r"no wave|no peak"):
            decode_annotations([EdfAnnotation(1.0, None, text)], ["I"], 500)
