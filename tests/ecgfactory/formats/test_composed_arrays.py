"""Rhythms, beats and long records in Parquet, NumPy and WebDataset: read back, and as other people's readers do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format, Labels, SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.rows import record_columns
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.validation.format_contract import are_same, content
from tests.long_composed import composed_batch, composed_spec, long_record

RATE_HZ = 100
LABELS = Labels(waves=True, mask=True)
SHORT = composed_spec(EIGHT_LEADS, 12, RATE_HZ, LABELS)
LONG = composed_spec(EIGHT_LEADS, 190, RATE_HZ, LABELS)
"""Three pieces of 6000 samples, and one of 1000."""

CANDIDATES = [3, 1205]


@pytest.fixture(params=["parquet", "npy", "webdataset"])
def member(request: pytest.FixtureRequest) -> type[Format]:
    return FORMATS.load(request.param)


@cache
def records(spec: SignalSpec) -> list[RecordBatch]:
    """Return two records, each by itself, whole."""
    duration_s = spec.samples // RATE_HZ
    made = [composed_batch(spec.lead_names, duration_s, RATE_HZ, seed) for seed in CANDIDATES]
    return [replace(one, candidates=np.array([number])) for one, number in zip(made, CANDIDATES, strict=True)]


def published(writer: Format, folder: Path) -> str:
    """Finish the files and name them as a dataset's; return the path of the one that holds the records."""
    writer.close()
    for file in [file for file in folder.rglob("*") if file.is_file()]:
        file.rename(folder / writer.published_path(file.relative_to(folder).as_posix(), 0, 1))
    return writer.published_path(writer.staged_path(CANDIDATES[0], "train"), 0, 1)


def write(member: type[Format], folder: Path, spec: SignalSpec) -> str:
    """Write the records; return the path of the file that holds them."""
    writer = member(folder, spec)
    for record in records(spec):
        if spec.is_long:
            writer.write_long(long_record(record, RATE_HZ))
        else:
            writer.write(record)
    return published(writer, folder)


def run(examples: Mapping[str, str], title: str, path: str) -> dict[str, Any]:
    """Run the example of a title; return its variables."""
    (code,) = (code for name, code in examples.items() if title in name)
    words = {"path": path, "stem": path.rpartition(".")[0], "split": "train", "record_id": "00000003"}
    told: dict[str, Any] = {}
    exec(Template(code).substitute(words, rate_hz=RATE_HZ), told)
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
        assert columns.to_pydict() == expected


@pytest.mark.parametrize("spec", [SHORT, LONG], ids=["short", "long"])
def test_records_read_back(member: type[Format], spec: SignalSpec, tmp_path: Path) -> None:
    path = write(member, tmp_path, spec)
    for record in records(spec):
        assert_reads_back(member, tmp_path, path, record, spec)
    signals_uv = np.concatenate([record.signals_uv for record in records(spec)])
    assert np.array_equal(member.read(tmp_path, path, CANDIDATES, spec), signals_uv)
    beats = member.read_beats(tmp_path, path, CANDIDATES, spec)
    assert beats is not None and np.diff(beats.record).max() == 1
    for start, stop in ((0, 10), (spec.samples - 500, spec.samples), (5990, 6010), (5900, 18_100)):
        if stop <= spec.samples:
            stretch = member.read_stretch(tmp_path, path, CANDIDATES[1], spec, start, stop)
            assert np.array_equal(stretch, signals_uv[1, :, start:stop])
    assert member.count(tmp_path) == len(CANDIDATES)
    assert all((tmp_path / file).is_file() for file in member.files(path, spec))
    with pytest.raises((ValueError, KeyError)):
        member.read_stretch(tmp_path, path, 4, spec, 0, 10)


def another(value: object) -> object:
    """Something else of the same type."""
    if isinstance(value, list):
        return [another(one) for one in value]
    return f"{value}x" if isinstance(value, str) else value + 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("piece", "the pieces of record 00000003 are not all there, numbered and end to end"),
        ("first_sample", "the pieces of record 00000003 are not all there, numbered and end to end"),
        ("record_id", "record_id of record 00000003 is another in piece 1 than in its first"),
        ("snomed_ct", "snomed_ct of record 00000003 is another in piece 1 than in its first"),
        ("heart_rate_bpm", "heart_rate_bpm of record 00000003 is another in piece 1 than in its first"),
        ("rhythm_onsets", "a piece does not begin in the rhythm that the piece before it ends in"),
        ("r_peaks", "there is a beat at sample 12001 in the row of another piece"),
    ],
)
def test_what_later_pieces_in_parquet_say_is_read_too(column: str, words: str, tmp_path: Path) -> None:
    member = FORMATS.load("parquet")
    path = write(member, tmp_path, LONG)
    table = pq.read_table(tmp_path / path)
    values = table.column(column).to_pylist()
    values[1] = [*values[1][:-1], 12_001] if column == "r_peaks" else another(values[1])
    number = table.schema.get_field_index(column)
    changed = table.set_column(number, table.schema.field(number), pa.array(values, table.schema.field(number).type))
    pq.write_table(changed, tmp_path / path)
    with pytest.raises(ValueError, match=words):
        for read in (member.read_columns, member.read_beats, member.read_rhythms):
            read(tmp_path, path, [3], LONG)


