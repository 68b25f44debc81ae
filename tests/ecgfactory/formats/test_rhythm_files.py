"""beats.parquet and rhythms.parquet: the same bytes however records come, and the same back; long records in parts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.beat_table import SYMBOLS
from ecgfactory.formats.annotations import AnnotationsReader, AnnotationsWriter
from ecgfactory.formats.batch import Composed
from ecgfactory.formats.beats import BEAT_SCHEMA, BeatsReader, BeatsWriter
from ecgfactory.formats.rhythms import RHYTHM_SCHEMA, RhythmsReader, RhythmsWriter
from ecgfactory.formats.truth_file import TruthReader, TruthWriter
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.wave_table import ABSENT, NO_BEAT, WAVES, WaveTable
from tests.composed_ecgs import any_composed

CANDIDATES = np.arange(30, 430, 10)
LEADS = ("I", "II")
FILES: list[tuple[str, type[TruthWriter[Any]], type[TruthReader[Any]]]] = [
    ("beats", BeatsWriter, BeatsReader),
    ("rhythms", RhythmsWriter, RhythmsReader),
]


def same(one: Any, other: Any) -> bool:
    """Whether two tables hold the same."""
    pairs = ((value, vars(other)[name]) for name, value in vars(one).items())
    return all(np.array_equal(left, right) if isinstance(left, np.ndarray) else left == right for left, right in pairs)


@pytest.fixture(scope="module")
def composed() -> Composed:
    return any_composed(LEADS, len(CANDIDATES), 5000)


@pytest.mark.parametrize(("name", "writer_class", "reader_class"), FILES)
def test_what_is_written_reads_back_whatever_the_batches_were(
    composed: Composed,
    name: str,
    writer_class: type[TruthWriter[Any]],
    reader_class: type[TruthReader[Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer_class, "records_per_group", 16)
    table = getattr(composed, name)
    for file, cuts in (("whole", []), ("parts", [1, 7, 7, 30])):
        with writer_class(tmp_path / file, 250) as writer:
            for rows in np.split(np.arange(len(CANDIDATES)), cuts):
                writer.write(CANDIDATES[rows], table.take(rows))
    assert (tmp_path / "parts").read_bytes() == (tmp_path / "whole").read_bytes()
    assert pq.read_metadata(tmp_path / "whole").num_row_groups == 3
    reader = reader_class(tmp_path / "whole", LEADS)
    assert reader.rate_hz == "250"
    for rows in (range(len(CANDIDATES)), [3, 15, 16, 39], []):
        places = np.array(rows, dtype=np.int64)
        assert same(reader.read(CANDIDATES[places]), table.take(places))


def test_the_columns_are_plain_for_other_readers(composed: Composed, tmp_path: Path) -> None:
    with BeatsWriter(tmp_path / "beats", 500) as beats, RhythmsWriter(tmp_path / "rhythms", 500) as rhythms:
        beats.write(CANDIDATES, composed.beats)
        rhythms.write(CANDIDATES, composed.rhythms)
    assert pq.read_schema(tmp_path / "beats").equals(BEAT_SCHEMA)
    assert pq.read_schema(tmp_path / "rhythms").equals(RHYTHM_SCHEMA)
    of_beats, of_rhythms = pd.read_parquet(tmp_path / "beats"), pd.read_parquet(tmp_path / "rhythms")
    second = of_beats[of_beats.record_id == "00000040"]
    assert second.beat.tolist() == list(range(len(second)))
    assert second["sample"].tolist() == composed.beats.of(1).sample.tolist()
    assert of_beats.symbol.tolist() == composed.beats.symbol_of_each
    assert dict(beats.counts) == of_beats.symbol.value_counts().to_dict()
    assert of_rhythms.rhythm.tolist() == [kind.name for kind in composed.rhythms.kind_of_each]


@pytest.mark.parametrize(
    ("file", "column", "values", "words"),
    [
        ("beats", "symbol", ["N", "?"], rf"a beat of '\?', which is none of {', '.join(SYMBOLS)}"),
        ("beats", "beat", [0, 2], "the beats of record 00000030 are not numbered from 0 on"),
        ("beats", "record_id", ["00000040", "00000030"], "a row of record 00000030 comes after"),
        ("beats", "record_id", ["40", "40"], "record '40', where ids have eight digits"),
        ("rhythms", "rhythm", ["sinus", "samba"], "a rhythm of 'samba', which is none of sinus"),
        ("rhythms", "record_id", ["00000040", "00000030"], "a row of record 00000030 comes after"),
    ],
)
def test_what_is_wrong_in_a_row_is_told(file: str, column: str, values: list[Any], words: str, tmp_path: Path) -> None:
    columns = {
        "beats": {"record_id": ["00000030"] * 2, "beat": [0, 1], "sample": [5, 400], "symbol": ["N", "V"]},
        "rhythms": {"record_id": ["00000030"] * 2, "rhythm": NAMES[:2], "onset": [0, 9], "offset": [8, 4999]},
    }[file] | {column: values}
    reader_class, schema = {"beats": (BeatsReader, BEAT_SCHEMA), "rhythms": (RhythmsReader, RHYTHM_SCHEMA)}[file]
    pq.write_table(pa.table(columns, schema), tmp_path / "damaged")
    with pytest.raises(ValueError, match=words):
        list(reader_class(tmp_path / "damaged", LEADS).groups())


def waves_of(rows: Sequence[tuple[int, int, str, int]]) -> WaveTable:
    """Waves of one record by beat, lead, kind and peak; in the order that they are given in."""
    beat, lead, kind, peak = zip(*rows, strict=True)
    peaks = np.array(peak, np.int32)
    return WaveTable(
        LEADS,
        1,
        np.zeros(len(rows), np.int32),
        np.array(beat, np.int32),
        np.array(lead, np.int8),
        np.array([WAVES.index(name) for name in kind], np.int8),
        peaks - 2,
        peaks,
        np.where(peaks == 0, ABSENT, peaks + 2).astype(np.int32),
    )


def test_waves_of_long_records_come_in_pieces_and_are_in_order_when_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnnotationsWriter, "rows_per_group", 4)
    pieces = [
        waves_of([(NO_BEAT, 0, "f", 5), (NO_BEAT, 1, "f", 6), (0, 0, "QRS", 20), (0, 1, "QRS", 21)]),
        waves_of([(NO_BEAT, 0, "f", 95), (0, 0, "T", 100), (1, 0, "QRS", 120), (1, 1, "QRS", 121), (1, 0, "T", 140)]),
    ]
    short = waves_of([(0, 0, "QRS", 50), (0, 1, "QRS", 51)])
    with AnnotationsWriter(tmp_path / "waves", 500) as writer:
        writer.write(np.array([3]), short)
        for piece in pieces:
            writer.write(np.array([7]), piece)
        writer.write(np.array([9]), short)
    assert writer.counts == {"QRS": 4, "T": 2, "f": 2, "P": 0, "F": 0}
    metadata = pq.read_metadata(tmp_path / "waves")
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [2, 4, 4, 3]

    reader = AnnotationsReader(tmp_path / "waves", LEADS)
    whole = WaveTable.of_one(pieces)
    held = WaveTable.joined([short, whole, short]).put(np.array([0, 1, 3]), 4)
    assert same(reader.read(np.array([3, 7, 8, 9])), held)
    assert same(reader.read(np.array([7])), whole)
    assert whole.peak[whole.beat == NO_BEAT].tolist() == [5, 95, 6]

    with AnnotationsWriter(tmp_path / "again", 500) as again:  # as shards are joined
        for candidates, waves in reader.groups():
            again.write(candidates, waves)
    assert (tmp_path / "again").read_bytes() == (tmp_path / "waves").read_bytes()

    frame = pd.read_parquet(tmp_path / "waves", dtype_backend="numpy_nullable")
    assert frame.beat.isna().sum() == 3
    assert whole.to_frame().beat.isna().tolist() == [True] * 3 + [False] * 6
