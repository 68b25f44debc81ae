"""Waiting for workers, with a look now and then at whether the build is still wanted and can end."""

from __future__ import annotations

import contextlib
import errno
import time
from collections.abc import Collection, Iterator
from typing import Any

import distributed
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.runtime import flow_run

from ecgfactory.errors import BuildCancelledError, BuildFailedError
from ecgfactory.flows.workers import Workers
from ecgfactory.session.workspace import Workspace

LOOK_INTERVAL_S = 3.0


class Watch:
    """Waits for the workers of the present flow run; `watching` makes one."""

    def __init__(self, workers: Workers, client: SyncPrefectClient) -> None:
        self._workers = workers
        self._client = client
        self._looked = time.monotonic()

    def ended(self, futures: Collection[Any]) -> list[Any]:
        """Wait a moment for Dask futures to end; return those that did.

        Raises
        ------
        BuildCancelledError
            When the flow run was cancelled through Prefect.
        BuildFailedError
            When there are no workers any more that could end the build.
        """
        if time.monotonic() - self._looked > LOOK_INTERVAL_S:
            self._heed_cancellation()
            self._workers.heed_losses()
            self._looked = time.monotonic()
        if not futures:
            return []
        try:
            return list(distributed.wait(list(futures), timeout=LOOK_INTERVAL_S, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            return []

    def _heed_cancellation(self) -> None:
        state = self._client.read_flow_run(flow_run.id).state
        if state is not None and (state.is_cancelling() or state.is_cancelled()):
            raise BuildCancelledError("the build was cancelled; the same request goes on from what is committed")


@contextlib.contextmanager
def watching(workers: Workers) -> Iterator[Watch]:
    """Watch over workers during the block."""
    workers.forget_losses()
    with get_client(sync_client=True) as client:
        yield Watch(workers, client)


def full_disk(error: OSError, work: str, workspace: Workspace) -> BuildFailedError | OSError:
    """Return what to raise for an error of the system in some work: a sentence where the disk is full."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return error
    return BuildFailedError(
        f"{work}: no space left in {workspace.root.parent.parent}; make room and build again, "
        "what is committed is kept."
    )
