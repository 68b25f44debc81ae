"""How far a build is: noted by its workers in the workspace, added up, and put in words."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass

from ecgfactory.session.workspace import Workspace

_WORDS = re.compile(r"([\d,]+) of ([\d,]+) records, ([\d,]+) candidates examined")

_COMMITTED = "committed"


@dataclass(frozen=True)
class Progress:
    """Counts over all shards that were begun.

    Parameters
    ----------
    examined, accepted : int
        Candidates looked at, and those of them that passed: towards the end, more than are wanted.
    step : str
        What the build does once it has all records, in words; empty before, and for who reads it from elsewhere.
    """

    examined: int = 0
    accepted: int = 0
    step: str = ""

    def words(self, wanted: int) -> str:
        """Write it for the UI of a server, where `parse` reads it again."""
        return f"{self.accepted:,} of {wanted:,} records, {self.examined:,} candidates examined"

    @classmethod
    def parse(cls, words: str) -> Progress:
        """Read what `words` wrote; what it did not write is no progress."""
        found = _WORDS.fullmatch(words)
        if found is None:
            return cls()
        accepted, _, examined = (int(number.replace(",", "")) for number in found.groups())
        return cls(examined, accepted)


def note_progress(workspace: Workspace, shard: int, progress: Progress) -> None:
    """Write the progress of a shard, for those who watch; needs no durability."""
    _note(workspace, f"{shard:06d}", progress)


def note_committed(workspace: Workspace, shard: int, progress: Progress) -> None:
    """Write how far all committed shards together have come, of which `shard` is the latest.

    What is noted of that shard itself goes, so that there is as little to read of many shards as of few.
    """
    with contextlib.suppress(OSError):  # workers report a full disk
        (workspace.progress / f"{shard:06d}.json").unlink(missing_ok=True)
        _note(workspace, _COMMITTED, progress)


def read_progress(workspace: Workspace) -> Progress:
    """Add up what is noted: of each shard in progress, and of all committed ones together."""
    examined = accepted = 0
    for path in workspace.progress.glob("[!.]*.json"):
        with contextlib.suppress(OSError, ValueError):  # being replaced, or the session is over
            noted = json.loads(path.read_text(encoding="ascii"))
            examined += noted["examined"]
            accepted += noted["accepted"]
    return Progress(examined, accepted)


def _note(workspace: Workspace, name: str, progress: Progress) -> None:
    target = workspace.progress / f"{name}.json"
    temporary = target.with_suffix(".tmp")
    temporary.write_text(json.dumps({"examined": progress.examined, "accepted": progress.accepted}), encoding="ascii")
    temporary.replace(target)
