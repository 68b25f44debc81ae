"""Things that an output may hold: sessions, datasets and leftovers of ours; and what is not ours."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel

from ecgfactory.session.session_info import SessionState
from ecgfactory.storage.disk_use import DiskUse


@dataclass(frozen=True)
class SessionItem:
    """A session's workspace.

    Parameters
    ----------
    path : str
        Below the output folder, as all paths here.
    use : DiskUse
        Its files.
    state : SessionState
        What became of the session.
    seen_at : float
        Its last heartbeat, in seconds since the epoch.
    """

    path: str
    use: DiskUse
    state: SessionState
    seen_at: float


@dataclass(frozen=True)
class DatasetItem:
    """A published dataset.

    Parameters
    ----------
    path : str
        `<name>/<plan id>`.
    use : DiskUse
        Its files.
    name : str
        Its name.
    published_at : float
        From its manifest, in seconds since the epoch.
    pinned_by : str
        What pins it, in words; empty when nothing does.
    is_latest : bool
        Whether `latest` names it.
    """

    path: str
    use: DiskUse
    name: str
    published_at: float
    pinned_by: str = ""
    is_latest: bool = False


@dataclass(frozen=True)
class LeftoverItem:
    """What a killed process left.

    Parameters
    ----------
    path : str
        Where it is.
    use : DiskUse
        Its files.
    what : str
        What it is, in words.
    made_at : float or None
        When, in seconds since the epoch; None where nobody can be using it.
    """

    path: str
    use: DiskUse
    what: str
    made_at: float | None = None


@dataclass(frozen=True)
class UnknownItem:
    """What is not recognised, and so never touched.

    Parameters
    ----------
    path : str
        Where it is.
    why : str
        Why it is not recognised.
    """

    path: str
    why: str


Item = SessionItem | DatasetItem | LeftoverItem | UnknownItem


class _PlannedRequest(BaseModel):
    keep: bool = False


class _PlanHead(BaseModel):
    request: _PlannedRequest


class ManifestHead(BaseModel):
    """As much of a manifest as retention has to know, of whatever version of this package."""

    name: str
    plan_id: str
    published_at: AwareDatetime
    plan: _PlanHead

    @property
    def pinned_by(self) -> str:
        """What in the manifest pins the dataset, in words; empty when nothing does."""
        return "its request says keep: true" if self.plan.request.keep else ""
