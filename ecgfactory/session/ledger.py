"""The shard ledger: a shard is committed when its entry is here, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.durable import sha256_of, write_text


class StagedFile(BaseModel):
    """A file of a committed shard.

    Parameters
    ----------
    path : str
        Below the shard's folder.
    size_bytes : int
        Its size.
    sha256 : str
        Hex digest of its content.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    size_bytes: int
    sha256: str


class ShardEntry(BaseModel):
    """What is known of a committed shard.

    Parameters
    ----------
    shard : int
        Its number.
    limit : int
        Accepted records after which it had to stop.
    examined : int
        Candidates looked at, from the shard's first on.
    accepted : int
        Records written.
    rejects : dict of str to int
        How many candidates broke each rule.
    files : tuple of StagedFile
        Everything that was staged.
    seconds : dict of str to float
        Time spent in each stage.
    device : str
        Where the candidates were generated: 'cpu' or 'cuda'.
    """

    model_config = ConfigDict(frozen=True)

    shard: int
    limit: int
    examined: int
    accepted: int
    rejects: dict[str, int]
    files: tuple[StagedFile, ...]
    seconds: dict[str, float]
    device: str

    def serves(self, limit: int) -> bool:
        """Return whether the entry holds the records that a shard with this limit would."""
        is_whole = self.accepted < self.limit
        return self.accepted == limit or (is_whole and self.accepted < limit)


class Ledger:
    """Reads and writes the entries of a session.

    Parameters
    ----------
    workspace : Workspace
        The session's.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def shard_folder(self, shard: int) -> Path:
        """Where a committed shard's files are."""
        return self._workspace.shards / f"{shard:06d}"

    def commit(self, entry: ShardEntry) -> None:
        """Enter a shard whose files are in place and flushed."""
        write_text(self._entry_file(entry.shard), entry.model_dump_json())

    def withdraw(self, shard: int) -> None:
        """Take an entry back, before its shard is made again."""
        self._entry_file(shard).unlink(missing_ok=True)

    def entry(self, shard: int) -> ShardEntry | None:
        """Return a shard's entry, or None when it is not committed."""
        try:
            return ShardEntry.model_validate_json(self._entry_file(shard).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def entries(self) -> Iterator[ShardEntry]:
        """Yield all entries in shard order."""
        for path in sorted(self._workspace.ledger.glob("[!.]*.json")):
            yield ShardEntry.model_validate_json(path.read_text(encoding="utf-8"))

    def faults(self, entry: ShardEntry, with_content: bool = True) -> list[str]:
        """Name the files of an entry that are not there as entered; empty when the shard is intact."""
        folder = self.shard_folder(entry.shard)
        faults = []
        for staged in entry.files:
            path = folder / staged.path
            if not path.is_file() or path.stat().st_size != staged.size_bytes:
                faults.append(f"{path}: missing or of another size")
            elif with_content and sha256_of(path) != staged.sha256:
                faults.append(f"{path}: content changed")
        return faults

    def _entry_file(self, shard: int) -> Path:
        return self._workspace.ledger / f"{shard:06d}.json"
