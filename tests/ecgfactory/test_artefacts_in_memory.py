"""ECGs in memory with their artefacts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import BadInputError
from ecgfactory.samples import samples_of

LEADS = ("I", "II")


@pytest.fixture
def ecgs() -> Ecgs:
    """Three ECGs of 50 samples: hum in both leads of the first and a step in II, nothing in the second, a step in I."""
    rows = [
        ("mains", [True, True], 0, 49, 12.0, "uV", 3.5, False, '{"frequency_hz":50}'),
        ("wrong_gain", [False, True], 20, 29, 2.0, "", math.nan, True, "{}"),
        ("wrong_gain", [True, False], 5, 9, 0.5, "", math.nan, True, "{}"),
    ]
    table = ArtefactTable.of_rows(LEADS, 3, [0, 0, 2], rows)
    clean_uv = np.arange(300, dtype=np.int16).reshape(3, 2, 50)
    noisy_uv = clean_uv + table.masks(50).astype(np.int16)
    injured = {
        "is_clean": np.array([False, True, False]),
        "failed_rules": np.array([["noise"], [], ["flat", "noise"]], dtype=object),
        "snr_db_II": np.array([3.0, np.nan, np.nan]),
    }
    measured = {"beats": np.array([9, 10, 11])}
    return Ecgs(
        noisy_uv,
        np.array([3, 8, 9]),
        LEADS,
        7,
        measured,
        artefacts=table,
        clean_uv=clean_uv,
        injured=injured,
    )


def test_artefacts_are_a_table_by_record(ecgs: Ecgs) -> None:
    table = ecgs.artefact_frame
    assert table.index.tolist() == ["00000003", "00000003", "00000009"]
    assert table["kind"].tolist() == ["mains", "wrong_gain", "wrong_gain"]
    assert table["lead"].tolist() == ["all", "II", "I"]


def test_what_they_did_is_a_table_with_a_row_per_record(ecgs: Ecgs) -> None:
    assert ecgs.injuries.index.tolist() == ecgs.record_ids
    assert ecgs.injuries.loc["00000009", "failed_rules"] == ["flat", "noise"]


def test_records_and_slices_have_their_own(ecgs: Ecgs) -> None:
    turned = ecgs[::-1]
    assert np.array_equal(turned.artefact_masks(), ecgs.artefact_masks()[::-1])
    assert turned.clean_uv is not None and ecgs.clean_uv is not None
    assert np.array_equal(turned.clean_uv, ecgs.clean_uv[::-1])
    assert turned.injuries.equals(ecgs.injuries[::-1])
    for row, (record, clean_uv) in enumerate(zip(ecgs, ecgs.clean_uv, strict=True)):
        alone = ecgs[row]
        assert record.artefacts is not None and alone.artefacts is not None
        assert record.artefacts.to_frame().equals(alone.artefacts.to_frame())
        assert np.array_equal(record.artefacts.masks(50)[0], ecgs.artefact_masks()[row])
        assert record.clean_uv is not None
        assert np.array_equal(record.clean_uv, clean_uv)
        assert record.injury == alone.injury
    assert ecgs["9"].injury == {"is_clean": False, "failed_rules": ["flat", "noise"], "snr_db_II": None}


def test_masks_of_one_kind(ecgs: Ecgs) -> None:
    assert ecgs.artefact_masks(kind="wrong_gain").sum(axis=-1).tolist() == [[0, 10], [0, 0], [5, 0]]
    assert ecgs.artefact_masks().sum(axis=-1).tolist() == [[50, 50], [0, 0], [5, 0]]
    assert ecgs.artefact_masks(["II"], kind="wrong_gain").sum(axis=-1).tolist() == [[10], [0], [0]]
    assert np.array_equal(ecgs.artefact_masks(["II", "I"]), ecgs.artefact_masks()[:, ::-1])
    assert np.array_equal(ecgs.artefact_masks("II"), ecgs.artefact_masks(["II"]))
    assert not ecgs.artefact_masks(kind="clipping").any()


def test_a_lead_or_kind_that_is_not_there_is_told(ecgs: Ecgs) -> None:
    for leads in (["V1"], [], ["I", "x"], 3):
        with pytest.raises(BadInputError, match=r"leads is .*; give some of I, II\."):
            ecgs.artefact_masks(leads)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match=r"'main' is not a kind of artefact; did you mean mains\?$"):
        ecgs.artefact_masks(kind="main")
    with pytest.raises(BadInputError, match="'hum' is not a kind of artefact; choose from baseline_wander, muscle, "):
        ecgs.artefact_masks(kind="hum")
    assert ecgs.artefacts is not None
    gone = replace(ecgs.artefacts, kind=np.array(["buzz", "mains", "mains"], dtype=object))
    assert gone.masks(50, kind="buzz").sum() == 100


def test_a_line_of_text_says_so(ecgs: Ecgs) -> None:
    assert repr(ecgs) == "3 ECGs: 2 leads, 0.1 s at 500 Hz, 2 with artefacts"
    assert repr(ecgs[0]) == "Record 00000003: 2 leads, 0.1 s at 500 Hz, with mains, wrong_gain"
    assert repr(ecgs[1]) == "Record 00000008: 2 leads, 0.1 s at 500 Hz"


def test_samples_have_clean_signals_and_masks_where_asked_for(ecgs: Ecgs) -> None:
    samples = list(samples_of(ecgs, "mV", ["beats", "is_clean", "snr_db_II"], False, clean=True, artefact_masks=True))
    assert [sample["is_clean"] for sample in samples] == [False, True, False]
    assert samples[0]["snr_db_II"] == 3
    assert samples[0]["clean"].dtype == torch.float32
    assert samples[0]["artefact_mask"].dtype == torch.uint8
    differs = torch.stack([sample["signal"] != sample["clean"] for sample in samples])
    assert torch.equal(differs, torch.stack([sample["artefact_mask"] for sample in samples]).bool())
    assert next(samples_of(ecgs, "uV", [], False)).keys() == {"signal", "candidate"}


def test_without_them_it_is_told_how_to_get_them(ecgs: Ecgs) -> None:
    plain = Ecgs(ecgs.signals_uv, ecgs.candidates, LEADS, 7, {})
    assert plain[0].artefacts is None
    assert [record.injury for record in plain] == [{}] * 3
    for wanted in (lambda: plain.artefact_frame, lambda: plain.injuries, plain.artefact_masks):
        with pytest.raises(BadInputError, match="these ECGs: no artefacts are put in; generate with artefacts=True"):
            wanted()
    with pytest.raises(BadInputError, match="these ECGs: the clean twins are not kept"):
        next(samples_of(plain, "mV", [], False, clean=True))
