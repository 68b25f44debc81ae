"""records.csv: records.parquet once more as text, as ptbxl_database.csv lists the records of PTB-XL."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from ecgfactory.dataset.names import RECORDS_CSV_FILE, RECORDS_FILE
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.damage import reading


def write_records_csv(dataset: Path, folder: Path) -> None:
    """Write what the records.parquet of a dataset says as records.csv into a folder, a row group at a time."""
    table = pq.ParquetFile(dataset / RECORDS_FILE)
    options = pa.csv.WriteOptions(quoting_style="needed")
    schema = _in_words(table.schema_arrow.empty_table()).schema
    with pa.csv.CSVWriter(folder / RECORDS_CSV_FILE, schema, write_options=options) as writer:
        for group in range(table.num_row_groups):
            writer.write(_in_words(table.read_row_group(group)))


def records_csv_problems(dataset: Path) -> Iterator[str]:
    """Yield where records.csv, in a dataset that has it, first differs from records.parquet; quotes don't matter."""
    try:
        with reading(RECORDS_CSV_FILE):
            yield from _differences(dataset)
    except DamagedDatasetError as error:
        yield from error.problems


def _differences(dataset: Path) -> Iterator[str]:
    if not (dataset / RECORDS_CSV_FILE).is_file():
        return
    with TemporaryDirectory() as folder:
        write_records_csv(dataset, Path(folder))
        for number, (told, held) in enumerate(zip_longest(_rows(Path(folder)), _rows(dataset))):
            if told != held:
                where = f"record {(told or held or [''])[0]}" if number else "its first row"
                yield f"{RECORDS_CSV_FILE}: {where} differs from {RECORDS_FILE}"
                return


def _rows(folder: Path) -> Iterator[list[str]]:
    with (folder / RECORDS_CSV_FILE).open(encoding="utf-8", errors="replace", newline="") as stream:
        yield from csv.reader(stream)


def _in_words(rows: pa.Table) -> pa.Table:
    """Join the words of lists by spaces, as text has no lists."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_list(field.type):
            rows = rows.set_column(place, field.name, pc.binary_join(rows.column(place), " "))
    return rows
