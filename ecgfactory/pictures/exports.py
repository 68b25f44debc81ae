"""What other people's programs find the pictures of a dataset by, all of it made of images.parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecgfactory.pictures.coco import write_coco
from ecgfactory.pictures.image_folder import write_metadata
from ecgfactory.pictures.yolo import write_yolo


def write_exports(dataset: Path, lead_names: Sequence[str], splits: Sequence[str]) -> None:
    """Write the tables of Hugging Face's `imagefolder`, and the boxes in the forms of COCO and YOLO, of some splits."""
    for split in splits:
        write_coco(dataset, lead_names, split)
        write_metadata(dataset, split)
    write_yolo(dataset, lead_names, splits)
