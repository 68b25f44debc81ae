"""Rhythms, beats and long records in Parquet, NumPy and WebDataset: read back, and as other people's readers do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format, Labels, SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.rows import record_columns
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.validation.format_contract import are_same, content
from tests.composed_ecgs import any_composed
from tests.long_records import any_record, any_waves, in_pieces

LABELS = Labels(waves=True, mask=True)
SHORT = SignalSpec(EIGHT_LEADS, 2000, seed=7, sampling_rate_hz=200, labels=LABELS, composed=True)
LONG = replace(SHORT, samples=190 * 50, sampling_rate_hz=50)
"""Three pieces of 3000 samples, and one of 500."""

CANDIDATES = [3, 1005]


@pytest.fixture(params=["parquet", "npy", "webdataset"])
def member(request: pytest.FixtureRequest) -> type[Format]:
    return FORMATS.load(request.param)


def short_records() -> RecordBatch:
    """Return records of one split."""
    composed = any_composed(EIGHT_LEADS, len(CANDIDATES), SHORT.samples, seed=4)
    shape = (len(CANDIDATES), len(EIGHT_LEADS), SHORT.samples)
    return RecordBatch(
        np.array(CANDIDATES),
        np.array(["train"] * len(CANDIDATES)),
        np.random.default_rng(4).integers(-3000, 3000, shape, dtype=np.int16),
        {"heart_rate_bpm": np.array([60.5, 61.5])},
        waves=any_waves(composed.beats),
        composed=composed,
    )


def published(writer: Format, folder: Path) -> str:
    """Finish the files and name them as a dataset's; return the path of the one that holds the records."""
    writer.close()
    for file in [file for file in folder.rglob("*") if file.is_file()]:
        file.rename(folder / writer.published_path(file.relative_to(folder).as_posix(), 0, 1))
    return writer.published_path(writer.staged_path(CANDIDATES[0], "train"), 0, 1)


def write_short(member: type[Format], folder: Path) -> tuple[RecordBatch, str]:
    batch, writer = short_records(), member(folder, SHORT)
    writer.write(batch)
    return batch, published(writer, folder)


def write_long(member: type[Format], folder: Path, spec: SignalSpec = LONG) -> tuple[list[RecordBatch], str]:
    writer, records = member(folder, spec), [any_record(spec, candidate, "train") for candidate in CANDIDATES]
    for record in records:
        writer.write_long(in_pieces(record, spec))
    return records, published(writer, folder)


def run(examples: Mapping[str, str], title: str, path: str, rate_hz: int) -> dict[str, Any]:
    """Run the example of a title; return its variables."""
    (code,) = (code for name, code in examples.items() if title in name)
    words = {"path": path, "stem": path.rpartition(".")[0], "split": "train", "record_id": "00000003"}
    told: dict[str, Any] = {}
    exec(Template(code).substitute(words, rate_hz=rate_hz), told)
    return told


def assert_reads_back(member: type[Format], folder: Path, path: str, batch: RecordBatch, spec: SignalSpec) -> None:
    """Everything of some records is as it was written."""
    place, composed = (folder, path, batch.candidates.tolist(), spec), batch.composed
    assert composed is not None and batch.waves is not None
    assert np.array_equal(member.read(*place), batch.signals_uv)
    masks = member.read_masks(*place)
    assert masks is not None and np.array_equal(masks, batch.waves.masks(spec.samples))
    waves = member.read_waves(*place)
    assert waves is None if member.name == "parquet" else waves is not None and are_same(waves, batch.waves)
    for read, written in (
        (member.read_beats(*place), composed.beats),
        (member.read_rhythms(*place), composed.rhythms),
    ):
        assert read is not None and (read.lead_names, read.records) == (written.lead_names, written.records)
        for name in ("record", *written._columns):
            assert getattr(read, name).dtype == getattr(written, name).dtype
            assert np.array_equal(getattr(read, name), getattr(written, name)), name
    columns = member.read_columns(*place)
    if columns is not None:
        expected = {name: values.to_pylist() for name, values in record_columns(batch).items()}
        assert {"candidate": batch.candidates.tolist()} | columns.to_pydict() == expected


def test_short_records_read_back(member: type[Format], tmp_path: Path) -> None:
    batch, path = write_short(member, tmp_path)
    assert_reads_back(member, tmp_path, path, batch, SHORT)
    assert_reads_back(member, tmp_path, path, batch.take(np.array([1])), SHORT)
    assert member.count(tmp_path) == len(batch)
    assert all((tmp_path / file).is_file() for file in member.files(path, SHORT))


