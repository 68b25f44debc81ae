"""Sessions of an output folder: locked by their processes, taken over by renaming."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ecgfactory.dataset.names import MANIFEST_FILE
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.session_info import SessionInfo, SessionState, stranded_words
from ecgfactory.session.workspace import SESSIONS_FOLDER, Workspace, new_prefix
from ecgfactory.storage.disk_use import disk_use
from ecgfactory.storage.durable import write_text
from ecgfactory.storage.lock import FileLock, is_held, waiting_lock

HEARTBEAT_INTERVAL_S = 5.0

PROBE_S = 0.01
PROBES = 50

PLAN_LOCK_PATTERN = re.compile(r"\.plan-[0-9a-f]{16}\.lock")
"""Names of what `plan_lock` gives."""

_log = logging.getLogger(__name__)


def sessions_of(output: Path) -> list[SessionInfo]:
    """Describe every session of an output folder."""
    return list(filter(None, (describe_session(Workspace(root)) for root in _session_folders(output))))


def plan_lock(output: Path, plan_id: str) -> Path:
    """Return the lock file of whoever builds a plan in an output folder."""
    return output / SESSIONS_FOLDER / f".plan-{plan_id}.lock"


@contextlib.contextmanager
def claimed(plan: Plan, on_wait: Callable[[], None]) -> Iterator[None]:
    """Be the only session of a plan in its output folder for the length of the block; others wait here."""
    lock_file = plan_lock(Path(plan.request.output), plan.plan_id)
    try:
        with waiting_lock(lock_file, on_wait):
            yield
    finally:
        with contextlib.suppress(OSError):  # other sessions are still there
            lock_file.parent.rmdir()


@contextlib.contextmanager
def occupied(plan: Plan, session_id: str) -> Iterator[Workspace]:
    """Have a workspace, locked and with a heartbeat, for the length of the block.

    A dead session's workspace of the same plan is taken over by renaming it: whoever still works for that session
    finds it gone. Its committed shards are checked, and damaged ones are made again.
    """
    taken = _take_over(plan, session_id)
    workspace, lock = taken or _open_new(plan, session_id)
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(workspace, over), daemon=True)
    workspace.heartbeat_file.touch()
    thread.start()
    try:
        yield workspace
    finally:
        over.set()
        thread.join()
        lock.release()


def discard_dead(plan: Plan) -> None:
    """Remove what dead sessions of a plan left, once its dataset is published; the plan must be claimed."""
    output = Path(plan.request.output).absolute()
    for unborn in (output / SESSIONS_FOLDER).glob(f"{new_prefix(plan.plan_id)}*"):
        shutil.rmtree(unborn, ignore_errors=True)
    for info in sessions_of(output):
        lock = FileLock(Workspace.of(output, info.session_id).lock_file)
        if info.plan_id == plan.plan_id and info.state != "running" and lock.try_acquire():
            Workspace.of(output, info.session_id).remove()
            lock.release()


def note_outcome(workspace: Workspace, state: SessionState, reason: str) -> None:
    """Write down how a session ended."""
    write_text(workspace.outcome_file, json.dumps({"state": state, "reason": reason}))


def _session_folders(output: Path) -> list[Path]:
    """Return the folders of sessions; with the last of them, also theirs may go at any time."""
    try:
        found = sorted((output / SESSIONS_FOLDER).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [path for path in found if path.is_dir() and not path.name.startswith(".")]


def describe_session(workspace: Workspace) -> SessionInfo | None:
    """Describe one session; None when it is just being made or removed, or is not a session."""
    try:
        plan = workspace.read_plan()
        outcome: dict[str, Any] = {"state": "dead", "reason": ""}
        with contextlib.suppress(FileNotFoundError):
            outcome = json.loads(workspace.outcome_file.read_text(encoding="utf-8"))
        return SessionInfo(
            session_id=workspace.root.name,
            state=_state(workspace, plan, outcome["state"]),
            reason=outcome["reason"],
            name=plan.request.name,
            plan_id=plan.plan_id,
            records=plan.request.records,
            committed=sum(entry.accepted for entry in ledger_of(workspace).entries()),
            heartbeat_at=_last_seen(workspace),
            disk_bytes=disk_use(workspace.root).size_bytes,
            needs=tuple(plan.packages_gone),
        )
    except (OSError, ValueError, KeyError):
        return None


def _state(workspace: Workspace, plan: Plan, noted: SessionState) -> SessionState:
    if is_held(workspace.lock_file):
        return "running"
    output = workspace.root.parent.parent  # where it is now, from wherever one looks
    is_published = (output / plan.request.name / plan.plan_id / MANIFEST_FILE).is_file()
    return "finished" if is_published else noted


def _last_seen(workspace: Workspace) -> float:
    try:
        return workspace.heartbeat_file.stat().st_mtime
    except FileNotFoundError:  # killed before its first
        return workspace.plan_file.stat().st_mtime


def _free_workspace(plan: Plan, session_id: str) -> Workspace:
    """Return where a workspace can be: a run that is begun again may have left one, even one still at work."""
    ids = itertools.chain([session_id], (f"{session_id}-{number}" for number in itertools.count(2)))
    places = (Workspace.of(Path(plan.request.output), name) for name in ids)
    return next(workspace for workspace in places if not workspace.root.exists())


def _open_new(plan: Plan, session_id: str) -> tuple[Workspace, FileLock]:
    workspace = Workspace.create(plan, _free_workspace(plan, session_id).root.name)
    lock = FileLock(workspace.lock_file)
    while not lock.try_acquire():  # for an instant, somebody looks whether it is held
        time.sleep(PROBE_S)
    return workspace, lock


def _take_over(plan: Plan, session_id: str) -> tuple[Workspace, FileLock] | None:
    """Make the workspace of a dead session of this plan our own, if there is one with committed shards."""
    output = Path(plan.request.output).absolute()
    sessions = sessions_of(output)
    _warn_of_stranded(plan, sessions)
    candidates = [info for info in sessions if info.plan_id == plan.plan_id and info.is_resumable]
    for info in sorted(candidates, key=lambda info: -info.committed):
        lock = FileLock(Workspace.of(output, info.session_id).lock_file)
        if not _acquire_dead(lock):
            continue
        workspace = _free_workspace(plan, session_id)
        Workspace.of(output, info.session_id).root.rename(workspace.root)
        workspace.renew(plan)
        _withdraw_unsound(workspace)
        return workspace, lock
    return None


def _warn_of_stranded(plan: Plan, sessions: Sequence[SessionInfo]) -> None:
    """Name the sessions that began a dataset of this name and that can't be gone on with here."""
    for info in sessions:
        if info.name == plan.request.name and info.holds_work and info.needs:
            _log.warning(stranded_words(info))


def _acquire_dead(lock: FileLock) -> bool:
    """Lock a dead session: who looks whether it is held does so for an instant, who removes it for longer."""
    for _ in range(PROBES):
        if lock.try_acquire():
            return True
        time.sleep(PROBE_S)
    return False


def _withdraw_unsound(workspace: Workspace) -> None:
    ledger = ledger_of(workspace)
    for entry in list(ledger.entries()):
        if ledger.faults(entry):
            ledger.withdraw(entry)


def _beat(workspace: Workspace, over: threading.Event) -> None:
    while not over.wait(HEARTBEAT_INTERVAL_S):
        with contextlib.suppress(OSError):  # the build reports a full disk
            workspace.heartbeat_file.touch()
