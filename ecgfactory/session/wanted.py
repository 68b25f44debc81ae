"""What is still wanted of the shards in progress: written by the build, read by its workers."""

from __future__ import annotations

import json
import sys

from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.durable import write_text


def want(workspace: Workspace, records: int, last_shard: int | None = None) -> None:
    """Tell the workers what is still wanted.

    Parameters
    ----------
    workspace : Workspace
        The session's.
    records : int
        No more are wanted of any shard in progress.
    last_shard : int, optional
        Nothing is wanted of the shards after it.
    """
    write_text(workspace.wanted_file, json.dumps({"records": records, "last_shard": last_shard}))


def wanted_of(workspace: Workspace, shard: int) -> int:
    """Return how many records of a shard are wanted at most; none once the workspace is gone."""
    try:
        told = json.loads(workspace.wanted_file.read_text(encoding="ascii"))
    except FileNotFoundError:
        return sys.maxsize if workspace.root.is_dir() else 0
    last = told["last_shard"]
    return int(told["records"]) if last is None or shard <= last else 0
