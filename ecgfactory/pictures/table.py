"""images.parquet: one row per picture, in candidate order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.paper.page import Box
from ecgfactory.pictures.boxes import PictureBox, boxes_of
from ecgfactory.pictures.paths import PicturePaths
from ecgfactory.record import record_id

ROWS_PER_GROUP = 1000
"""Rows that are held at a time, with 30 boxes each: 5 MB."""

BOXES = "boxes"
"""Column of the boxes in a picture, by far the largest."""

_BOX = pa.struct(
    [
        ("name", pa.string()),
        ("left", pa.float32()),
        ("top", pa.float32()),
        ("right", pa.float32()),
        ("bottom", pa.float32()),
        ("outline", pa.list_(pa.float32())),
    ]
)

IMAGE_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("picture", pa.int32()),
        ("split", pa.string()),
        ("image_path", pa.string()),
        ("mask_path", pa.string()),
        ("truth_path", pa.string()),
        ("label_path", pa.string()),
        ("width_px", pa.int32()),
        ("height_px", pa.int32()),
        ("dpi", pa.int32()),
        ("layout", pa.string()),
        ("asked_layout", pa.string()),
        ("size", pa.string()),
        ("colour", pa.string()),
        ("speed_mm_per_s", pa.float32()),
        ("gain_mm_per_mv", pa.float32()),
        ("asked_gain_mm_per_mv", pa.float32()),
        ("font", pa.string()),
        ("line_mm", pa.float32()),
        ("damage", pa.string()),
        ("first_sample", pa.int64()),
        ("last_sample", pa.int64()),
        (BOXES, pa.list_(_BOX)),
    ]
)
"""Columns; those of boxes are in pixels, of which the middle of the upper left one is (0, 0)."""

_OF_PAGE = (
    "layout",
    "asked_layout",
    "size",
    "colour",
    "speed_mm_per_s",
    "gain_mm_per_mv",
    "asked_gain_mm_per_mv",
    "font",
    "line_mm",
)


def image_row(paths: PicturePaths, truth: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a picture, from the truth about it."""
    image, page = truth["image"], truth["page"]
    return {
        "record_id": record_id(paths.candidate),
        "picture": paths.picture or 0,
        "split": paths.split,
        "image_path": paths.image,
        "mask_path": paths.mask,
        "truth_path": paths.truth,
        "label_path": paths.label,
        **{key: image[key] for key in ("width_px", "height_px", "dpi")},
        **{key: page[key] for key in _OF_PAGE},
        "damage": truth["damage"]["kind"],
        "first_sample": truth["first_sample"],
        "last_sample": truth["last_sample"],
        BOXES: [{"name": of.name, **of.box._asdict(), "outline": of.outline} for of in boxes_of(truth)],
    }


class ImageTableWriter:
    """Writes rows, in groups of one size; one group is in memory at a time.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, IMAGE_SCHEMA, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def add(self, row: dict[str, Any]) -> None:
        """Write the row of one picture."""
        self._waiting.append(row)
        if len(self._waiting) == ROWS_PER_GROUP:
            self._write()

    def close(self) -> None:
        """Write the last, smaller group and the footer."""
        if self._waiting:
            self._write()
        self._writer.close()

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._waiting, IMAGE_SCHEMA))
        self._waiting = []


def image_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of images.parquet in order; one group of them is in memory at a time."""
    for batch in pq.ParquetFile(path).iter_batches(ROWS_PER_GROUP):
        yield from batch.to_pylist()


def boxes_of_row(row: Mapping[str, Any]) -> list[PictureBox]:
    """Return the boxes that a row tells."""
    return [
        PictureBox(held["name"], Box(held["left"], held["top"], held["right"], held["bottom"]), held["outline"])
        for held in row[BOXES]
    ]
