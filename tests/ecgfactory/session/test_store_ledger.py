"""Workers that commit one shard at the same time, those of a dead build among them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from ecgfactory.errors import BuildFailedError, ShardUnwantedError
from ecgfactory.session.ledger import ShardEntry, StagedFile, staged_files
from ecgfactory.session.store_ledger import StoreLedger
from ecgfactory.session.workspace import PLAN_FILE, Workspace
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.store_path import StorePath


class Racing(StoreLedger):
    """A ledger in which others are quicker, once it has seen what is entered."""

    meanwhile: list[ShardEntry]

    def entry(self, shard: int) -> ShardEntry | None:
        seen = super().entry(shard)
        if self.meanwhile:
            quicker = StoreLedger(self._workspace)
            quicker._entered(self.meanwhile.pop())
        return seen


@pytest.fixture
def kept(tmp_path: Path) -> StorePath:
    kept = StorePath.parse(f"file://{tmp_path}/bucket/.sessions/0123456789abcdef")
    kept.store.write((kept / PLAN_FILE).name, b"{}")
    return kept


@pytest.fixture
def ledger(kept: StorePath, tmp_path: Path) -> Racing:
    ledger = Racing(Workspace(tmp_path, kept))
    ledger.meanwhile = []
    return ledger


def staged(folder: Path, accepted: int, shard: int = 3) -> ShardEntry:
    """Stage a shard of so many records, as one that was cut there."""
    folder.mkdir()
    (folder / "records").write_bytes(b"r" * accepted)
    files = tuple(staged_files(folder))
    return ShardEntry(
        shard=shard, limit=accepted, examined=8, accepted=accepted, rejects={}, files=files, seconds={}, device="cpu"
    )


def enter(ledger: StoreLedger, folder: Path, accepted: int) -> ShardEntry:
    return ledger.enter(staged(folder, accepted), folder)


def files_of(ledger: StoreLedger, entry: ShardEntry) -> list[str]:
    place = ledger.place(entry)
    return [place.below(stored.name) for stored in place.store.objects(place.prefix)]


def test_the_one_with_fewer_records_counts(ledger: Racing, tmp_path: Path) -> None:
    long = enter(ledger, tmp_path / "long", 8)
    short = enter(ledger, tmp_path / "short", 5)
    assert short.accepted == 5
    assert enter(ledger, tmp_path / "late", 6) == short
    assert list(ledger.entries()) == [short]
    assert files_of(ledger, short) == ["records"]
    assert files_of(ledger, long) == ["records"], "somebody may be reading them"


def test_one_that_was_cut_meanwhile_is_not_replaced(ledger: Racing, tmp_path: Path) -> None:
    """A worker was paused after it saw the whole shard, and what it has is longer than what counts by now."""
    enter(ledger, tmp_path / "whole", 8)
    cut = staged(tmp_path / "cut", 4).model_copy(update={"attempt": "cut"})
    ledger._store.write((ledger.place(cut) / "records").name, b"r" * 4)
    ledger.meanwhile = [cut]
    assert enter(ledger, tmp_path / "zombie", 6) == cut
    assert ledger.entry(3) == cut
    assert files_of(ledger, cut) == ["records"]


def test_one_whose_files_are_gone_is_replaced(ledger: Racing, tmp_path: Path) -> None:
    damaged = enter(ledger, tmp_path / "damaged", 5)
    ledger._delete_files(damaged)
    sound = enter(ledger, tmp_path / "sound", 5)
    assert sound.attempt != damaged.attempt
    assert list(ledger.entries()) == [sound]


def test_what_is_damaged_on_its_way_is_fetched_again(
    ledger: Racing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = enter(ledger, tmp_path / "shard", 5)
    fetch = FolderStore.fetch

    def damaged(store: FolderStore, name: str, target: Path) -> None:
        fetch(store, name, target)
        target.write_bytes(b"rrrxr")
        monkeypatch.setattr(FolderStore, "fetch", fetch)

    monkeypatch.setattr(FolderStore, "fetch", damaged)
    with ledger.opened(entry, ["records"]) as folder:
        assert (folder / "records").read_bytes() == b"rrrrr"


def test_a_shard_that_is_not_what_was_stored_is_made_anew(ledger: Racing, tmp_path: Path) -> None:
    entry = enter(ledger, tmp_path / "shard", 5)
    ledger._store.write((ledger.place(entry) / "records").name, b"rrrxr")
    with pytest.raises(BuildFailedError, match="records: is not what was stored"), ledger.opened(entry):
        pass
    assert ledger.entry(3) is None


def test_only_what_is_still_entered_is_withdrawn(ledger: Racing, tmp_path: Path) -> None:
    first = enter(ledger, tmp_path / "first", 8)
    second = enter(ledger, tmp_path / "second", 5)
    ledger.withdraw(first)
    assert ledger.entry(3) == second
    ledger.withdraw(second)
    assert ledger.entry(3) is None
    assert files_of(ledger, second) == []


def test_nothing_is_entered_once_the_session_is_over(ledger: Racing, kept: StorePath, tmp_path: Path) -> None:
    late = staged(tmp_path / "late", 5)
    kept.store.delete([(kept / PLAN_FILE).name])
    with pytest.raises(ShardUnwantedError):
        ledger.enter(late, tmp_path / "late")
    assert list(kept.store.objects(kept.prefix)) == []


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a//b", "", "a/./b"])
def test_files_are_never_outside_of_their_folder(path: str) -> None:
    with pytest.raises(ValidationError, match="is no path below it"):
        StagedFile(path=path, size_bytes=1, sha256="0")
