"""Carrying retention's decisions out: each thing is locked and looked at once more, then goes into the trash."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ecgfactory.dataset.replace import remake_lock
from ecgfactory.retention.decisions import Decision
from ecgfactory.retention.inventory import REMAKING, RETENTION_LOCK, look_at_dataset
from ecgfactory.retention.items import DatasetItem
from ecgfactory.retention.trash import discard, empty_trash
from ecgfactory.session.folder_sessions import PLAN_LOCK_PATTERN, plan_lock
from ecgfactory.session.workspace import SESSIONS_FOLDER, TRASH_PREFIX, Workspace
from ecgfactory.storage.disk_use import disk_use
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.lock import FileLock, waiting_lock

IN_USE = "in use by now"


@contextlib.contextmanager
def sole_remover(output: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Be the only retention of an output folder for the length of the block; others wait here."""
    folder = output / SESSIONS_FOLDER
    try:
        with waiting_lock(folder / RETENTION_LOCK, on_wait):
            yield
    finally:
        with contextlib.suppress(OSError):  # sessions are still there
            folder.rmdir()


def carry_out(output: Path, decisions: list[Decision]) -> list[Decision]:
    """Remove what is to be removed, and empty the trash.

    A killed run leaves each thing unchanged in its place, or in the trash, which the next run empties.

    Parameters
    ----------
    output : Path
        The output folder, of which the caller is the sole remover.
    decisions : list of Decision
        What is to happen.

    Returns
    -------
    list of Decision
        What has happened: a thing that is in use by now stays, and one that can't be moved is named.
    """
    turned_out = [_remove(output, d) if d.action == "remove" else d for d in decisions]
    fault_point("items-renamed")
    return [*turned_out, *(_not_emptied(output, path) for path in empty_trash(output))]


def _not_emptied(output: Path, path: str) -> Decision:
    reason = "can't be deleted from the trash; check the permissions of the folders in it."
    size_bytes = disk_use(output / path).size_bytes
    return Decision(action="failed", kind="leftover", path=path, size_bytes=size_bytes, reason=reason)


def _remove(output: Path, decision: Decision) -> Decision:
    if Path(decision.path).name.startswith(TRASH_PREFIX):
        return decision  # it is in its place
    try:
        with _reserved(output, decision) as obstacle:
            if obstacle is not None:
                return decision.turned("keep", obstacle)
            if not decision.path.endswith(".lock"):  # a lock file is deleted while it is held
                discard(output, decision.path)
    except FileNotFoundError:
        return decision.turned("keep", "already gone")
    except OSError as error:
        return decision.turned("failed", f"can't be moved to the trash ({error.strerror}); check its permissions.")
    return decision


@contextlib.contextmanager
def _reserved(output: Path, decision: Decision) -> Iterator[str | None]:
    """Lock a thing for the length of the block; yield why it must stay after all, if it must."""
    path = output / decision.path
    with contextlib.ExitStack() as stack:
        if decision.kind == "session":
            is_ours = _try_lock(stack, Workspace(path).lock_file)
            yield None if is_ours else "a session has taken it up meanwhile"
        elif decision.kind == "dataset":
            is_ours = _try_lock(stack, plan_lock(output, path.name)) and _try_lock(stack, remake_lock(path))
            yield _changed(path) if is_ours else "it is being built, or its reports are being made"
        elif PLAN_LOCK_PATTERN.fullmatch(path.name):
            yield None if _try_lock(stack, path) else IN_USE
        elif remaking := REMAKING.fullmatch(path.name):
            yield None if _try_lock(stack, remake_lock(path.with_name(remaking["plan_id"]))) else IN_USE
        else:
            yield None


def _try_lock(stack: contextlib.ExitStack, path: Path) -> bool:
    """Hold a lock until the stack closes, and then remove its file."""
    lock = FileLock(path)
    if not lock.try_acquire():
        return False
    stack.callback(lock.release)
    stack.callback(path.unlink, missing_ok=True)
    return True


def _changed(path: Path) -> str | None:
    item = look_at_dataset(path)
    if not isinstance(item, DatasetItem):
        return item.why
    return item.pinned_by or ("latest names it by now" if item.is_latest else None)
