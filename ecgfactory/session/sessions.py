"""Sessions of an output, be it a folder or a place in a store: which run, which died, which can be resumed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ecgfactory.request.plan import Plan
from ecgfactory.session import folder_sessions, store_sessions
from ecgfactory.session.lease import Lease
from ecgfactory.session.session_info import SessionInfo, SessionState
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath


def sessions_of(output: Place) -> list[SessionInfo]:
    """Describe every session of an output, the newest heartbeat first."""
    found = store_sessions.sessions_of(output) if isinstance(output, StorePath) else folder_sessions.sessions_of(output)
    return sorted(found, key=lambda session: -session.heartbeat_at)


@contextlib.contextmanager
def claimed(plan: Plan, on_wait: Callable[[], None]) -> Iterator[Lease | None]:
    """Be the only session of a plan in its output for the length of the block; others wait here.

    Yields
    ------
    Lease or None
        What says so in a store, to be checked before anything that only one may do; None where a lock of the file
        system does.
    """
    if plan.request.is_in_store:
        with store_sessions.claimed(plan, on_wait) as lease:
            yield lease
    else:
        with folder_sessions.claimed(plan, on_wait):
            yield None


@contextlib.contextmanager
def occupied(plan: Plan, session_id: str, lease: Lease | None = None) -> Iterator[Workspace]:
    """Have the workspace of a session for the length of the block, with what a dead one of the plan has committed.

    Parameters
    ----------
    plan : Plan
        What is built; it must be claimed.
    session_id : str
        Name of the session.
    lease : Lease, optional
        That of the plan, in a store.
    """
    if lease is not None:
        with store_sessions.occupied(plan, session_id, lease) as workspace:
            yield workspace
    else:
        with folder_sessions.occupied(plan, session_id) as workspace:
            yield workspace


def abandon(workspace: Workspace) -> None:
    """Remove a session of which nothing is worth keeping; raises as `Lease.check` does."""
    if workspace.lease is not None and workspace.kept is not None:
        store_sessions.discard(workspace.kept, workspace.lease)
    workspace.remove()


def discard_dead(plan: Plan, lease: Lease | None = None) -> None:
    """Remove what sessions of a plan left, once its dataset is published; the plan must be claimed.

    Parameters
    ----------
    plan : Plan
        What they built.
    lease : Lease, optional
        That of the plan, in a store.
    """
    if lease is not None:
        store_sessions.discard(store_sessions.kept_at(plan), lease)
    else:
        folder_sessions.discard_dead(plan)


def note_outcome(workspace: Workspace, state: SessionState, reason: str) -> None:
    """Write down how a session ended; raises as `Lease.tell` does."""
    if workspace.lease is not None:
        store_sessions.note_outcome(workspace, workspace.lease, state, reason)
    else:
        folder_sessions.note_outcome(workspace, state, reason)
