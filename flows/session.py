"""A flow run's session: its own workspace and log file, for as long as the run lasts."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator

from prefect.runtime import flow_run

from ecgfactory.errors import EcgFactoryError
from ecgfactory.plan import Plan
from ecgfactory.workspace import Workspace

LOGGED = ("prefect", "ecgfactory", "distributed")

_listeners: list[Callable[[Workspace], None]] = []


@contextlib.contextmanager
def listening(listener: Callable[[Workspace], None]) -> Iterator[None]:
    """Tell a listener in this process of every session that is opened during the block.

    A state hook of the flow would do, were it not pickled with the flow and sent to the workers.
    """
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextlib.contextmanager
def session(plan: Plan) -> Iterator[Workspace]:
    """Open the workspace of the present flow run.

    It is removed when the build ends well, or in an expected error that would come again. After anything else it
    stays, with all committed shards and the log.
    """
    workspace = Workspace.create(plan, str(flow_run.id))
    with _log_file(workspace):
        for listener in _listeners:
            listener(workspace)
        try:
            yield workspace
        except EcgFactoryError:
            workspace.remove()
            raise
        finally:
            if workspace.root.exists():
                workspace.want_shards_until(-1)
    workspace.remove()


@contextlib.contextmanager
def _log_file(workspace: Workspace) -> Iterator[None]:
    handler = logging.FileHandler(workspace.logs / "flow.log", encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [logging.getLogger(name) for name in LOGGED]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
