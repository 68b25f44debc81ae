"""Making one shard: candidates stream through in micro-batches and end as committed files."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.candidates.batch import CandidateBatch, rejected_columns
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed, assessed_batches, plan_generator
from ecgfactory.candidates.yields import rule_counts
from ecgfactory.dataset.names import RECORDS_FILE, REJECTED_FILE
from ecgfactory.errors import ShardUnwantedError
from ecgfactory.formats.rows import record_columns
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import Ledger, ShardEntry, ledger_of, staged_files
from ecgfactory.session.progress import Progress, note_progress
from ecgfactory.session.wanted import wanted_of
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.committed import committed_batches
from ecgfactory.shards.handover import Handover, Holder
from ecgfactory.shards.staging import StagedFiles, has_clean_features
from ecgfactory.storage.durable import sync_tree
from ecgfactory.storage.faults import fault_point

PROGRESS_INTERVAL_S = 0.25


def make_shard(plan: Plan, shard: int, limit: int, workspace: Workspace) -> ShardEntry:
    """Make and commit a shard; one that is committed already is returned at once, or cut to the limit.

    Parameters
    ----------
    plan : Plan
        What to make.
    shard : int
        Its number.
    limit : int
        Stop after this many accepted records, or earlier, once the workspace says that fewer are wanted.
    workspace : Workspace
        The session's.

    Returns
    -------
    ShardEntry
        The committed entry.

    Raises
    ------
    ShardUnwantedError
        When the workspace says, meanwhile, that the shard is not wanted; nothing of it is kept.
    """
    return _make(plan, shard, limit, workspace, lambda: _made_anew(plan, shard))


def finish_shard(plan: Plan, shard: int, limit: int, workspace: Workspace, holder: Holder | None = None) -> ShardEntry:
    """Make and commit a shard from signals that another process has generated; see `make_shard`.

    Parameters
    ----------
    plan, shard, limit, workspace
        As of `make_shard`.
    holder : Holder, optional
        Who has the signals, where they are not in the workspace.

    Raises
    ------
    HandoverLostError
        When these signals are not there, and the shard is not committed either.
    """
    handover = Handover(plan, shard, workspace, holder)
    try:
        entry = _make(plan, shard, limit, workspace, lambda: _handed_over(plan, handover))
    except ShardUnwantedError:
        handover.discard()
        raise
    handover.discard()
    return entry


def _make(plan: Plan, shard: int, limit: int, workspace: Workspace, new_source: Callable[[], _Source]) -> ShardEntry:
    """Make and commit a shard from a source, which is only opened where what is committed does not do."""
    ledger = ledger_of(workspace)
    committed = ledger.entry(shard)
    if committed is not None and ledger.faults(committed, with_content=not committed.serves(limit)):
        committed = None  # what is entered replaces it
    if committed is not None and committed.serves(limit):
        return committed
    staging = workspace.staging_folder(shard)
    staging.mkdir()
    fault_point("shard-begun", shard)
    try:
        if committed is not None and committed.accepted > limit and not plan.request.is_in_pieces:
            source = _read_back(plan, committed, ledger)
        else:
            source = new_source()
        entry = _stage(plan, shard, limit, source, staging, workspace)
        fault_point("shard-staged", shard)
        return ledger.enter(entry, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


@dataclass(frozen=True)
class _Source:
    """Where a shard's candidates come from: in micro-batches, timed, from a device."""

    batches: Iterator[CandidateBatch]
    clock: StageClock
    device: str


def _made_anew(plan: Plan, shard: int) -> _Source:
    clock = StageClock()
    batches = assessed_batches(plan, plan.shard_candidates(shard), clock)
    return _Source(batches, clock, plan_generator(plan).device_name)


def _handed_over(plan: Plan, handover: Handover) -> _Source:
    origin = handover.origin()
    clock = StageClock(origin.seconds)
    return _Source(assessed(plan, handover.batches(), clock), clock, origin.device)


def _read_back(plan: Plan, committed: ShardEntry, ledger: Ledger) -> _Source:
    """Take what is committed, which is far quicker than to make it again; long records are not read back whole."""

    def batches() -> Iterator[CandidateBatch]:
        with ledger.opened(committed) as folder:
            yield from committed_batches(plan, committed, folder)

    return _Source(batches(), StageClock(committed.seconds), committed.device)


def _stage(plan: Plan, shard: int, limit: int, source: _Source, staging: Path, workspace: Workspace) -> ShardEntry:
    """Write a shard's files into its staging folder, flushed; return the entry that commits them."""
    clock = source.clock
    files = StagedFiles(staging, plan)
    rows = _RowFiles(has_clean_features(plan))
    noted = 0.0
    for whole_batch in source.batches:
        wanted = wanted_of(workspace, shard)
        if not wanted:
            raise ShardUnwantedError(shard)
        # What is written already can't be taken back: with one record too many, the flow has the shard cut.
        limit = min(limit, max(wanted, rows.accepted + 1))
        batch = whole_batch.with_accepted(limit - rows.accepted)
        accepted = batch.take(np.flatnonzero(batch.accepted))
        rows.add(accepted, batch.take(np.flatnonzero(~batch.accepted)))
        with clock("write"):
            if accepted.long_record is None:
                files.write(accepted)
            elif len(accepted):
                files.write_long(accepted.long_record)
        if rows.accepted == limit:
            break
        if time.monotonic() - noted > PROGRESS_INTERVAL_S:
            note_progress(workspace, shard, Progress(rows.examined, rows.accepted))
            noted = time.monotonic()
    with clock("write"):
        files.close()
        rows.write(staging)
        if workspace.kept is None:  # else it is only uploaded from here
            sync_tree(staging)
        staged = tuple(staged_files(staging))
    note_progress(workspace, shard, Progress(rows.examined, rows.accepted))
    return ShardEntry(
        shard=shard,
        limit=limit,
        examined=rows.examined,
        accepted=rows.accepted,
        rejects=dict(sorted(rows.rejects.items())),
        files=staged,
        seconds=clock.seconds,
        device=source.device,
    )


class _RowFiles:
    """The rows of a shard without their signals: few bytes each, so they are held until the shard ends."""

    def __init__(self, with_clean_features: bool) -> None:
        self._with_clean_features = with_clean_features
        self.examined = 0
        self.accepted = 0
        self.rejects: Counter[str] = Counter()
        self._records: list[pa.Table] = []
        self._rejected: list[pa.Table] = []

    def add(self, accepted: CandidateBatch, rejected: CandidateBatch) -> None:
        self.examined += len(accepted) + len(rejected)
        self.accepted += len(accepted)
        self.rejects.update(rule_counts(rejected.failed_rules))
        self._records.append(pa.table(record_columns(accepted, self._with_clean_features)))
        self._rejected.append(pa.table(rejected_columns(rejected)))

    def write(self, folder: Path) -> None:
        for name, tables in ((RECORDS_FILE, self._records), (REJECTED_FILE, self._rejected)):
            if tables:
                pq.write_table(pa.concat_tables(tables), folder / name, compression="zstd")
