from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.quality.rule import PUBLISHED
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.cutting import default_candidates_per_shard
from ecgfactory.request.plan import Plan, make_plan, split_of

MakeRequest = Callable[..., BuildRequest]


@pytest.mark.parametrize(
    "change",
    [{"output": "elsewhere"}, {"workers": {"cpu": 7}}, {"keep": True}, {"generator": {"batch": 16, "device": "cpu"}}],
    ids=str,
)
def test_where_and_by_whom_is_no_part_of_the_plan(make_request: MakeRequest, change: dict[str, object]) -> None:
    assert make_plan(make_request(**change)).plan_id == make_plan(make_request()).plan_id


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"records": 41},
        {"leads": 8},
        {"seed": 12},
        {"formats": ["csv"]},
        {"splits": {"train": 1.0}},
        {"report": {"samples": 2}},
        {"shard_records": 32},
        {"generator": {"batch": 8}},
        {"generator": {"batch": 16, "edges": "as_published"}},
        {"quality": {"policy": "off"}},
        {"quality": {"bounds": {"heart_rate": {"min": 50}}}},
    ],
    ids=str,
)
def test_whatever_decides_the_bytes_changes_the_plan_id(make_request: MakeRequest, change: dict[str, object]) -> None:
    assert make_plan(make_request(**change)).plan_id != make_plan(make_request()).plan_id


def test_weights_decide_by_content_not_by_path(make_request: MakeRequest, tmp_path: Path) -> None:
    ids = []
    for name, content in (("a.pt", b"one"), ("b.pt", b"one"), ("c.pt", b"two")):
        (tmp_path / name).write_bytes(content)
        ids.append(make_plan(make_request(generator={"checkpoint": str(tmp_path / name)})).plan_id)
    assert ids[0] == ids[1] != ids[2]


def test_an_absent_seed_is_drawn_and_recorded(make_request: MakeRequest) -> None:
    plans = [make_plan(make_request(seed=None)) for _ in range(2)]
    assert plans[0].seed != plans[1].seed
    assert plans[0].request.seed == plans[0].seed


def test_the_default_edges_are_chosen_and_recorded(make_request: MakeRequest) -> None:
    plan = make_plan(make_request())
    assert (plan.request.generator.edges, plan.edges, plan.identity()["edges"]) == ("mended", "mended", "mended")
    stated = make_request(generator={"batch": 16, "edges": "mended"})
    assert make_plan(stated).plan_id == plan.plan_id


def test_a_plan_from_before_there_were_choices_is_read_as_it_was(make_request: MakeRequest) -> None:
    """Its length may be one that is no longer made, and its edges were as published."""
    content = make_plan(make_request()).model_dump(mode="json")
    del content["request"]["generator"]["edges"]
    content["request"]["duration_s"] = 15
    plan = Plan.model_validate_json(json.dumps(content), context=PUBLISHED)
    assert (plan.edges, plan.samples_per_lead) == ("as_published", 7500)
    assert "edges" not in plan.identity()


def test_a_plan_survives_json(make_request: MakeRequest) -> None:
    plan = make_plan(make_request(quality={"bounds": {"heart_rate": {"min": 50}}}))
    again = Plan.model_validate_json(plan.model_dump_json())
    assert again == plan
    assert again.plan_id == plan.plan_id


@given(
    st.integers(1, 10_000_000),
    st.sampled_from([8, 12]),
    st.sampled_from([5, 10, 60]),
    st.sampled_from([1, 16, 64, 100]),
)
def test_shards_are_whole_micro_batches_and_bounded(records: int, leads: int, duration_s: int, batch: int) -> None:
    request = BuildRequest.model_validate(
        {"name": "a", "records": records, "leads": leads, "duration_s": duration_s, "generator": {"batch": batch}},
        context=PUBLISHED,  # lengths of any generator
    )
    size = default_candidates_per_shard(request)
    assert size % batch == 0
    assert batch <= size <= max(batch, records / 16 + batch)


