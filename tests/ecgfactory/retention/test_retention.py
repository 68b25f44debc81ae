from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.retention.decisions import Decision, RetentionFailedError, RetentionOutcome, decide, freed_by
from ecgfactory.retention.items import DatasetItem, Item, LeftoverItem, SessionItem, UnknownItem
from ecgfactory.retention.retention_request import RetentionRequest
from ecgfactory.storage.disk_use import DiskUse, LinkedFile

NOW = 1_800_000_000.0
HOUR, DAY = 3600.0, 86_400.0
GB = 10**9

times = st.integers(-50, 5).map(lambda days: NOW + days * DAY)
sizes = st.integers(0, 5).map(lambda gigabytes: DiskUse(gigabytes * GB))
datasets = st.lists(
    st.builds(
        DatasetItem,
        path=st.just(""),
        use=sizes,
        name=st.sampled_from("ab"),
        published_at=times,
        pinned_by=st.sampled_from(["", "", "", "pinned"]),
        is_latest=st.booleans(),
    ),
    max_size=8,
).map(lambda items: [DatasetItem(**{**vars(item), "path": f"{item.name}/{n}"}) for n, item in enumerate(items)])
sessions = st.lists(
    st.builds(
        SessionItem,
        path=st.uuids().map(str),
        use=sizes,
        state=st.sampled_from(["running", "finished", "dead", "failed", "cancelled"]),
        seen_at=times,
    ),
    max_size=4,
)
leftovers = st.lists(
    st.builds(LeftoverItem, path=st.uuids().map(str), use=sizes, what=st.just("x"), made_at=st.none() | times),
    max_size=3,
)
unknown = st.lists(st.builds(UnknownItem, path=st.uuids().map(str), why=st.just("no manifest")), max_size=2)
items = st.tuples(datasets, sessions, leftovers, unknown).map(lambda parts: [item for part in parts for item in part])
hours = st.none() | st.sampled_from([0.0, 24.0, 100.0])
requests = st.builds(
    RetentionRequest,
    finished_session_hours=hours,
    failed_session_hours=hours,
    cancelled_session_hours=hours,
    dead_session_hours=hours,
    keep_last=st.none() | st.integers(1, 4),
    keep_days=st.none() | st.sampled_from([0.0, 3.0, 20.0]),
    max_gb=st.none() | st.sampled_from([0.0, 4.0, 12.0]),
)


def removed(found: list[Item], request: RetentionRequest, now: float = NOW) -> set[str]:
    return {decision.path for decision in decide(found, request, now) if decision.action == "remove"}


def newest_first(found: list[Item], name: str) -> list[DatasetItem]:
    ours = [item for item in found if isinstance(item, DatasetItem) and item.name == name]
    return sorted(ours, key=lambda item: (-item.published_at, item.path))


def is_protected(item: DatasetItem, found: list[Item], request: RetentionRequest) -> bool:
    return (
        bool(item.pinned_by)
        or item.is_latest
        or item in newest_first(found, item.name)[: request.keep_last or 0]
        or (request.keep_days is not None and max(0.0, NOW - item.published_at) < request.keep_days * DAY)
    )


@given(items, requests)
def test_every_item_gets_one_decision_with_a_reason(found: list[Item], request: RetentionRequest) -> None:
    decisions = decide(found, request, NOW)
    assert sorted(decision.path for decision in decisions) == sorted(item.path for item in found)
    assert all(decision.reason for decision in decisions)
    assert {decision.action for decision in decisions} <= {"remove", "keep"}


@given(items, requests)
def test_what_is_protected_running_or_unknown_never_goes(found: list[Item], request: RetentionRequest) -> None:
    gone = removed(found, request)
    for item in found:
        match item:
            case DatasetItem():
                safe = is_protected(item, found, request)
            case SessionItem():
                safe = item.state == "running" or getattr(request, f"{item.state}_session_hours") is None
            case LeftoverItem():
                safe = item.made_at is not None and item.made_at > NOW - HOUR
            case _:
                safe = True
        assert not (safe and item.path in gone)


@given(datasets, requests)
def test_the_budget_is_met_when_it_can_be_and_no_more_goes_than_needed(
    found: list[Item], request: RetentionRequest
) -> None:
    ours = [item for item in found if isinstance(item, DatasetItem)]
    free = sorted(
        (item for item in ours if not is_protected(item, found, request)),
        key=lambda item: (item.published_at, [-ord(c) for c in item.path]),
    )
    gone = removed(found, request)
    assert gone == {item.path for item in free[: len(gone)]}, "the oldest go first"
    if request.max_gb is None:
        has_limit = request.keep_last is not None or request.keep_days is not None
        assert len(gone) == (len(free) if has_limit else 0)
        return
    left = sum(item.use.size_bytes for item in ours if item.path not in gone)
    assert left <= request.max_gb * GB or len(gone) == len(free)
    if gone:
        assert left + free[len(gone) - 1].use.size_bytes > request.max_gb * GB


