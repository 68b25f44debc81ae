"""What is still wanted of the shards in progress: told by the build, read by its workers.

It is advice, which spares work: nothing becomes wrong without it. Workers who share a folder with the build read a file
there. Where a session's work is kept in a store, all others read its lease: only who has the lease can tell it there,
and once the lease is gone, nobody wants anything.
"""

from __future__ import annotations

import json
import sys
import time
from functools import lru_cache
from typing import Any

from ecgfactory.session.lease_state import LEASE_FILE, find_lease
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.attempts import patience
from ecgfactory.storage.durable import write_text
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath

READ_INTERVAL_S = 10.0
"""A process asks a store no more often."""

PATIENCE_S = 2.0
"""For how long it asks then: work does not wait for advice."""

_EVERYTHING: dict[str, Any] = {"records": sys.maxsize, "last_shard": None}
_NOTHING: dict[str, Any] = {"records": 0, "last_shard": None}


def want(workspace: Workspace, records: int, last_shard: int | None = None) -> None:
    """Tell the workers what is still wanted; in a store, raises as `Lease.tell` does.

    Parameters
    ----------
    workspace : Workspace
        The session's.
    records : int
        No more are wanted of any shard in progress.
    last_shard : int, optional
        Nothing is wanted of the shards after it.
    """
    wanted = {"records": records, "last_shard": last_shard}
    write_text(workspace.wanted_file, json.dumps(wanted))
    if workspace.lease is not None:
        workspace.lease.tell(workspace.lease.told.model_copy(update=wanted))


def wanted_of(workspace: Workspace, shard: int) -> int:
    """Return how many records of a shard are wanted at most; none once the session is gone."""
    told = _read_in_folder(workspace)
    if told is None and workspace.kept is not None:
        told = _read_in_store(workspace.kept)
    elif told is None:
        told = _EVERYTHING if workspace.root.is_dir() else _NOTHING
    last = told["last_shard"]
    return int(told["records"]) if last is None or shard <= last else 0


def _read_in_folder(workspace: Workspace) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(workspace.wanted_file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    return told


def _read_in_store(kept: StorePath) -> dict[str, Any]:
    reading = _reading_of(kept)
    is_fresh = time.monotonic() - reading.read_s <= READ_INTERVAL_S
    if not is_fresh or not reading.told["records"]:  # an earlier session of this plan may have ended so
        reading.read()
    return reading.told


class _Reading:
    """What a lease told last, and when it was read; with a store that can't be reached, that remains."""

    def __init__(self, kept: StorePath) -> None:
        self._file = kept / LEASE_FILE
        self.told: dict[str, Any] = _EVERYTHING
        self.read_s = -READ_INTERVAL_S

    def read(self) -> None:
        self.read_s = time.monotonic()
        try:
            with patience(PATIENCE_S):
                found = find_lease(self._file)
        except StoreError:
            return
        self.told = _NOTHING if found is None else found.state.told.model_dump(include=set(_EVERYTHING))


@lru_cache(maxsize=32)
def _reading_of(kept: StorePath) -> _Reading:
    return _Reading(kept)
