"""Sessions whose work is kept in a store: one place for each plan, whoever builds it, under a lease."""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ecgfactory.dataset.names import MANIFEST_FILE
from ecgfactory.quality.rule import PUBLISHED
from ecgfactory.request.plan import Plan
from ecgfactory.session.lease import Lease, leased
from ecgfactory.session.lease_state import LEASE_FILE, Found, Told, find_lease
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.scratch import scratch_folder
from ecgfactory.session.session_info import SessionInfo, SessionState, stranded_words
from ecgfactory.session.wanted import want
from ecgfactory.session.workspace import FOLDERS, PLAN_FILE, SESSIONS_FOLDER, Workspace
from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.attempts import while_someone_waits
from ecgfactory.storage.durable import write_text
from ecgfactory.storage.store import GarbledError, StoreError
from ecgfactory.storage.store_clock import clock_of
from ecgfactory.storage.store_path import StorePath

PLAN_ID = re.compile("[0-9a-f]{16}")

_log = logging.getLogger(__name__)


def kept_at(plan: Plan) -> StorePath:
    """Return where the session of a plan keeps its work."""
    output = plan.request.output_place
    assert isinstance(output, StorePath)
    return output / SESSIONS_FOLDER / plan.plan_id


@contextlib.contextmanager
def claimed(plan: Plan, on_wait: Callable[[], None]) -> Iterator[Lease]:
    """Have the lease of a plan for the length of the block; others wait here.

    What a killed or paused retention began to remove is removed first: its request may still be on its way.
    """
    with leased(kept_at(plan) / LEASE_FILE, on_wait) as lease:
        if lease.told.removing:
            assert isinstance(plan.dataset_path, StorePath)
            unpublish(plan.dataset_path, lease)
        yield lease


def unpublish(dataset: StorePath, lease: Lease) -> None:
    """Delete a dataset's manifest, so that nobody finds it any more; raises as `Lease.check` does.

    Before, the lease says so, and whoever has it next ends that; and it is this manifest that is deleted, not one that
    another session has published when a late request arrives.
    """
    store, name = dataset.store, (dataset / MANIFEST_FILE).name
    held = store.stat(name)
    if held is not None:
        lease.tell(lease.told.model_copy(update={"removing": True}))
        with lease.only_while_held():
            store.delete_version(name, held.version)


@contextlib.contextmanager
def occupied(plan: Plan, session_id: str, lease: Lease) -> Iterator[Workspace]:
    """Have a workspace on this machine for the work that is kept in the store, for the length of the block.

    What a dead session committed is checked and gone on with. What else it left stays until the dataset is published,
    since workers may still be uploading: they may commit what they have, for the bytes are the same.

    The store is asked twice for each committed shard.
    """
    kept = kept_at(plan)
    _warn_of_stranded(plan)
    lease.tell(Told(session_id=session_id))
    workspace = _new_workspace(plan, kept, lease)
    kept.store.write((kept / PLAN_FILE).name, plan.model_dump_json(indent=2).encode())
    _withdraw_unsound(workspace)
    yield workspace


def discard(kept: StorePath, lease: Lease) -> None:
    """Remove all that a session keeps in the store, and what uploads it did not end, but not its lease.

    The plan goes first: what a killed removal leaves is no session any more. Raises as `Lease.check` does.
    """
    store, lease_file = kept.store, (kept / LEASE_FILE).name
    with lease.only_while_held():
        store.delete([(kept / PLAN_FILE).name])
        store.delete(stored.name for stored in list(store.objects(kept.prefix)) if stored.name != lease_file)
        at_once(store.abandon, store.unfinished(kept.prefix))


def note_outcome(workspace: Workspace, lease: Lease, state: SessionState, reason: str) -> None:
    """Write down how a session ended, unless another has taken it over, and keep its log."""
    assert workspace.kept is not None
    for log in workspace.logs.glob("*.log"):
        workspace.kept.store.write((workspace.kept / workspace.logs.name / log.name).name, log.read_bytes())
    lease.tell(lease.told.model_copy(update={"state": state, "reason": reason}))


