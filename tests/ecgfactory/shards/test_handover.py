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
from ecgfactory.shards import handover
from ecgfactory.shards.handover import Handover, HandoverLostError, discard, piece
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
    written = Handover(plan, 0, workspace)
    written.write()
    assert [signals_uv.shape for _, signals_uv in written.batches()] == [(8, 8, 5000)]
    finished = finish_shard(plan, 0, 100, workspace)
    assert finished.files == make_shard(plan, 0, 100, Workspace.create(plan, "other")).files
    assert {"generate", "record", "assess", "injure"} <= finished.seconds.keys()
    assert {"npy_clean", "artefacts.parquet"} <= {file.path.split("/")[0] for file in finished.files}


def test_to_generate_twice_changes_nothing(plan: Plan, workspace: Workspace) -> None:
    written = Handover(plan, 0, workspace)
    written.write()
    before = [path.stat().st_mtime_ns for path in sorted(workspace.generated.rglob("*"))]
    written.write()
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


class Elsewhere:
    """Signals in the workspace of another process, which may lose them after some reads."""

    def __init__(self, workspace: Workspace, shard: int, reads_left: int = 1_000_000) -> None:
        self._workspace, self._shard, self._reads_left = workspace, shard, reads_left
        self.reads = 0

    def read(self, name: str, start: int) -> bytes:
        self.reads += 1
        if self.reads > self._reads_left:
            raise HandoverLostError(self._shard)
        return piece(self._workspace, self._shard, name, start)

    def discard(self) -> None:
        discard(self._workspace, self._shard)


@pytest.fixture
def other(plan: Plan) -> Workspace:
    """The workspace of another process, which has generated shard 1."""
    other = Workspace.create(plan, "elsewhere")
    Handover(plan, 1, other).write()
    return other


def test_signals_of_a_process_elsewhere_are_copied_in_pieces_and_gone_once_committed(
    plan: Plan, workspace: Workspace, other: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "PIECE_BYTES", 100_000)
    holder = Elsewhere(other, 1)
    finished = finish_shard(plan, 1, 100, workspace, holder)
    assert finished.files == make_shard(plan, 1, 100, Workspace.create(plan, "whole")).files
    assert holder.reads == -(-20 * 8 * 5000 * 2 // 100_000) + 2 + 2, "pieces, and an end, of each of the two files"
    assert list(workspace.generated.iterdir()) == list(other.generated.iterdir()) == []


@pytest.mark.parametrize("reads", [0, 1, 2])
def test_signals_that_are_lost_on_the_way_leave_nothing(
    plan: Plan, workspace: Workspace, other: Workspace, reads: int
) -> None:
    with pytest.raises(HandoverLostError):
        finish_shard(plan, 1, 100, workspace, Elsewhere(other, 1, reads))
    assert list(workspace.generated.iterdir()) == list(workspace.shards.iterdir()) == []


def test_signals_elsewhere_that_are_not_wanted_are_not_copied_but_discarded(
    plan: Plan, workspace: Workspace, other: Workspace
) -> None:
    want(workspace, records=5, last_shard=0)
    holder = Elsewhere(other, 1)
    with pytest.raises(ShardUnwantedError):
        finish_shard(plan, 1, 100, workspace, holder)
    assert holder.reads == 0
    assert list(workspace.generated.iterdir()) == list(other.generated.iterdir()) == []