@pytest.mark.parametrize("name", ["npy", "webdataset"])
def test_a_long_record_makes_the_files_that_it_would_make_whole(name: str, tmp_path: Path) -> None:
    spec, member = replace(LONG, labels=Labels(mask=True)), FORMATS.load(name)  # waves are piece after piece
    for folder, write_long in (("whole", Format.write_long), ("pieces", member.write_long)):
        (tmp_path / folder).mkdir()
        writer = member(tmp_path / folder, spec)
        for record in records(LONG):
            write_long(writer, long_record(record, RATE_HZ))
        writer.close()
    assert content(tmp_path / "pieces") == content(tmp_path / "whole") != {}


@pytest.mark.parametrize(("name", "lead_names"), [("parquet", None), ("npy", EIGHT_LEADS)])
def test_beats_are_not_taken_for_ecgs(name: str, lead_names: tuple[str, ...] | None, tmp_path: Path) -> None:
    write(FORMATS.load(name), tmp_path, SHORT)
    found = read_ecgs(tmp_path / FORMATS.load(name).top_folder(), rate_hz=RATE_HZ, unit="uV", lead_names=lead_names)
    assert [one.signal_uv.shape for one in found] == [(8, 5 * SHORT.samples)] * len(CANDIDATES)  # at 500 Hz
    assert found.passed_over == []


def test_others_read_rhythms_and_beats(member: type[Format], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(member, tmp_path, SHORT)
    composed = records(SHORT)[-1 if member.name == "webdataset" else 0].composed  # its example ends with the last
    assert composed is not None
    monkeypatch.chdir(tmp_path)
    told = run(member.rhythm_loading, "Rhythms and beats", path)
    of_beats, of_rhythms = (told[name] for name in ("beats", "rhythms"))
    if member.name == "parquet":
        of_beats, of_rhythms = (
            frame.loc[["00000003"]].set_axis(names, axis=1)
            for frame, names in ((of_beats, ["sample", "symbol"]), (of_rhythms, ["rhythm", "onset"]))
        )
    beats, rhythms = composed.beats, composed.rhythms
    assert list(of_beats["sample"]) == beats.sample.tolist()
    assert list(np.array(of_beats["symbol"], dtype="U1")) == beats.symbol_of_each
    assert list(np.array(of_rhythms["rhythm"], dtype="U32")) == [kind.name for kind in rhythms.kind_of_each]
    assert list(of_rhythms["onset"]) == rhythms.onset.tolist()


def test_examples_for_pieces_in_parquet_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    member = FORMATS.load("parquet")
    path = write(member, tmp_path, LONG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    signal_uv = records(LONG)[0].signals_uv[0]
    of_file = [title for title, code in member.long_loading.items() if "beats.parquet" not in code]
    told = {title: run(member.long_loading, title, path) for title in of_file}
    assert np.array_equal(told["Hugging Face datasets"]["piece_uv"], signal_uv[1, :6000])
    assert np.array_equal(told["pandas"]["ecg_uv"], signal_uv[1])
    assert [len(piece_uv) for piece_uv in told["DuckDB"]["first_minutes"]["II"]] == [6000, 6000]
    last_mv = told["PyTorch"]["signal_mv"].numpy()
    np.testing.assert_allclose(last_mv, records(LONG)[-1].signals_uv[0, :, 18_000:] / 1000, rtol=1e-6)


@pytest.mark.parametrize("duration_s", [190, 180])
def test_pieces_in_parquet_are_rows(duration_s: int, tmp_path: Path) -> None:
    spec, member = composed_spec(EIGHT_LEADS, duration_s, RATE_HZ, LABELS), FORMATS.load("parquet")
    path = write(member, tmp_path, spec)
    composed = records(spec)[0].composed
    assert composed is not None
    rows = pd.read_parquet(tmp_path / path, filters=[("candidate", "=", 3)])
    assert list(rows.columns[:5]) == ["record_id", "candidate", "split", "piece", "first_sample"]
    assert rows["first_sample"].tolist() == list(range(0, spec.samples, 6000))
    assert np.concatenate(rows["r_peaks"].to_list()).tolist() == composed.beats.sample.tolist()
    for start, names in zip(rows["first_sample"], rows["rhythm_names"], strict=True):
        within = composed.rhythms.where((composed.rhythms.onset < start + 6000) & (composed.rhythms.offset >= start))
        assert list(names) == [kind.name for kind in within.kind_of_each]
    kind = "fixed_size_list<element: int16 not null>[6000]" if duration_s == 180 else "list<element: int16 not null>"
    assert {str(pq.read_schema(tmp_path / path).field(lead).type) for lead in EIGHT_LEADS} == {kind}
