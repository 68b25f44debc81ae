"""What the dataset card and Croissant metadata say of pictures, read and run as other people would."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlcroissant
import numpy as np
import pytest

from ecgfactory.dataset.names import CROISSANT_FILE
from ecgfactory.dataset.picture_section import IMAGE_COLUMNS
from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.dataset.seal import dataset_files
from ecgfactory.paper.truth_keys import OPEN_KEYS, TRUTH_KEYS
from ecgfactory.pictures.table import IMAGE_SCHEMA

EXAMPLE = re.compile(r"### ([^\n]+)\n\n```python\n(.*?)```", re.DOTALL)


@pytest.fixture
def dataset(pictured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Dataset:
    """The dataset, in whose folder the test runs; Hugging Face's libraries stay off the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    monkeypatch.chdir(pictured)
    return open_dataset(pictured)


@pytest.fixture
def card(dataset: Dataset) -> str:
    return (dataset.path / "README.md").read_text(encoding="utf-8")


def run(card: str, title: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(dict(EXAMPLE.findall(card))[title], "README.md", "exec"), names)
    return names


def keys_of(truth: Any, above: str = "") -> Iterator[str]:
    """Keys of a JSON file, as they are described."""
    if isinstance(truth, dict):
        for key, value in truth.items():
            yield f"{above}{key}"
            if f"{above}{key}" not in OPEN_KEYS:
                yield from keys_of(value, f"{above}{key}.")
    elif isinstance(truth, list):
        for value in truth:
            yield from keys_of(value, f"{above.removesuffix('.')}[].")


def test_every_key_and_column_is_described_and_no_other(dataset: Dataset, card: str) -> None:
    told = {key for of in dataset.pictures() for key in keys_of(json.loads(of.truth_path.read_bytes()))}
    above = {"image", "mask", "page", "map", "damage", "grid.vertical", "grid.horizontal"}
    assert told - above == TRUTH_KEYS.keys()
    assert list(IMAGE_COLUMNS) == IMAGE_SCHEMA.names
    assert all(f"| `{key}` | " in card for key in (*TRUTH_KEYS, *IMAGE_COLUMNS))


def test_the_card_shows_a_picture_and_counts_what_was_drawn(dataset: Dataset, card: str) -> None:
    (shown,) = re.findall(r"!\[[^]]*\]\(([^)]+)\)", card)
    assert (dataset.path / shown).is_file()
    for path in re.findall(r"^\| `(images[^`]*)` \|", card, re.MULTILINE):
        assert (dataset.path / path).is_file()
    (drawn,) = re.findall(r"^\| Layout \| 12x1 33.3 %, 3x4\+II 33.3 %, 6x2 33.3 % \| (.*) \|$", card, re.MULTILINE)
    share = 100 * (dataset.images.asked_layout == "12x1").mean()
    assert drawn.startswith(f"12x1 {share:.3g} %, ")
    (gains,) = re.findall(r"^\| Gain, mm/mV \|[^|]*\| (.*) \|$", card, re.MULTILINE)
    printed = {float(gain): share for gain, share in re.findall(r"([\d.]+) ([\d.]+) %", gains)}
    for gain, share in dataset.images.gain_mm_per_mv.value_counts(normalize=True).items():
        assert printed[gain] == f"{100 * share:.3g}"
    assert re.search(r"^\| Resolution, dpi \| 72 to 100 \| \d+ to \d+ \|$", card, re.MULTILINE)
    for kind in set(dataset.images.damage):
        assert f"- `{kind}`: " in card


