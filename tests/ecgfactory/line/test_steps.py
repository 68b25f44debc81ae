"""What the first step of a build finds out before any work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.line.steps import plan_dataset
from ecgfactory.request.build_request import BuildRequest

MakeRequest = Callable[..., BuildRequest]


@pytest.fixture
def request_here(make_request: MakeRequest, tmp_path: Path) -> BuildRequest:
    return make_request(output=str(tmp_path), formats=["parquet"])


def refusal(request: BuildRequest) -> str:
    with pytest.raises(BadInputError) as caught:
        plan_dataset(request)
    return str(caught.value)


def test_something_else_where_the_link_to_the_newest_goes(request_here: BuildRequest, tmp_path: Path) -> None:
    latest = tmp_path / "small" / "latest"
    latest.mkdir(parents=True)
    assert refusal(request_here).startswith(
        f"output: {latest} is a folder, where a link to the newest dataset goes; move"
    )
    latest.rmdir()
    latest.touch()
    assert refusal(request_here).startswith(
        f"output: {latest} is a file, where a link to the newest dataset goes; move"
    )
    latest.unlink()
    latest.symlink_to("gone")
    plan_dataset(request_here)


def test_something_else_where_the_dataset_goes(request_here: BuildRequest) -> None:
    place = plan_dataset(request_here).dataset_path
    place.mkdir(parents=True)
    plan_dataset(request_here)  # an empty folder gives way
    (place / "notes.txt").touch()
    assert refusal(request_here).startswith(
        f"output: {place} is a folder, where this dataset goes, and it is none; move"
    )


def test_a_file_where_the_datasets_of_the_name_go(request_here: BuildRequest, tmp_path: Path) -> None:
    (tmp_path / "small").touch()
    assert refusal(request_here).startswith(f"output: {tmp_path}/small is a file, where the datasets of this name go; ")
