"""Pictures as files: a picture, its mask and its truth beside each other, written together or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ecgfactory.errors import BadInputError
from ecgfactory.paper.encode import SUFFIXES, Encoding, encode_palette_png
from ecgfactory.paper.palette import mask_palette
from ecgfactory.paper.truth_file import truth_json
from ecgfactory.storage.handed_out import check_free, whole_files
from ecgfactory.storage.home import from_home
from ecgfactory.storage.sealed import check_outside

if TYPE_CHECKING:
    from ecgfactory.paper.picture import Picture

_KINDS = {suffix: kind for kind, suffix in SUFFIXES.items()} | {".jpeg": "jpeg"}


class PictureFiles(NamedTuple):
    """A picture, and what belongs to it, in one folder."""

    picture: Path
    mask: Path
    truth: Path

    @classmethod
    def at(cls, path: Path) -> PictureFiles:
        """Return the files of a picture at a path: `ecg.png` has `ecg_mask.png` and `ecg.json` beside it."""
        return cls(path, path.with_name(f"{path.stem}_mask.png"), path.with_suffix(".json"))

    def check(self, overwrite: bool) -> None:
        """Check that they may be made.

        Raises
        ------
        BadInputError
            When one is there already, or would be inside a published dataset.
        """
        for path in self:
            check_outside(path)
            check_free(path, overwrite)

    def write(self, picture: bytes, mask: bytes, truth: Mapping[str, Any]) -> None:
        """Write all three, the truth with their names.

        Raises
        ------
        BadInputError
            When they can't be written.
        """
        named = {
            **truth,
            "image": {**truth["image"], "file": self.picture.name},
            "mask": {**truth["mask"], "file": self.mask.name},
        }
        contents = (picture, mask, truth_json(named))
        with whole_files(self) as temporaries:
            for temporary, content in zip(temporaries, contents, strict=True):
                temporary.write_bytes(content)


def files_to_save(path: str | os.PathLike[str], quality: int, overwrite: bool) -> tuple[PictureFiles, Encoding]:
    """Return the files that a user asks for, and how the picture is to be encoded.

    Raises
    ------
    BadInputError
        When the suffix says no format, quality is none, or the files may not be made.
    """
    place = from_home(path)
    suffix = place.suffix.lower()
    if suffix not in _KINDS:
        raise BadInputError(f"{path}: the suffix {suffix!r} says no format; end the name in {', '.join(_KINDS)}.")
    if not isinstance(quality, Integral) or not 1 <= quality <= 100:
        raise BadInputError(f"{path}: quality is {quality!r}; give a whole number from 1 to 100.")
    files = PictureFiles.at(place)
    files.check(overwrite)
    return files, Encoding(_KINDS[suffix], int(quality))


def save_picture(picture: Picture, path: str | os.PathLike[str], quality: int, overwrite: bool) -> None:
    """Write a picture with its mask and truth; see `Picture.save`."""
    files, encoding = files_to_save(path, quality, overwrite)
    dpi = picture.page.style.dpi
    mask = encode_palette_png(picture.mask, mask_palette(), dpi)
    files.write(encoding.encode(picture.pixels, dpi), mask, picture.truth)