@given(items, requests, st.floats(0, 100 * DAY))
def test_a_clock_set_back_never_deletes_more(found: list[Item], request: RetentionRequest, back_s: float) -> None:
    assert removed(found, request, NOW - back_s) <= removed(found, request)


@given(items, requests, st.floats(0, 20))
def test_a_larger_budget_never_deletes_more(found: list[Item], request: RetentionRequest, more_gb: float) -> None:
    if request.max_gb is not None:
        wider = request.model_copy(update={"max_gb": request.max_gb + more_gb})
        assert removed(found, wider) <= removed(found, request)


def session(state: Any, hours_ago: float) -> SessionItem:
    return SessionItem(".sessions/x", DiskUse(7), state, NOW - hours_ago * HOUR)


@pytest.mark.parametrize(
    ("item", "action", "reason"),
    [
        (session("failed", 168), "remove", "failed, 168.0 h old; failed_session_hours is 168"),
        (session("failed", 167.9), "keep", "failed, 167.9 h old; failed_session_hours is 168"),
        (session("finished", 2), "remove", "finished, 2.0 h old; finished_session_hours is 1"),
        (session("cancelled", 5), "keep", "cancelled; cancelled_session_hours is null"),
        (session("dead", 0.01), "keep", "seems dead, and may just be starting"),
        (session("dead", 0.02), "remove", "dead, 0.0 h old; dead_session_hours is 0"),
        (session("running", 9999), "keep", "running"),
        (LeftoverItem("a/.latest.x", DiskUse(), "half-made link"), "remove", "half-made link"),
        (LeftoverItem("y", DiskUse(), "half-made", NOW - 9), "keep", "half-made, less than an hour old"),
        (UnknownItem("notes", "holds no dataset"), "keep", "holds no dataset"),
    ],
)
def test_single_decisions(item: Item, action: str, reason: str) -> None:
    request = RetentionRequest(cancelled_session_hours=None, dead_session_hours=0)
    (decision,) = decide([item], request, NOW)
    assert (decision.action, decision.reason) == (action, reason)


def test_reasons_of_datasets() -> None:
    def dataset(number: int, **more: Any) -> DatasetItem:
        return DatasetItem(f"a/{number}", DiskUse(GB), "a", NOW - number * DAY, **more)

    found: list[Item] = [
        dataset(1),
        dataset(2, is_latest=True),
        dataset(3),
        dataset(4, pinned_by="pinned by its file PIN"),
        dataset(5),
        dataset(6),
    ]

    def told(**limits: Any) -> dict[str, tuple[str, str]]:
        decisions = decide(found, RetentionRequest(**limits), NOW)
        return {decision.path: (decision.action, decision.reason) for decision in decisions}

    assert set(told().values()) == {
        ("keep", "no limit for datasets is given"),
        ("keep", "the one that latest names"),
        ("keep", "pinned by its file PIN"),
    }
    both = told(keep_last=1, keep_days=3.5)
    assert both["a/1"] == ("keep", "number 1 of its name, from the newest; keep_last is 1")
    assert both["a/3"] == ("keep", "3.0 days old; keep_days is 3.5")
    assert both["a/5"] == both["a/5"] == ("remove", "5.0 days old; beyond keep_last 1 and keep_days 3.5")
    budget = told(max_gb=5)
    assert budget["a/6"] == ("remove", "all datasets would be 6.0 GB; max_gb is 5")
    assert budget["a/5"] == ("keep", "fits in max_gb, 5")


def test_a_file_that_something_else_still_names_is_not_counted_as_freed() -> None:
    inode = (1, 2)
    workspace = SessionItem("s", DiskUse(10, {inode: LinkedFile(100, 2, 1)}), "finished", NOW - DAY)
    dataset = DatasetItem("a/1", DiskUse(1, {inode: LinkedFile(100, 2, 1)}), "a", NOW - DAY)
    found: list[Item] = [workspace, dataset]
    assert freed_by(found, decide(found, RetentionRequest(), NOW)) == 10
    assert freed_by(found, decide(found, RetentionRequest(keep_days=0), NOW)) == 111


def test_a_failure_names_what_stayed_and_survives_pickling() -> None:
    decisions = [
        Decision(action="remove", kind="session", path="s", size_bytes=5, reason="dead"),
        Decision(action="failed", kind="dataset", path="a/1", size_bytes=9, reason="can't be moved."),
        Decision(action="keep", kind="unknown", path="x", size_bytes=0, reason="no dataset"),
    ]
    outcome = RetentionOutcome(dry_run=False, decisions=tuple(decisions), freed_bytes=5)
    error = pickle.loads(pickle.dumps(RetentionFailedError(outcome)))
    assert str(error) == "a/1: can't be moved."
    assert error.outcome == outcome
    assert outcome.summary == "1 of 3 removed, freeing 5 B"
    assert [row[0] for row in outcome.rows()] == ["removed", "failed", "kept"]
    dry = outcome.model_copy(update={"dry_run": True})
    assert dry.summary == "1 of 3 would go and free 5 B"
    assert [row[0] for row in dry.rows()] == ["would go", "failed", "stays"]
    assert dry.rows()[0] == ("would go", "session", "5 B", "s", "dead")
