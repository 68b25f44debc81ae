"""A folder as a store, where somebody clears up what killed processes left while somebody else writes."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from ecgfactory.storage import folder_store
from ecgfactory.storage.durable import sync
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.lock import is_held
from ecgfactory.storage.probe import store_problem
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath


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


def test_links_below_the_root_are_not_followed(tmp_path: Path) -> None:
    """Whoever made them: nothing outside is seen, replaced or deleted."""
    outside, output = tmp_path / "outside", tmp_path / "out"
    (outside / "deep").mkdir(parents=True)
    (outside / "precious").write_bytes(b"x")
    (outside / "deep/precious").write_bytes(b"x")
    (output / "q").mkdir(parents=True)
    (output / "q/kept").write_bytes(b"x")
    for link in ("q/folder", "folder"):
        (output / link).symlink_to(outside)
    (output / "q/file").symlink_to(outside / "precious")
    place = StorePath.parse(f"file://{output}")
    store = place.store
    assert [place.below(stored.name) for stored in store.objects(place.prefix)] == ["q/kept"]
    assert store.folders(place.prefix) == ["q"]
    assert store.links(place.prefix) == ["folder"]
    assert store.links((place / "q").prefix) == ["file", "folder"]
    (outside / ".draft-somebodys").touch()
    for linked in (place / "folder", place / "q/folder", place / "q/folder/deep"):
        assert not list(store.objects(linked.prefix)) and not store.folders(linked.prefix)
        assert not store.unfinished(linked.prefix)
        assert not (linked / "precious").is_file()
        with pytest.raises(FileNotFoundError):
            (linked / "precious").read_bytes()
        store.delete([(linked / "precious").name])
        with pytest.raises(
            StoreError, match=r"is a symbolic link, which is not followed; put the folder itself there\."
        ):
            store.write((linked / "precious").name, b"y")
    store.delete([(place / "q/file").name])
    assert (output / "q/file").is_symlink()
    assert (outside / "precious").read_bytes() == (outside / "deep/precious").read_bytes() == b"x"


def test_the_root_and_what_is_above_it_may_be_links(tmp_path: Path) -> None:
    (tmp_path / "disk/out").mkdir(parents=True)
    (tmp_path / "mount").symlink_to(tmp_path / "disk")
    (tmp_path / "link").symlink_to(tmp_path / "disk/out")
    for address in (f"file://{tmp_path}/mount/out", f"file://{tmp_path}/link"):
        place = StorePath.parse(address)
        file = pickle.loads(pickle.dumps(place / "q" / "file"))  # as workers get it
        file.store.write(file.name, b"x")
        assert file.read_bytes() == b"x"
        assert place.store.folders(place.prefix) == ["q"]
        place.store.delete([file.name])
        assert not list((tmp_path / "disk/out").iterdir())


def test_folders_that_were_there_stay_and_those_that_were_made_go(tmp_path: Path) -> None:
    """A user's output may have permissions that a new one would lack."""
    (tmp_path / "theirs").mkdir()
    for address in (f"file://{tmp_path}/theirs", f"file://{tmp_path}/theirs/deep/out"):
        place = StorePath.parse(address)
        assert store_problem(place) is None
        assert [*tmp_path.rglob("*")] == [tmp_path / "theirs"]
        FolderStore(place.name).write((place / "a/b/c").name, b"x")
        place.store.delete([(place / "a/b/c").name])  # as another process does
        assert not list(Path(f"/{place.name}").iterdir())


def test_a_file_where_a_folder_belongs_is_named(tmp_path: Path) -> None:
    (tmp_path / "afile").touch()
    for below in ("afile", "afile/out", "afile/a/b"):
        problem = store_problem(StorePath.parse(f"file://{tmp_path}/{below}"))
        assert problem == f"file://{tmp_path}/afile: is a file; choose a folder."
