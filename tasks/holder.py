"""Generated signals on their way from one Dask worker to another, where the two have no disk in common."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

from distributed import Worker, get_worker
from distributed.utils import sync

from ecgfactory.session.workspace import Workspace
from ecgfactory.shards import handover
from ecgfactory.shards.handover import HandoverLostError

READ, DISCARD = "ecgfactory_read_generated", "ecgfactory_discard_generated"
"""What workers answer each other."""

ANSWER_TIMEOUT_S = 20.0
"""A worker that has not sent a piece by then counts as gone; so does one to which there is no connection."""


@dataclass(frozen=True)
class DaskHolder:
    """A Dask worker that holds the generated signals of a shard; see `ecgfactory.shards.handover.Holder`.

    Parameters
    ----------
    worker : str
        Its address.
    workspace : str
        Address of the session's workspace.
    shard : int
        Number of the shard.
    """

    worker: str
    workspace: str
    shard: int

    def read(self, name: str, start: int) -> bytes:
        """Ask for a piece of a file; see `Holder.read`."""
        try:
            piece: bytes | None = self._ask(READ, name=name, start=start)
        except OSError:
            piece = None
        if piece is None:
            raise HandoverLostError(self.shard)
        return piece

    def discard(self) -> None:
        """Ask to remove the files; see `Holder.discard`."""
        with contextlib.suppress(OSError):
            self._ask(DISCARD)

    def _ask(self, operation: str, **more: Any) -> Any:
        here = get_worker()
        message = {"workspace": self.workspace, "shard": self.shard, **more}
        return sync(here.loop, _asked, here, self.worker, operation, message)


def held_here(workspace: str, shard: int) -> DaskHolder:
    """Return the worker that this task runs on, as the holder of a shard's signals."""
    return DaskHolder(get_worker().address, workspace, shard)


def answer_others(worker: Worker) -> None:
    """Have a worker answer what `DaskHolder` asks."""
    worker.handlers.update({READ: _read, DISCARD: _discard})


async def _asked(here: Worker, address: str, operation: str, message: dict[str, Any]) -> Any:
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        return await getattr(here.rpc(address), operation)(**message)


async def _read(workspace: str, shard: int, name: str, start: int) -> bytes | None:
    """Return a piece, read in a thread, since this runs in the worker's event loop; None where it is gone."""
    try:
        return await asyncio.to_thread(lambda: handover.piece(Workspace.at(workspace), shard, name, start))
    except FileNotFoundError:
        return None


async def _discard(workspace: str, shard: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        await asyncio.to_thread(lambda: handover.discard(Workspace.at(workspace), shard))
