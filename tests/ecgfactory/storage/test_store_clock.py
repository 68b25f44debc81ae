from __future__ import annotations

import time
from pathlib import Path

import pytest

from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.store import Stored, StoreError
from ecgfactory.storage.store_clock import clock_of
from ecgfactory.storage.store_path import StorePath


@pytest.mark.parametrize("times", [1, 100])
def test_who_removes_a_session_meanwhile_takes_a_look_at_the_clock_with_it(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [None] * times
    stat = FolderStore.stat

    def removed_before(store: FolderStore, name: str) -> Stored | None:
        if left:
            store.delete([name])
            left.pop()
        return stat(store, name)

    monkeypatch.setattr(FolderStore, "stat", removed_before)
    (tmp_path / "mine").touch()
    place = StorePath.parse(f"file://{tmp_path}/plan")
    if times == 1:
        assert abs(clock_of(place) - time.time()) < 60
    else:
        with pytest.raises(StoreError, match="was written and is not there"):
            clock_of(place)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