def test_examples_with_pytorch_pandas_and_coco(dataset: Dataset, card: str) -> None:
    drawn = run(card, "Pictures for PyTorch")
    assert drawn["picture"].shape[1:] == drawn["mask"].shape
    shown = drawn["sample"]["truth"]
    assert drawn["signal_mv"].shape == (12, shown.last_sample - shown.first_sample + 1)
    read = run(card, "Pictures and their truth with pandas")
    first = dataset.picture_at(0)
    assert np.array_equal(read["picture"], first.pixels)
    assert np.array_equal(read["trace_px"], first.truth.leads[0].points_px)
    assert read["is_lead"].any()
    led = run(card, "From samples to pixels and back")
    assert np.abs(led["x_px"] - led["lead"]["x_px"]).max() < 0.05
    assert np.abs(led["y_px"] - led["lead"]["y_px"]).max() < 0.05
    assert np.abs(led["back_uv"] - led["uv"][led["known"]]).max() < 5
    places_mm = np.random.default_rng(0).uniform(1, 200, (9, 2))
    for picture in dataset.pictures():
        placed_px = led["to_picture"](json.loads(picture.truth_path.read_bytes()), *places_mm.T)
        np.testing.assert_allclose(np.transpose(placed_px), picture.truth.page_map.to_picture(places_mm))
    coco = run(card, "Boxes of pictures in COCO's form")
    assert (dataset.path / "images" / coco["first"]["file_name"]).is_file()
    assert {name for name, _ in coco["boxes"]} >= {"I", "II", "V6", "text"}


def test_hugging_face_gives_pictures_with_masks_and_signals_as_before(dataset: Dataset, card: str) -> None:
    from datasets import load_dataset

    read = run(card, "Pictures with Hugging Face datasets")
    first = dataset.picture(read["pictures"][0]["record_id"], read["pictures"][0]["picture"])
    assert np.array_equal(read["picture"], first.pixels)
    assert np.array_equal(read["mask"], first.mask)
    whole = load_dataset("imagefolder", data_dir=str(dataset.path / "images"))
    assert {split: len(rows) for split, rows in whole.items()} == {
        split: 2 * number for split, number in dataset.manifest.splits.items()
    }
    signals = load_dataset(str(dataset.path))
    assert {split: len(rows) for split, rows in signals.items()} == dataset.manifest.splits
    assert "image" not in signals["train"].features


def test_croissant_gives_pictures_masks_and_boxes(dataset: Dataset) -> None:
    croissant = mlcroissant.Dataset(jsonld=str(dataset.path / CROISSANT_FILE))
    issues = croissant.metadata.ctx.issues
    assert not issues.errors
    assert all("datePublished" in warning for warning in issues.warnings)
    pictures = {row["pictures/path"].decode(): row["pictures/image"] for row in croissant.records("pictures")}
    assert sorted(pictures) == sorted(dataset.images.image_path)
    for stored in dataset.pictures():
        assert np.array_equal(pictures[stored.path.relative_to(dataset.path).as_posix()], stored.pixels)
    masks = {row["masks/path"].decode(): row["masks/image"].size for row in croissant.records("masks")}
    assert masks == {row.mask_path: (row.width_px, row.height_px) for row in dataset.images.itertuples()}
    rows = list(croissant.records("images"))
    assert [row["images/line_mm"] for row in rows] == list(dataset.images.line_mm)
    coco = json.loads((dataset.path / "images/coco_train.json").read_text())
    boxes = [list(row["boxes_train/bbox"]) for row in croissant.records("boxes_train")]
    assert boxes == [box["bbox"] for box in coco["annotations"]]


def test_every_file_of_pictures_has_its_sum_or_belongs_to_a_set(dataset: Dataset) -> None:
    content = json.loads((dataset.path / CROISSANT_FILE).read_text(encoding="utf-8"))
    sets = [entry["includes"] for entry in content["distribution"] if entry["@id"].endswith("-files")]
    in_sets = {path.relative_to(dataset.path).as_posix() for pattern in sets for path in dataset.path.glob(pattern)}
    objects = {entry["contentUrl"]: entry["encodingFormat"] for entry in content["distribution"] if "sha256" in entry}
    of_pictures = {path for path in dataset_files(dataset.path) if path.startswith("images")}
    assert of_pictures == {path for path in in_sets | objects.keys() if path.startswith("images")}
    assert not in_sets & objects.keys()
    assert objects["images/coco_train.json"] == "application/json"
    kinds = {entry["@id"]: entry["encodingFormat"] for entry in content["distribution"] if "includes" in entry}
    assert kinds["picture-files"] == kinds["mask-files"] == "image/png"
