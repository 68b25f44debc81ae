"""Ctrl-C and SIGTERM: the first ends a build in order, the second at once."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import TypeVar

STOPPED = 130

Item = TypeVar("Item")


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into KeyboardInterrupt, and let the second end the process on the spot.

    Workers and the local server end by themselves when this process is gone, and what is committed is kept.
    """

    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: os._exit(STOPPED))
        raise KeyboardInterrupt

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if not stopped:  # else a second one still ends the process, which is about to end anyhow
            for name, handler in before.items():
                signal.signal(name, handler)


@contextlib.contextmanager
def interruptible_between(items: Iterable[Item]) -> Iterator[Iterator[Item]]:
    """Turn the first SIGINT or SIGTERM into KeyboardInterrupt where the next item is made, never where one is written.

    The second ends the process on the spot. Items are handed on one by one.
    """
    is_made = stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        if stopped:
            os._exit(STOPPED)
        stopped = True
        if is_made:
            raise KeyboardInterrupt

    def handed_on() -> Iterator[Item]:
        nonlocal is_made
        iterator = iter(items)
        while True:
            is_made = True
            if stopped:
                raise KeyboardInterrupt
            try:
                item = next(iterator)
            except StopIteration:
                return
            finally:
                is_made = False
            yield item

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield handed_on()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
