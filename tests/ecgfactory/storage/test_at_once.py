from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.attempts import patience, patience_s


def test_results_are_in_the_order_of_the_items() -> None:
    assert at_once(lambda number: number * 2, iter(range(50))) == list(range(0, 100, 2))
    assert at_once(lambda number: number, []) == []


def test_no_more_items_are_in_memory_than_requests_run() -> None:
    done: list[int] = []
    most: list[int] = []

    def items() -> Iterator[int]:
        for number in range(60):
            most.append(number + 1 - len(done))
            yield number

    at_once(done.append, items(), requests=3)
    assert len(most) == 60
    assert max(most) <= 4  # one more is taken than runs


def test_after_an_error_no_further_request_is_made() -> None:
    made: list[int] = []

    def request(number: int) -> None:
        made.append(number)
        if number == 2:
            raise ValueError("the third")

    with pytest.raises(ValueError, match="the third"):
        at_once(request, range(1000), requests=2)
    assert len(made) < 10


def test_what_holds_of_requests_holds_of_these_too() -> None:
    with patience(7.0):
        assert at_once(lambda _: patience_s(), range(3)) == [7.0] * 3
