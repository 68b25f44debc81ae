"""Reporting the progress of flows to whoever started them in this process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from ecgfactory.line.state import ProgressCallback

_watcher: ContextVar[ProgressCallback | None] = ContextVar("watcher", default=None)


@contextlib.contextmanager
def watched_by(callback: ProgressCallback) -> Iterator[None]:
    """Call a callback with the progress of flows that run during the block.

    A parameter of the flow would do, were it not for the server, which parameters go to.
    """
    token = _watcher.set(callback)
    try:
        yield
    finally:
        _watcher.reset(token)


def on_progress() -> ProgressCallback | None:
    """Return the callback of the present flow run, if anybody watches."""
    return _watcher.get()
