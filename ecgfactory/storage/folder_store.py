"""A folder of this machine as a store: for disks that all machines have mounted, with the protocol of stores."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from ecgfactory.storage.attempts import check_request
from ecgfactory.storage.durable import sha256_of, sync
from ecgfactory.storage.lock import waiting_lock
from ecgfactory.storage.store import Store, Stored, StoreError, Unfinished

_DRAFT = ".draft-"
"""How names of files begin that are not complete yet."""

_LOCK = f"{_DRAFT}lock"
"""What who replaces an object has locked; no draft, and gone when it is over."""

_ATTEMPTS = 5


class FolderStore(Store):
    """Objects are files below `/`; they appear by rename or link, flushed.

    The folder that a user names, and what is above it, may be symbolic links, and stays when it is empty, unless it
    was made here. Below it, a symbolic link is no object and no folder: it is not followed, whoever made it, so that
    nothing outside is read, replaced or deleted; and folders go with the last that is in them.

    Parameters
    ----------
    bucket : str
        The name of the folder that a user names; empty for `/`.
    """

    name: ClassVar[str] = "file"

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        self._root = self._path(bucket)
        self._made: set[Path] = set()

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        """Read an object; see `Store.read`."""
        with _sentences(name), self._existing(name).open("rb") as stream:
            stream.seek(start)
            return stream.read(-1 if stop is None else stop - start)

    def fetch(self, name: str, target: Path) -> None:
        """Write an object into a new file; see `Store.fetch`."""
        draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
        try:
            with _sentences(name):
                shutil.copyfile(self._existing(name), draft)  # not flushed: it can be fetched again
                draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        """Write a small object; see `Store.write`."""
        with _sentences(name):
            self._put(name, content)

    def create(self, name: str, content: bytes) -> bool:
        """Write a small object where there is none; see `Store.create`."""
        with _sentences(name), self._draft(name) as draft:
            _fill(draft, content)
            try:
                os.link(draft, self._path(name))
            except FileExistsError:
                return self._holds(name, content)
            sync(self._path(name).parent)
            return True

    def swap(self, name: str, content: bytes, version: str) -> bool:
        """Write a small object in the place of a version of it; see `Store.swap`.

        It is the one thing here that takes a lock: a process that is stopped just then keeps others waiting until it
        goes on, or is killed.
        """
        with _sentences(name), waiting_lock(self._path(name).with_name(_LOCK), lambda: None):
            held = self.stat(name)
            if held is None or held.version != version:
                return self._holds(name, content)
            self._put(name, content)
            return True

    def send(self, source: Path, name: str, sha256: str) -> None:
        """Upload a file; see `Store.send`."""
        with _sentences(name), self._draft(name) as draft:
            _copy(source, draft)
            if sha256_of(draft) != sha256:
                raise StoreError(f"{source}: its content changed before it was stored as {name}; make it again.")
            draft.replace(self._path(name))
            sync(self._path(name).parent)

    def copy(self, source: str, target: str) -> None:
        """Copy an object; see `Store.copy`."""
        with _sentences(source), self._draft(target) as draft:
            _copy(self._existing(source), draft)
            draft.replace(self._path(target))
            sync(self._path(target).parent)

    def stat(self, name: str) -> Stored | None:
        """Describe an object; see `Store.stat`."""
        with _sentences(name):
            path = self._path(name)
            if self._link_in(path):
                return None
            try:
                status = path.stat()
            except (FileNotFoundError, NotADirectoryError):
                return None
            return _stored(name, status) if path.is_file() else None

    def objects(self, prefix: str) -> Iterator[Stored]:
        """Yield objects; see `Store.objects`."""
        folder, _, begins = prefix.rpartition("/")
        found: list[Stored] = []
        with _sentences(prefix):
            for parent, _, names in self._walk(folder):
                below = Path(parent).relative_to("/").as_posix()
                for each in names:
                    name = each if below == "." else f"{below}/{each}"
                    if name.startswith(prefix if folder or begins else "") and not each.startswith(_DRAFT):
                        stored = self.stat(name)
                        found += [stored] if stored else []
        yield from sorted(found, key=lambda stored: stored.name)

    def folders(self, prefix: str) -> list[str]:
        """Return the next parts of names; see `Store.folders`."""
        with _sentences(prefix):
            return sorted(
                path.name
                for path in self._entries(prefix)
                if path.is_dir()
                and any(not file.name.startswith(_DRAFT) for file in self._files(f"{prefix}{path.name}"))
            )

    def links(self, prefix: str) -> list[str]:
        """Return the symbolic links in a folder; see `Store.links`."""
        with _sentences(prefix):
            return sorted(path.name for path in self._entries(prefix) if self._link_in(path))

    def delete(self, names: Iterable[str]) -> None:
        """Delete objects, and the folders that are empty without them; see `Store.delete`."""
        for name in names:
            with _sentences(name):
                path = self._path(name)
                if self._link_in(path):
                    continue
                with contextlib.suppress(NotADirectoryError):  # something else is where its folder would be
                    path.unlink(missing_ok=True)
                self._remove_empty(path.parents)

    def delete_version(self, name: str, version: str) -> None:
        """Delete a version of an object, under the lock of `swap`; see `Store.delete_version`."""
        path = self._path(name)
        with _sentences(name):
            with waiting_lock(path.with_name(_LOCK), lambda: None):
                held = self.stat(name)
                if held is not None and held.version == version:
                    path.unlink()
            self._remove_empty(path.parents)

    def unfinished(self, prefix: str) -> list[Unfinished]:
        """Return drafts that a killed process left; see `Store.unfinished`."""
        found = []
        for path in sorted(self._files(prefix.rpartition("/")[0])):
            name = path.relative_to("/").as_posix()
            if path.name.startswith(_DRAFT) and path.name != _LOCK and name.startswith(prefix):
                with contextlib.suppress(FileNotFoundError):  # it has just become an object
                    found.append(Unfinished(name, path.name, path.stat().st_mtime))
        return found

    def abandon(self, upload: Unfinished) -> None:
        """Delete a draft; see `Store.abandon`."""
        self.delete([upload.name])

    def _holds(self, name: str, content: bytes) -> bool:
        try:
            return self._existing(name).read_bytes() == content
        except (FileNotFoundError, NotADirectoryError):  # it has just been deleted
            return False

    def _path(self, name: str) -> Path:
        return Path("/") / name

    def _existing(self, name: str) -> Path:
        path = self._path(name)
        if self._link_in(path) or path.is_dir():  # other objects are below it, and none of this name
            raise FileNotFoundError(name)
        return path

    def _link_in(self, path: Path) -> Path | None:
        """Return the symbolic link that a path is, or leads through, below the root."""
        if self._root not in path.parents:
            return None
        between = [path, *path.parents[: len(path.relative_to(self._root).parts) - 1]]
        return next((each for each in reversed(between) if each.is_symlink()), None)

    def _entries(self, prefix: str) -> list[Path]:
        folder = self._path(prefix)
        if self._link_in(folder):
            return []
        try:
            return list(folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):  # as when its last object has just been deleted
            return []

    def _walk(self, folder: str) -> Iterator[tuple[str, list[str], list[str]]]:
        path = self._path(folder)
        return iter(()) if self._link_in(path) else os.walk(path)

    def _files(self, folder: str) -> Iterator[Path]:
        """Yield the files and drafts below a folder; what vanishes meanwhile is passed over."""
        paths = (Path(parent) / name for parent, _, names in self._walk(folder) for name in names)
        return (path for path in paths if not path.is_symlink())

    def _remove_empty(self, folders: Iterable[Path]) -> None:
        """Remove folders, the lowest first, as long as they are empty and below the root, or were made here."""
        for folder in folders:
            if self._root not in folder.parents and folder not in self._made:
                break
            try:
                folder.rmdir()
            except OSError:  # others are in it
                break
            self._made.discard(folder)

    def _make(self, folder: Path) -> None:
        if link := self._link_in(folder):
            raise StoreError(f"file://{link}: is a symbolic link, which is not followed; put the folder itself there.")
        missing = list(itertools.takewhile(lambda each: not each.exists(), (folder, *folder.parents)))
        existing = missing[-1].parent if missing else folder
        if existing.is_file():
            raise StoreError(f"file://{existing}: is a file; choose a folder.")
        folder.mkdir(parents=True, exist_ok=True)
        self._made.update(missing)

    def _put(self, name: str, content: bytes) -> None:
        """Write a small object; whoever clears up beside it may take its draft for one that was left."""
        for attempts_left in reversed(range(_ATTEMPTS)):
            try:
                with self._draft(name) as draft:
                    _fill(draft, content)
                    draft.replace(self._path(name))
                break
            except FileNotFoundError:
                if not attempts_left:
                    raise
        sync(self._path(name).parent)

    @contextlib.contextmanager
    def _draft(self, name: str) -> Iterator[Path]:
        """Give an empty file beside an object, which goes with the block unless it has become the object.

        Whoever deletes its neighbour may take the folder away while it is made.
        """
        draft = self._path(name).with_name(f"{_DRAFT}{secrets.token_hex(8)}")
        for attempts_left in reversed(range(_ATTEMPTS)):
            try:
                self._make(draft.parent)
                draft.touch()
                break
            except (FileNotFoundError, FileExistsError):  # the latter where it goes just as it is looked at
                if not attempts_left:
                    raise
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _fill(draft: Path, content: bytes) -> None:
    draft.write_bytes(content)
    sync(draft)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    sync(target)


def _stored(name: str, status: os.stat_result) -> Stored:
    return Stored(name, status.st_size, status.st_mtime, f"{status.st_ino}-{status.st_mtime_ns}")


@contextlib.contextmanager
def _sentences(name: str) -> Iterator[None]:
    """Turn errors of the system into sentences; that an object is not there stays as it is; see `checked`, too."""
    check_request()
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"/{name}") from None
    except OSError as error:
        raise StoreError(
            f"file:///{name}: can't be used ({error.strerror or error}); make room, or check its permissions."
        ) from error
