"""Our noise marks against those that wfdb itself writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.formats.artefact_text import HELD, artefacts_of_texts
from ecgfactory.formats.wfdb_noise_marks import decode_noise_marks, encode_noise_marks
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.validation.format_contract import differing_artefacts

samples = st.one_of(st.sampled_from([0, 1, 1023, 1024, 1025, 70_000, 99_999]), st.integers(0, 99_999))


@st.composite
def artefacts_of_one(draw: st.DrawFn) -> ArtefactTable:
    """Artefacts of a record, in no order, with leads in common or none, next to each other, at its ends."""
    leads = draw(st.sampled_from([1, 8, 12]))
    kinds = draw(st.lists(st.sampled_from(["muscle", "mains", "lead_off", "my_own"]), unique=True))
    rows = []
    for kind in kinds:
        onset, offset = sorted((draw(samples), draw(samples)))
        touched = draw(st.one_of(st.just([True] * leads), st.lists(st.booleans(), min_size=leads, max_size=leads)))
        rows.append((kind, touched, onset, offset, np.nan, "", np.nan, False, "{}"))
    return ArtefactTable.of_rows(TWELVE_LEADS[:leads], 1, [0] * len(rows), rows)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(artefacts=artefacts_of_one())
def test_the_bytes_are_those_of_wrann_and_rdann_reads_each_mark(tmp_path: Path, artefacts: ArtefactTable):
    content = encode_noise_marks(artefacts, 100_000)
    assert differing_artefacts(decode_noise_marks(content, artefacts.lead_names, 100_000), artefacts, HELD) == []
    (tmp_path / "r.art").write_bytes(content)
    read = wfdb.rdann(str(tmp_path / "r"), "art")
    began = [
        (place, text) for place, text in zip(read.sample, read.aux_note, strict=True) if not text.startswith("end")
    ]
    assert sorted(place for place, _ in began) == sorted(artefacts.onset)
    assert {text.split(" ")[0] for _, text in began} == set(artefacts.kind)
    assert len(read.sample) == len(artefacts) + (artefacts.offset < 99_999).sum()
    assert set(read.symbol) <= {"~"}
    masks = artefacts.masks(100_000)[0]
    for place, bits in zip(read.sample.tolist(), read.subtype.tolist(), strict=True):
        assert bits % 256 == sum(1 << lead for lead in np.flatnonzero(masks[:8, place]).tolist())
    for number, lead, text in zip(read.num.tolist(), read.chan.tolist(), read.aux_note, strict=True):
        in_one = artefacts.touched[number].sum() == 1
        assert lead == (artefacts.touched[number].argmax() if in_one else 0)
        assert f" {artefacts.kind[number]} " in f" {text}"
    if len(read.sample):  # wrann writes no file without a mark
        fields = {"subtype": read.subtype, "chan": read.chan, "num": read.num, "aux_note": list(read.aux_note)}
        wfdb.wrann("w", "art", read.sample, read.symbol, write_dir=str(tmp_path), **fields)
        assert (tmp_path / "w.art").read_bytes() == content


def test_the_texts_are_kind_and_leads() -> None:
    rows = [
        ("muscle", [False, True, False], 120, 4800, 20.0, "uV", 6.14, False, "{}"),
        ("mains", [True, True, True], 0, 4999, 20.0, "uV", -3.0, False, "{}"),
        ("electrode_pop", [True, False, True], 4801, 4900, 20.0, "uV", np.nan, False, "{}"),
    ]
    content = encode_noise_marks(ArtefactTable.of_rows(("I", "II", "V1"), 1, [0, 0, 0], rows), 5000)
    for text in (b"mains all", b"muscle II", b"end muscle II", b"electrode_pop I,V1", b"end electrode_pop I,V1"):
        assert text in content
    assert b"end mains" not in content


WHOLE = encode_noise_marks(artefacts_of_texts(("I", "II"), [("muscle II", 20, 90)]), 500)
ENDS_ONLY = WHOLE.replace(b"muscle II", b"muscle I\0", 1)


@pytest.mark.parametrize("content", [b"", WHOLE[:-2], WHOLE[:-1], WHOLE + WHOLE, WHOLE[:2] + WHOLE[-2:], ENDS_ONLY])
def test_a_damaged_file_is_told(content: bytes) -> None:
    assert decode_noise_marks(WHOLE, ("I", "II"), 500).offset.tolist() == [90]
    with pytest.raises(ValueError, match=r"annotation file|not a kind of artefact"):
        decode_noise_marks(content, ("I", "II"), 500)


@pytest.mark.parametrize("text", ["muscle", "muscle V9", "muscle I,V9", " II"])
def test_a_text_without_known_leads_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="not a kind of artefact and the leads"):
        artefacts_of_texts(("I", "II"), [(text, 0, 1)])
