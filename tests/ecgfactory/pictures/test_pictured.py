"""A dataset with pictures, built for real: its files, table and exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.seal import dataset_files, read_sums
from ecgfactory.paper.page import Box
from ecgfactory.paper.truth_file import read_truth
from ecgfactory.pictures.boxes import kinds_of
from ecgfactory.pictures.paths import PicturePaths

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows(pictured: Path) -> Rows:
    held: Rows = pq.read_table(pictured / "images.parquet").to_pylist()
    return held


def test_each_record_has_its_pictures_with_mask_truth_and_boxes(pictured: Path, rows: Rows) -> None:
    records = pq.read_table(pictured / "records.parquet", columns=["record_id", "candidate", "split"]).to_pylist()
    expected = [PicturePaths(r["candidate"], r["split"], k, ".png") for r in records for k in (0, 1)]
    kept = ("image", "mask", "truth", "label")
    assert [[row[f"{kind}_path"] for kind in kept] for row in rows] == [
        [getattr(paths, kind) for kind in kept] for paths in expected
    ]
    assert [(row["record_id"], row["picture"]) for row in rows] == [
        (r["record_id"], k) for r in records for k in (0, 1)
    ]
    present = {path for path in dataset_files(pictured) if path.startswith("images/")}
    others = {"images/coco_train.json", "images/coco_test.json", "images/yolo.yaml"}
    others |= {"images/train/metadata.parquet", "images/test/metadata.parquet"}
    assert present == {row[f"{kind}_path"] for row in rows for kind in kept} | others
    assert present <= read_sums(pictured).keys()


def test_picture_mask_truth_and_row_agree(pictured: Path, rows: Rows) -> None:
    for row in rows:
        truth = read_truth(pictured / row["truth_path"])
        size = (truth.image.width_px, truth.image.height_px)
        assert size == (row["width_px"], row["height_px"])
        assert (truth.image.file, truth.record_id, truth.picture) == (
            Path(row["image_path"]).name,
            row["record_id"],
            row["picture"],
        )
        with Image.open(pictured / row["image_path"]) as image, Image.open(pictured / row["mask_path"]) as mask:
            assert image.size == mask.size == size
            assert image.info["dpi"] == pytest.approx((row["dpi"],) * 2, abs=0.02)
            assert set(np.unique(np.asarray(mask))) <= set(truth.mask_values.values())
        assert 72 <= row["dpi"] <= 100
        assert truth.damage.kind == row["damage"]
        assert (truth.page.layout, truth.page.gain_mm_per_mv) == (row["layout"], pytest.approx(row["gain_mm_per_mv"]))
        leads = [box["name"] for box in row["boxes"] if box["name"] not in ("text", "pulse", "lead_name")]
        assert leads == [piece.lead for piece in truth.leads if piece.box_px is not None]


def test_printed_names_of_leads_are_told_from_other_text(pictured: Path, rows: Rows) -> None:
    for row in rows:
        texts = read_truth(pictured / row["truth_path"]).texts
        for name, roles in (("lead_name", {"lead"}), ("text", {"header", "scale", "footer"})):
            told = [of.box_px for of in texts if of.role in roles and of.box_px is not None]
            boxes = [tuple(of[side] for side in Box._fields) for of in row["boxes"] if of["name"] == name]
            np.testing.assert_allclose(boxes, told, rtol=1e-6)


def test_styles_differ_from_picture_to_picture(rows: Rows) -> None:
    for key in ("damage", "layout", "dpi", "colour"):
        assert len({row[key] for row in rows}) > 1, key


def test_coco_and_yolo_tell_the_same_boxes_inside_each_picture(pictured: Path, rows: Rows) -> None:
    names = kinds_of(["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"])
    seen = 0
    for split in ("train", "test"):
        coco = json.loads((pictured / f"images/coco_{split}.json").read_text())
        assert [kind["name"] for kind in coco["categories"]] == names
        of_split = [row for row in rows if row["split"] == split]
        assert [f"images/{image['file_name']}" for image in coco["images"]] == [row["image_path"] for row in of_split]
        for image, row in zip(coco["images"], of_split, strict=True):
            width, height = image["width"], image["height"]
            told = [of for of in coco["annotations"] if of["image_id"] == image["id"]]
            lines = (pictured / row["label_path"]).read_text().splitlines()
            assert len(told) == len(lines) == len(row["boxes"])
            for of, line, box in zip(told, lines, row["boxes"], strict=True):
                number, x, y, w, h = map(float, line.split())
                left, top, box_width, box_height = of["bbox"]
                assert names[int(number)] == names[of["category_id"] - 1] == box["name"]
                assert left == pytest.approx(box["left"] + 0.5, abs=0.01)
                assert ((x - w / 2) * width, (y - h / 2) * height) == pytest.approx((left, top), abs=0.02)
                assert (w * width, h * height) == pytest.approx((box_width, box_height), abs=0.02)
                assert 0 <= left <= left + box_width <= width + 0.02
                assert 0 <= top <= top + box_height <= height + 0.02
                corners = np.array(of["segmentation"]).reshape(-1, 2)
                assert corners.min() >= 0
                assert (corners <= (width, height)).all()
                assert 0 < of["area"] <= width * height
                seen += 1
        assert [of["id"] for of in coco["annotations"]] == list(range(1, len(coco["annotations"]) + 1))
    assert seen > 12 * len(rows) / 2
    yolo = yaml.safe_load((pictured / "images/yolo.yaml").read_text())
    assert yolo["names"] == dict(enumerate(names))
    assert (yolo["train"], yolo["test"]) == ("train/images", "test/images")


def test_the_image_folder_names_what_is_there(pictured: Path, rows: Rows) -> None:
    for split in ("train", "test"):
        table = pq.read_table(pictured / f"images/{split}/metadata.parquet").to_pylist()
        of_split = [row for row in rows if row["split"] == split]
        assert [row["record_id"] for row in table] == [row["record_id"] for row in of_split]
        for row, of in zip(table, of_split, strict=True):
            folder = pictured / "images" / split
            assert (folder / row["file_name"]).samefile(pictured / of["image_path"])
            assert (folder / row["mask_file_name"]).samefile(pictured / of["mask_path"])


def test_the_manifest_counts_pictures_by_damage(pictured: Path, rows: Rows) -> None:
    manifest = Manifest.model_validate_json((pictured / "manifest.json").read_text())
    kinds = [row["damage"] for row in rows]
    assert manifest.pictures == {kind: kinds.count(kind) for kind in manifest.pictures}
    assert sum(manifest.pictures.values()) == len(rows) == 12
    assert list(manifest.pictures.values()) == sorted(manifest.pictures.values(), reverse=True)
