"""What is checked of an output in a store: of this machine when it is asked for, of the store when it is built."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.line.steps import plan_dataset
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.request.preflight import preflight_problems, store_problems
from ecgfactory.storage.folder_store import FolderStore

MakeRequest = Callable[..., BuildRequest]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_store_that_does_what_is_needed_is_left_as_it_was(make_request: MakeRequest, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    request = make_request(output=f"file://{tmp_path}/datasets")
    assert preflight_problems(request) + store_problems(request) == []
    assert list(tmp_path.iterdir()) == [tmp_path / "other"]


def test_a_store_without_conditional_creation_is_refused_before_work_begins(
    make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create(store: FolderStore, name: str, content: bytes) -> bool:
        store.write(name, content)
        return True

    monkeypatch.setattr(FolderStore, "create", create)
    request = make_request(output=f"file://{tmp_path}/datasets")
    with pytest.raises(BadInputError) as caught:
        plan_dataset(request)
    assert str(caught.value).startswith(f"output: file://{tmp_path}/datasets: its store creates an object where there")
    assert not (tmp_path / "datasets").exists()


@pytest.mark.parametrize("linked", [".sessions", "other"])
def test_nothing_is_built_through_a_link_below_the_output(
    make_request: MakeRequest, tmp_path: Path, linked: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / linked).symlink_to(tmp_path)
    request = make_request(output=f"file://{tmp_path}/out", name="other")
    assert store_problems(request) == [
        (
            "output",
            f"file://{tmp_path}/out/{linked} is a symbolic link, which is not followed; put the folder itself there.",
        )
    ]


def test_a_file_is_no_output(make_request: MakeRequest, tmp_path: Path) -> None:
    (tmp_path / "afile").touch()
    request = make_request(output=f"file://{tmp_path}/afile/out")
    assert store_problems(request) == [("output", f"file://{tmp_path}/afile: is a file; choose a folder.")]


def test_nothing_is_built_inside_a_dataset_of_a_store(make_request: MakeRequest, tmp_path: Path) -> None:
    for name in ("manifest.json", "SHA256SUMS.txt"):
        (tmp_path / name).write_text("{}")
    request = make_request(output=f"file://{tmp_path}/below/it", name="other")
    [(key, told)] = store_problems(request)
    assert key == "output"
    assert told.startswith(f"file://{tmp_path}/below/it/other is inside the published dataset file://{tmp_path}, which")


def test_room_for_a_while_is_needed_where_tmpdir_says(
    make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> Usage:
        asked.append(path)
        return Usage(10**9, 0, 10**9)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", usage)
    millions = make_request(output="s3://bucket/x", records=10_000_000, shard_records=None, workers={"cpu": 2})
    [(key, told)] = preflight_problems(millions)
    assert (key, asked) == ("output", [tmp_path])
    assert "GB are needed and 1.0 GB are free in" in told
    assert told.endswith("let TMPDIR name a folder on another disk, as shards wait there to be stored.")
    thousands = millions.model_copy(update={"records": 20_000, "formats": ("parquet",)})
    assert preflight_problems(thousands) == []  # 1 GB in all, and two shards at a time


def test_the_library_of_the_provider_is_named_where_it_is_missing(
    make_request: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "ecgfactory.storage.s3", raising=False)
    monkeypatch.setitem(sys.modules, "boto3", None)
    [(key, told)] = preflight_problems(make_request(output="s3://bucket/x"))
    assert key == "output"
    assert told.startswith("s3:// needs boto3")
    assert told.endswith("which isn't installed here; run `pip install 'ecgfactory[s3]'`.")


def test_where_a_dataset_is_does_not_decide_its_plan(make_request: MakeRequest, tmp_path: Path) -> None:
    outputs = [str(tmp_path), f"file://{tmp_path}", "s3://bucket/x"]
    plans = [make_plan(make_request(output=output)) for output in outputs]
    assert len({plan.plan_id for plan in plans}) == 1
    assert [str(plan.dataset_path) for plan in plans] == [f"{output}/small/{plans[0].plan_id}" for output in outputs]
