"""The shard ledger in a store: files first, then the entry by conditional creation, with nothing renamed."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from ecgfactory.errors import ShardUnwantedError
from ecgfactory.session.ledger import Ledger, ShardEntry
from ecgfactory.session.workspace import Workspace, is_going_on
from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.store_path import StorePath

SHARDS, LEDGER = "shards", "ledger"
"""Below the place that keeps a session's work."""


class StoreLedger(Ledger):
    """Each attempt at a shard has a place of its own in the store; the entry says whose it is that counts."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        assert workspace.kept is not None
        self._kept = workspace.kept
        self._store = workspace.kept.store

    def enter(self, entry: ShardEntry, staging: Path) -> ShardEntry:
        """Commit a shard by uploading its files and creating its entry; see `Ledger.enter`.

        Of two attempts the one with fewer records counts: more than a shard's limit are never wanted.

        Raises
        ------
        ShardUnwantedError
            When the session is over by now; nothing of the shard is left.
        """
        ours = entry.model_copy(update={"attempt": secrets.token_hex(4)})
        place = self.place(ours)
        at_once(lambda file: self._store.send(staging / file.path, (place / file.path).name, file.sha256), entry.files)
        fault_point("shard-renamed", entry.shard)
        while not self._store.create(self._entry(entry.shard).name, ours.model_dump_json().encode()):
            theirs = self.entry(entry.shard)
            if theirs is not None and theirs.accepted <= ours.accepted:
                self._store.delete([(place / file.path).name for file in ours.files])
                ours = theirs
                break
            self.withdraw(entry.shard)
        fault_point("shard-entered", entry.shard)
        if not is_going_on(self._kept):  # whoever removed the session may have listed it before
            self.withdraw(entry.shard)
            raise ShardUnwantedError(entry.shard)
        shutil.rmtree(staging, ignore_errors=True)
        return ours

    def withdraw(self, shard: int) -> None:
        """Delete the entry, then the files that it names; see `Ledger.withdraw`."""
        entry = self.entry(shard)
        if entry is not None:
            self._store.delete([self._entry(shard).name])
            self._store.delete([(self.place(entry) / file.path).name for file in entry.files])

    def entry(self, shard: int) -> ShardEntry | None:
        """Read the entry; see `Ledger.entry`."""
        try:
            return ShardEntry.model_validate_json(self._entry(shard).read_bytes())
        except FileNotFoundError:
            return None

    def entries(self) -> Iterator[ShardEntry]:
        """Read all entries, several at a time; see `Ledger.entries`."""
        names = [stored.name for stored in self._store.objects((self._kept / LEDGER).prefix)]
        for content in at_once(self._store.read, names):
            yield ShardEntry.model_validate_json(content)

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
        place, folder = self.place(entry), self._workspace.scratch / f"{entry.shard:06d}-{secrets.token_hex(4)}"
        wanted = [file.path for file in entry.files] if names is None else names
        for parent in {(folder / path).parent for path in wanted}:
            parent.mkdir(parents=True, exist_ok=True)
        try:
            at_once(lambda path: self._store.fetch((place / path).name, folder / path), wanted)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _entry(self, shard: int) -> StorePath:
        return self._kept / LEDGER / f"{shard:06d}.json"
