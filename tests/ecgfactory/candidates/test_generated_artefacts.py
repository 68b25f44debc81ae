"""ECGs that are generated with artefacts."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import USUAL_WEIGHTS
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.probe import probe_plan
from ecgfactory.candidates.pytorch import StreamDataset
from ecgfactory.candidates.remake import remade
from ecgfactory.candidates.stream import stream
from ecgfactory.errors import BadInputError
from ecgfactory.formats.rows import record_columns
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan

MIXTURE: dict[str, Any] = {
    "clean_share": 0.3,
    "clean_features": True,
    "per_record": {"min": 1, "max": 2},
    "snr_db": {"min": -6, "max": 6},
    "kinds": {"mains": 1, "limb_lead_swap": 1},
}
ASKED: dict[str, Any] = {"seed": 7, "bounds": {"heart_rate": {"min": 66}}, "batch": 8, "artefacts": MIXTURE}


@pytest.fixture(scope="module")
def ecgs() -> GeneratedEcgs:
    return generate(12, **ASKED, waves=True)


@pytest.fixture(scope="module")
def plan() -> Plan:
    keys = {
        "name": "x",
        "records": 12,
        "seed": 7,
        "generator": {"batch": 8},
        "quality": {"bounds": ASKED["bounds"]},
        "artefacts": MIXTURE,
    }
    return make_plan(BuildRequest.model_validate(keys))


def test_they_are_what_a_build_stores(ecgs: GeneratedEcgs, plan: Plan) -> None:
    last = int(ecgs.candidates[-1])
    batches = list(assessed_batches(plan, range(last + 1), StageClock()))
    parts = [batch.take(np.flatnonzero(batch.accepted)) for batch in batches]
    assert np.array_equal(ecgs.signals_uv, np.concatenate([part.signals_uv for part in parts]))
    assert np.array_equal(ecgs.clean_uv, np.concatenate([part.clean.signals_uv for part in parts]))  # type: ignore[arg-type]
    stored = pa.concat_tables([pa.table(record_columns(part, clean_features=True)) for part in parts]).to_pandas()
    for name in ("artefact_kinds", "failed_rules"):
        stored[name] = stored[name].map(list)
    pd.testing.assert_frame_equal(ecgs.injuries.reset_index(drop=True), stored[list(ecgs.injuries)], check_dtype=False)
    assert set(stored) == {"record_id", "candidate", "split", *ecgs.features, *ecgs.injuries}


def test_clean_ones_are_those_of_the_seed_without_artefacts(ecgs: GeneratedEcgs) -> None:
    plain = generate(12, **(ASKED | {"artefacts": None}), waves=True)
    assert plain.artefacts is None
    assert np.array_equal(plain.signals_uv, ecgs.clean_uv)  # type: ignore[arg-type]
    assert plain.waves is not None and ecgs.waves is not None
    assert plain.waves.to_frame().equals(ecgs.waves.to_frame())
    is_clean = ecgs.injuries.is_clean.to_numpy()
    assert 0 < is_clean.sum() < len(ecgs)
    assert np.array_equal((plain.signals_uv == ecgs.signals_uv).all(axis=(1, 2)), is_clean)
    assert plain.features.heart_rate_bpm.tolist() == ecgs.injuries.clean_heart_rate_bpm.tolist()
    assert plain.rejected.equals(ecgs.rejected)


def test_what_a_swap_did_is_found_by_the_rules_and_told(ecgs: GeneratedEcgs) -> None:
    swapped = ecgs.injuries.artefact_kinds.map(lambda kinds: "limb_lead_swap" in kinds)
    broken = ecgs.injuries.failed_rules.map(len) > 0
    assert broken[swapped].any()
    assert not broken[ecgs.injuries.is_clean].any()
    assert ecgs.artefact_frame.query("kind == 'mains'").snr_db.between(-6.1, 6.1).all()
    differs = ecgs.signals_uv != ecgs.clean_uv
    assert not (differs & (ecgs.artefact_masks() == 0)).any()


def test_one_record_alone_is_the_same(ecgs: GeneratedEcgs, plan: Plan) -> None:
    row = int(np.flatnonzero(~ecgs.injuries.is_clean)[0])
    again = remade(plan, int(ecgs.candidates[row]))
    assert np.array_equal(again.signals_uv[0], ecgs.signals_uv[row])
    assert np.array_equal(again.clean.signals_uv[0], ecgs[row].clean_uv)  # type: ignore[arg-type]


def test_a_stream_gives_the_same(ecgs: GeneratedEcgs) -> None:
    for streamed, expected in zip(itertools.islice(stream(**ASKED), 4), ecgs, strict=False):
        assert np.array_equal(streamed.signal_uv, expected.signal_uv)
        assert np.array_equal(streamed.clean_uv, expected.clean_uv)  # type: ignore[arg-type]
        assert streamed.injury == expected.injury
        assert streamed.artefacts is not None and expected.artefacts is not None
        assert streamed.artefacts.to_frame().equals(expected.artefacts.to_frame())


def test_a_stream_for_pytorch_gives_pairs_and_masks(ecgs: GeneratedEcgs) -> None:
    names = ["is_clean", "snr_db_II", "heart_rate_bpm", "clean_heart_rate_bpm"]
    dataset = StreamDataset(40, **ASKED, unit="uV", features=names, clean=True, artefact_masks=True)
    for sample, record, mask in zip(dataset, ecgs, ecgs.artefact_masks(), strict=False):
        assert np.array_equal(sample["signal"].numpy(), record.signal_uv)
        assert np.array_equal(sample["clean"].numpy(), record.clean_uv)  # type: ignore[arg-type]
        assert sample["artefact_mask"].dtype == torch.uint8
        assert np.array_equal(sample["artefact_mask"].numpy(), mask)
        assert sample["is_clean"] == record.injury["is_clean"]
        assert sample["clean_heart_rate_bpm"] == record.injury["clean_heart_rate_bpm"]


def test_a_noisy_record_is_drawn_and_says_what_is_in_it(ecgs: GeneratedEcgs) -> None:
    noisy = next(record for record in ecgs if not record.injury["is_clean"])
    assert repr(noisy).endswith(f", with {', '.join(noisy.injury['artefact_kinds'])}")
    assert noisy.plot().axes
    assert repr(ecgs).endswith(f"{(~ecgs.injuries.is_clean).sum()} with artefacts")


def test_true_is_the_usual_mixture_and_false_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = StreamDataset(1, seed=7, artefacts=True)
    named = StreamDataset(1, seed=7, artefacts={"kinds": dict(USUAL_WEIGHTS)})
    assert usual._plan.artefacts == named._plan.artefacts is not None
    assert StreamDataset(1, seed=7, artefacts=False)._plan.artefacts is None
    assert set(USUAL_WEIGHTS) <= set(ARTEFACTS)


def test_what_a_match_is_fitted_on_is_clean(plan: Plan) -> None:
    assert plan.artefacts is not None
    assert probe_plan(plan.request).artefacts is None


def test_clean_twins_are_left_out_where_asked_for() -> None:
    ecgs = generate(2, seed=7, batch=2, artefacts=MIXTURE | {"keep_clean": False, "clean_features": False})
    assert ecgs.clean_uv is None
    assert ecgs[0].clean_uv is None
    assert not any(name.startswith("clean_") for name in ecgs.injuries)


@pytest.mark.parametrize(
    ("caller", "changes", "sentence"),
    [
        (generate, {"artefacts": "mains"}, "generate: artefacts: 'mains' is no section; write {}"),
        (generate, {"artefacts": {"kinds": {"main": 1}}}, "artefacts.kinds.main: there is no .* did you mean mains"),
        (generate, {"artefacts": {"snr_db": {"min": 9, "max": 3}}}, "artefacts.snr_db: min, 9, is above max, 3"),
        (generate, {"artefacts": {"share": 1}}, "generate: unknown key artefacts.share; known here: clean_share"),
        (stream, {"artefacts": {"clean_share": 2}}, "stream: artefacts.clean_share is 2"),
        (StreamDataset, {"artefacts": 3}, "StreamDataset: artefacts: 3 is no section"),
        (StreamDataset, {"clean": True}, "StreamDataset: clean: no artefacts are put in; generate with artefacts=True"),
        (StreamDataset, {"artefacts": {"keep_clean": False}, "clean": True}, "the clean twins are not kept"),
        (StreamDataset, {"artefact_masks": True}, "StreamDataset: artefact_masks: no artefacts are put in"),
        (StreamDataset, {"artefact_masks": 1}, "StreamDataset: artefact_masks is 1; give True or False"),
        (
            StreamDataset,
            {"artefacts": True, "features": ["artefact_kinds"]},
            "artefact_kinds is a list of names",
        ),
        (StreamDataset, {"features": ["is_clean"]}, r"StreamDataset: features is \['is_clean'\]; give a list of"),
    ],
)
def test_a_bad_argument_is_told_in_a_sentence(
    caller: Callable[..., Any], changes: dict[str, Any], sentence: str
) -> None:
    count = {} if caller is stream else {"records" if caller is generate else "candidates": 1}
    with pytest.raises(BadInputError, match=sentence) as caught:
        caller(**count, seed=7, **changes)
    assert len(caught.value.problems) == 1
