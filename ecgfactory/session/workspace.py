"""The workspace of a session: where a build keeps what is not published yet.

With an output folder, the workspace is below it, and holds everything. With a store, what is committed is kept in the
store, and each process, or all processes of a machine, have a scratch workspace of their own on their disk.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ecgfactory.quality.rule import PUBLISHED
from ecgfactory.request.paths import SESSIONS
from ecgfactory.request.plan import Plan
from ecgfactory.session.lease import Lease
from ecgfactory.session.scratch import remove_scratch, scratch_folder
from ecgfactory.storage.durable import sync, write_text
from ecgfactory.storage.place import is_address
from ecgfactory.storage.store_path import StorePath

SESSIONS_FOLDER = SESSIONS
"""Below the output folder, so that publishing is a rename within one file system."""

TRASH_PREFIX = ".trash-"
"""In the folder of sessions: what was renamed so is being deleted, or is left for the next retention to delete."""

NEW_PREFIX = ".new-"
"""In the folder of sessions: a workspace that is just being made, or whose process was killed while making it."""

KEPT_FILE = "kept-at"
"""In a scratch workspace that processes of a machine share: the address at which the session keeps its work."""

PLAN_FILE = "plan.json"

MADE = "made"
"""Below the place that keeps a session's work: what jobs made for the dataset besides shards."""

FOLDERS = ("shards", "ledger", "generated", "progress", "logs", "scratch")
"""In every workspace from the beginning."""


