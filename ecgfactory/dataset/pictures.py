"""The pictures of a dataset: the table of them, and each with its mask and its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from PIL import Image

from ecgfactory.errors import BadInputError
from ecgfactory.formats.damage import reading
from ecgfactory.paper.damage.base import Pixels


@dataclass(frozen=True, eq=False)
class StoredPicture:
    """A picture of a record, read when it is asked for.

    Parameters
    ----------
    record_id : str
        Whose picture it is.
    number : int
        Its number among those of the record, from 0.
    path, mask_path, truth_path : Path
        Its files.

    Raises
    ------
    DamagedDatasetError
        When a file can't be read.
    """

    record_id: str
    number: int
    path: Path
    mask_path: Path
    truth_path: Path

    @cached_property
    def pixels(self) -> Pixels:
        """Red, green and blue, uint8, shape (height, width, 3)."""
        with reading(self.path), Image.open(self.path) as image:
            return np.asarray(image.convert("RGB"))

    @cached_property
    def mask(self) -> npt.NDArray[np.uint8]:
        """What each pixel shows, uint8, shape (height, width); `truth["mask"]["values"]` names the values."""
        with reading(self.mask_path), Image.open(self.mask_path) as image:
            return np.asarray(image)

    @cached_property
    def truth(self) -> Mapping[str, Any]:
        """What is known of it; README.md of the dataset describes every key."""
        with reading(self.truth_path):
            truth: dict[str, Any] = orjson.loads(self.truth_path.read_bytes())
        return truth

    def _repr_png_(self) -> bytes | None:
        """Show it in a notebook."""
        return self.path.read_bytes() if self.path.suffix == ".png" else None

    def __repr__(self) -> str:
        return f"StoredPicture {self.number} of record {self.record_id}: {self.path}"


def without_pictures(where: str) -> BadInputError:
    """Return the error that says how a dataset has pictures."""
    return BadInputError(f"{where}: there are no pictures; build with images among the formats.")
