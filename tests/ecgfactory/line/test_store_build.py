"""Builds whose output is in a store: the same dataset as in a folder, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.stores.readers import check_nothing_else, check_whole, sums_of
from ecgfactory.dataset.names import MANIFEST_FILE, SUMS_FILE
from ecgfactory.errors import BuildFailedError
from ecgfactory.line.build import Built
from ecgfactory.line.store_draft import StoreDraft
from ecgfactory.storage.store_path import StorePath

REQUEST: dict[str, Any] = {
    "name": "stored",
    "records": 16,
    "seed": 5,
    "generator": {"batch": 8},
    "formats": ["parquet", "wfdb", "csv"],
    "labels": {"waves": True, "mask": True},
    "artefacts": {"kinds": {"mains": 2, "limb_lead_swap": 1}, "per_record": {"max": 2}},
    "splits": {"train": 0.7, "test": 0.3},
    "report": {"samples": 1},
}
OTHERS: dict[str, dict[str, Any]] = {
    "shards that share no files": {"shard_records": 8, "formats": ["parquet", "npy"], "report": {"samples": 0}},
    "rhythms": {"rhythm": {"sinus": 0.5, "atrial_fibrillation": 0.5}, "artefacts": None, "report": {"samples": 0}},
}

Builder = Callable[..., Built]


@pytest.fixture
def output(tmp_path: Path) -> StorePath:
    return StorePath.parse(f"file://{tmp_path}/store")


@pytest.mark.parametrize("changes", [{}, *OTHERS.values()], ids=["usual", *OTHERS])
def test_a_dataset_in_a_store_is_that_in_a_folder(
    changes: dict[str, Any], output: StorePath, tmp_path: Path, build: Builder
) -> None:
    request = {key: value for key, value in (REQUEST | changes).items() if value is not None}
    local = build(request | {"output": str(tmp_path / "folder")})
    stored = build(request | {"output": str(output)})
    assert isinstance(stored.dataset, StorePath)
    assert stored.dataset == output / "stored" / stored.dataset.last
    assert isinstance(local.dataset, Path)
    assert sums_of(stored.dataset) == (local.dataset / SUMS_FILE).read_text()
    check_whole(stored.dataset)
    check_nothing_else(output, "stored")
    assert build(request | {"output": str(output)}).already_there


def test_a_dataset_that_a_session_published_before_it_was_taken_over_stays(
    output: StorePath, build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its request was on its way; what it published has the same bytes."""
    delete_strays = StoreDraft._delete_strays

    def late(draft: StoreDraft) -> None:
        draft._store.write((draft._target / MANIFEST_FILE).name, b"{}")
        delete_strays(draft)

    monkeypatch.setattr(StoreDraft, "_delete_strays", late)
    request = REQUEST | {"formats": ["csv"], "labels": None, "artefacts": None, "report": {"samples": 0}}
    request = {key: value for key, value in request.items() if value is not None} | {"output": str(output)}
    with pytest.raises(BuildFailedError, match="another session has just published this dataset"):
        build(request)
    assert [output.below(each.name).rpartition("/")[2] for each in output.store.objects(output.prefix)].count(
        MANIFEST_FILE
    ) == 1
