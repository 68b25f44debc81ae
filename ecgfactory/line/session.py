"""The session of a build: its claim on the plan, its own workspace and its log, for as long as it lasts."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence

from ecgfactory.errors import BuildCancelledError, HopelessYieldError
from ecgfactory.line.state import Build, ProgressCallback
from ecgfactory.line.trouble import full_disk_told
from ecgfactory.request.plan import Plan
from ecgfactory.session.lease import Lease, LeaseLostError
from ecgfactory.session.sessions import abandon, claimed, note_outcome, occupied
from ecgfactory.session.wanted import want
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.attempts import while_someone_waits
from ecgfactory.storage.store import StoreError

OUR_LOGGERS = ("ecgfactory",)

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def claim(plan: Plan) -> Iterator[Lease | None]:
    """Wait until no other session builds this plan, then keep others waiting; see `claimed`."""
    words = "plan %s is being built by another session; waiting"
    with claimed(plan, lambda: _log.warning(words, plan.plan_id)) as lease:
        yield lease


@contextlib.contextmanager
def session(
    plan: Plan,
    session_id: str,
    on_progress: ProgressCallback | None = None,
    loggers: Sequence[str] = OUR_LOGGERS,
    lease: Lease | None = None,
) -> Iterator[Build]:
    """Open the workspace of a build, taking over that of a dead session of the same plan.

    It is removed when the build ends well, and when there is nothing in it that a later build could use. Otherwise
    it stays, with all committed shards and the log.

    Parameters
    ----------
    plan : Plan
        What is built; it must be claimed.
    session_id : str
        Name of the session, unlike that of any other.
    on_progress : callable, optional
        Called now and then with the `Progress`.
    loggers : sequence of str
        What is kept in the session's log.
    lease : Lease, optional
        What `claim` yielded.
    """
    with full_disk_told(plan.request), occupied(plan, session_id, lease) as workspace:
        build = Build(plan, workspace, lease, on_progress)
        with _log_file(workspace, loggers):
            try:
                with full_disk_told(plan.request):  # so that the session's outcome says it, too
                    yield build
            except BaseException as error:
                _close_failed(build, error)
                raise
        workspace.remove()


def _close_failed(build: Build, error: BaseException) -> None:
    workspace = build.workspace
    # On a full disk, or when the store can't be reached, the session counts as dead, which loses nothing.
    with contextlib.suppress(OSError, StoreError, LeaseLostError), while_someone_waits():
        if isinstance(error, HopelessYieldError) or not any(build.ledger.entries()):
            abandon(workspace)
            return
        want(workspace, records=0)
        stopped = not isinstance(error, Exception) or isinstance(error, BuildCancelledError)
        note_outcome(workspace, "cancelled" if stopped else "failed", str(error))


class _LogFile(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line: the disk may be full, which is told by what fails for it."""


@contextlib.contextmanager
def _log_file(workspace: Workspace, names: Sequence[str]) -> Iterator[None]:
    handler = _LogFile(workspace.logs / "build.log", encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()
