"""Where the files of pictures are in a dataset, and in a shard of it."""

from __future__ import annotations

from dataclasses import dataclass

from ecgfactory.formats.base import record_folder
from ecgfactory.record import record_id

IMAGES_FILE = "images.parquet"
"""One row per picture."""

IMAGES_FOLDER = "images"
"""Of all files of pictures, below it one of each split."""

YOLO_FILE = f"{IMAGES_FOLDER}/yolo.yaml"
METADATA_FILE = "metadata.parquet"

_PICTURES, _MASKS, _LABELS = "images", "masks", "labels"
"""Folders of a split: pictures with the truth beside them, what their pixels show, and boxes where YOLO looks for them.

Hugging Face's `imagefolder` takes no file from outside the folder that its table is in, so that masks lie in it too.
"""


def coco_file(split: str) -> str:
    """Return the path of the boxes of a split in the form of COCO."""
    return f"{IMAGES_FOLDER}/coco_{split}.json"


def metadata_file(split: str) -> str:
    """Return the path of the table by which Hugging Face's `imagefolder` finds the pictures of a split."""
    return f"{IMAGES_FOLDER}/{split}/{METADATA_FILE}"


@dataclass(frozen=True)
class PicturePaths:
    """The files of one picture, as paths below the dataset.

    Parameters
    ----------
    candidate : int
        The record that it shows.
    split : str
        Its split.
    picture : int or None
        Its number among those of the record; None where it is the only one.
    suffix : str
        How the name of the picture ends.
    """

    candidate: int
    split: str
    picture: int | None
    suffix: str

    @property
    def image(self) -> str:
        """The picture."""
        return self._path(_PICTURES, self.suffix)

    @property
    def truth(self) -> str:
        """What is known of it."""
        return self._path(_PICTURES, ".json")

    @property
    def mask(self) -> str:
        """What its pixels show."""
        return self._path(_MASKS, ".png")

    @property
    def label(self) -> str:
        """Its boxes, as YOLO takes them."""
        return self._path(_LABELS, ".txt")

    def _path(self, folder: str, suffix: str) -> str:
        number = record_id(self.candidate) + ("" if self.picture is None else f"_{self.picture}")
        return f"{IMAGES_FOLDER}/{self.split}/{folder}/{record_folder(self.candidate)}/{number}{suffix}"
