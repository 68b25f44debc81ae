from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.storage.fetched import FetchedFiles, at_hand, fetched_files, is_path_below
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from tests.looking import PATIENCE_S

NAMES = [f"part/{letter}" for letter in "abcdef"]


@pytest.fixture
def place(tmp_path: Path) -> StorePath:
    """Six files of 100 bytes."""
    for name in NAMES:
        (tmp_path / "store" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "store" / name).write_bytes(name[-1:].encode() * 100)
    return StorePath.parse(f"file://{tmp_path}/store")


@pytest.fixture
def fetched(tmp_path: Path) -> FetchedFiles:
    """With room for three of them."""
    return FetchedFiles(tmp_path / "here", 300)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of objects that were fetched."""
    made: list[str] = []
    fetch = FolderStore.fetch

    def noted(store: FolderStore, name: str, target: Path) -> None:
        made.append(name.rpartition("/")[2])
        fetch(store, name, target)

    monkeypatch.setattr(FolderStore, "fetch", noted)
    yield made


def read(fetched: FetchedFiles, place: StorePath, *names: str) -> list[bytes]:
    with fetched.held(place, names) as folder:
        return [(folder / name).read_bytes() for name in names]


def kept(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_folder_of_this_machine_is_given_as_it_is(tmp_path: Path) -> None:
    with at_hand(tmp_path, ["nothing"]) as folder:
        assert folder == tmp_path


def test_files_come_once_and_those_used_longest_ago_make_room(
    fetched: FetchedFiles, place: StorePath, tmp_path: Path, requests: list[str]
) -> None:
    assert read(fetched, place, *NAMES[:3]) == [b"a" * 100, b"b" * 100, b"c" * 100]
    read(fetched, place, "part/a")
    assert sorted(requests) == ["a", "b", "c"]
    read(fetched, place, "part/d")
    assert kept(tmp_path / "here") == {"a", "c", "d"}
    read(fetched, place / "part", "b")
    assert requests[3:] == ["d", "b"]
    assert kept(tmp_path / "here") == {"a", "d", "b"}


def test_what_is_held_stays_however_much_it_is(fetched: FetchedFiles, place: StorePath, tmp_path: Path) -> None:
    with fetched.held(place, NAMES) as folder:
        read(fetched, place, "part/a")
        assert kept(folder) == set("abcdef")
    assert len(kept(tmp_path / "here")) == 3


def test_a_file_that_is_missing_is_told_and_asked_for_again(
    fetched: FetchedFiles, place: StorePath, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="part/new"):
        read(fetched, place, "part/a", "part/new")
    (tmp_path / "store" / "part" / "new").write_bytes(b"new")
    assert read(fetched, place, "part/new") == [b"new"]


def test_an_error_of_the_store_is_told_to_all_who_wait(
    fetched: FetchedFiles, place: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_waited_for, told = threading.Event(), []

    def failing(*_: object) -> None:
        is_waited_for.wait()
        raise StoreError("the store is closed.")

    monkeypatch.setattr(FolderStore, "fetch", failing)

    def reading() -> None:
        try:
            read(fetched, place, "part/a")
        except StoreError as error:
            told.append(str(error))

    threads = [threading.Thread(target=reading) for _ in range(3)]
    for thread in threads:
        thread.start()
    is_waited_for.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert told == ["the store is closed."] * 3


def test_many_threads_share_what_one_fetches(
    fetched: FetchedFiles, place: StorePath, tmp_path: Path, requests: list[str]
) -> None:
    wrong: list[str] = []

    def reading(start: int) -> None:
        for number in range(60):
            name = NAMES[(start + number * number) % len(NAMES)]
            if read(fetched, place, name) != [name[-1:].encode() * 100]:
                wrong.append(name)

    threads = [threading.Thread(target=reading, args=(start,)) for start in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(kept(tmp_path / "here")) <= 3
    assert len(requests) < 360


def test_what_may_have_changed_is_fetched_anew(fetched: FetchedFiles, place: StorePath, tmp_path: Path) -> None:
    read(fetched, place, "part/a", "part/b")
    for name in ("a", "b"):
        (tmp_path / "store" / "part" / name).write_bytes(b"changed")
    fetched.forget(place / "part/a")  # which is not below itself
    assert read(fetched, place, "part/a") == [b"a" * 100]
    fetched.forget(place / "part")
    assert read(fetched, place, "part/a", "part/b") == [b"changed"] * 2


def test_files_are_let_go_by_the_garbage_collector_at_any_moment(
    fetched: FetchedFiles, place: StorePath, tmp_path: Path
) -> None:
    held = ExitStack()
    held.enter_context(fetched.held(place, NAMES))
    with fetched._lock:  # as when it collects while files are taken
        held.close()
    assert kept(tmp_path / "here") == set("abcdef")
    read(fetched, place, "part/a")
    assert len(kept(tmp_path / "here")) == 3


def test_a_text_is_told_with_addresses(fetched: FetchedFiles, place: StorePath) -> None:
    with fetched.held(place, ["part/a"]) as folder:
        assert fetched.addressed(f"can't read '{folder}/part/a'") == f"can't read '{place}/part/a'"


@given(st.text())
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    folder = Path("/folder")
    if is_path_below(name):
        assert Path(os.path.normpath(folder / name)).is_relative_to(folder)
        assert Path(os.path.normpath(folder / name)) != folder


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "part/../../a", "", "part//a", "a\0"])
def test_a_name_that_would_lead_out_of_the_folder_is_refused(
    name: str, fetched: FetchedFiles, place: StorePath
) -> None:
    with pytest.raises(ValueError, match="is no path below it"):
        read(fetched, place, name)


def test_a_forked_child_has_files_of_its_own(place: StorePath) -> None:
    with at_hand(place, ["part/a"]) as folder:
        of_parent = folder
    child = os.fork()
    if not child:
        try:
            with at_hand(place, ["part/a", "part/b"]) as folder:
                is_own = folder != of_parent and (folder / "part/a").read_bytes() == b"a" * 100
            os._exit(0 if is_own and fetched_files().opened(place / "part/b") else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with at_hand(place, ["part/a"]) as folder:
        assert (folder, (folder / "part/a").read_bytes()) == (of_parent, b"a" * 100)
