"""Artefacts whose file is intact and whose content is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.dataset.artefact_checks import artefact_problems
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ARTEFACTS_FILE, RECORDS_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.artefacts import ARTEFACT_SCHEMA

Edit = Callable[[pd.DataFrame, int], pd.DataFrame]
"""Changes artefacts, given the row of a mains that is alone in its record."""


def set_to(**values: Any) -> Edit:
    def edit(rows: pd.DataFrame, row: int) -> pd.DataFrame:
        for name, value in values.items():
            rows[name] = [value if place == row else held for place, held in enumerate(rows[name])]
        return rows

    return edit


def thrice(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return pd.concat([rows[: row + 1], rows[row : row + 1], rows[row:]])


def without_it(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return rows.drop(row)


def of_another_record(rows: pd.DataFrame, row: int) -> pd.DataFrame:
    return pd.concat([rows, rows[-1:].assign(record_id="00000999")])


@pytest.fixture
def rows(injured: Path) -> pd.DataFrame:
    return pd.read_parquet(injured / ARTEFACTS_FILE)


def alone(rows: pd.DataFrame) -> int:
    is_alone = rows.groupby("record_id").kind.transform("size") == 1
    return int(rows.index[is_alone & (rows.kind == "mains")][0])


def rewritten(injured: Path, folder: Path, rows: pd.DataFrame, rate_hz: int = 500) -> DatasetFiles:
    """A dataset as `injured`, of tables alone, with other artefacts."""
    shutil.copy(injured / RECORDS_FILE, folder)
    table = pa.Table.from_pandas(rows, ARTEFACT_SCHEMA, preserve_index=False)
    with pq.ParquetWriter(folder / ARTEFACTS_FILE, ARTEFACT_SCHEMA, store_schema=False) as writer:
        writer.add_key_value_metadata({"sampling_rate_hz": str(rate_hz)})
        writer.write_table(table)
    return DatasetFiles(folder, Dataset(injured).plan)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (set_to(kind="muscle"), ", muscle: it was not asked for"),
        (set_to(kind="limb_lead_swap"), " has limb_lead_swap, where records.parquet tells of mains"),
        (thrice, ", mains: it is there twice"),
        (thrice, " has 3 artefacts, where 1 to 2 were asked for"),
        (set_to(offset=5000), ", mains: it lies outside of the signal, or its onset is after its offset"),
        (set_to(onset=-1), ", mains: it lies outside of the signal, or its onset is after its offset"),
        (set_to(offset=2, onset=3), ", mains: it lies outside of the signal, or its onset is after its offset"),
        (set_to(snr_db=float("inf")), ", mains: its amount or signal-to-noise ratio is infinite"),
        (
            set_to(breaks_lead_equations=True, leads=[], lead="all"),
            ", mains: it breaks lead equations, where it touches none",
        ),
        (set_to(parameters="{"), ", mains: its parameters are no JSON object"),
        (set_to(parameters="[1]"), ", mains: its parameters are no JSON object"),
        (without_it, " is missing; it has mains"),
    ],
)
def test_what_is_wrong_is_named_by_record_and_kind(
    injured: Path, tmp_path: Path, rows: pd.DataFrame, edit: Edit, words: str
) -> None:
    row = alone(rows)
    record = rows.record_id[row]
    found = list(artefact_problems(rewritten(injured, tmp_path, edit(rows, row))))
    assert f"{ARTEFACTS_FILE}: record {record}{words}" in found
    assert len(found) <= 4
    assert all(record in problem for problem in found)


def test_a_record_that_is_not_there_is_named(injured: Path, tmp_path: Path, rows: pd.DataFrame) -> None:
    found = list(artefact_problems(rewritten(injured, tmp_path, of_another_record(rows, 0))))
    assert found == [f"{ARTEFACTS_FILE}: record 00000999 is not in {RECORDS_FILE}"]


def test_sound_artefacts_pass_and_another_rate_is_found(injured: Path, tmp_path: Path, rows: pd.DataFrame) -> None:
    assert list(artefact_problems(rewritten(injured, tmp_path, rows))) == []
    (found,) = artefact_problems(rewritten(injured, tmp_path, rows, rate_hz=250))
    assert found == f"{ARTEFACTS_FILE}: its sampling rate is '250', where records have 500 Hz"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"record_id": "1"}, "there is a record '1', where ids have eight digits"),
        ({"leads": ["V9"]}, "there is a lead 'V9', which is none of I, II"),
        ({"lead": "II"}, "there is a lead that is not what its leads say"),
    ],
)
def test_other_texts_can_not_be_read(
    injured: Path, tmp_path: Path, rows: pd.DataFrame, changes: dict[str, Any], words: str
) -> None:
    edited = set_to(**changes)(rows, alone(rows))
    with pytest.raises(DamagedDatasetError, match=rf"{ARTEFACTS_FILE}: can't be read \({words}"):
        list(artefact_problems(rewritten(injured, tmp_path, edited)))


def told(injured: Path, folder: Path, record: str, **values: Any) -> list[str]:
    """What is wrong where records.parquet tells something else of a record."""
    table = pq.read_table(injured / RECORDS_FILE)
    place = table.column("record_id").to_pylist().index(record)
    for name, value in values.items():
        column = table.column(name).to_pylist()
        column[place] = value
        number = table.schema.get_field_index(name)
        table = table.set_column(number, table.schema.field(name), pa.array(column, table.schema.field(name).type))
    pq.write_table(table, folder / RECORDS_FILE)
    shutil.copy(injured / ARTEFACTS_FILE, folder)
    return list(artefact_problems(DatasetFiles(folder, Dataset(injured).plan)))


def test_what_records_tell_of_a_clean_record_is_compared(injured: Path, tmp_path: Path) -> None:
    injuries = Dataset(injured).injuries
    record = injuries.index[injuries.is_clean][0]
    place = f"{RECORDS_FILE}: record {record} is_clean, and has"
    assert told(injured, tmp_path, record, failed_rules=["flat"]) == [f"{place} failed_rules"]
    assert told(injured, tmp_path, record, snr_db_V2=3.0) == [f"{place} snr_db"]
    assert told(injured, tmp_path, record, artefact_kinds=["mains"]) == [
        f"{ARTEFACTS_FILE}: record {record} is missing; it has mains",
        f"{place} artefact_kinds",
    ]
    assert told(injured, tmp_path, record, is_clean=False) == [
        f"{RECORDS_FILE}: record {record} is not is_clean, and has no artefact_kinds"
    ]
