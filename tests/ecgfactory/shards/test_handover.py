"""Signals that one process generates and another finishes: the same shard as one made in a single process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecgfactory.errors import ShardUnwantedError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.wanted import want
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.handover import Handover, HandoverLostError
from ecgfactory.shards.shard import finish_shard, make_shard

MakeRequest = Callable[..., BuildRequest]


@pytest.fixture
def plan(make_request: MakeRequest, tmp_path: object) -> Plan:
    request = make_request(
        name="handed", shard_records=20, generator={"batch": 8}, formats=["parquet", "wfdb"], output=str(tmp_path)
    )
    return make_plan(request)


@pytest.fixture
def workspace(plan: Plan) -> Workspace:
    return Workspace.create(plan, "session")


@pytest.mark.parametrize("limit", [100, 11])
def test_a_finished_shard_has_the_bytes_of_one_made_whole(plan: Plan, workspace: Workspace, limit: int) -> None:
    Handover(plan, 1, workspace).write()
    finished = finish_shard(plan, 1, limit, workspace)
    whole = make_shard(plan, 1, limit, Workspace.create(plan, "other"))
    assert finished.files == whole.files
    assert (finished.examined, finished.accepted, finished.rejects) == (whole.examined, whole.accepted, whole.rejects)
    assert finished.device == "cpu"
    assert finished.seconds.keys() == whole.seconds.keys()
    assert list(workspace.generated.iterdir()) == [], "the file is gone once its shard is committed"


def test_what_is_handed_over_is_as_generated_and_recorded_by_who_finishes(
    make_request: MakeRequest, tmp_path: Path
) -> None:
    signal = {"rate_hz": 100, "lowpass_hz": 30}
    asked = {"signal": signal, "artefacts": {"kinds": {"mains": 1, "lead_off": 1}, "per_record": {"max": 2}}}
    plan = make_plan(make_request(name="low", shard_records=8, formats=["npy"], output=str(tmp_path), **asked))
    workspace = Workspace.create(plan, "session")
    handover = Handover(plan, 0, workspace)
    handover.write()
    assert [signals_uv.shape for _, signals_uv in handover.batches()] == [(8, 8, 5000)]
    finished = finish_shard(plan, 0, 100, workspace)
    assert finished.files == make_shard(plan, 0, 100, Workspace.create(plan, "other")).files
    assert {"generate", "record", "assess", "injure"} <= finished.seconds.keys()
    assert {"npy_clean", "artefacts.parquet"} <= {file.path.split("/")[0] for file in finished.files}


def test_to_generate_twice_changes_nothing(plan: Plan, workspace: Workspace) -> None:
    handover = Handover(plan, 0, workspace)
    handover.write()
    before = [path.stat().st_mtime_ns for path in sorted(workspace.generated.rglob("*"))]
    handover.write()
    assert [path.stat().st_mtime_ns for path in sorted(workspace.generated.rglob("*"))] == before


def test_signals_that_are_gone_are_told_unless_the_shard_is_committed(plan: Plan, workspace: Workspace) -> None:
    with pytest.raises(HandoverLostError, match="shard 0 are gone"):
        finish_shard(plan, 0, 100, workspace)
    assert list(workspace.shards.iterdir()) == []
    Handover(plan, 0, workspace).write()
    entry = finish_shard(plan, 0, 100, workspace)
    assert finish_shard(plan, 0, 100, workspace) == entry


def test_what_is_not_wanted_leaves_nothing(plan: Plan, workspace: Workspace) -> None:
    Handover(plan, 3, workspace).write()
    want(workspace, records=5, last_shard=1)
    with pytest.raises(ShardUnwantedError):
        Handover(plan, 2, workspace).write()
    with pytest.raises(ShardUnwantedError):
        finish_shard(plan, 3, 100, workspace)
    assert list(workspace.generated.iterdir()) == list(workspace.shards.iterdir()) == []


def test_whoever_takes_a_session_over_discards_its_signals(plan: Plan, workspace: Workspace) -> None:
    Handover(plan, 0, workspace).write()
    make_shard(plan, 1, 100, workspace)
    workspace.renew(plan)
    assert list(workspace.generated.iterdir()) == []
    assert ledger_of(workspace).entry(1) is not None
