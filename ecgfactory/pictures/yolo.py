"""Boxes as YOLO takes them: a text file beside each picture's place, and one YAML file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from ecgfactory.pictures.boxes import PictureBox, kinds_of
from ecgfactory.pictures.paths import YOLO_FILE

_SPLITS = {"train": "train", "validation": "val", "test": "test"}
"""What YOLO calls the splits."""


def yolo_label(boxes: Iterable[PictureBox], lead_names: Sequence[str], width_px: int, height_px: int) -> str:
    """Return a line for each box: class, middle, width and height as shares of the picture's."""
    classes = {name: number for number, name in enumerate(kinds_of(lead_names))}
    lines = []
    for of_picture in boxes:
        left, top, right, bottom = of_picture.from_edge
        middle, size = ((left + right) / 2, (top + bottom) / 2), (right - left, bottom - top)
        shares = (length / whole for length, whole in zip((*middle, *size), 2 * (width_px, height_px), strict=True))
        lines.append(f"{classes[of_picture.name]} {' '.join(f'{share:.6f}' for share in shares)}\n")
    return "".join(lines)


def write_yolo(dataset: Path, lead_names: Sequence[str], splits: Sequence[str]) -> None:
    """Write yolo.yaml: the folder of pictures of each split, from where it is itself, and what each class is."""
    content = {
        **{_SPLITS[split]: f"{split}/images" for split in splits},
        "names": dict(enumerate(kinds_of(lead_names))),
    }
    (dataset / YOLO_FILE).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8", newline="\n")
