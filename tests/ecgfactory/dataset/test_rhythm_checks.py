"""Beats and rhythms whose files are intact and whose content is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.dataset.annotation_checks import annotation_problems
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import ANNOTATIONS_FILE, BEATS_FILE, MANIFEST_FILE, RECORDS_FILE, RHYTHMS_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.rhythm_checks import rhythm_problems
from ecgfactory.dataset.rhythm_copies import rhythm_copy_problems
from ecgfactory.dataset.seal import seal
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.annotations import ANNOTATION_SCHEMA
from ecgfactory.formats.beats import BEAT_SCHEMA
from ecgfactory.formats.rhythms import RHYTHM_SCHEMA

SCHEMAS = {BEATS_FILE: BEAT_SCHEMA, RHYTHMS_FILE: RHYTHM_SCHEMA, ANNOTATIONS_FILE: ANNOTATION_SCHEMA}
END = 4999

Edit = Callable[[pd.DataFrame, int], pd.DataFrame]
"""Changes the rows of a file, given the second row of its second record; of rhythms, its only one."""


def set_to(**values: Any) -> Edit:
    def edit(rows: pd.DataFrame, row: int) -> pd.DataFrame:
        return rows.assign(**{name: rows[name].where(rows.index != row, value) for name, value in values.items()})

    return edit


def in_two(first: dict[str, Any], second: dict[str, Any]) -> Edit:
    def edit(rows: pd.DataFrame, row: int) -> pd.DataFrame:
        one = rows[row : row + 1]
        return pd.concat([rows[:row], one.assign(**first), one.assign(**second), rows[row + 1 :]])

    return edit


def without_the_record(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows[rows.record_id != rows.record_id[row]]


def of_another_record(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return pd.concat(
        [rows, rows[row : row + 1].assign(record_id="00000999", **({"beat": 0} if "beat" in rows else {}))]
    )


def rewritten(composed: Path, folder: Path, file: str, edit: Edit, rate_hz: int = 500) -> tuple[DatasetFiles, str]:
    """A dataset as `composed`, of tables alone, with other rows in one of them; and the id of its second record."""
    for name in (RECORDS_FILE, *SCHEMAS):
        shutil.copy(composed / name, folder)
    rows = pd.read_parquet(composed / file, dtype_backend="numpy_nullable")
    second = rows.record_id.unique()[1]
    places = rows.index[rows.record_id == second]
    table = pa.Table.from_pandas(edit(rows, places[min(1, len(places) - 1)]), SCHEMAS[file], preserve_index=False)
    with pq.ParquetWriter(folder / file, SCHEMAS[file], store_schema=False) as writer:
        writer.add_key_value_metadata({"sampling_rate_hz": str(rate_hz)})
        writer.write_table(table)
    return DatasetFiles(folder, Dataset(composed).plan), second


@pytest.mark.parametrize(
    ("file", "edit", "words"),
    [
        (BEATS_FILE, set_to(sample=5000), "record {second}: a beat lies outside of the signal"),
        (BEATS_FILE, set_to(sample=-1), "record {second}: a beat lies outside of the signal"),
        (BEATS_FILE, set_to(sample=0), "record {second}: a beat is not after the one before it"),
        (BEATS_FILE, without_the_record, "record {second} is missing"),
        (BEATS_FILE, of_another_record, "record 00000999 is not in records.parquet"),
        (RHYTHMS_FILE, set_to(onset=1), "record {second}: its stretches do not touch each other from its first sample"),
        (RHYTHMS_FILE, set_to(offset=END - 1), "record {second}: its last stretch does not end with it"),
        (RHYTHMS_FILE, set_to(onset=9, offset=7), "record {second}: a stretch ends before it begins"),
        (
            RHYTHMS_FILE,
            in_two({"offset": 100}, {"onset": 102, "rhythm": "atrial_flutter"}),
            "record {second}: its stretches do not touch each other",
        ),
        (
            RHYTHMS_FILE,
            in_two({"offset": 100}, {"onset": 101}),
            "record {second}: a stretch is in the rhythm of the one before it",
        ),
        (RHYTHMS_FILE, without_the_record, "record {second} is missing"),
        (RHYTHMS_FILE, of_another_record, "record 00000999 is not in records.parquet"),
    ],
)
def test_what_is_wrong_is_named_by_record(composed: Path, tmp_path: Path, file: str, edit: Edit, words: str) -> None:
    dataset, second = rewritten(composed, tmp_path, file, edit)
    found = list(rhythm_problems(dataset))
    assert any(problem.startswith(f"{file}: {words.format(second=second)}") for problem in found)
    assert len(found) <= 4


def test_other_rhythms_than_records_tell_of_are_found(composed: Path, tmp_path: Path) -> None:
    dataset, second = rewritten(composed, tmp_path, RHYTHMS_FILE, set_to(rhythm="junctional_rhythm"))
    place = f"{RECORDS_FILE}: record {second}"
    rhythm = Dataset(composed).rhythm[second]
    told = f"{place}: its rhythm {rhythm!r}, with its snomed_ct, disagrees with {RHYTHMS_FILE}"
    assert list(rhythm_problems(dataset)) == [told]
    table = pq.read_table(tmp_path / RECORDS_FILE)
    names = ["ventricular_tachycardia", *table.column("rhythm").to_pylist()[1:]]
    number = table.schema.get_field_index("rhythm")
    pq.write_table(table.set_column(number, table.schema.field("rhythm"), pa.array(names)), tmp_path / RECORDS_FILE)
    first = table.column("record_id")[0].as_py()
    told = f"{RECORDS_FILE}: record {first}: its rhythm 'ventricular_tachycardia' was not asked for"
    assert told in list(rhythm_problems(DatasetFiles(tmp_path, dataset.plan)))


@pytest.mark.parametrize("file", [BEATS_FILE, RHYTHMS_FILE])
def test_sound_ones_pass_and_another_rate_and_other_names_are_found(composed: Path, tmp_path: Path, file: str) -> None:
    dataset, _ = rewritten(composed, tmp_path, file, set_to())
    assert list(rhythm_problems(dataset)) == []
    (found,) = rhythm_problems(rewritten(composed, tmp_path, file, set_to(), rate_hz=250)[0])
    assert found == f"{file}: its sampling rate is '250', where records have 500 Hz"
    column = {BEATS_FILE: "symbol", RHYTHMS_FILE: "rhythm"}[file]
    damaged, _ = rewritten(composed, tmp_path, file, set_to(**{column: "?"}))
    with pytest.raises(DamagedDatasetError, match=rf"{file}: can't be read \(there is a {file[:-9]}.* of '\?'"):
        list(rhythm_problems(damaged))


def test_waves_and_beats_that_disagree_are_found(composed: Path, tmp_path: Path) -> None:
    def last_of_record(rows: pd.DataFrame, row: int) -> pd.DataFrame:
        return rows.drop(rows.index[rows.record_id == rows.record_id[row]][-1])

    dataset, second = rewritten(composed, tmp_path, BEATS_FILE, last_of_record)
    (found,) = annotation_problems(dataset)
    beats = len(Dataset(composed)[second].symbols)
    has = f"has {beats} R peaks and beats up to number {beats - 1}, where {BEATS_FILE} has {beats - 1} beats"
    assert found == f"{ANNOTATIONS_FILE}: record {second} {has}"

    def later(rows: pd.DataFrame, row: int) -> pd.DataFrame:
        return set_to(sample=rows["sample"][row] + 1)(rows, row)

    dataset, second = rewritten(composed, tmp_path, BEATS_FILE, later)
    (found,) = annotation_problems(dataset)
    assert found == f"{ANNOTATIONS_FILE}: record {second} has R peaks that {BEATS_FILE} has not"


@pytest.fixture(scope="module")
def published(composed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the dataset that tests may damage, one after the other."""
    folder = tmp_path_factory.mktemp("damaged") / "composed"
    shutil.copytree(composed, folder)
    yield folder


def test_copies_in_formats_that_disagree_are_found(composed: Path, published: Path) -> None:
    dataset = verify(published)
    first = dataset.record_ids[0]

    def another_symbol(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(symbol=rows.symbol.where(rows.index > 0, "j"))

    rows = pd.read_parquet(published / BEATS_FILE)
    table = pa.Table.from_pandas(another_symbol(rows), BEAT_SCHEMA, preserve_index=False)
    with pq.ParquetWriter(published / BEATS_FILE, BEAT_SCHEMA, store_schema=False) as writer:
        writer.add_key_value_metadata({"sampling_rate_hz": "500"})
        writer.write_table(table)
    found = list(rhythm_copy_problems(Dataset(published), 256))
    assert len(found) == len(dataset.formats)
    assert all(f"the beats of record {first} differ from {BEATS_FILE}" in problem for problem in found)
    seal(published, Manifest.model_validate_json((published / MANIFEST_FILE).read_text()), {})
    with pytest.raises(DamagedDatasetError) as caught:
        verify(published)
    assert set(caught.value.problems) == set(found)
