"""Parquet files with our settings read back equal, and are packed as meant."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from ecgfactory.formats.parquet_settings import signal_type, writer_options
from ecgfactory.leads import EIGHT_LEADS

any_int16 = st.one_of(st.sampled_from([-32768, -1, 0, 32767]), st.integers(-32768, 32767))


def table_of(signals_uv: np.ndarray) -> pa.Table:
    records, _, samples = signals_uv.shape
    kind = signal_type(samples)
    columns = {"record_id": [f"{row:08d}" for row in range(records)], "rate": np.arange(records) / 3}
    fields = [pa.field("record_id", pa.string()), pa.field("rate", pa.float64())]
    for index, name in enumerate(EIGHT_LEADS):
        values = pa.array(np.ascontiguousarray(signals_uv[:, index]).reshape(-1))
        columns[name] = pa.FixedSizeListArray.from_arrays(values, type=kind)
        fields.append(pa.field(name, kind, nullable=False))
    return pa.table(columns, schema=pa.schema(fields))


def file_of(pieces: list[pa.Table], rows_per_group: int) -> bytes:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, pieces[0].schema, **writer_options(pieces[0].schema, EIGHT_LEADS)) as writer:
        for piece in pieces:
            writer.write_table(piece, row_group_size=rows_per_group)
    return sink.getvalue()


@pytest.fixture(scope="module")
def signals_uv() -> np.ndarray:
    steps = np.random.default_rng(2).normal(0, 20, (12, 8, 5000))
    return np.cumsum(steps, axis=2).astype(np.int16)


@settings(max_examples=40, deadline=None)
@given(st_numpy.arrays(np.int16, st.tuples(st.integers(1, 4), st.just(8), st.integers(1, 70)), elements=any_int16))
def test_any_signal_reads_back(signals_uv: np.ndarray):
    table = table_of(signals_uv)
    assert pq.read_table(io.BytesIO(file_of([table], 3))).equals(table)


def test_pandas_reads_the_same_numbers(signals_uv: np.ndarray):
    frame = pd.read_parquet(io.BytesIO(file_of([table_of(signals_uv)], 5)))
    for index, name in enumerate(EIGHT_LEADS):
        np.testing.assert_array_equal(np.stack(frame[name].to_list()), signals_uv[:, index])
    assert frame["record_id"].iloc[3] == "00000003"


def test_columns_are_packed_as_meant(signals_uv: np.ndarray):
    content = file_of([table_of(signals_uv)], 100)
    columns = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).to_dict()["columns"]
    by_name = {column["path_in_schema"]: column for column in columns}
    for name in EIGHT_LEADS:
        column = by_name[f"{name}.list.element"]
        assert "DELTA_BINARY_PACKED" in column["encodings"] and not column["has_dictionary_page"]
        assert column["compression"] == "UNCOMPRESSED" and column["statistics"] is None
    assert by_name["record_id"]["compression"] == "ZSTD"
    assert by_name["record_id"]["statistics"]["min"] == "00000000"
    assert len(content) < 0.6 * signals_uv.nbytes


def test_bytes_do_not_depend_on_how_the_table_was_put_together(signals_uv: np.ndarray):
    whole = table_of(signals_uv)
    chunked = pa.concat_tables([table_of(signals_uv[:5]), table_of(signals_uv[5:])])
    chunked = chunked.set_column(0, whole.field(0), whole.column(0)).set_column(1, whole.field(1), whole.column(1))
    groups = [whole.slice(start, 4) for start in range(0, 12, 4)]
    assert file_of([whole], 4) == file_of(groups, 4) == file_of([chunked.combine_chunks()], 4)
