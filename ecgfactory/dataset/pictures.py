"""The pictures of a dataset: each with its mask and its truth."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray
from ecgfactory.errors import BadInputError
from ecgfactory.formats.damage import reading
from ecgfactory.paper.encode import USUAL_QUALITY, encode_png
from ecgfactory.record import Record
from ecgfactory.storage.place import Place, last_part

if TYPE_CHECKING:  # what opens pictures is imported with the first: readers of signals need not wait for it
    from PIL import Image

    from ecgfactory.paper.damage.base import Pixels
    from ecgfactory.paper.truth_file import PictureTruth

PICTURE_COLUMNS = ["record_id", "picture", "split", "image_path", "mask_path", "truth_path"]
"""Columns of images.parquet that say which picture is where."""


@dataclass(frozen=True, eq=False, repr=False)
class StoredPicture:
    """A picture of a record, stored or drawn again; stored files are read when they are asked for.

    Where one can't be read, DamagedDatasetError is raised.

    Parameters
    ----------
    record_id : str
        The record that it shows.
    number : int
        Its number among those of the record, from 0.
    split : str
        Its split.
    path, mask_path, truth_path : Path or StorePath
        Its files.
    drawn : mapping of Path or StorePath to bytes
        Content of files that are drawn again; see `Dataset.picture_again`.
    """

    record_id: str
    number: int
    split: str
    path: Place
    mask_path: Place
    truth_path: Place
    drawn: Mapping[Place, bytes] = field(default_factory=dict)

    @classmethod
    def of_row(cls, dataset: Place, row: Mapping[str, Any]) -> Self:
        """Return the picture of a row of images.parquet."""
        paths = (dataset / row[f"{name}_path"] for name in ("image", "mask", "truth"))
        return cls(row["record_id"], row["picture"], row["split"], *paths)

    @cached_property
    def pixels(self) -> Pixels:
        """Red, green and blue, uint8, shape (height, width, 3)."""
        return np.array(self._opened(self.path).convert("RGB"))

    @cached_property
    def mask(self) -> npt.NDArray[np.uint8]:
        """What each pixel shows, uint8, shape (height, width); `truth.mask_values` says by which values."""
        return np.array(self._opened(self.mask_path))

    @cached_property
    def truth(self) -> PictureTruth:
        """What is known of it: where every sample, grid line and text is; README.md of the dataset names every key."""
        from ecgfactory.paper.truth_file import parsed_truth

        with reading(self.truth_path):
            return parsed_truth(self._content(self.truth_path), "it")

    @property
    def stored_otherwise(self) -> list[Place]:
        """Files that are not stored as they are drawn again; none where all is as it was."""
        return [path for path, content in self.drawn.items() if not path.is_file() or path.read_bytes() != content]

    def save(self, path: str | PathLike[str], *, quality: int = USUAL_QUALITY, overwrite: bool = False) -> None:
        """Write it elsewhere, with its mask and the truth beside: for `ecg.png`, `ecg_mask.png` and `ecg.json`.

        A file of the kind that it is stored as is copied, whatever its quality; others are encoded.

        Parameters
        ----------
        path, quality, overwrite
            As in `Picture.save`.

        Raises
        ------
        BadInputError
            As `Picture.save` does.
        """
        import orjson

        from ecgfactory.paper.saving import files_to_save

        files, encoding = files_to_save(path, quality, overwrite)
        with reading(self.truth_path):
            truth = orjson.loads(self._content(self.truth_path))
        if encoding.suffix == self._suffix:
            picture = self._content(self.path)
        else:
            picture = encoding.encode(self.pixels, round(truth["image"]["dpi"]))
        files.write(picture, self._content(self.mask_path), truth)

    @property
    def _suffix(self) -> str:
        return PurePosixPath(last_part(self.path)).suffix

    def _content(self, path: Place) -> bytes:
        if path in self.drawn:
            return self.drawn[path]
        with reading(path):
            return path.read_bytes()

    def _opened(self, path: Place) -> Image.Image:
        from PIL import Image

        with reading(path), Image.open(io.BytesIO(self._content(path))) as image:
            image.load()
            return image

    def _repr_png_(self) -> bytes | None:
        """Show it in a notebook, which shows JPEG too, but not WebP."""
        if self._suffix == ".webp":
            return encode_png(self.pixels, round(self.truth.image.dpi))
        return self._content(self.path) if self._suffix == ".png" else None

    def _repr_jpeg_(self) -> bytes | None:
        return self._content(self.path) if self._suffix == ".jpg" else None

    def __repr__(self) -> str:
        again = " drawn again" if self.drawn else ""
        return f"StoredPicture {self.number} of record {self.record_id}{again}: {self.path}"


def dropped_of(record: Record) -> BoolArray:
    """Return which samples of a record, or of a stretch of one, are missing, shape (samples,)."""
    samples = record.signal_uv.shape[1]
    return np.zeros(samples, dtype=bool) if record.artefacts is None else record.artefacts.dropped(samples)[0]


def without_pictures(where: str) -> BadInputError:
    """Return the error that says how a dataset gets pictures."""
    return BadInputError(f"{where}: there are no pictures; build with `formats: [..., images]`.")
