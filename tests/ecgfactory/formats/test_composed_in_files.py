"""Beats, rhythms and waves of composed records in files, and long ones in pieces."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pytest
import wfdb

from ecgfactory.beat_table import BeatTable
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Labels
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.validation.format_contract import are_same, content
from ecgfactory.wave_table import ALL_LEADS
from tests.long_composed import composed_batch, composed_spec, long_record

LEADS, DURATION_S, RATE_HZ = ("I", "II", "V1"), 150, 100
BATCH = composed_batch(LEADS, DURATION_S, RATE_HZ)
NAMES = ["wfdb", "wfdb_flac", "edf", "csv"]


def rows(table: BeatTable | RhythmTable | None) -> list[list[int]]:
    """All columns of a table."""
    assert table is not None
    return [getattr(table, name).tolist() for name in ("record", *table._columns)]


@pytest.mark.parametrize("labels", [Labels(), Labels(waves=True)], ids=["beats", "waves"])
@pytest.mark.parametrize("name", NAMES)
def test_a_record_in_pieces_is_written_as_one_held_whole_and_reads_back(
    tmp_path: Path, name: str, labels: Labels
) -> None:
    format_, spec = FORMATS.load(name), composed_spec(LEADS, DURATION_S, RATE_HZ, labels)
    for folder in ("whole", "pieces"):
        (tmp_path / folder).mkdir()
    format_(tmp_path / "whole", spec).write(BATCH)
    format_(tmp_path / "pieces", spec).write_long(long_record(BATCH, RATE_HZ))
    whole, pieces = content(tmp_path / "whole"), content(tmp_path / "pieces")
    path = format_.staged_path(1205, "train")
    assert whole.keys() == pieces.keys() == {Path(file) for file in format_.files(path, spec)}
    assert [file for file in whole if whole[file] != pieces[file]] == []

    assert BATCH.waves is not None and BATCH.composed is not None
    told = (tmp_path / "pieces", path, [1205], spec)
    assert np.array_equal(format_.read(*told), BATCH.signals_uv)
    assert rows(format_.read_beats(*told)) == rows(BATCH.composed.beats)
    assert rows(format_.read_rhythms(*told)) == rows(BATCH.composed.rhythms)
    waves = format_.read_waves(*told)
    expected = BATCH.waves.of_lead(ALL_LEADS) if name == "edf" else BATCH.waves
    assert are_same(waves, expected) if waves else not labels
    for start, stop in ((0, 1), (5_990, 6_010), (14_000, 15_000)):
        stretch = format_.read_stretch(tmp_path / "pieces", path, 1205, spec, start, stop)
        assert np.array_equal(stretch, BATCH.signals_uv[0, :, start:stop])


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record in all formats, with waves."""
    folder = tmp_path_factory.mktemp("composed")
    for name in NAMES:
        FORMATS.load(name)(folder, composed_spec(LEADS, DURATION_S, RATE_HZ, Labels(waves=True))).write(BATCH)
    return folder


def run(name: str, dataset: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run the example of how to load beats and rhythms; return its variables."""
    monkeypatch.chdir(dataset)
    path = FORMATS.load(name).staged_path(1205, "train")
    (code,) = FORMATS.load(name).rhythm_loading.values()
    told: dict[str, Any] = {}
    exec(Template(code).substitute(path=path, stem=path.rpartition(".")[0]), told)
    return told


@pytest.mark.parametrize("name", ["wfdb", "wfdb_flac"])
def test_wfdb_annotations(name: str, dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert BATCH.composed is not None
    beats, rhythms = BATCH.composed.beats, BATCH.composed.rhythms
    told = run(name, dataset, monkeypatch)
    assert told["beats"] == list(zip(beats.sample, beats.symbol_of_each, strict=True))
    assert told["rhythms"] == [
        (onset, kind.aux) for onset, kind in zip(rhythms.onset, rhythms.kind_of_each, strict=True)
    ]
    for lead in ("atr", "i", "ii"):  # the bytes are those of wrann
        stem = Path(name, "00001", "00001205")
        read = wfdb.rdann(str(stem), lead)
        fields = {"num": read.num, "subtype": read.subtype, "aux_note": list(read.aux_note)}
        wfdb.wrann("w", lead, read.sample, read.symbol, write_dir=str(dataset), **fields)
        assert Path(f"w.{lead}").read_bytes() == stem.with_suffix(f".{lead}").read_bytes()
    header = wfdb.rdheader(str(stem))
    assert f"rhythm: {BATCH.composed.rhythm[0]}" in header.comments
    assert any(line.startswith("Dx: ") and line[4:].replace(",", "").isdigit() for line in header.comments)


@pytest.mark.parametrize("name", ["edf", "csv"])
def test_beats_and_rhythms_in_other_files(name: str, dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert BATCH.composed is not None
    beats, rhythms = BATCH.composed.beats, BATCH.composed.rhythms
    told = run(name, dataset, monkeypatch)
    expected = list(zip(beats.sample.tolist(), beats.symbol_of_each, strict=True))
    names = [kind.name for kind in rhythms.kind_of_each]
    if name == "csv":
        assert list(told["beats"][["sample", "symbol"]].itertuples(index=False, name=None)) == expected
        assert list(told["rhythms"]["rhythm"]) == names
    else:
        assert told["beats_s"] == [(sample / RATE_HZ, symbol) for sample, symbol in expected]
        assert [text for *_, text in told["rhythms_s"]] == [f"rhythm {rhythm}" for rhythm in names]


@pytest.mark.parametrize("name", ["wfdb", "csv"])
def test_files_of_beats_are_not_taken_for_ecgs(name: str, dataset: Path) -> None:
    found = read_ecgs(dataset / name, rate_hz=RATE_HZ, unit="uV", lead_names=LEADS)
    assert [one.name for one in found] == [f"00001/00001205.{'hea' if name == 'wfdb' else 'csv'}"]
    assert found.passed_over == []


def test_waves_that_are_not_where_the_beats_are_are_told(tmp_path: Path) -> None:
    spec = composed_spec(LEADS, DURATION_S, RATE_HZ, Labels(waves=True))
    other = replace(BATCH, composed=composed_batch(LEADS, DURATION_S, RATE_HZ, seed=1).composed)
    assert other.composed is not None
    other.composed.beats.sample[3] += 1
    with pytest.raises(ValueError, match="other beats than the record has"):
        FORMATS.load("wfdb")(tmp_path, spec).write(other)


def test_a_beat_of_another_symbol_in_a_lead_than_over_all_is_found(tmp_path: Path) -> None:
    spec = composed_spec(LEADS, DURATION_S, RATE_HZ, Labels(waves=True))
    FORMATS.load("wfdb")(tmp_path, spec).write(BATCH)
    path = FORMATS.load("wfdb").staged_path(1205, "train")
    lead = (tmp_path / path).with_suffix(".ii")
    words = np.fromfile(lead, "<u2")
    beat = np.flatnonzero(words >> 10 == 5)[0]
    words[beat] += (8 - 5) << 10  # V into A; between them are no waves
    words.tofile(lead)
    with pytest.raises(
        ValueError, match=r"00001205\.hea: the beat at .* has another symbol in a lead than over all leads"
    ):
        FORMATS.load("wfdb").read_waves(tmp_path, path, [1205], spec)