def sessions_of(output: StorePath) -> list[SessionInfo]:
    """Describe every session of an output; the store is asked once for each committed shard of theirs."""
    with while_someone_waits():
        places = session_places(output)
    now = time_there(output) if places else 0.0
    return list(filter(None, (_described(kept, now) for kept in places)))


def _described(kept: StorePath, now: float) -> SessionInfo | None:
    """Describe a session as `describe_session` does; None, with a warning, where what it keeps can't be read."""
    try:
        return describe_session(kept, now)
    except GarbledError as error:
        _log.warning("%s", error)
        return None


def session_places(output: StorePath) -> list[StorePath]:
    """Return the places below which sessions keep their work, or kept it."""
    sessions = output / SESSIONS_FOLDER
    return [sessions / name for name in output.store.folders(sessions.prefix) if PLAN_ID.fullmatch(name)]


def time_there(output: StorePath) -> float:
    """Return the time by the store's clock; by this machine's where nothing can be written there."""
    try:
        return clock_of(output / SESSIONS_FOLDER)
    except StoreError:
        return time.time()


def describe_session(kept: StorePath, now: float) -> SessionInfo | None:
    """Describe a session; None when nothing but a lease is there, or no readable plan.

    Parameters
    ----------
    kept : StorePath
        Where it keeps its work.
    now : float
        The time by the clock of the store.

    Raises
    ------
    GarbledError
        When its lease, or an entry of its ledger, is none.
    """
    plan = read_plan(kept)
    if plan is None:
        return None
    found = find_lease(kept / LEASE_FILE)
    stored = list(kept.store.objects(kept.prefix))
    told = found.state.told if found else Told()
    entries = ledger_of(Workspace(Path(), kept)).entries()
    return SessionInfo(
        session_id=told.session_id or kept.last,
        state=state_of(kept, plan, found, now),
        reason=told.reason,
        name=plan.request.name,
        plan_id=plan.plan_id,
        records=plan.request.records,
        committed=sum(entry.accepted for entry in entries),
        heartbeat_at=found.modified_at if found else max((each.modified_at for each in stored), default=0.0),
        disk_bytes=sum(each.size_bytes for each in stored),
        needs=tuple(plan.packages_gone),
    )


def read_plan(kept: StorePath) -> Plan | None:
    """Read the plan of a session, perhaps of another version; None when there is none that can be read."""
    try:
        return Plan.model_validate_json((kept / PLAN_FILE).read_bytes(), context=PUBLISHED)
    except (FileNotFoundError, ValueError):
        return None


def state_of(kept: StorePath, plan: Plan, found: Found | None, now: float) -> SessionState:
    """Return the state of a session, of which the plan and the lease are known, at a time by the store's clock."""
    if found is not None and not found.is_lapsed(now):
        return "running"
    output = kept.parent.parent  # where it is now, from wherever one looks
    if (output / plan.request.name / plan.plan_id / MANIFEST_FILE).is_file():
        return "finished"
    return found.state.told.state if found else "dead"


def _new_workspace(plan: Plan, kept: StorePath, lease: Lease) -> Workspace:
    """Make the workspace in this process's scratch folder, without what an earlier session left there."""
    root = scratch_folder(kept)
    for name in {*FOLDERS, Workspace(root).dataset.name}:
        shutil.rmtree(root / name, ignore_errors=True)
    workspace = replace(Workspace.of_store(kept), lease=lease)
    write_text(workspace.plan_file, plan.model_dump_json(indent=2))
    want(workspace, plan.request.records)  # so that workers who share the folder look there
    return workspace


def _withdraw_unsound(workspace: Workspace) -> None:
    ledger = ledger_of(workspace)
    entries = list(ledger.entries())
    for entry, faults in zip(entries, at_once(ledger.faults, entries), strict=True):
        if faults:
            ledger.withdraw(entry)


def _warn_of_stranded(plan: Plan) -> None:
    """Name the sessions that began a dataset of this name and that can't be gone on with here."""
    output = kept_at(plan).parent.parent
    for kept in session_places(output):
        theirs = read_plan(kept)
        if theirs is None or theirs.request.name != plan.request.name or not theirs.packages_gone:
            continue
        info = _described(kept, time_there(output))
        if info is not None and info.holds_work:
            _log.warning(stranded_words(info))
