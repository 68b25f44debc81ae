"""The shard ledger: a shard is committed when its entry is here, and only then."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.durable import sha256_of, sync, write_text
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.fetched import checked_path
from ecgfactory.storage.place import Place


class StagedFile(BaseModel):
    """A file that a worker made.

    Parameters
    ----------
    path : str
        Below the folder that it was made in, or below the dataset, and never outside of it.
    size_bytes : int
        Its size.
    sha256 : str
        Hex digest of its content.
    """

    model_config = ConfigDict(frozen=True)

    path: Annotated[str, AfterValidator(checked_path)]
    size_bytes: int
    sha256: str


def staged_files(folder: Path) -> Iterator[StagedFile]:
    """Yield every file below a folder, in the order of their paths."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield StagedFile(
            path=path.relative_to(folder).as_posix(), size_bytes=path.stat().st_size, sha256=sha256_of(path)
        )


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
    attempt : str
        What its place in a store is named after; empty where its place is a folder of its own.
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
    attempt: str = ""

    def serves(self, limit: int) -> bool:
        """Return whether the entry holds the records that a shard with this limit would."""
        is_whole = self.accepted < self.limit
        return self.accepted == limit or (is_whole and self.accepted < limit)


class Ledger(ABC):
    """Keeps the shards of a session: their files, and an entry for each that is committed.

    Parameters
    ----------
    workspace : Workspace
        The session's.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @abstractmethod
    def enter(self, entry: ShardEntry, staging: Path) -> ShardEntry:
        """Commit a shard: its files first, and then its entry.

        Parameters
        ----------
        entry : ShardEntry
            What is entered.
        staging : Path
            The folder with its files, flushed; it is gone afterwards.

        Returns
        -------
        ShardEntry
            The entry that is in the ledger now: perhaps that of another worker, who was first.
        """

    @abstractmethod
    def withdraw(self, entry: ShardEntry) -> None:
        """Take an entry back, unless another has taken its place."""

    @abstractmethod
    def entry(self, shard: int) -> ShardEntry | None:
        """Return a shard's entry, or None when it is not committed."""

    @abstractmethod
    def entries(self) -> Iterator[ShardEntry]:
        """Yield all entries in shard order."""

    @abstractmethod
    def faults(self, entry: ShardEntry, with_content: bool = True) -> list[str]:
        """Name the files of an entry that are not there as entered; empty when the shard is intact."""

    @abstractmethod
    def place(self, entry: ShardEntry) -> Place:
        """Where a committed shard's files are."""

    @abstractmethod
    def opened(self, entry: ShardEntry, names: Collection[str] | None = None) -> AbstractContextManager[Path]:
        """Give a folder of this machine in which a committed shard's files can be read during the block.

        Parameters
        ----------
        entry : ShardEntry
            The shard's.
        names : collection of str, optional
            Which files are needed, below it; all by default.
        """


def ledger_of(workspace: Workspace) -> Ledger:
    """Return the ledger of a session: in its folder, or in the store that keeps its work."""
    if workspace.kept is None:
        return FolderLedger(workspace)
    from ecgfactory.session.store_ledger import StoreLedger

    return StoreLedger(workspace)


class FolderLedger(Ledger):
    """Shards are folders beside each other, renamed into place; entries are files."""

    def enter(self, entry: ShardEntry, staging: Path) -> ShardEntry:
        """Commit a shard by renaming its folder; see `Ledger.enter`."""
        self.withdraw(entry)
        folder = self._shard_folder(entry.shard)
        if folder.exists():
            shutil.rmtree(folder)
        staging.rename(folder)
        sync(self._workspace.shards)
        fault_point("shard-renamed", entry.shard)
        write_text(self._entry_file(entry.shard), entry.model_dump_json())
        fault_point("shard-entered", entry.shard)
        return entry

    def withdraw(self, entry: ShardEntry) -> None:
        """Delete the file; see `Ledger.withdraw`."""
        self._entry_file(entry.shard).unlink(missing_ok=True)

    def entry(self, shard: int) -> ShardEntry | None:
        """Read the file; see `Ledger.entry`."""
        try:
            return ShardEntry.model_validate_json(self._entry_file(shard).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def entries(self) -> Iterator[ShardEntry]:
        """Read all files; see `Ledger.entries`."""
        for path in sorted(self._workspace.ledger.glob("[!.]*.json")):
            yield ShardEntry.model_validate_json(path.read_text(encoding="utf-8"))

    def faults(self, entry: ShardEntry, with_content: bool = True) -> list[str]:
        """Compare sizes and content; see `Ledger.faults`."""
        folder = self._shard_folder(entry.shard)
        faults = []
        for staged in entry.files:
            path = folder / staged.path
            if not path.is_file() or path.stat().st_size != staged.size_bytes:
                faults.append(f"{path}: missing or of another size")
            elif with_content and sha256_of(path) != staged.sha256:
                faults.append(f"{path}: content changed")
        return faults

    def place(self, entry: ShardEntry) -> Path:
        """Return the shard's folder; see `Ledger.place`."""
        return self._shard_folder(entry.shard)

    def opened(self, entry: ShardEntry, names: Collection[str] | None = None) -> AbstractContextManager[Path]:
        """Give the shard's folder; see `Ledger.opened`."""
        return nullcontext(self._shard_folder(entry.shard))

    def _shard_folder(self, shard: int) -> Path:
        return self._workspace.shards / f"{shard:06d}"

    def _entry_file(self, shard: int) -> Path:
        return self._workspace.ledger / f"{shard:06d}.json"
