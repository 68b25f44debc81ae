"""ECGs in memory with their waves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import BadInputError
from ecgfactory.wave_table import ABSENT, WaveTable

LEADS = ("I", "II")


@pytest.fixture
def ecgs() -> Ecgs:
    """Two ECGs of 50 samples: a beat in the first, whose T an end cuts off, and two in the second; all in lead II."""
    points = np.full((2, 2, 3, 3, 3), ABSENT, dtype=np.int32)
    points[0, 0, [0, 2]] = [[10, 12, 14], [20, 22, 24], [40, 45, ABSENT]]
    points[1, :, [0, 2], 1] = [[5, 6, 7], [25, 26, 27]]
    waves = WaveTable.of_points(points, np.array([[True, False], [True, True]]), LEADS)
    beats = {"beats": np.array([1, 2])}
    return Ecgs(np.zeros((2, 2, 50), np.int16), np.array([3, 8]), LEADS, 7, beats, waves=waves)


def test_annotations_are_a_table_by_record(ecgs: Ecgs) -> None:
    table = ecgs.annotations
    assert table.index.tolist() == ["00000003"] * 6 + ["00000008"] * 4
    assert table.columns.tolist() == ["beat", "lead", "wave", "onset", "peak", "offset"]
    assert table.loc["00000003", "wave"].tolist() == ["P", "QRS", "T"] * 2
    assert table["offset"].iloc[2] is pd.NA
    in_ii = table[(table.lead == "II") & (table.wave == "QRS")]
    assert in_ii["peak"].tolist() == [22, 6, 26]


def test_a_record_and_a_slice_have_their_own_waves(ecgs: Ecgs) -> None:
    assert ecgs["3"].r_peaks.tolist() == [22]
    assert ecgs[1].r_peaks.tolist() == [6, 26]
    assert [record.r_peaks.tolist() for record in ecgs[::-1]] == [[6, 26], [22]]
    assert np.array_equal(ecgs[::-1].masks(), ecgs.masks()[::-1])
    assert np.array_equal(np.flatnonzero(ecgs.masks()[0, 2] == 3), np.arange(40, 50))


def test_waves_of_some_leads(ecgs: Ecgs) -> None:
    assert ecgs.waves is not None
    turned = ecgs.waves.of_leads(("II", "ii", "I"))
    assert np.array_equal(turned.masks(50), ecgs.masks()[:, [0, 2, 2, 1]])
    assert np.array_equal(ecgs.masks(["II"]), ecgs.masks()[:, [0, 2]])
    assert np.array_equal(ecgs.masks("II"), ecgs.masks()[:, [0, 2]])
    assert np.array_equal(ecgs.masks([]), ecgs.masks()[:, :1])
    assert turned.to_frame()["lead"].value_counts().to_dict() == {"II": 10, "all": 5, "I": 0}


def test_waves_are_shown_as_a_table_in_a_notebook_and_counted_as_text(ecgs: Ecgs) -> None:
    assert repr(ecgs[0].waves).startswith("WaveTable of 1 ECG: 1 P, 1 QRS, 1 T over all leads")
    assert repr(ecgs.waves) == "WaveTable of 2 ECGs: 1 P, 3 QRS, 1 T over all leads; 5 waves in single leads"
    assert ecgs.waves is not None
    assert "<table" in ecgs.waves._repr_html_()


def test_what_is_not_marked_is_named(ecgs: Ecgs) -> None:
    waves = ecgs.waves
    assert waves is not None
    with pytest.raises(BadInputError, match="no lead 'X' is marked; choose among all, I, II"):
        waves.of_lead("X")
    for name in ("X", "all"):
        with pytest.raises(BadInputError, match=f"no lead '{name}' is marked; choose among I, II"):
            ecgs.masks(["I", name])
    assert len(waves.of_lead("ii")) == len(waves.of_lead("all")) == 5
    with pytest.raises(BadInputError, match="R peaks are marked over all leads"):
        waves.of_lead("II").r_peaks()
    assert [peaks.tolist() for peaks in waves.of_lead("all").r_peaks()] == [[22], [6, 26]]
    assert waves.of(-1).r_peaks()[0].tolist() == [6, 26]
    for row in (2, -3):
        with pytest.raises(IndexError, match=f"index is {row}; there are those of 2 ECGs"):
            waves.of(row)


def test_without_waves_it_is_told_how_to_get_them(ecgs: Ecgs) -> None:
    plain = Ecgs(ecgs.signals_uv, ecgs.candidates, LEADS, 7, {})
    assert plain[0].waves is None
    with pytest.raises(BadInputError, match="these ECGs: waves are not marked; generate with waves=True"):
        _ = plain.annotations
    with pytest.raises(BadInputError, match="record 00000003: waves are not marked; generate with waves=True"):
        _ = plain[0].r_peaks
