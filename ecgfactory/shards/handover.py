"""Generated signals on their way to another process: a file in the session's workspace, until the shard is committed.

Where processes have no workspace in common, the file is copied from one to the other, a piece at a time. Nothing here
is flushed to disk: the file serves this session only, and whoever takes the session over discards it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import BaseModel

from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import MicroBatch, generated, micro_batches, plan_generator
from ecgfactory.errors import ShardError, ShardUnwantedError
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.request.plan import Plan
from ecgfactory.session.wanted import wanted_of
from ecgfactory.session.workspace import Workspace

SIGNALS_FILE = "signals.npy"
ORIGIN_FILE = "origin.json"

PIECE_BYTES = 8 * 2**20
"""What is in memory, at either end, of a file that is copied."""


class HandoverLostError(ShardError):
    """The signals of a shard that was generated are not there; they have to be generated again."""

    words = "the generated signals of shard {} are gone"


class Origin(BaseModel):
    """How handed-over signals were made.

    Parameters
    ----------
    device : str
        Where they were generated: 'cpu' or 'cuda'.
    seconds : dict of str to float
        Time spent in each stage so far.
    """

    device: str
    seconds: dict[str, float]


class Holder(Protocol):
    """A process that has generated a shard's signals into a workspace of its own."""

    def read(self, name: str, start: int) -> bytes:
        """Return a piece of one of the files, from byte `start` on; none at its end.

        Raises
        ------
        HandoverLostError
            When the process or the file is gone.
        """

    def discard(self) -> None:
        """Have the files removed, if the process is still there."""


class Handover:
    """The signals of one shard.

    Parameters
    ----------
    plan : Plan
        What is generated.
    shard : int
        Its number.
    workspace : Workspace
        The session's.
    holder : Holder, optional
        Who has them; None where they are in the workspace, or nowhere yet.
    """

    def __init__(self, plan: Plan, shard: int, workspace: Workspace, holder: Holder | None = None) -> None:
        self._plan, self._shard, self._workspace, self._holder = plan, shard, workspace, holder
        self._folder = _folder(workspace, shard)

    def write(self) -> None:
        """Generate the shard's candidates into the file, unless it is there.

        Raises
        ------
        ShardUnwantedError
            When the workspace says, meanwhile, that the shard is not wanted; nothing of it is kept.
        """
        if self._folder.exists():
            return
        staging = self._workspace.staging_folder(self._shard)
        staging.mkdir()
        try:
            clock = StageClock()
            self._write_signals(staging / SIGNALS_FILE, clock)
            origin = Origin(device=plan_generator(self._plan).device_name, seconds=clock.seconds)
            (staging / ORIGIN_FILE).write_text(origin.model_dump_json(), encoding="utf-8")
            _rename_unless_there(staging, self._folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _write_signals(self, path: Path, clock: StageClock) -> None:
        """Write an .npy file as the signals come; a memory map would end the process on a full disk."""
        candidates = self._plan.shard_candidates(self._shard)
        shape = (len(candidates), len(EIGHT_LEADS), self._plan.generated_samples)
        header = {"descr": np.lib.format.dtype_to_descr(np.dtype(np.int16)), "fortran_order": False, "shape": shape}
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for _, signals_uv in generated(self._plan, candidates, clock):
                file.write(np.ascontiguousarray(signals_uv).data)
                if not wanted_of(self._workspace, self._shard):
                    raise ShardUnwantedError(self._shard)

    def origin(self) -> Origin:
        """Return how the signals were made; those that are elsewhere are copied to here.

        Raises
        ------
        HandoverLostError
            When they are not there.
        """
        if self._holder is not None and not self._folder.exists():
            self._copy_from(self._holder)
        try:
            return Origin.model_validate_json((self._folder / ORIGIN_FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise HandoverLostError(self._shard) from None

    def _copy_from(self, holder: Holder) -> None:
        """Copy the files from the process that has them; it keeps them, in case that this one dies."""
        staging = self._workspace.staging_folder(self._shard)
        staging.mkdir()
        try:
            for name in (SIGNALS_FILE, ORIGIN_FILE):
                with (staging / name).open("wb") as file:
                    while wanted_of(self._workspace, self._shard) and (piece := holder.read(name, file.tell())):
                        file.write(piece)
            if not wanted_of(self._workspace, self._shard):
                raise ShardUnwantedError(self._shard)
            _rename_unless_there(staging, self._folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def batches(self) -> Iterator[MicroBatch]:
        """Yield the candidates in the micro-batches in which they were generated; one is in memory at a time."""
        signals_uv = np.load(self._folder / SIGNALS_FILE, mmap_mode="r")
        candidates = self._plan.shard_candidates(self._shard)
        for numbers in micro_batches(self._plan, candidates):
            start = numbers[0] - candidates[0]
            yield numbers, np.array(signals_uv[start : start + len(numbers)])

    def discard(self) -> None:
        """Remove the file, here and where it came from."""
        discard(self._workspace, self._shard)
        if self._holder is not None:
            self._holder.discard()


def piece(workspace: Workspace, shard: int, name: str, start: int) -> bytes:
    """Read for another process: at most `PIECE_BYTES` of a file of a shard's signals; see `Holder.read`.

    Raises
    ------
    FileNotFoundError
        When they are not here.
    """
    with (_folder(workspace, shard) / name).open("rb") as file:
        file.seek(start)
        return file.read(PIECE_BYTES)


def discard(workspace: Workspace, shard: int) -> None:
    """Remove a shard's signals from a workspace."""
    shutil.rmtree(_folder(workspace, shard), ignore_errors=True)


def _folder(workspace: Workspace, shard: int) -> Path:
    return workspace.generated / f"{shard:06d}"


def _rename_unless_there(folder: Path, target: Path) -> None:
    try:
        folder.rename(target)
    except OSError:
        if not target.exists():  # else another process, taken for dead, was first
            raise
