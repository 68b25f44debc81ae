"""artefacts.parquet: the same bytes however records come, and the same artefacts back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.formats.artefacts import ArtefactsReader, ArtefactsWriter, artefact_rows, artefacts_of_rows
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.record import record_id

CANDIDATES = np.arange(30, 1030, 10)

_NUMBERS = st.floats(allow_infinity=False)
_PARAMETERS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=3), max_size=2).map(json.dumps)


@st.composite
def tables(draw: st.DrawFn, records: int = len(CANDIDATES)) -> ArtefactTable:
    record = sorted(draw(st.lists(st.integers(0, records - 1), max_size=30)))
    row = st.tuples(
        st.sampled_from(["mains", "muscle", "a kind of your own"]),
        st.lists(st.booleans(), min_size=12, max_size=12),
        st.integers(0, 4999),
        st.integers(0, 4999),
        _NUMBERS,
        st.sampled_from(["", "uV"]),
        _NUMBERS,
        st.booleans(),
        _PARAMETERS,
    )
    rows = draw(st.lists(row, min_size=len(record), max_size=len(record)))
    return ArtefactTable.of_rows(TWELVE_LEADS, records, record, rows)


def are_same(left: ArtefactTable, right: ArtefactTable) -> bool:
    """Whether two tables hold the same, NaN where the other has it."""
    one, other = vars(left), vars(right)
    equal_nan = {"amount": True, "snr_db": True}
    return one.keys() == other.keys() and all(
        np.array_equal(value, other[name], equal_nan=equal_nan.get(name, False))
        if isinstance(value, np.ndarray)
        else value == other[name]
        for name, value in one.items()
    )


def write(path: Path, artefacts: ArtefactTable, cuts: list[int]) -> dict[str, int]:
    with ArtefactsWriter(path, 500) as writer:
        for rows in np.split(np.arange(artefacts.records), sorted(cuts)):
            writer.write(CANDIDATES[rows], artefacts.take(rows))
    return writer.counts


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    artefacts=tables(),
    cuts=st.lists(st.integers(0, 100), max_size=5),
    wanted=st.lists(st.integers(0, 99), unique=True).map(sorted),
)
def test_what_is_written_reads_back_whatever_the_batches_were(
    artefacts: ArtefactTable, cuts: list[int], wanted: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArtefactsWriter, "records_per_group", 32)
    counts = write(tmp_path / "whole.parquet", artefacts, [])
    assert write(tmp_path / "parts.parquet", artefacts, cuts) == counts
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert sum(counts.values()) == len(artefacts)

    reader = ArtefactsReader(tmp_path / "whole.parquet", artefacts.lead_names)
    assert are_same(reader.read(CANDIDATES), artefacts)
    rows = np.array(wanted, dtype=np.int64)
    assert are_same(reader.read(CANDIDATES[rows]), artefacts.take(rows))
    assert reader.read(np.array([0, 31, 5000])).counts.tolist() == [0, 0, 0], "not there: no artefact"
    injured = CANDIDATES[np.unique(artefacts.record)]
    assert np.array_equal(np.concatenate([[], *(candidates for candidates, _ in reader.groups())]), injured)


def some() -> ArtefactTable:
    """Two artefacts of one record among three."""
    one, many = [lead == "V3" for lead in TWELVE_LEADS], [True] * 12
    rows = [
        ("wrong_gain", one, 0, 4999, 0.5, "", np.nan, False, '{"gain":0.5}'),
        ("mains", many, 100, 200, np.nan, "uV", -3.5, True, "{}"),
    ]
    return ArtefactTable.of_rows(TWELVE_LEADS, 3, [1, 1], rows)


def test_the_columns_are_plain_for_other_readers(tmp_path: Path) -> None:
    with ArtefactsWriter(tmp_path / "some.parquet", 500) as writer:
        writer.write(CANDIDATES[:3], some())
    frame = pd.read_parquet(tmp_path / "some.parquet")
    assert frame.record_id.tolist() == ["00000040", "00000040"]
    assert frame.lead.tolist() == ["V3", "all"]
    assert [list(names) for names in frame.leads] == [["V3"], list(TWELVE_LEADS)]
    assert frame.amount.isna().tolist() == frame.snr_db.notna().tolist() == [False, True]
    assert frame.breaks_lead_equations.dtype == bool
    assert pq.read_table(tmp_path / "some.parquet")["amount"].null_count == 1
    assert pq.read_schema(tmp_path / "some.parquet").metadata == {b"sampling_rate_hz": b"500"}


def test_a_file_without_an_artefact_and_one_of_other_columns(tmp_path: Path) -> None:
    with ArtefactsWriter(tmp_path / "none.parquet", 500) as writer:
        writer.write(CANDIDATES[:1], some().of(0))
    reader = ArtefactsReader(tmp_path / "none.parquet", TWELVE_LEADS)
    assert list(reader.groups()) == []
    assert reader.read(CANDIDATES[:2]).counts.tolist() == [0, 0]
    pq.write_table(pa.table({"record_id": ["00000001"]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match="other columns"):
        ArtefactsReader(tmp_path / "other.parquet", TWELVE_LEADS)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("record_id", ["40", "40"], "record '40'"),
        ("record_id", ["00000040", "00000030"], "order of the records"),
        ("leads", [["V3"], ["V9"]], "lead 'V9'"),
        ("lead", ["V3", "V3"], "what its leads say"),
    ],
)
def test_what_is_wrong_in_a_row_is_told(column: str, values: list[str], words: str) -> None:
    rows = artefact_rows(some(), [record_id(number) for number in (30, 40, 50)])
    place = rows.schema.get_field_index(column)
    damaged = rows.set_column(place, rows.schema.field(column), pa.array(values, rows.schema.field(column).type))
    with pytest.raises(ValueError, match=words):
        artefacts_of_rows(damaged, TWELVE_LEADS)