def test_the_order_of_kinds_and_how_numbers_are_written_is_no_part_of_the_plan(make_request: MakeRequest) -> None:
    stated = {"clean_share": 0.5, "kinds": {"mains": 2.0, "limb_lead_swap": 1.0}, "per_record": {"max": 2}}
    plan = make_plan(make_request(artefacts=stated))
    for other in (
        {"kinds": {"limb_lead_swap": 1, "mains": 2}},
        {"snr_db": {"max": 24, "min": -6}},
        {"per_record": {"max": 2, "min": 1}, "keep_clean": True},
    ):
        assert make_plan(make_request(artefacts=stated | other)).plan_id == plan.plan_id
    for changed in ({"kinds": {"mains": 2, "limb_lead_swap": 2}}, {"keep_clean": False}, {"clean_features": True}):
        assert make_plan(make_request(artefacts=stated | changed)).plan_id != plan.plan_id


def test_a_plan_from_before_there_were_artefacts_is_read_as_it_was(make_request: MakeRequest) -> None:
    plan = make_plan(make_request())
    content = plan.model_dump(mode="json")
    del content["request"]["artefacts"]
    old = Plan.model_validate_json(json.dumps(content), context=PUBLISHED)
    assert old.plan_id == plan.plan_id
    assert (old.artefacts, old.formats) == (None, plan.request.formats)


def test_formats_and_their_clean_twins(make_request: MakeRequest) -> None:
    noise = {"kinds": {"mains": 1}, "per_record": {"max": 1}}
    changes = {"formats": ["csv", "npy"], "shard_records": None, "artefacts": noise}
    plan = make_plan(make_request(**changes))
    assert plan.formats == ("csv", "npy", "csv_clean", "npy_clean")
    assert plan.packed_formats == ["npy", "npy_clean"]
    assert plan.spec_of("npy").artefacts is not None
    assert plan.spec_of("npy_clean") == make_plan(make_request(**changes | {"artefacts": None})).signal_spec
    assert make_plan(make_request(**changes | {"artefacts": noise | {"keep_clean": False}})).formats == ("csv", "npy")


def test_shards_of_a_large_request_make_parquet_files_of_100_mb(make_request: MakeRequest) -> None:
    plan = make_plan(make_request(records=150_000, shard_records=None, generator={"batch": 64}, splits={"train": 1.0}))
    assert 100e6 < plan.candidates_per_shard * 50_000 < 250e6


@pytest.mark.parametrize(
    ("changes", "packs"),
    [
        ({"records": 1}, 1),
        ({"records": 300}, 1),
        ({"records": 1000}, 1),
        ({"records": 2000}, 2),
        ({"records": 2000, "splits": {"train": 0.5, "test": 0.5}}, 1),
        ({"records": 4000}, 4),
        ({"records": 4001}, None),
        ({"records": 300, "shard_records": 64}, None),
        ({"records": 300, "formats": ["csv", "wfdb"]}, None),
        ({"records": 300, "formats": ["csv", "npy"]}, 1),
    ],
    ids=str,
)
def test_shards_of_small_requests_share_files(
    make_request: MakeRequest, changes: dict[str, object], packs: int | None
) -> None:
    request = {"shard_records": None, "generator": {"batch": 64}, "splits": {"train": 1.0}} | changes
    plan = make_plan(make_request(**request))
    assert plan.packs == packs
    assert ("packs" in plan.identity()) == (packs is not None), "plans of which each shard has its own keep their id"


def test_candidates_of_shards_follow_one_another(make_request: MakeRequest) -> None:
    plan = make_plan(make_request())
    assert list(plan.shard_candidates(0)) == list(range(16))
    assert plan.shard_candidates(2) == range(32, 48)


def test_splits_have_their_shares_and_depend_on_seed_and_candidate_alone() -> None:
    candidates = np.arange(100_000)
    shares = {"train": 0.8, "validation": 0.15, "test": 0.05}
    drawn = split_of(7, candidates, shares)
    for name, share in shares.items():
        assert abs(np.mean(drawn == name) - share) < 0.005
    assert np.array_equal(split_of(7, candidates[500:600], shares), drawn[500:600])
    assert np.mean(split_of(8, candidates, shares) == drawn) < 0.9
    assert set(split_of(7, candidates, {"train": 1.0})) == {"train"}
