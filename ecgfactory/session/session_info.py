"""What is known about a session of a build, running or over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SessionState = Literal["running", "finished", "dead", "failed", "cancelled"]


@dataclass(frozen=True)
class SessionInfo:
    """What is known about a session from its workspace.

    Parameters
    ----------
    session_id : str
        Its name; where a flow builds, the id of the flow run.
    state : {'running', 'finished', 'dead', 'failed', 'cancelled'}
        Dead is a session that ended without a word; finished is one that ended so after publishing its dataset.
    reason : str
        Why it failed, in words; empty otherwise.
    name, plan_id : str
        What it builds.
    records, committed : int
        Accepted records wanted, and in committed shards.
    heartbeat_at : float
        When it was last seen alive, in seconds since the epoch.
    disk_bytes : int
        Size of its workspace.
    needs : tuple of str
        Packages, with their version, that are not installed here and without which it can't be gone on with.
    """

    session_id: str
    state: SessionState
    reason: str
    name: str
    plan_id: str
    records: int
    committed: int
    heartbeat_at: float
    disk_bytes: int
    needs: tuple[str, ...]

    @property
    def is_resumable(self) -> bool:
        """Whether a new build of the same request takes over work of this session."""
        return self.holds_work and not self.needs

    @property
    def holds_work(self) -> bool:
        """Whether it ended before its dataset was published, with shards committed."""
        return self.state not in {"running", "finished"} and self.committed > 0


def stranded_words(info: SessionInfo) -> str:
    """Say that a session's work can't be gone on with here, and what to do."""
    return (
        f"session {info.session_id} holds {info.committed} of {info.records} records of {info.name} and can't be gone "
        f"on with, for it was begun with {', '.join(info.needs)}: install that to go on, or leave it to retention; "
        "this build begins anew"
    )