@dataclass(frozen=True)
class Workspace:
    """Folders of one session; made by `create`, gone after `remove`.

    Parameters
    ----------
    root : Path
        The session's own folder, `<output>/.sessions/<session id>`; with a store, scratch on this machine.
    kept : StorePath, optional
        Where in the store the session keeps its work, `<output>/.sessions/<plan id>`; None without a store.
    lease : Lease, optional
        Under which the session may write there; its workers have none.
    """

    root: Path
    kept: StorePath | None = None
    lease: Lease | None = field(default=None, compare=False, repr=False)

    @classmethod
    def at(cls, address: str) -> Workspace:
        """Return the workspace that a worker is to use.

        Parameters
        ----------
        address : str
            Its folder on this machine; or where in the store the session keeps its work, for a worker that has nothing
            else of it: then with a scratch folder of this process.

        Raises
        ------
        FileNotFoundError
            When the session is over.
        """
        if is_address(address):
            kept = StorePath.parse(address)
            workspace = cls.of_store(kept)
            if not workspace.plan_file.exists():
                try:
                    write_text(workspace.plan_file, (kept / PLAN_FILE).read_text())
                except FileNotFoundError:
                    remove_scratch(kept)
                    raise
            return workspace
        root = Path(address)
        note = root / KEPT_FILE
        return cls(root, StorePath.parse(note.read_text(encoding="utf-8")) if note.is_file() else None)

    @classmethod
    def of_store(cls, kept: StorePath) -> Workspace:
        """Return the scratch workspace of this process for a session that keeps its work in a store."""
        workspace = cls(scratch_folder(kept), kept)
        for name in FOLDERS:
            (workspace.root / name).mkdir(exist_ok=True)
        note = workspace.root / KEPT_FILE
        if not note.exists():  # each job comes here, and writing flushes the disk
            write_text(note, str(kept))
        return workspace

    @staticmethod
    def is_there(address: str) -> bool:
        """Whether a session, of which a worker was given this address, goes on."""
        return is_going_on(StorePath.parse(address)) if is_address(address) else Path(address).is_dir()

    @property
    def address_elsewhere(self) -> str:
        """What `at` takes on any machine that reaches the output."""
        return str(self.kept or self.root)

    @classmethod
    def create(cls, plan: Plan, session_id: str) -> Workspace:
        """Make a workspace with the plan in it, before any other work; it exists completely or not at all."""
        workspace = cls.of(Path(plan.request.output), session_id)
        new = cls(workspace.root.with_name(f"{new_prefix(plan.plan_id)}{session_id}"))
        for name in FOLDERS:
            (new.root / name).mkdir(parents=True)
        write_text(new.plan_file, plan.model_dump_json(indent=2))
        sync(new.root)
        new.root.rename(workspace.root)
        return workspace

    def renew(self, plan: Plan) -> None:
        """Make a workspace that a dead session left ready for a new one; committed shards stay, and the log.

        The plan is written again, since where the dataset belongs and who works on it may have changed.
        """
        kept = {self.shards, self.ledger, self.logs}
        for path in self.root.iterdir():
            if path.is_dir() and path not in kept:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.shards.glob(".*"):  # half staged
            shutil.rmtree(path, ignore_errors=True)
        for name in FOLDERS:
            (self.root / name).mkdir(exist_ok=True)
        for path in (self.wanted_file, self.outcome_file):
            path.unlink(missing_ok=True)
        write_text(self.plan_file, plan.model_dump_json(indent=2))

    @classmethod
    def of(cls, output: Path, session_id: str) -> Workspace:
        """Return where a session's workspace is, whether it exists or not."""
        return cls(output.absolute() / SESSIONS_FOLDER / session_id)

    @property
    def lock_file(self) -> Path:
        """Locked by the session's process for as long as it lives."""
        return self.root / "lock"

    @property
    def outcome_file(self) -> Path:
        """How the session ended, when it could still say so."""
        return self.root / "outcome.json"

    @property
    def heartbeat_file(self) -> Path:
        """Touched every few seconds by the session's process."""
        return self.root / "heartbeat"

    @property
    def plan_file(self) -> Path:
        """The immutable plan."""
        return self.root / PLAN_FILE

    @property
    def shards(self) -> Path:
        """Committed shards, one folder each, and the hidden ones still being staged."""
        return self.root / "shards"

    @property
    def ledger(self) -> Path:
        """One entry per committed shard."""
        return self.root / "ledger"

    @property
    def generated(self) -> Path:
        """Signals that one process generated and another has yet to assess, one folder per shard."""
        return self.root / "generated"

    @property
    def progress(self) -> Path:
        """Progress of each shard in progress."""
        return self.root / "progress"

    @property
    def logs(self) -> Path:
        """Log files of the build and its workers."""
        return self.root / "logs"

    @property
    def scratch(self) -> Path:
        """Scratch folder of workers, for what is not part of the dataset yet."""
        return self.root / "scratch"

    @property
    def dataset(self) -> Path:
        """The dataset while it is put together; published by renaming it."""
        return self.root / "dataset"

    def read_plan(self) -> Plan:
        """Return the plan that the session works on, perhaps of another version."""
        return Plan.model_validate_json(self.plan_file.read_text(encoding="utf-8"), context=PUBLISHED)

    def staging_folder(self, shard: int) -> Path:
        """Return a new name for the folder in which an attempt at a shard is staged."""
        return self.shards / f".{shard:06d}.{secrets.token_hex(4)}"

    def most_tried_shard(self) -> int | None:
        """The shard with the most staging folders: each attempt that was killed has left one."""
        attempts = Counter(int(path.name.split(".")[1]) for path in self.shards.glob(".[0-9]*.*"))
        return max(attempts, key=lambda shard: (attempts[shard], -shard), default=None)

    @property
    def wanted_file(self) -> Path:
        """What is still wanted of the shards in progress, once that is known."""
        return self.root / "wanted.json"

    def remove(self) -> None:
        """Delete the workspace and all that is in it.

        It is renamed first: a worker still busy there finds it gone, and can put nothing into it any more.
        """
        trash = self.root.with_name(f"{TRASH_PREFIX}{self.root.name}")
        with contextlib.suppress(FileNotFoundError):
            self.root.rename(trash)
        shutil.rmtree(trash, ignore_errors=True)
        with contextlib.suppress(OSError):  # other sessions are still there
            self.root.parent.rmdir()


def is_going_on(kept: StorePath) -> bool:
    """Whether a session that keeps its work in a store has not been removed: its plan goes first."""
    return (kept / PLAN_FILE).is_file()


def new_prefix(plan_id: str) -> str:
    """Return how the names of a plan's workspaces begin while they are being made."""
    return f"{NEW_PREFIX}{plan_id}-"
