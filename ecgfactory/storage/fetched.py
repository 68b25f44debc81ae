"""Files of stores, fetched to this machine for readers that need a folder, and kept there while there is room."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from ecgfactory.storage.at_once import REQUESTS_AT_ONCE
from ecgfactory.storage.place import Place
from ecgfactory.storage.process_folder import process_folder
from ecgfactory.storage.store_path import StorePath

MOST_BYTES = 4 * 2**30
"""Fetched files that a process keeps; those that are being read may take more."""


@contextmanager
def at_hand(place: Place, names: Collection[str]) -> Iterator[Path]:
    """Give the folder of this machine in which files are while the block runs; those of a store are fetched.

    Parameters
    ----------
    place : Path or StorePath
        A folder, or a place in a store; the folder itself is given as it is, whatever is in it.
    names : collection of str
        The files, as paths below it.

    Raises
    ------
    FileNotFoundError
        When the store has no such file.
    StoreError
        When the store does not give it.
    """
    if isinstance(place, Path):
        yield place
        return
    with fetched_files().held(place, names) as folder:
        yield folder


@contextmanager
def coming(place: Place, names: Collection[str]) -> Iterator[None]:
    """Begin to fetch files that will be wanted while the block runs; `at_hand` waits for each, and raises its errors.

    Parameters
    ----------
    place, names
        As in `at_hand`.
    """
    if isinstance(place, Path):
        yield
        return
    with fetched_files().coming(place, names):
        yield


def fetched_files() -> FetchedFiles:
    """Return what this process has fetched."""
    return _fetched_files(os.getpid())


@lru_cache(maxsize=1)
def _fetched_files(_process: int) -> FetchedFiles:
    return FetchedFiles(process_folder("fetched"), MOST_BYTES)


@dataclass
class _Fetched:
    """A file that is fetched, or is being fetched; the future has its size."""

    path: Path
    size_bytes: Future[int]
    holders: int = 0

    @property
    def has_failed(self) -> bool:
        return self.size_bytes.done() and self.size_bytes.exception() is not None

    @property
    def is_there(self) -> bool:
        return self.size_bytes.done() and self.size_bytes.exception() is None


class FetchedFiles:
    """Files of stores in a folder of this machine, for several threads at a time; those used longest ago make room.

    Parameters
    ----------
    folder : Path
        The folder, which exists and is nobody else's.
    most_bytes : int
        How much is kept besides what is being read.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._files: dict[StorePath, _Fetched] = {}  # those used longest ago first
        self._given_back: deque[_Fetched] = deque()
        self._kept_bytes = 0
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="fetch")

    @contextmanager
    def held(self, place: StorePath, names: Collection[str]) -> Iterator[Path]:
        """Give the folder in which files below a place are, and stay while the block runs; see `at_hand`."""
        with self.coming(place, names) as files:
            for file in files:
                file.size_bytes.result()
            yield self._path(place)

    @contextmanager
    def coming(self, place: StorePath, names: Collection[str]) -> Iterator[list[_Fetched]]:
        """Begin to fetch files below a place, which stay while the block runs; see `coming`."""
        files = self._take([place / checked_path(name) for name in names])
        try:
            yield files
        finally:
            self._give_back(files)

    def opened(self, place: StorePath) -> pa.NativeFile | None:
        """Open a file that was fetched before; None where it was not, or has made room."""
        with self._lock:
            file = self._files.get(place)
            return pa.OSFile(str(file.path)) if file and file.is_there else None

    def forget(self, place: StorePath) -> None:
        """Fetch files below a place anew when they are next wanted, since the store may hold others by now."""
        with self._lock:
            self._make_room()
            for name in [name for name in self._files if str(name).startswith(f"{place}/")]:
                if self._files[name].is_there and not self._files[name].holders:
                    self._remove(name)

    def addressed(self, text: str) -> str:
        """Return a text with addresses in place of the paths of fetched files."""
        return re.sub(rf"{re.escape(str(self._folder))}/([a-z0-9+.-]+):([^/]*)/", r"\1://\2/", text)

    def _path(self, place: StorePath) -> Path:
        """Return where a file is that is fetched: as in the store, so that each finds those beside it."""
        return self._folder / f"{place.scheme}:{place.bucket}" / place.name

    def _take(self, names: list[StorePath]) -> list[_Fetched]:
        """Hold files, as the last used; what nobody has fetched yet is begun with."""
        with self._lock:
            self._make_room()
            held = []
            for name in names:
                file = self._files.pop(name, None)
                if file is None or file.has_failed:
                    path = self._path(name)
                    file = _Fetched(path, self._threads.submit(self._fetch, name, path))
                file.holders += 1
                self._files[name] = file
                held.append(file)
            return held

    def _give_back(self, held: list[_Fetched]) -> None:
        """Let files go: now, or when the next are taken, since the garbage collector may call it at any moment."""
        self._given_back.extend(held)
        if self._lock.acquire(blocking=False):
            try:
                self._make_room()
            finally:
                self._lock.release()

    def _make_room(self) -> None:
        """Remove files that nobody holds, those used longest ago, where they are too many."""
        while self._given_back:
            self._given_back.popleft().holders -= 1
        if self._kept_bytes <= self._most_bytes:
            return
        *others, _ = self._files.items()  # the last one will be wanted again, however large it is
        for name in [name for name, file in others if file.is_there and not file.holders]:
            if self._kept_bytes <= self._most_bytes:
                break
            self._remove(name)

    def _remove(self, name: StorePath) -> None:
        file = self._files.pop(name)
        self._kept_bytes -= file.size_bytes.result()
        file.path.unlink(missing_ok=True)

    def _fetch(self, name: StorePath, path: Path) -> int:
        """Fetch a file; return its size in bytes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        name.store.fetch(name.name, path)
        size_bytes = path.stat().st_size
        with self._lock:
            self._kept_bytes += size_bytes
        return size_bytes


def checked_path(name: str) -> str:
    """Return a path below a place, when it is that: what lies in a store may say anything.

    Raises
    ------
    ValueError
        When it is none.
    """
    if not is_path_below(name):
        raise ValueError(f"{name!r} is no path below it")
    return name


def is_path_below(name: str) -> bool:
    """Whether a name of an object, below some place, can be that of a file below a folder, and never outside of it."""
    return not any(part in {"", ".", ".."} for part in name.split("/")) and "\0" not in name
