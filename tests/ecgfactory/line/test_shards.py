"""The loop over shards, driven over any order of ends and any history of crashes, with a real ledger but no ECGs."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.errors import ShardUnwantedError
from ecgfactory.line import jobs
from ecgfactory.line.shards import make_shards
from ecgfactory.line.state import Build
from ecgfactory.pools.pool import Job, Slots
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session import ledger as ledger_module
from ecgfactory.session import workspace as workspace_module
from ecgfactory.session.ledger import ShardEntry, ledger_of
from ecgfactory.session.wanted import wanted_of
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.handover import HandoverLostError
from ecgfactory.shards.selection import ShardOrder
from ecgfactory.storage import durable
from tests.inline_pool import InlinePool

CANDIDATES = 10
CRASH, CRASH_UNTOLD, LOSE = 7, 6, 5
"""Choices that end the process before a job, right after its commit, or lose what was generated."""


class Crashed(BaseException):
    """The process is gone; only what is committed is left."""


class Workers:
    """Does the jobs of shards as real workers do, but commits numbers in place of ECGs."""

    def __init__(self, workspace: Workspace, yields: list[int], told_at: list[int], choices: list[int]) -> None:
        self._workspace, self._yields, self._told_at, self._choices = workspace, yields, told_at, choices
        self._generated: set[int] = set()

    def choose(self, waiting: int) -> int:
        return (self._choices[-1] if self._choices else 0) % waiting

    def do(self, job: Job) -> Any:
        choice = self._choices.pop() if self._choices else 0
        if choice == CRASH:
            raise Crashed
        shard, limit = job.parameters["shard"], job.parameters["limit"]
        if job.function is jobs.generate_shard:
            self._generated.add(shard)
            return jobs.Generated()
        if job.function is jobs.finish_shard and (shard not in self._generated or choice == LOSE):
            self._generated.discard(shard)
            raise HandoverLostError(shard)
        try:
            made = self._commit(shard, limit)
        except ShardUnwantedError:
            return None
        if choice == CRASH_UNTOLD:
            raise Crashed
        return made

    def _commit(self, shard: int, limit: int) -> jobs.ShardMade:
        wanted = wanted_of(self._workspace, shard)
        if not wanted:
            raise ShardUnwantedError(shard)
        if self._told_at:  # it stops at what is wanted once it has so many, and one more at the latest
            limit = min(limit, max(wanted, self._told_at[shard % len(self._told_at)] + 1))
        accepted = min(self._yields[shard % len(self._yields)], limit)
        staging = self._workspace.staging_folder(shard)
        staging.mkdir()
        ledger_of(self._workspace).enter(entry_of(shard, limit, accepted), staging)
        return jobs.ShardMade(CANDIDATES, accepted, {})


def entry_of(shard: int, limit: int, accepted: int) -> ShardEntry:
    return ShardEntry(
        shard=shard, limit=limit, examined=CANDIDATES, accepted=accepted, rejects={}, files=(), seconds={}, device="cpu"
    )


@pytest.fixture(scope="module", autouse=True)
def no_flush() -> Iterator[None]:
    """Let the disk take its time: nothing here is about power cuts, and thousands of entries are written."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (durable, ledger_module, workspace_module):
            patch.setattr(module, "sync", lambda path: None)
        yield


@cache
def a_plan() -> Plan:
    request = {"name": "s", "records": 1, "seed": 1, "shard_records": CANDIDATES, "generator": {"batch": 10}}
    return make_plan(BuildRequest.model_validate(request))


@contextlib.contextmanager
def a_workspace(records: int) -> Iterator[tuple[Plan, Workspace]]:
    with tempfile.TemporaryDirectory() as folder:
        request = a_plan().request.model_copy(update={"records": records, "output": folder})
        plan = a_plan().model_copy(update={"request": request})
        yield plan, Workspace.create(plan, "one")


def chosen(plan: Plan, workspace: Workspace, slots: Slots, workers: Workers) -> list[int]:
    """Run the loop; return the records of each shard that makes up the dataset."""
    build = Build(plan, workspace)
    make_shards(build, InlinePool(slots, workers.choose, workers.do))
    return [entry.accepted for entry in build.entries]


def expected(records: int, yields: list[int]) -> list[int]:
    """What shards hold that are made one after the other, each to its end but the last."""
    held: list[int] = []
    while sum(held) < records:
        held.append(min(yields[len(held) % len(yields)], records - sum(held)))
    return held


RECORDS = st.integers(1, 120)
YIELDS = st.lists(st.integers(0, 10), min_size=1, max_size=30).filter(lambda yields: sum(yields) > len(yields))
SLOTS = st.builds(Slots, gpu=st.integers(0, 2), cpu=st.integers(1, 4))


@settings(max_examples=60, deadline=None)
@given(RECORDS, YIELDS, SLOTS, st.lists(st.integers(0, LOSE), max_size=100), st.lists(st.integers(0, 9), max_size=30))
def test_the_first_accepted_are_chosen_whatever_the_order_of_ends(
    records: int, yields: list[int], slots: Slots, choices: list[int], told_at: list[int]
) -> None:
    """By whole shards or in two steps, whatever is lost between them, and whether or not they learn what is wanted."""
    with a_workspace(records) as (plan, workspace):
        workers = Workers(workspace, yields, told_at, choices)
        assert chosen(plan, workspace, slots, workers) == expected(records, yields)


@settings(max_examples=60, deadline=None)
@given(RECORDS, YIELDS, st.lists(SLOTS, min_size=1, max_size=5), st.lists(st.integers(0, CRASH), max_size=100))
def test_any_history_of_crashes_and_resumes_ends_in_the_same_shards(
    records: int, yields: list[int], lives: list[Slots], choices: list[int]
) -> None:
    """Each life of the process may have other workers; the workspace is all that passes between them."""
    with a_workspace(records) as (plan, workspace):
        for life in range(200):
            workspace.renew(plan)
            try:
                workers = Workers(workspace, yields, [], choices)
                assert chosen(plan, workspace, lives[life % len(lives)], workers) == expected(records, yields)
                return
            except Crashed:
                continue
    raise AssertionError("never complete")


def test_workers_are_told_what_is_wanted_once_it_is_less_than_a_shard() -> None:
    with a_workspace(25) as (plan, workspace):
        build = Build(plan, workspace)
        orders = [build.selection.next_order() for _ in range(3)]

        def commit(order: ShardOrder | None, accepted: int) -> list[int]:
            assert order is not None
            build.selection.commit(order, CANDIDATES, accepted, {})
            build.tell_what_is_wanted()
            return [wanted_of(workspace, shard) for shard in range(4)]

        assert min(commit(orders[0], 9)) >= 10, "whole shards are wanted"
        assert commit(orders[1], 9) == [7, 7, 7, 7]
        assert commit(orders[2], 8)[2:] == [7, 0], "shard 2 is to be cut, and none after it is needed"
        assert commit(ShardOrder(2, limit=7), 7) == [0, 0, 0, 0]
