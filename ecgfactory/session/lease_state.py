"""The object that is a lease, as all may read it; see lease.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ecgfactory.session.session_info import SessionState
from ecgfactory.storage.store import GarbledError
from ecgfactory.storage.store_clock import PRECISION_S
from ecgfactory.storage.store_path import StorePath

LONGEST_S = 3600.0
"""For which a lease may last."""

LEASE_FILE = "lease.json"
"""Below the place that keeps a session's work."""


class Told(BaseModel):
    """What the holder of a lease tells all others.

    Parameters
    ----------
    session_id : str
        Name of its session.
    state : {'finished', 'dead', 'failed', 'cancelled'}
        How the session ended, if it did.
    reason : str
        Why it failed, in words.
    records, last_shard : int
        What is still wanted of the shards in progress; see `wanted`.
    removing : bool
        It removes the plan's dataset: whoever has the lease next ends that.
    """

    model_config = ConfigDict(frozen=True)

    session_id: str = ""
    state: SessionState = "dead"
    reason: str = ""
    records: int = sys.maxsize
    last_shard: int | None = None
    removing: bool = False


class LeaseState(BaseModel):
    """What the object holds.

    Parameters
    ----------
    holder : str
        Drawn for each taking, so that no two ever write the same bytes: a store's versions may be digests of them.
    epoch : int
        How often it was taken.
    renewed : int
        How often this holder has renewed it.
    lasts_s : float
        Seconds for which it lasts from each renewal; 0 when it is free.
    told : Told
        What its holder tells, or told last; nothing where another version told what this one can't read.
    """

    model_config = ConfigDict(frozen=True)

    holder: str
    epoch: int
    renewed: int = 0
    lasts_s: float = Field(ge=0, le=LONGEST_S)
    told: Told = Told()

    @field_validator("told", mode="wrap")
    @classmethod
    def _as_told(cls, given: object, handler: Callable[[object], Told]) -> Told:
        try:
            return handler(given)
        except ValidationError:
            return Told()

    def content(self) -> bytes:
        """Return the bytes of the object."""
        return self.model_dump_json(exclude_defaults=True).encode()


@dataclass(frozen=True)
class Found:
    """A lease as it is in its store.

    Parameters
    ----------
    version : str
        For `Store.swap`.
    modified_at : float
        When it was last renewed, by the clock of the store.
    state : LeaseState
        What it says.
    """

    version: str
    modified_at: float
    state: LeaseState

    def is_lapsed(self, now: float) -> bool:
        """Whether nobody has it, at a time by the clock of the store."""
        return not self.state.lasts_s or now - self.modified_at > self.state.lasts_s + PRECISION_S


def find_lease(file: StorePath) -> Found | None:
    """Return the lease that is in a store, if there is one.

    Raises
    ------
    GarbledError
        When the object is none.
    """
    stored = file.store.stat(file.name)  # first, so that what is read is of this version or of a later one
    if stored is None:
        return None
    try:
        return Found(stored.version, stored.modified_at, LeaseState.model_validate_json(file.read_bytes()))
    except FileNotFoundError:
        return None
    except ValidationError:
        raise GarbledError(f"{file}: is not a lease; delete it if no build of this plan is running.") from None
