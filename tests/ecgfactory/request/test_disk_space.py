"""What a dataset takes, against what was built."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ecgfactory.dataset.reader import Dataset
from ecgfactory.formats import FORMATS
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.disk_space import BLOCK_BYTES, estimated_bytes
from ecgfactory.request.images import ImagesRequest
from ecgfactory.request.picture_costs import picture_bytes


def on_disk(files: Iterable[Path]) -> int:
    """Bytes of the blocks that files take, as `du` adds them up."""
    return sum(BLOCK_BYTES * math.ceil(file.stat().st_size / BLOCK_BYTES) for file in files if file.is_file())


def test_labels_are_estimated_within_a_third(labelled: Path, make_request: Callable[..., BuildRequest]) -> None:
    asked = Dataset(labelled).plan.request
    of_signals = estimated_bytes(asked.model_copy(update={"labels": make_request().labels}))
    files = [file for file in labelled.rglob("*") if file.is_file()]
    told = {path for path in files if any(word in path.name for word in ("mask", "waves", "annotations"))}
    told |= {path for path in files if path.suffix in {".atr", ".i", ".ii", ".iii", ".avr", ".avl", ".avf"}}
    told |= {path for path in files if path.suffix[:2] == ".v"}
    in_tars = Dataset(labelled).manifest.records * 13 * 2500
    assert estimated_bytes(asked) - of_signals == pytest.approx(on_disk(told) + in_tars, rel=1 / 3)


@pytest.mark.parametrize("name", ["parquet", "wfdb", "npy", "csv"])
def test_artefacts_and_clean_twins_are_estimated_within_a_third(injured: Path, name: str) -> None:
    asked = Dataset(injured).plan.request
    folders = [format_named(own).top_folder() for own in (name, f"{name}_clean")]
    size = on_disk(file for folder in folders for file in (injured / folder).rglob("*"))
    assert estimated_bytes(asked.model_copy(update={"formats": [name]})) == pytest.approx(size, rel=1 / 3)


def test_pictures_are_estimated_within_a_fifth(pictured: Path) -> None:
    dataset = Dataset(pictured)
    drawn = {name: dataset.images[name].value_counts().to_dict() for name in ("layout", "damage", "dpi")}
    speeds = dataset.images.speed_mm_per_s.astype(int).value_counts().to_dict()
    images = {"per_record": 2, "layouts": drawn["layout"], "damage": drawn["damage"]}
    images["paper"] = {"dpi": drawn["dpi"], "speeds": speeds}  # what few pictures are drawn from is not what they are
    asked = dataset.plan.request.model_copy(update={"images": ImagesRequest.model_validate(images)})
    without = asked.model_copy(update={"formats": ("parquet",), "images": None})
    size = on_disk((pictured / "images").rglob("*"))
    assert estimated_bytes(asked) - estimated_bytes(without) == pytest.approx(size, rel=1 / 5)


@pytest.mark.parametrize(("dpi", "size_mb"), [(100, 1.43), (200, 4.98), (300, 10.3)])
def test_a_pixel_takes_less_where_there_are_more(
    make_request: Callable[..., BuildRequest], dpi: int, size_mb: float
) -> None:
    """Means of twelve photographs at each resolution."""
    asked = make_request(formats=["parquet", "images"], images={"damage": "photo", "paper": {"dpi": dpi}})
    assert picture_bytes(asked)[0] / 1e6 == pytest.approx(size_mb, rel=1 / 5)


def test_reports_are_estimated_within_a_third(make_request: Callable[..., BuildRequest], built: Path) -> None:
    samples = Dataset(built).plan.request.report.samples
    none, some = (estimated_bytes(make_request(report={"samples": number})) for number in (0, samples))
    assert some - none == pytest.approx(on_disk((built / "reports").rglob("*")), rel=1 / 3)


@pytest.mark.parametrize(
    "less",
    [
        {"per_record": 1},
        {"paper": {"dpi": 100}},
        {"damage": "none"},
        {"file": "jpeg"},
        {"layouts": "3x4"},
        {"paper": {"dpi": {"min": 100, "max": 200}}},
    ],
)
def test_smaller_pictures_take_less(make_request: Callable[..., BuildRequest], less: dict[str, Any]) -> None:
    usual = {"per_record": 2}
    large, small = (make_request(formats=["parquet", "images"], images=images) for images in (usual, usual | less))
    assert estimated_bytes(small) < estimated_bytes(large)
    assert estimated_bytes(make_request(formats=["parquet"])) < estimated_bytes(small)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_estimated_within_a_third(labelled: Path, name: str) -> None:
    asked = Dataset(labelled).plan.request
    size = on_disk((labelled / FORMATS.load(name).top_folder()).rglob("*"))
    assert estimated_bytes(asked.model_copy(update={"formats": [name]})) == pytest.approx(size, rel=1 / 3)
