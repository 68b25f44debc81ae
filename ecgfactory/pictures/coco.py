"""Boxes in the form of COCO: one JSON file a split, written picture by picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson

from ecgfactory.arrays import Float64Array
from ecgfactory.pictures.boxes import kinds_of
from ecgfactory.pictures.paths import IMAGES_FILE, IMAGES_FOLDER, coco_file
from ecgfactory.pictures.table import boxes_of_row, image_rows


def write_coco(dataset: Path, lead_names: Sequence[str], split: str) -> None:
    """Write the boxes of a split, from images.parquet; names of pictures are paths below images/.

    Coordinates are from the picture's upper left edge, so that the middle of its first pixel is (0.5, 0.5); what lies
    outside of a picture is left out.
    """
    kinds = kinds_of(lead_names)
    categories = [{"id": number, "name": name, "supercategory": "ecg"} for number, name in enumerate(kinds, start=1)]
    with (dataset / coco_file(split)).open("wb") as file:
        file.write(b'{"info":{"description":"Synthetic ECGs on paper"},"licenses":[],\n"categories":')
        file.write(orjson.dumps(categories))
        _write_list(file, "images", _images(dataset, split))
        _write_list(file, "annotations", _annotations(dataset, split, kinds))
        file.write(b"}\n")


def _write_list(file: BinaryIO, key: str, items: Iterator[Mapping[str, Any]]) -> None:
    file.write(f',\n"{key}":['.encode())
    for number, item in enumerate(items):
        file.write((b",\n" if number else b"\n") + orjson.dumps(item))
    file.write(b"]")


def _rows(dataset: Path, split: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    rows = (row for row in image_rows(dataset / IMAGES_FILE) if row["split"] == split)
    return enumerate(rows, start=1)


def _images(dataset: Path, split: str) -> Iterator[dict[str, Any]]:
    for number, row in _rows(dataset, split):
        name = row["image_path"].removeprefix(f"{IMAGES_FOLDER}/")
        yield {"id": number, "file_name": name, "width": row["width_px"], "height": row["height_px"]}


def _annotations(dataset: Path, split: str, kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    annotation = 0
    for number, row in _rows(dataset, split):
        for of_picture in boxes_of_row(row):
            annotation += 1
            left, top, right, bottom = of_picture.from_edge
            polygon = of_picture.polygon(row["width_px"], row["height_px"])
            yield {
                "id": annotation,
                "image_id": number,
                "category_id": kinds.index(of_picture.name) + 1,
                "bbox": [round(length, 2) for length in (left, top, right - left, bottom - top)],
                "segmentation": [np.round(polygon, 2).ravel().tolist()],
                "area": round(_area(polygon), 1),
                "iscrowd": 0,
            }


def _area(polygon: Float64Array) -> float:
    x, y = polygon.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
