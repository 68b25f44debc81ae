"""The looked-up CSV text against the same text by the plain way."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from ecgfactory.errors import BadInputError
from ecgfactory.formats.csv_encoding import check_csv_dialect, encode_csv
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS

any_int16 = st.one_of(st.sampled_from([-32768, -10, -9, -1, 0, 1, 9, 10, 32767]), st.integers(-32768, 32767))


def by_savetxt(signal_uv: np.ndarray, names: tuple[str, ...], step_ms: int) -> bytes:
    columns = np.vstack([np.arange(signal_uv.shape[1]) * step_ms, signal_uv]).T
    text = io.StringIO()
    np.savetxt(text, columns, fmt="%d", delimiter=",", header=",".join(["time_ms", *names]), comments="")
    return text.getvalue().encode()


@settings(max_examples=80, deadline=None)
@given(
    data=st.data(),
    names=st.sampled_from([EIGHT_LEADS, TWELVE_LEADS, ("II",)]),
    samples=st.integers(1, 200),
    step_ms=st.sampled_from([1, 2, 4, 10]),
)
def test_the_text_is_that_of_savetxt(data: st.DataObject, names: tuple[str, ...], samples: int, step_ms: int):
    signal_uv = data.draw(st_numpy.arrays(np.int16, (len(names), samples), elements=any_int16))
    assert encode_csv(signal_uv, names, 1000 // step_ms) == by_savetxt(signal_uv, names, step_ms)


def test_every_int16_has_its_text():
    signal_uv = np.arange(-32768, 32768).astype(np.int16).reshape(8, 8192)
    assert encode_csv(signal_uv, EIGHT_LEADS, 500) == by_savetxt(signal_uv, EIGHT_LEADS, 2)


def test_a_record_reads_back_with_pyarrow_and_pandas():
    signal_uv = np.random.default_rng(5).integers(-3000, 3000, (12, 5000)).astype(np.int16)
    text = encode_csv(signal_uv, TWELVE_LEADS, 500)
    table = pyarrow.csv.read_csv(io.BytesIO(text))
    frame = pd.read_csv(io.BytesIO(text))
    assert table.column_names == list(frame.columns) == ["time_ms", *TWELVE_LEADS]
    np.testing.assert_array_equal(frame[list(TWELVE_LEADS)].to_numpy().T, signal_uv)
    np.testing.assert_array_equal(table["time_ms"].to_numpy(), np.arange(0, 10_000, 2))


def test_time_between_milliseconds_is_kept():
    lines = encode_csv(np.zeros((1, 4), np.int16), ("II",), 360).decode().splitlines()
    assert lines == ["time_ms,II", "0,0", "2.777777778,0", "5.555555556,0", "8.333333333,0"]


def test_spreadsheets_with_decimal_commas_have_a_dialect_that_reads_back():
    signal_uv = np.array([[-32768, 0, 1], [7, 8, 32767]], np.int16)
    text = encode_csv(signal_uv, ("I", "a,b.c"), 360, "decimal-comma")
    assert text.decode().splitlines() == ["time_ms;I;a,b.c", "0;-32768;7", "2,777777778;0;8", "5,555555556;1;32767"]
    standard = pd.read_csv(io.BytesIO(encode_csv(signal_uv, ("I", "II"), 360)))
    german = pd.read_csv(io.BytesIO(encode_csv(signal_uv, ("I", "II"), 360, "decimal-comma")), sep=";", decimal=",")
    pd.testing.assert_frame_equal(german, standard)


def test_an_unknown_dialect_is_told():
    with pytest.raises(BadInputError, match="'excel' is unknown; choose standard, decimal-comma"):
        check_csv_dialect("excel")


def test_a_missing_lead_name_is_an_error():
    with pytest.raises(ValueError, match="2 lead names for 3 leads"):
        encode_csv(np.zeros((3, 5), np.int16), ("I", "II"), 500)
