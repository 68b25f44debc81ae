from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.errors import BuildFailedError
from ecgfactory.session.ledger import ShardEntry
from ecgfactory.shards.selection import Selection, ShardOrder


def run(
    records: int, yields: list[int], window: int, order_of_ends: list[int], told_at: list[int] | None = None
) -> list[int]:
    """Drive a selection as a flow does, shards ending in a given order; return the records of each shard.

    A shard learns how much is still wanted when it has so many records already; never without `told_at`.
    """
    selection = Selection(records, candidates_per_shard=10)
    flying: list[ShardOrder] = []
    held: dict[int, int] = {}
    ends = iter(order_of_ends)
    for _ in range(10_000):
        while len(flying) < window and (order := selection.next_order()) is not None:
            flying.append(order)
        if selection.is_complete:
            return [held[shard] for shard in selection.complete_shards]
        assert flying, "nothing in flight and not complete: the flow would hang"
        order = flying.pop(next(ends, 0) % len(flying))
        accepted = yields[order.shard % len(yields)]
        held[order.shard] = min(accepted, order.limit)
        if told_at:
            written = told_at[order.shard % len(told_at)]
            held[order.shard] = min(held[order.shard], max(selection.missing, written + 1))
        selection.commit(order, 10, held[order.shard], {})
    raise AssertionError("never complete")


@settings(max_examples=300)
@given(
    st.integers(1, 200),
    st.lists(st.integers(0, 10), min_size=1, max_size=30).filter(lambda yields: sum(yields) > len(yields)),
    st.integers(1, 8),
    st.lists(st.integers(0, 7), max_size=100),
    st.lists(st.integers(0, 9), max_size=30),
)
def test_the_first_accepted_are_chosen_whatever_the_order_of_ends(
    records: int, yields: list[int], window: int, order_of_ends: list[int], told_at: list[int]
) -> None:
    chosen = run(records, yields, window, order_of_ends, told_at)
    assert sum(chosen) == records
    expected, missing = [], records
    while missing:
        expected.append(min(yields[len(expected) % len(yields)], missing))
        missing -= expected[-1]
    assert chosen == expected


def test_no_more_shards_are_begun_than_are_expected_to_be_needed() -> None:
    selection = Selection(records=25, candidates_per_shard=10)
    begun = []
    while (order := selection.next_order()) is not None:
        begun.append(order.shard)
    assert begun == [0, 1, 2]


def test_the_last_shard_is_cut_to_what_is_missing() -> None:
    selection = Selection(records=15, candidates_per_shard=10)
    first, second = selection.next_order(), selection.next_order()
    assert first is not None and second is not None
    selection.commit(second, 10, 9, {})
    assert selection.last_wanted is None
    selection.commit(first, 10, 8, {})
    assert selection.last_wanted == 1
    assert selection.next_order() == ShardOrder(1, limit=7)
    assert selection.next_order() is None
    selection.commit(ShardOrder(1, 7), 8, 7, {})
    assert selection.is_complete


def test_a_hopeless_yield_stops_the_build() -> None:
    selection = Selection(records=1000, candidates_per_shard=2500)
    first, second = selection.next_order(), ShardOrder(1, 1000)
    assert first is not None
    selection.commit(first, 2500, 30, {"clipping": 70, "heart_rate": 2400})
    told = r"only 60 of 5,000 candidates were accepted, .*rejected by heart_rate 4,800, clipping 140 .*give heart_rate "
    with pytest.raises(BuildFailedError, match=told):
        selection.commit(second, 2500, 30, {"clipping": 70, "heart_rate": 2400})


def test_a_low_yield_that_suffices_is_no_error() -> None:
    selection = Selection(records=30, candidates_per_shard=5000)
    order = selection.next_order()
    assert order is not None
    selection.commit(order, 5000, 30, {})
    assert selection.is_complete


class Crashed(Exception):
    """The process is gone; only what is committed is left."""


def run_until_crash(
    records: int, yields: list[int], window: int, choices: list[int], committed: dict[int, ShardEntry]
) -> list[int]:
    """Drive a selection over a ledger as the flow does; each choice ends a shard, or 7 crashes the process."""
    selection = Selection(records, candidates_per_shard=10)
    flying: list[ShardOrder] = []
    for _ in range(10_000):
        while len(flying) < window and (order := selection.next_order()) is not None:
            entry = committed.get(order.shard)
            if entry is not None and entry.serves(order.limit):
                selection.commit(order, entry.examined, entry.accepted, {})
            else:
                flying.append(order)
        if selection.is_complete:
            return selection.complete_shards
        choice = choices.pop() if choices else 0
        if choice == 7:
            raise Crashed
        order = flying.pop(choice % len(flying))
        accepted = min(yields[order.shard % len(yields)], order.limit)
        committed[order.shard] = entry_of(order, accepted)
        if choice == 6:
            raise Crashed  # committed, and the flow never learns it
        selection.commit(order, 10, accepted, {})
    raise AssertionError("never complete")


def entry_of(order: ShardOrder, accepted: int) -> ShardEntry:
    return ShardEntry(
        shard=order.shard,
        limit=order.limit,
        examined=10,
        accepted=accepted,
        rejects={},
        files=(),
        seconds={},
        device="cpu",
    )


@settings(max_examples=300)
@given(
    st.integers(1, 200),
    st.lists(st.integers(0, 10), min_size=1, max_size=30).filter(lambda yields: sum(yields) > len(yields)),
    st.lists(st.integers(1, 8), min_size=1, max_size=5),
    st.lists(st.integers(0, 7), max_size=100),
)
def test_any_history_of_crashes_and_resumes_ends_in_the_same_shards(
    records: int, yields: list[int], windows: list[int], choices: list[int]
) -> None:
    """Each life of the process may have another number of workers; the ledger is all that passes between them."""
    committed: dict[int, ShardEntry] = {}
    for life in range(200):
        try:
            chosen = run_until_crash(records, yields, windows[life % len(windows)], choices, committed)
            break
        except Crashed:
            continue
    held = [committed[shard].accepted for shard in chosen]
    assert held == run(records, yields, 1, [])
