"""The shard ledger in a store: files first, then the entry by conditional creation, with nothing renamed."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import ValidationError

from ecgfactory.errors import BuildFailedError, ShardUnwantedError
from ecgfactory.session.ledger import Ledger, ShardEntry, StagedFile
from ecgfactory.session.workspace import Workspace, is_going_on
from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.durable import sha256_of
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.store import GarbledError, StoreError
from ecgfactory.storage.store_path import StorePath

SHARDS, LEDGER = "shards", "ledger"
"""Below the place that keeps a session's work."""

_FETCHES = 3
"""Of a file that arrives damaged."""

READ_AT_ONCE = 64
"""Entries that are read before the first of them is given."""


class StoreLedger(Ledger):
    """Each attempt at a shard has a place of its own in the store; the entry says whose it is that counts."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        assert workspace.kept is not None
        self._kept = workspace.kept
        self._store = workspace.kept.store

    def enter(self, entry: ShardEntry, staging: Path) -> ShardEntry:
        """Commit a shard by uploading its files and creating its entry; see `Ledger.enter`.

        Of two attempts the one with fewer records counts: more than a shard's limit are never wanted. It takes the
        place of the other one in one step; the other's files stay until the session is removed, for readers of them.

        Raises
        ------
        ShardUnwantedError
            When the session is over by now; nothing of the shard is left.
        """
        ours = entry.model_copy(update={"attempt": secrets.token_hex(4)})
        place = self.place(ours)
        at_once(lambda file: self._store.send(staging / file.path, (place / file.path).name, file.sha256), entry.files)
        fault_point("shard-renamed", entry.shard)
        entered = self._entered(ours)
        if entered != ours:
            self._delete_files(ours)
        fault_point("shard-entered", entry.shard)
        if not is_going_on(self._kept):  # whoever removed the session may have listed it before
            self.withdraw(entered)
            raise ShardUnwantedError(entry.shard)
        shutil.rmtree(staging, ignore_errors=True)
        return entered

    def _entered(self, ours: ShardEntry) -> ShardEntry:
        """Create an entry, or replace one that is worse; return the one that is there now."""
        name, content = self._entry(ours.shard).name, ours.model_dump_json().encode()
        while not self._store.create(name, content):
            held = self._store.stat(name)  # first, so that what is read is of this version or of a later one
            theirs = self.entry(ours.shard)
            if held is None or theirs is None:
                continue
            if theirs.accepted <= ours.accepted and not self.faults(theirs):
                return theirs
            if self._store.swap(name, content, held.version):
                break
        return ours

    def withdraw(self, entry: ShardEntry) -> None:
        """Delete the entry, then the files that it names; see `Ledger.withdraw`."""
        if self.entry(entry.shard) == entry:
            self._store.delete([self._entry(entry.shard).name])
            self._delete_files(entry)

    def _delete_files(self, entry: ShardEntry) -> None:
        self._store.delete([(self.place(entry) / file.path).name for file in entry.files])

    def entry(self, shard: int) -> ShardEntry | None:
        """Read the entry; see `Ledger.entry`."""
        try:
            return self._read(self._entry(shard).name)
        except FileNotFoundError:
            return None

    def entries(self) -> Iterator[ShardEntry]:
        """Read all entries, several at a time; see `Ledger.entries`."""
        names = [stored.name for stored in self._store.objects((self._kept / LEDGER).prefix)]
        for start in range(0, len(names), READ_AT_ONCE):  # whoever wants to know whether there are any stops early
            yield from at_once(self._read, names[start : start + READ_AT_ONCE])

    def _read(self, name: str) -> ShardEntry:
        try:
            return ShardEntry.model_validate_json(self._store.read(name))
        except ValidationError:
            address = StorePath(self._kept.scheme, self._kept.bucket, name)
            raise GarbledError(f"{address}: is no entry of a shard; delete it, and its shard is made again.") from None

    def faults(self, entry: ShardEntry, with_content: bool = True) -> list[str]:
        """Compare sizes; the store has checked the content when it took it; see `Ledger.faults`."""
        place = self.place(entry)
        sizes = {stored.name: stored.size_bytes for stored in self._store.objects(place.prefix)}
        expected = {(place / file.path).name: file.size_bytes for file in entry.files}
        return [
            f"{StorePath(place.scheme, place.bucket, name)}: missing or of another size"
            for name, size_bytes in expected.items()
            if sizes.get(name) != size_bytes
        ]

    def place(self, entry: ShardEntry) -> StorePath:
        """Return where the store has the shard's files; see `Ledger.place`."""
        return self._kept / SHARDS / f"{entry.shard:06d}.{entry.attempt}"

    @contextlib.contextmanager
    def opened(self, entry: ShardEntry, names: Collection[str] | None = None) -> Iterator[Path]:
        """Fetch files of the shard, which are gone from here after the block; see `Ledger.opened`."""
        folder = self._workspace.scratch / f"{entry.shard:06d}-{secrets.token_hex(4)}"
        wanted = [file for file in entry.files if names is None or file.path in names]
        for parent in {(folder / file.path).parent for file in wanted}:
            parent.mkdir(parents=True, exist_ok=True)
        try:
            at_once(lambda file: self._fetch(entry, file, folder / file.path), wanted)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _fetch(self, entry: ShardEntry, file: StagedFile, target: Path) -> None:
        """Fetch a file as it was committed: what is damaged on its way is fetched again.

        Raises
        ------
        BuildFailedError
            When it is gone or damaged; its shard is not committed any more.
        """
        source = self.place(entry) / file.path
        for _ in range(_FETCHES):
            try:
                self._store.fetch(source.name, target)
            except FileNotFoundError:
                raise gone(source) from None
            if sha256_of(target) == file.sha256:
                return
        with contextlib.suppress(StoreError):
            self.withdraw(entry)
        raise BuildFailedError(
            f"{source}: is not what was stored; somebody else writes there, or it is damaged. Build again: it is made "
            "anew."
        )

    def _entry(self, shard: int) -> StorePath:
        return self._kept / LEDGER / f"{shard:06d}.json"


def gone(file: StorePath) -> BuildFailedError:
    """Return the error that says that a file of a committed shard is not there any more."""
    return BuildFailedError(
        f"{file}: was stored and is gone; somebody else deletes there. Build again: it is made anew."
    )
