"""Where the files of pictures are in a dataset, and in a shard of it."""

from __future__ import annotations

from dataclasses import dataclass

from ecgfactory.formats.base import record_folder
from ecgfactory.record import record_id

IMAGES_FILE = "images.parquet"
"""One row per picture."""

YOLO_FILE = "yolo.yaml"
METADATA_FILE = "metadata.parquet"

IMAGES_FOLDER, MASKS_FOLDER, LABELS_FOLDER = FOLDERS = ("images", "masks", "labels")
"""Pictures with the truth beside them, what their pixels show, and boxes as YOLO takes them: where `images` in the
path of a picture is `labels`."""


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
        return self._path(IMAGES_FOLDER, self.suffix)

    @property
    def truth(self) -> str:
        """What is known of it."""
        return self._path(IMAGES_FOLDER, ".json")

    @property
    def mask(self) -> str:
        """What its pixels show."""
        return self._path(MASKS_FOLDER, ".png")

    @property
    def label(self) -> str:
        """Its boxes, as YOLO takes them."""
        return self._path(LABELS_FOLDER, ".txt")

    def _path(self, folder: str, suffix: str) -> str:
        number = record_id(self.candidate) + ("" if self.picture is None else f"_{self.picture}")
        return f"{folder}/{self.split}/{record_folder(self.candidate)}/{number}{suffix}"
