"""Annotations whose file is intact and whose content is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.dataset.annotation_checks import annotation_problems
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ANNOTATIONS_FILE, RECORDS_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.annotations import ANNOTATION_SCHEMA

Edit = Callable[[pd.DataFrame, int], pd.DataFrame]
"""Changes annotations, given a row of P over all leads inside of the second record, whose QRS is in the row after."""


def swapped(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    order = list(rows.index)
    order[row], order[row + 1] = order[row + 1], order[row]
    return rows.loc[order]


def written_twice(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return pd.concat([rows[: row + 1], rows[row:]])


def beyond_the_end(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows.assign(offset=rows.offset.where(rows.index != row, 2500))


def peak_after_offset(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows.assign(peak=rows.peak.where(rows.index != row, rows.offset[row] + 1))


def into_the_next(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows.assign(offset=rows.offset.where(rows.index != row, rows.onset[row + 1]))


def without_onset(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows.assign(onset=rows.onset.where(rows.index != row, None))


def without_points(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows.assign(**{point: rows[point].where(rows.index != row, None) for point in ("onset", "peak", "offset")})


def without_qrs(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows.drop(row + 1)


def without_the_record(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows[rows.record_id != rows.record_id[row]]


def of_another_record(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return pd.concat([rows, rows[-1:].assign(record_id="00000999")])


def numbered_too_high(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    last = (rows.record_id == rows.record_id[row]) & (
        rows.beat == rows.beat[rows.record_id == rows.record_id[row]].max()
    )
    return rows.assign(beat=rows.beat.where(~last, 2**31 - 1))


def rewritten(labelled: Path, folder: Path, rows: pd.DataFrame, rate_hz: int = 250) -> DatasetFiles:
    """A dataset as `labelled`, of tables alone, with other annotations."""
    shutil.copy(labelled / RECORDS_FILE, folder)
    table = pa.Table.from_pandas(rows, ANNOTATION_SCHEMA, preserve_index=False)
    with pq.ParquetWriter(folder / ANNOTATIONS_FILE, ANNOTATION_SCHEMA, store_schema=False) as writer:
        writer.add_key_value_metadata({"sampling_rate_hz": str(rate_hz)})
        writer.write_table(table)
    return DatasetFiles(folder, Dataset(labelled).plan)


@pytest.mark.filterwarnings("error::RuntimeWarning")  # NumPy's; others may come from other tests' files
@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (swapped, "beat 5, lead all, QRS: its row is not in the order of beats, leads and waves"),
        (written_twice, "beat 5, lead all, P: its row is not in the order of beats, leads and waves"),
        (beyond_the_end, "beat 5, lead all, P: it lies outside of the signal"),
        (peak_after_offset, "beat 5, lead all, P: onset, peak and offset are not in this order"),
        (into_the_next, "beat 5, lead all, QRS: it overlaps the wave before it"),
        (without_onset, "beat 5, lead all, P: a bound is absent though no end of the record cuts it off"),
        (without_points, "beat 5, lead all, P: nothing is marked"),
        (without_qrs, "has {fewer} R peaks and beats up to number {last}, where {beats} beats were measured"),
        (without_the_record, "is missing; it has {beats} beats"),
        (numbered_too_high, "has {beats} R peaks and beats up to number 2147483647, where {beats} beats were measured"),
        (of_another_record, "record 00000999 is not in records.parquet"),
    ],
)
def test_what_is_wrong_is_named_by_record_and_wave(labelled: Path, tmp_path: Path, edit: Edit, words: str) -> None:
    rows = pd.read_parquet(labelled / ANNOTATIONS_FILE, dtype_backend="numpy_nullable")
    second = rows.record_id.unique()[1]
    (row,) = rows.index[(rows.record_id == second) & (rows.beat == 5) & (rows["lead"] == "all") & (rows.wave == "P")]
    beats = int(Dataset(labelled).record(second).features["beats"])
    words = words.format(beats=beats, fewer=beats - 1, last=beats - 1)
    found = list(annotation_problems(rewritten(labelled, tmp_path, edit(rows, row))))
    place = f"{ANNOTATIONS_FILE}: record {second}"
    assert {f"{place}, {words}", f"{place} {words}", f"{ANNOTATIONS_FILE}: {words}"} & set(found)
    assert len(found) <= 3


def test_annotations_that_are_sound_pass(labelled: Path, tmp_path: Path) -> None:
    rows = pd.read_parquet(labelled / ANNOTATIONS_FILE, dtype_backend="numpy_nullable")
    assert list(annotation_problems(rewritten(labelled, tmp_path, rows))) == []


def test_another_sampling_rate_is_found(labelled: Path, tmp_path: Path) -> None:
    rows = pd.read_parquet(labelled / ANNOTATIONS_FILE, dtype_backend="numpy_nullable")
    (found,) = annotation_problems(rewritten(labelled, tmp_path, rows, rate_hz=500))
    assert found == f"{ANNOTATIONS_FILE}: its sampling rate is '500', where records have 250 Hz"


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("record_id", "1", "there is a record '1', where ids have eight digits"),
        ("record_id", "+0000001", "there is a record '\\+0000001', where ids have eight digits"),
        ("lead", "V9", "there is a wave of 'V9', which is none of all, I, II"),
    ],
)
def test_another_text_can_not_be_read(labelled: Path, tmp_path: Path, column: str, text: str, words: str) -> None:
    rows = pd.read_parquet(labelled / ANNOTATIONS_FILE, dtype_backend="numpy_nullable")
    rows = rows.assign(**{column: rows[column].where(rows.record_id != "00000001", text)})
    with pytest.raises(DamagedDatasetError, match=rf"{ANNOTATIONS_FILE}: can't be read \({words}"):
        list(annotation_problems(rewritten(labelled, tmp_path, rows)))


def test_another_table_can_not_be_read(labelled: Path, tmp_path: Path) -> None:
    pq.write_table(pa.table({"record_id": ["00000001"]}), tmp_path / ANNOTATIONS_FILE)
    shutil.copy(labelled / RECORDS_FILE, tmp_path)
    with pytest.raises(DamagedDatasetError, match=r"can't be read \(it has other columns than annotations have\)"):
        list(annotation_problems(DatasetFiles(tmp_path, Dataset(labelled).plan)))
