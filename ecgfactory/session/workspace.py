"""The workspace of a session: where a build keeps what is not published yet."""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ecgfactory.request.plan import Plan
from ecgfactory.session.progress import Progress
from ecgfactory.storage.durable import sync, write_text

SESSIONS_FOLDER = ".sessions"
"""Below the output folder, so that publishing is a rename within one file system."""

TRASH_PREFIX = ".trash-"
"""In the folder of sessions: what was renamed so is being deleted, or is left for the next retention to delete."""


@dataclass(frozen=True)
class Workspace:
    """Folders of one session; made by `create`, gone after `remove`.

    Parameters
    ----------
    root : Path
        The session's own folder, `<output>/.sessions/<session id>`.
    """

    root: Path

    @classmethod
    def create(cls, plan: Plan, session_id: str) -> Workspace:
        """Make the folders and write the plan down, before any other work."""
        workspace = cls.of(Path(plan.request.output), session_id)
        for folder in (
            workspace.shards,
            workspace.ledger,
            workspace.generated,
            workspace.progress,
            workspace.logs,
            workspace.scratch,
        ):
            folder.mkdir(parents=True, exist_ok=True)
        write_text(workspace.plan_file, plan.model_dump_json(indent=2))
        sync(workspace.root)
        return workspace

    def renew(self, plan: Plan) -> None:
        """Make a workspace that a dead session left ready for a new one; committed shards stay.

        Half-staged shards, generated signals, an assembled dataset, progress notes and scratch files go; the plan is
        written again, since where the dataset belongs and who works on it may have changed.
        """
        for path in self.shards.glob(".*"):
            shutil.rmtree(path, ignore_errors=True)
        for folder in (self.dataset, self.generated, self.progress, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.shards, self.ledger, self.generated, self.progress, self.logs, self.scratch):
            folder.mkdir(exist_ok=True)
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
        return self.root / "plan.json"

    @property
    def shards(self) -> Path:
        """Committed shards, a folder each, and the hidden ones still being staged."""
        return self.root / "shards"

    @property
    def ledger(self) -> Path:
        """One entry a committed shard."""
        return self.root / "ledger"

    @property
    def generated(self) -> Path:
        """Signals that one process generated and another has yet to assess, a folder a shard."""
        return self.root / "generated"

    @property
    def progress(self) -> Path:
        """How far each shard in work has come."""
        return self.root / "progress"

    @property
    def logs(self) -> Path:
        """Log files of the flow and its workers."""
        return self.root / "logs"

    @property
    def scratch(self) -> Path:
        """Room for Dask, and for what is not part of the dataset yet."""
        return self.root / "scratch"

    @property
    def dataset(self) -> Path:
        """The dataset while it is put together; published by renaming it."""
        return self.root / "dataset"

    def read_plan(self) -> Plan:
        """Return the plan that the session works on."""
        return Plan.model_validate_json(self.plan_file.read_text(encoding="utf-8"))

    def note_progress(self, shard: int, examined: int, accepted: int) -> None:
        """Write how far a shard has come, for whoever watches; needs no durability."""
        self._note(f"{shard:06d}", examined, accepted)

    def note_committed(self, shard: int, examined: int, accepted: int) -> None:
        """Write how far all committed shards together have come, of which `shard` is the latest.

        What is noted of that shard itself goes, so that there is as little to read of many shards as of few.
        """
        with contextlib.suppress(OSError):  # a full disk is the workers' to tell of
            (self.progress / f"{shard:06d}.json").unlink(missing_ok=True)
            self._note("committed", examined, accepted)

    def _note(self, name: str, examined: int, accepted: int) -> None:
        target = self.progress / f"{name}.json"
        temporary = target.with_suffix(".tmp")
        temporary.write_text(json.dumps({"examined": examined, "accepted": accepted}), encoding="ascii")
        temporary.replace(target)

    def read_progress(self) -> dict[str, tuple[int, int]]:
        """Return (examined, accepted) so far of each shard in work, and of all committed ones together."""
        found = {}
        for path in self.progress.glob("[!.]*.json"):
            with contextlib.suppress(OSError, ValueError):  # being replaced, or the session is over
                noted = json.loads(path.read_text(encoding="ascii"))
                found[path.stem] = (noted["examined"], noted["accepted"])
        return found

    def total_progress(self) -> Progress:
        """Return the progress of all shards together."""
        notes = self.read_progress().values()
        return Progress(examined=sum(seen for seen, _ in notes), accepted=sum(passed for _, passed in notes))

    def staging_folder(self, shard: int) -> Path:
        """Return a new name for the folder in which an attempt at a shard is staged."""
        return self.shards / f".{shard:06d}.{secrets.token_hex(4)}"

    def most_tried_shard(self) -> int | None:
        """The shard with the most staging folders: each attempt that was killed has left one."""
        attempts = Counter(int(path.name.split(".")[1]) for path in self.shards.glob(".[0-9]*.*"))
        return max(attempts, key=lambda shard: (attempts[shard], -shard), default=None)

    @property
    def wanted_file(self) -> Path:
        """What is still wanted of the shards in work, once that is known."""
        return self.root / "wanted.json"

    def want(self, records: int, last_shard: int | None = None) -> None:
        """Tell the workers what is still wanted.

        Parameters
        ----------
        records : int
            No more are wanted of any shard in work.
        last_shard : int, optional
            Nothing is wanted of the shards behind it.
        """
        write_text(self.wanted_file, json.dumps({"records": records, "last_shard": last_shard}))

    def wanted_of(self, shard: int) -> int:
        """Return how many records of a shard are wanted at most; none once the workspace is gone."""
        try:
            told = json.loads(self.wanted_file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return sys.maxsize if self.root.is_dir() else 0
        last = told["last_shard"]
        return int(told["records"]) if last is None or shard <= last else 0

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
