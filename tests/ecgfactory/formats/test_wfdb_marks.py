"""Our marks with numbers, subtypes and texts against those that wfdb itself writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgfactory.formats.wfdb_composed import decode_rhythms, decode_waves
from ecgfactory.formats.wfdb_marks import Ends, Marks, decode_marks, encode_marks

TEXTS = ("", "f", "(N", "(AFIB")
gaps = st.one_of(st.sampled_from([0, 1, 1023, 1024, 65_536, 36_000_000]), st.integers(0, 3000))
mark = st.tuples(gaps, st.sampled_from([1, 5, 28, 37, 39]), st.integers(0, 6), st.integers(0, 5), st.integers(0, 3))


def marks_of(rows: list[tuple[int, ...]]) -> Marks:
    """Marks in one file, given samples since the one before, code, num, subtype and text."""
    since, code, num, subtype, text = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    return Marks(np.zeros_like(code), since.cumsum(), code, num, subtype, text, TEXTS)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=st.lists(mark, min_size=1, max_size=8), cut=st.integers(0, 8))
def test_the_bytes_are_those_of_wrann_in_one_go_and_in_two(
    tmp_path: Path, rows: list[tuple[int, ...]], cut: int
) -> None:
    marks = marks_of(rows)
    (content,) = encode_marks(marks, Ends.none(1))
    texts = [TEXTS[text] for text in marks.text]
    fields = {"num": marks.num, "subtype": marks.subtype, "aux_note": texts}
    symbols = [{1: "N", 5: "V", 28: "+", 37: "x", 39: "("}[code] for code in marks.code.tolist()]
    wfdb.wrann("w", "atr", marks.sample, symbols, write_dir=str(tmp_path), **fields)
    assert (tmp_path / "w.atr").read_bytes() == content

    ends, places = Ends.none(1), np.arange(len(marks))
    parts = [encode_marks(marks.take(places < cut), ends, False)[0], encode_marks(marks.take(places >= cut), ends)[0]]
    assert b"".join(parts) == content

    read = decode_marks(content)
    assert [read.texts[text] for text in read.text] == texts
    for name in ("sample", "code", "num", "subtype"):
        assert np.array_equal(getattr(read, name), getattr(marks, name))


def test_what_composed_records_do_not_say_is_told() -> None:
    unknown = encode_marks(marks_of([(0, 28, 0, 5, 3)]), Ends.none(1))[0]
    with pytest.raises(ValueError, match=r"rhythm '\(AFIB' of subtype 5"):
        decode_rhythms(unknown, ("I",), 500)
    for code, num in ((37, 1), (1, 0), (1, 9)):  # x as a QRS, N as a P, and a kind that there is not
        with pytest.raises(ValueError, match="of no wave"):
            decode_waves([encode_marks(marks_of([(20, code, num, 0, 0)]), Ends.none(1))[0]] * 2, ("I",))
