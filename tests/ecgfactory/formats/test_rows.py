"""Tests of the columns that tell what composed records are."""

import numpy as np
import pyarrow as pa

from ecgfactory.formats.batch import Composed, RecordBatch
from ecgfactory.formats.rows import COMPOSED_COLUMNS, record_columns
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable
from tests.composed_ecgs import any_composed


def _columns(composed: Composed | None) -> pa.Table:
    batch = RecordBatch(
        np.arange(2),
        np.array(["train", "test"]),
        np.zeros((2, 1, 0), np.int16),
        {"heart_rate_bpm": np.array([60.0, 61.0])},
        composed=composed,
    )
    return pa.table(record_columns(batch))


def test_only_composed_records_have_the_columns_of_rhythms_which_follow_the_split() -> None:
    beats = any_composed(("I",), 2, 5000).beats
    place = {name: number for number, name in enumerate(NAMES)}
    stretches = ["atrial_flutter", "sinus", "atrial_fibrillation", "sinus"]
    onset = np.array([0, 0, 2000, 3000], np.int32)
    offset = np.array([4999, 1999, 2999, 4999], np.int32)
    kinds = np.array([place[name] for name in stretches], np.int8)
    rhythms = RhythmTable(("I",), 2, np.array([0, 1, 1, 1], np.int32), kinds, onset, offset)
    own = np.array(["atrial_flutter", "paroxysmal_atrial_fibrillation"], dtype=object)
    table = _columns(Composed(own, beats, rhythms))
    assert table.column_names == ["record_id", "candidate", "split", *COMPOSED_COLUMNS, "heart_rate_bpm"]
    assert table.select(COMPOSED_COLUMNS).to_pylist() == [
        {"source": "composed", "rhythm": own[0], "snomed_ct": ["164890007"], "scp_codes": ["AFLT"]},
        {
            "source": "composed",
            "rhythm": own[1],
            "snomed_ct": ["426783006", "282825002", "164889003"],  # its own, and what a stretch has besides
            "scp_codes": ["SR", "AFIB", "NORM"],
        },
    ]
    assert not set(COMPOSED_COLUMNS) & set(_columns(None).column_names)
