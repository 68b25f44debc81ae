"""A flow run's session: its own workspace and log file, for as long as the run lasts."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator

from prefect.runtime import flow_run

from ecgfactory.errors import BuildCancelledError, HopelessYieldError
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import Ledger
from ecgfactory.session.sessions import claimed, note_outcome, occupied
from ecgfactory.session.workspace import Workspace

LOGGED = ("prefect", "ecgfactory", "distributed")

_log = logging.getLogger("ecgfactory.session")
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
def claim(plan: Plan) -> Iterator[None]:
    """Wait until no other session builds this plan, then keep others waiting."""
    with claimed(plan, lambda: _log.warning("plan %s is being built by another session; waiting", plan.plan_id)):
        yield


@contextlib.contextmanager
def session(plan: Plan) -> Iterator[Workspace]:
    """Open the workspace of the present flow run, taking over that of a dead one of the same plan.

    It is removed when the build ends well, and when there is nothing in it that a later build could use. Otherwise
    it stays, with all committed shards and the log.
    """
    with occupied(plan, str(flow_run.id)) as workspace:
        with _log_file(workspace):
            for listener in _listeners:
                listener(workspace)
            try:
                yield workspace
            except BaseException as error:
                _close_failed(workspace, error)
                raise
        workspace.remove()


def _close_failed(workspace: Workspace, error: BaseException) -> None:
    if isinstance(error, HopelessYieldError) or not any(Ledger(workspace).entries()):
        workspace.remove()
        return
    with contextlib.suppress(OSError):  # on a full disk the session counts as dead, which loses nothing
        workspace.want(records=0)
        stopped = not isinstance(error, Exception) or isinstance(error, BuildCancelledError)
        note_outcome(workspace, "cancelled" if stopped else "failed", str(error))


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
