"""A folder as a store, where somebody clears up what killed processes left while somebody else writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ecgfactory.storage import folder_store
from ecgfactory.storage.durable import sync
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.lock import is_held


def test_clearing_up_stops_nobody_who_replaces_an_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A session's lease is renewed while the rest of the session is removed."""
    store, prefix = FolderStore("/"), f"{tmp_path.relative_to('/')}/"
    name = f"{prefix}lease.json"
    store.write(name, b"old")
    held = store.stat(name)
    assert held is not None
    cleared = []

    def sync_then_clear_up(path: Path) -> None:
        sync(path)
        if not cleared:
            cleared.extend(store.unfinished(prefix))
            for upload in cleared:
                store.abandon(upload)
            assert is_held(tmp_path / folder_store._LOCK), "or two could replace it at once"

    monkeypatch.setattr(folder_store, "sync", sync_then_clear_up)
    assert store.swap(name, b"new", held.version)
    assert len(cleared) == 1
    assert store.read(name) == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["lease.json"]


def test_a_folder_that_goes_while_it_is_looked_at_has_none_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody deletes the last object there."""
    folder = tmp_path / "gone"
    folder.mkdir()
    is_dir = Path.is_dir

    def look_and_remove(path: Path) -> bool:
        was_there = is_dir(path)
        if path == folder and was_there:
            folder.rmdir()
        return was_there

    monkeypatch.setattr(Path, "is_dir", look_and_remove)
    assert FolderStore("/").folders(f"{folder.relative_to('/')}/") == []


def test_what_goes_while_it_is_looked_at_is_somebody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease is given back just as another finds it there."""
    store, name = FolderStore("/"), f"{tmp_path.relative_to('/')}/lease.json"

    def there_until_now(*_: object) -> None:
        raise FileExistsError

    monkeypatch.setattr(os, "link", there_until_now)
    assert not store.create(name, b"ours")
    monkeypatch.undo()
    store.write(name, b"theirs")
    holds = FolderStore._holds

    def deleted_before(store: FolderStore, name: str, content: bytes) -> bool:
        store.delete([name])
        return holds(store, name, content)

    monkeypatch.setattr(FolderStore, "_holds", deleted_before)
    assert not store.swap(name, b"ours", "another version")
    assert not (tmp_path / "lease.json").exists()
