"""Attempts at a request: one policy for the stores of all providers, whose own retries are off."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_before_delay, wait_random_exponential

from ecgfactory.storage.failure import Failure

RETRY_FOR_S = 120.0
"""For how long a request is tried again, waits included."""

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
LONGEST_RETRY_AFTER_S = 60.0
"""A store may ask for a longer wait than the policy's own, up to this."""

LEAST_ANSWER_S = 1.0
"""An attempt waits at least so long for an answer: a store that is busy takes that long."""

SOMEONE_WAITS_S = 15.0
"""For how long a store that does not answer is tried while someone waits."""

TOLD_AFTER = 3
"""Attempts of one request, after which those who wait are told."""

Held = TypeVar("Held")
Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_patience_s: ContextVar[float | None] = ContextVar("patience_s", default=None)
_answer_s: ContextVar[float | None] = ContextVar("answer_s", default=None)
_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


def checked(check: Callable[[], None]) -> AbstractContextManager[None]:
    """Call a function before each attempt at the requests of the block; what it raises ends them.

    For what only the holder of a lease may ask for: an attempt may come long after the first one.
    """
    return _held(_check, check)


def check_request() -> None:
    """Call the function of `checked`, where there is one: for stores that need no attempts."""
    if (check := _check.get()) is not None:
        check()


def patience(seconds: float) -> AbstractContextManager[None]:
    """Try the requests of the block again for so long, where someone waits for an answer; no attempt waits longer."""
    return _held(_patience_s, seconds)


def while_someone_waits() -> AbstractContextManager[None]:
    """Have the `patience` of someone who waits to hear whether the store can be reached at all, or for the end."""
    return patience(SOMEONE_WAITS_S)


def answers_within(seconds: float) -> AbstractContextManager[None]:
    """Take an answer to an attempt in the block for lost after so long, however often it is tried again."""
    return _held(_answer_s, seconds)


@contextlib.contextmanager
def _held(variable: ContextVar[Held], value: Held) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def patience_s() -> float:
    """For how many seconds a request is tried again here."""
    told_s = _patience_s.get()
    return RETRY_FOR_S if told_s is None else told_s


def answer_s() -> float:
    """For how many seconds an attempt waits for an answer here, at most."""
    told_s = _answer_s.get()
    return max(LEAST_ANSWER_S, patience_s() if told_s is None else min(told_s, patience_s()))


def with_attempts(
    store: str, request: Callable[[], Result], failure_of: Callable[[BaseException], Failure | None]
) -> Result:
    """Make a request, and again while its failure may pass; raise what the last attempt raised.

    Waits grow exponentially, with jitter, so that many workers do not come back all at once.

    Parameters
    ----------
    store : str
        Which one is asked, for those who wait.
    request : callable
        The request.
    failure_of : callable
        Says why an attempt failed; None for what is no failure of the store.
    """

    def attempt() -> Result:
        check_request()
        return request()

    def may_pass(error: BaseException) -> bool:
        failure = failure_of(error)
        return failure is not None and failure.reason == "passing"

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        failure = failure_of(error) if error else None
        if state.attempt_number == TOLD_AFTER and failure is not None:
            _log.warning("%s does not answer well (%s); trying for up to %.0f s", store, failure.detail, patience_s())

    own_wait = wait_random_exponential(FIRST_WAIT_S, LONGEST_WAIT_S)

    def wait_s(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        failure = failure_of(error) if error else None
        asked_s = failure.retry_after_s if failure else None
        return own_wait(state) if asked_s is None else min(asked_s, LONGEST_RETRY_AFTER_S)

    retrying = Retrying(
        retry=retry_if_exception(may_pass),
        wait=wait_s,
        stop=stop_before_delay(patience_s()),
        before_sleep=tell,
        reraise=True,
    )
    return retrying(attempt)
