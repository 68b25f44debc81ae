"""What an output folder holds: sessions, datasets and leftovers of ours; and what is not ours."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from ecgfactory.dataset.names import LATEST, MANIFEST_FILE, PIN_FILE
from ecgfactory.dataset.replace import remake_lock
from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import NAME_PATTERN
from ecgfactory.retention.items import DatasetItem, Item, LeftoverItem, ManifestHead, SessionItem, UnknownItem
from ecgfactory.session.folder_sessions import PLAN_LOCK_PATTERN, describe_session
from ecgfactory.session.workspace import NEW_PREFIX, SESSIONS_FOLDER, TRASH_PREFIX, Workspace
from ecgfactory.storage.disk_use import DiskUse, disk_use
from ecgfactory.storage.lock import is_held
from ecgfactory.storage.sealed import enclosing_sealed, inside_words

RETENTION_LOCK = ".retention.lock"
"""Lock file in the folder of sessions, held by the one retention that deletes."""

LATEST_DRAFT = re.compile(rf"\.{LATEST}\.[0-9a-f]{{8}}")
"""The name of a new `latest` in the instant before it takes the place of the old."""

REMAKING = re.compile(r"\.(?P<plan_id>[0-9a-f]{16})\.(lock|report|report\.old)")
"""Names of what `ecgfactory report` has beside a dataset while it makes it anew."""


def take_inventory(output: Path) -> list[Item]:
    """Look at everything in an output folder, changing nothing.

    Raises
    ------
    BadInputError
        When there is no such folder, or its sessions are elsewhere.
    """
    if problem := output_problem(output):
        raise BadInputError(f"output: {problem}")
    items: list[Item] = []
    for path in sorted(output.iterdir()):
        if path.name == SESSIONS_FOLDER:
            items += _sessions(path)
        elif (reason := _not_a_name(path)) is not None:
            items.append(UnknownItem(path.name, reason))
        else:
            items += _datasets(path)
    return items


def output_problem(output: Path) -> str | None:
    """Say why a folder can't be an output folder to clean up, if it can't."""
    if not output.is_dir():
        return f"there is no folder {str(output)!r}; give the folder that holds the datasets."
    if (dataset := enclosing_sealed(output)) is not None:
        return f"{output} {inside_words(dataset)}"
    return None


def look_at_dataset(folder: Path) -> DatasetItem | UnknownItem:
    """Say what a folder in the place of a dataset is."""
    path = f"{folder.parent.name}/{folder.name}"
    manifest_file = folder / MANIFEST_FILE
    if folder.is_symlink():
        return UnknownItem(path, "a symbolic link, which is not followed")
    if manifest_file.is_symlink() or not manifest_file.is_file():
        return UnknownItem(path, f"no {MANIFEST_FILE}: not a dataset")
    try:
        head = ManifestHead.model_validate_json(manifest_file.read_bytes())
    except (OSError, ValidationError):
        return UnknownItem(path, f"its {MANIFEST_FILE} can't be read")
    if (head.name, head.plan_id) != (folder.parent.name, folder.name):
        return UnknownItem(path, f"its {MANIFEST_FILE} is that of {head.name}/{head.plan_id}")
    is_pinned = os.path.lexists(folder / PIN_FILE)
    return DatasetItem(
        path=path,
        use=disk_use(folder),
        name=head.name,
        published_at=head.published_at.timestamp(),
        pinned_by=f"pinned by its file {PIN_FILE}" if is_pinned else head.pinned_by,
        is_latest=(folder.parent / LATEST).resolve() == folder.resolve(),
    )


def look_at_session(folder: Path) -> Item | None:
    """Say what an entry of the folder of sessions is; None for a lock that is in use."""
    path = f"{SESSIONS_FOLDER}/{folder.name}"
    if folder.name.startswith(TRASH_PREFIX):
        return LeftoverItem(path, disk_use(folder), "trash of a removal that was cut short")
    if folder.is_symlink():
        return UnknownItem(path, "a symbolic link, which is not followed")
    if PLAN_LOCK_PATTERN.fullmatch(folder.name):
        return None if is_held(folder) else LeftoverItem(path, disk_use(folder), "lock that nobody holds")
    workspace = Workspace(folder)
    if folder.name.startswith(NEW_PREFIX):
        return LeftoverItem(path, disk_use(folder), "session killed before it had a plan", folder.stat().st_mtime)
    if not folder.is_dir() or folder.name.startswith("."):
        return UnknownItem(path, "not a session")
    if workspace.plan_file.is_symlink() or workspace.lock_file.is_symlink():
        return UnknownItem(path, "it holds symbolic links where a session has files")
    session = describe_session(workspace)
    if session is None:
        return UnknownItem(path, f"no readable {workspace.plan_file.name}: not a session")
    return SessionItem(path, disk_use(folder), session.state, session.heartbeat_at)


def _sessions(folder: Path) -> Iterator[Item]:
    if folder.is_symlink():
        raise BadInputError(
            f"{folder}: is a symbolic link, and retention stays inside its folder; put the folder itself there."
        )
    if not folder.is_dir():
        yield UnknownItem(folder.name, "a file where the folder of sessions belongs")
        return
    for path in sorted(folder.iterdir()):
        if path.name != RETENTION_LOCK and (item := look_at_session(path)) is not None:
            yield item


def _not_a_name(path: Path) -> str | None:
    if path.is_symlink():
        return "a symbolic link, which is not followed"
    if not path.is_dir():
        return "a file, not a dataset"
    return None if NAME_PATTERN.fullmatch(path.name) else "its name can't be that of a dataset"


def _datasets(folder: Path) -> list[Item]:
    """Look at the folder of a dataset's name; one that has nothing of ours in it is a single unknown thing."""
    items = [item for path in sorted(folder.iterdir()) if (item := _look_beside_datasets(path)) is not None]
    if all(isinstance(item, UnknownItem) for item in items):
        return [UnknownItem(folder.name, "holds no dataset")]
    return items


def _look_beside_datasets(path: Path) -> Item | None:
    if path.name == LATEST and path.is_symlink():
        return None
    if path.is_symlink() and LATEST_DRAFT.fullmatch(path.name):
        made_at = path.lstat().st_mtime
        return LeftoverItem(f"{path.parent.name}/{path.name}", DiskUse(), f"half-made link {LATEST}", made_at)
    if (remaking := REMAKING.fullmatch(path.name)) and not path.is_symlink():
        return _look_at_remaking(path, path.with_name(remaking["plan_id"]))
    return look_at_dataset(path)


def _look_at_remaking(path: Path, dataset: Path) -> Item | None:
    """Say what is left of reports that were being made: of use only while the dataset is not in its place."""
    if is_held(remake_lock(dataset)):
        return None
    where = f"{path.parent.name}/{path.name}"
    if not path.name.endswith(".lock") and isinstance(look_at_dataset(dataset), UnknownItem):
        return UnknownItem(where, f"reports of {dataset.name} were being made, and the dataset is not in its place")
    return LeftoverItem(where, disk_use(path), "left by reports that were being made")
