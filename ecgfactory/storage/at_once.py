"""Requests to a store, several at a time: each waits for the network most of its time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

REQUESTS_AT_ONCE = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


def at_once(request: Callable[[Item], Result], items: Iterable[Item], requests: int = REQUESTS_AT_ONCE) -> list[Result]:
    """Make a request for each item; return the results in their order, or raise the first error.

    An item is taken only when a thread is free for it, so no more than `requests` are in memory; after an error none
    is. What holds of requests here, such as `patience`, holds of these too.
    """
    results: list[Result] = []
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(requests) as threads:
        for item in items:
            running.append(threads.submit(copy_context().run, request, item))
            if len(running) == requests:
                results.append(running.popleft().result())
        results.extend(each.result() for each in running)
    return results
