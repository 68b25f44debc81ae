"""What a Dask worker does on a disk of its own for builds into a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecgfactory.flows.worker_side import forget
from ecgfactory.session.workspace import SESSIONS_FOLDER, Workspace
from ecgfactory.storage.fetched import at_hand
from ecgfactory.storage.store_path import StorePath


def test_a_worker_keeps_nothing_of_a_build_that_is_over(tmp_path: Path) -> None:
    """Neither its scratch folder nor what it fetched of the dataset to compare records; that of others stays."""
    output = StorePath.parse(f"file://{tmp_path}/store")
    fetched = []
    for place in (output / "small/0123456789abcdef", StorePath.parse(f"{output}-of-others")):
        place.store.write((place / "data.parquet").name, b"records")
        with at_hand(place, ["data.parquet"]) as folder:
            fetched.append(folder / "data.parquet")
    kept = output / SESSIONS_FOLDER / "0123456789abcdef"
    workspace = Workspace.of_store(kept)
    worker: Any = None
    forget(worker, str(kept))
    assert not workspace.root.exists()
    assert [file.exists() for file in fetched] == [False, True]
