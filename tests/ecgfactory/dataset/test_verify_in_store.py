"""Verifying a dataset in a store finds what it finds on a disk. Here the store is a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.dataset.verify import find_published, verify
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.storage.store_path import StorePath


def in_store(dataset: Path) -> StorePath:
    return StorePath.parse(f"file://{dataset}")


@pytest.mark.parametrize("name", ["few", "labelled", "injured", "composed", "pictured"])
def test_an_intact_dataset_passes(name: str, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(name)
    assert verify(str(in_store(path))).path == in_store(path)


@pytest.mark.parametrize(
    "damaged",
    ["wfdb/00000/*.dat", "edf/00000/*.edf", "npy/train-*.npy", "data/*.parquet", "records.csv", "wfdb/RECORDS"],
)
def test_damage_is_named_as_on_a_disk(damaged: str, copy: Path) -> None:
    verify(in_store(copy))  # what was fetched before hides nothing
    file = sorted(copy.glob(damaged))[0]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    problems = []
    for place in (copy, in_store(copy)):
        with pytest.raises(DamagedDatasetError) as caught:
            verify(place)
        problems.append(caught.value.problems)
    assert problems[0] == problems[1] == [f"{file.relative_to(copy)}: content changed"]


def test_what_is_missing_or_passes_for_data_is_seen_in_the_list_alone(copy: Path) -> None:
    gone = sorted(copy.glob("csv/00000/*.csv"))[0]
    gone.unlink()
    (copy / "data" / "train-more.parquet").write_bytes(b"")
    (copy / "notes.txt").write_text("mine")
    with pytest.raises(DamagedDatasetError) as caught:
        verify(in_store(copy), with_signals=False)
    first, second = caught.value.problems
    assert first == f"{gone.relative_to(copy)}: missing"
    assert second.startswith("data/train-more.parquet: does not belong to the dataset")


def test_without_signals_no_content_but_that_of_tables_is_read(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    folder_store = type(in_store(copy).store)
    fetch, read = folder_store.fetch, folder_store.read
    monkeypatch.setattr(folder_store, "fetch", lambda *given: fetched.append(given[1]) or fetch(*given))
    monkeypatch.setattr(folder_store, "read", lambda *given: fetched.append(given[1]) or read(*given))
    verify(in_store(copy), with_signals=False)
    names = {in_store(copy).below(name) for name in fetched}
    assert names == {"manifest.json", "SHA256SUMS.txt", "records.parquet", "rejected.parquet"}


def test_each_file_is_fetched_once(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    folder_store = type(in_store(few).store)
    fetch = folder_store.fetch
    monkeypatch.setattr(folder_store, "fetch", lambda *given: fetched.append(given[1]) or fetch(*given))
    verify(in_store(few))
    assert len(fetched) == len(set(fetched)) > 50


def test_a_published_dataset_is_found(copy: Path) -> None:
    plan = verify(copy).plan
    request = plan.request.model_copy(update={"output": f"file://{copy.parent.parent}"})
    of_store = plan.model_copy(update={"request": request})
    assert of_store.dataset_path == in_store(copy)
    found = find_published(of_store)
    assert found is not None
    assert found.path == in_store(copy)
    (copy / "README.md").unlink()
    with pytest.raises(DamagedDatasetError, match=r"README\.md: missing(.|\n)*build again"):
        find_published(of_store)
    (copy / "manifest.json").unlink()
    assert find_published(of_store) is None
