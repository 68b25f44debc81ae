"""What the flow tells the workers while shards are in work; whole builds are in test_build_dataset.py."""

from __future__ import annotations

from pathlib import Path

from ecgfactory.flows.shards import tell_what_is_wanted

from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.selection import Selection, ShardOrder


def test_workers_are_told_what_is_wanted_once_it_is_less_than_a_shard(tmp_path: Path) -> None:
    plan = make_plan(BuildRequest(name="s", records=25, output=str(tmp_path)))
    workspace = Workspace.create(plan, "one")
    selection = Selection(records=25, candidates_per_shard=10)
    orders = [selection.next_order() for _ in range(3)]

    def commit(order: ShardOrder | None, accepted: int) -> list[int]:
        assert order is not None
        selection.commit(order, 10, accepted)
        tell_what_is_wanted(selection, workspace)
        return [workspace.wanted_of(shard) for shard in range(4)]

    assert min(commit(orders[0], 9)) >= 10, "whole shards are wanted"
    assert commit(orders[1], 9) == [7, 7, 7, 7]
    assert commit(orders[2], 8)[2:] == [7, 0], "shard 2 is to be cut, and none behind it is needed"
    assert commit(ShardOrder(2, limit=7), 7) == [0, 0, 0, 0]