def test_long_records_read_back(member: type[Format], tmp_path: Path) -> None:
    records, path = write_long(member, tmp_path)
    for record in records:
        assert_reads_back(member, tmp_path, path, record, LONG)
        signal_uv = record.signals_uv[0]
        for start, stop in ((0, 10), (2990, 3010), (2900, 9100), (9400, 9500)):
            stretch = member.read_stretch(tmp_path, path, int(record.candidates[0]), LONG, start, stop)
            assert np.array_equal(stretch, signal_uv[:, start:stop])
    together = np.concatenate([record.signals_uv for record in records])
    assert np.array_equal(member.read(tmp_path, path, CANDIDATES, LONG), together)
    assert member.count(tmp_path) == len(records)
    assert all((tmp_path / file).is_file() for file in member.files(path, LONG))
    with pytest.raises((ValueError, KeyError)):
        member.read_stretch(tmp_path, path, 4, LONG, 0, 10)


@pytest.mark.parametrize("name", ["npy", "webdataset"])
def test_a_long_record_makes_the_files_that_it_would_make_whole(name: str, tmp_path: Path) -> None:
    spec = replace(LONG, labels=Labels(mask=True))  # waves are piece after piece
    for folder, write in (("pieces", Format.write_long), ("whole", FORMATS.load(name).write_long)):
        (tmp_path / folder).mkdir()
        writer = FORMATS.load(name)(tmp_path / folder, spec)
        for candidate in CANDIDATES:
            write(writer, in_pieces(any_record(LONG, candidate, "train"), LONG))
        writer.close()
    assert content(tmp_path / "pieces") == content(tmp_path / "whole") != {}


def test_others_read_rhythms_and_beats(member: type[Format], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch, path = write_short(member, tmp_path)
    assert batch.composed is not None
    monkeypatch.chdir(tmp_path)
    told = run(member.rhythm_loading, "Rhythms and beats", path, 200)
    row = -1 if member.name == "webdataset" else 0  # its example ends with the last record
    of_beats, of_rhythms = (told[name] for name in ("beats", "rhythms"))
    if member.name == "parquet":
        of_beats, of_rhythms = (
            frame.loc["00000003"].set_axis(names, axis=1)
            for frame, names in ((of_beats, ["sample", "symbol"]), (of_rhythms, ["rhythm", "onset"]))
        )
    beats, rhythms = batch.composed.beats.of(row), batch.composed.rhythms.of(row)
    assert list(of_beats["sample"]) == beats.sample.tolist()
    assert list(np.array(of_beats["symbol"], dtype="U1")) == beats.symbol_of_each
    assert list(np.array(of_rhythms["rhythm"], dtype="U32")) == [kind.name for kind in rhythms.kind_of_each]
    assert list(of_rhythms["onset"]) == rhythms.onset.tolist()


def test_examples_for_pieces_in_parquet_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    member = FORMATS.load("parquet")
    records, path = write_long(member, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    signal_uv = records[0].signals_uv[0]
    told = {title: run(member.long_loading, title, path, 50) for title in member.long_loading}
    assert np.array_equal(told["Hugging Face datasets"]["piece_uv"], signal_uv[1, :3000])
    assert np.array_equal(told["pandas"]["ecg_uv"], signal_uv[1])
    assert [len(piece_uv) for piece_uv in told["DuckDB"]["first_minutes"]["II"]] == [3000, 3000]
    last_mv = told["PyTorch"]["signal_mv"].numpy()
    np.testing.assert_allclose(last_mv, records[-1].signals_uv[0, :, 9000:] / 1000, rtol=1e-6)


@pytest.mark.parametrize("duration_s", [190, 180])
def test_pieces_in_parquet_are_rows(duration_s: int, tmp_path: Path) -> None:
    spec, member = replace(LONG, samples=duration_s * 50), FORMATS.load("parquet")
    records, path = write_long(member, tmp_path, spec)
    composed = records[0].composed
    assert composed is not None
    rows = pd.read_parquet(tmp_path / path, filters=[("candidate", "=", 3)])
    assert list(rows.columns[:5]) == ["record_id", "candidate", "split", "piece", "first_sample"]
    assert rows["first_sample"].tolist() == [0, 3000, 6000, 9000][: len(rows)]
    assert np.concatenate(rows["r_peaks"].to_list()).tolist() == composed.beats.sample.tolist()
    for start, names in zip(rows["first_sample"], rows["rhythm_names"], strict=True):
        within = composed.rhythms.where((composed.rhythms.onset < start + 3000) & (composed.rhythms.offset >= start))
        assert list(names) == [kind.name for kind in within.kind_of_each]
    kind = "fixed_size_list<element: int16 not null>[3000]" if duration_s == 180 else "list<element: int16 not null>"
    assert {str(pq.read_schema(tmp_path / path).field(lead).type) for lead in EIGHT_LEADS} == {kind}
