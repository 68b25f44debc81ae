"""A dataset that is put together in a store, under its final name: readers don't believe in it before its manifest."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping

from ecgfactory.dataset.croissant import first_tables
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import MANIFEST_FILE, SUMS_FILE
from ecgfactory.dataset.seal import dataset_files, sums_text
from ecgfactory.dataset.store_shelf import StoreShelf
from ecgfactory.errors import BuildFailedError
from ecgfactory.line.draft import Draft
from ecgfactory.request.plan import Plan
from ecgfactory.session.lease import Lease
from ecgfactory.session.ledger import StagedFile
from ecgfactory.session.store_ledger import gone
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.at_once import at_once
from ecgfactory.storage.durable import sha256_of
from ecgfactory.storage.faults import fault_point
from ecgfactory.storage.place import Place
from ecgfactory.storage.stand_in import stand_in
from ecgfactory.storage.store_path import StorePath

PARQUET_END_BYTES = 8 * 2**20
"""In which the footer of a file lies, of however many row groups."""


class StoreDraft(Draft):
    """Files of workers are copied inside the store, those of the build's own process uploaded.

    In the folder on this machine, an empty file of the right size stands for each that is only in the store, so that
    those who describe a dataset find the names and sizes of all its files.

    Parameters
    ----------
    plan : Plan
        The plan.
    workspace : Workspace
        The session's.
    target : StorePath
        Where the dataset is published.
    lease : Lease
        Checked before anything that others may see.
    """

    def __init__(self, plan: Plan, workspace: Workspace, target: StorePath, lease: Lease) -> None:
        self.folder = workspace.dataset
        self._plan, self._target, self._store, self._lease = plan, target, target.store, lease
        self._sums: dict[str, str] = {}
        self._manifest = b""

    def begin(self) -> None:
        """Empty the folder; what a dead session left in the store is replaced, or deleted when the draft is sealed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def lay(self, files: Iterable[tuple[Place, StagedFile]]) -> None:
        """Copy files inside the store; see `Draft.lay`."""
        with self._lease.only_while_held():
            at_once(self._copy, files)
        for path in first_tables(self._plan, self._sums):
            self._fetch_columns(path)

    def hand_in(self) -> None:
        """Upload what is new in the folder; see `Draft.hand_in`."""
        with self._lease.only_while_held():
            at_once(self._upload, [path for path in dataset_files(self.folder) if path not in self._sums])

    def sums(self) -> Mapping[str, str]:
        """Return the sums of all files that were laid or handed in; see `Draft.sums`."""
        return self._sums

    def seal(self, manifest: Manifest) -> None:
        """Upload the sums, and delete what is not among them; the manifest is written when it is published."""
        self.hand_in()
        (self.folder / SUMS_FILE).write_text(sums_text(self._sums), encoding="utf-8", newline="\n")
        with self._lease.only_while_held():
            self._upload(SUMS_FILE)
        sums_sha256 = self._sums.pop(SUMS_FILE)
        fault_point("sums-written")
        self._delete_strays()
        self._manifest = manifest.sealed(sums_sha256).to_json().encode()
        fault_point("manifest-written")

    def publish(self) -> None:
        """Create the manifest; see `Draft.publish`."""
        with self._lease.only_while_held():
            is_ours = self._store.create((self._target / MANIFEST_FILE).name, self._manifest)
        if not is_ours:
            raise BuildFailedError(
                f"{self._target}: another session has just published this dataset; build again, and it is found there."
            )
        fault_point("dataset-published")
        with self._lease.only_while_held():  # else another session has found it, and pointed there
            StoreShelf(self._target).point_latest()
        fault_point("latest-pointed")

    def _copy(self, laid: tuple[Place, StagedFile]) -> None:
        source, file = laid
        assert isinstance(source, StorePath)
        try:
            self._store.copy(source.name, (self._target / file.path).name)
        except FileNotFoundError:
            raise gone(source) from None
        stand_in(self.folder / file.path, file.size_bytes)
        self._sums[file.path] = file.sha256

    def _fetch_columns(self, path: str) -> None:
        """Put what tells the columns of a table into the file that stands for it: Parquet has that at its end."""
        name, local = (self._target / path).name, self.folder / path
        size_bytes = local.stat().st_size
        if path.endswith(".parquet"):
            stand_in(local, size_bytes, self._store.read(name, max(size_bytes - PARQUET_END_BYTES, 0)))
        else:
            self._store.fetch(name, local)

    def _upload(self, path: str) -> None:
        sha256 = sha256_of(self.folder / path)
        self._store.send(self.folder / path, (self._target / path).name, sha256)
        self._sums[path] = sha256

    def _delete_strays(self) -> None:
        """Delete what an earlier session of this plan may have left here, and uploads that it did not end.

        A manifest is none of that: a session that was taken over has published the dataset after all.

        Raises
        ------
        BuildFailedError
            When a file is not there that should be.
        """
        there = {self._target.below(stored.name) for stored in self._store.objects(self._target.prefix)}
        expected = {*self._sums, SUMS_FILE}
        if missing := sorted(expected - there):
            raise BuildFailedError(
                f"{self._target / missing[0]}: was stored and is gone; somebody else deletes there. Build again."
            )
        with self._lease.only_while_held():
            self._store.delete((self._target / path).name for path in sorted(there - expected - {MANIFEST_FILE}))
            at_once(self._store.abandon, self._store.unfinished(self._target.prefix))
