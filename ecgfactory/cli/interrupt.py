"""Ctrl-C and SIGTERM: the first ends a build in order, the second at once."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType

STOPPED = 130


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
