"""Requests to a store, several at a time: each waits for the network most of its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

REQUESTS_AT_ONCE = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


def at_once(request: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Make a request for each item; return the results in their order, or raise the first error."""
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as threads:
        return list(threads.map(request, items))
