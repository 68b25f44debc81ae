"""Headers of WFDB records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.foreign.formats import wfdb_header, wfdb_record
from ecgfactory.foreign.recording import UnreadableError
from ecgfactory.foreign.stated import Stated

PIECES = st.sampled_from(["ecg/2", "2", "500", "~", "16x4:5+24", "1e3(0)/mV", "x.dat", "#", "\n"])


@given(st.text(max_size=200) | st.lists(PIECES).map(" ".join))
def test_no_header_makes_trouble(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.hea"
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        list(wfdb_record.read(path, "any", Stated()))
    except UnreadableError as error:
        assert "\n" not in str(error)


NAMES = st.text(st.characters(whitelist_categories=("L", "N", "P", "S"), max_codepoint=0x24F), min_size=1, max_size=9)


@given(
    samples_per_frame=st.integers(1, 64),
    skew=st.integers(0, 99),
    byte_offset=st.integers(0, 512),
    gain=st.floats(1e-6, 1e6),
    baseline=st.integers(-40_000, 40_000),
    unit=NAMES,
    name=st.lists(NAMES.filter(lambda word: not word.lstrip("+-").isdecimal()), max_size=3).map(" ".join),
    integers=st.lists(st.integers(-99_999, 99_999), min_size=5, max_size=5),
)
def test_a_signal_line_says_what_was_written(tmp_path_factory: pytest.TempPathFactory, **fields: Any) -> None:
    integers = fields.pop("integers")
    line = "a b.dat 16x{samples_per_frame}:{skew}+{byte_offset} {gain!r}({baseline})/{unit} {} {name}"
    path = tmp_path_factory.getbasetemp() / "line.hea"
    path.write_text(f"ecg 1 500 10\n{line.format(' '.join(map(str, integers)), **fields)}\n", encoding="utf-8")
    (found,) = wfdb_header.read_header(path).signals
    assert (found.file, found.format) == ("a b.dat", "16")
    assert {name: getattr(found, name) for name in fields} == fields
    assert (found.initial, found.checksum) == (integers[2], integers[3])
