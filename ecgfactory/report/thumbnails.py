"""Small copies of a dataset's pictures, for its web page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.pictures import StoredPicture
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.damage import reading
from ecgfactory.paper.words import picture_words

WIDTH_PX = 480
"""Of a copy: on it layout and damage are seen, and it has some 40 kB."""

MOST = 24
"""Copies in a page, about 1 MB."""

_QUALITY = 75


@dataclass(frozen=True)
class Thumbnail:
    """A small copy of a picture.

    Parameters
    ----------
    record_id : str
        The record that it is of.
    words : str
        What it is.
    path : str
        Of the picture, relative to the page.
    source : str
        The copy, as a `data:` address.
    width_px, height_px : int
        Of the copy.
    """

    record_id: str
    words: str
    path: str
    source: str
    width_px: int
    height_px: int


def thumbnails(files: DatasetFiles, record_ids: Sequence[str], above: str) -> list[Thumbnail]:
    """Make small copies of pictures of accepted records: of each one, then one more, and so on up to `MOST`.

    Parameters
    ----------
    files : DatasetFiles
        The dataset; it may be without pictures.
    record_ids : sequence of str
        The records.
    above : str
        Path of the dataset, relative to the page.

    Raises
    ------
    DamagedDatasetError
        When it can't be read.
    """
    if files.plan.pictures is None:
        return []
    each = files.plan.pictures.per_record
    first = [files.place(name) * each for name in record_ids]
    places = [place + number for number in range(each) for place in first]
    paths = files.pictures_table.column("image_path")
    return [_thumbnail(files.picture_at(place), f"{above}/{paths[place]}") for place in sorted(places[:MOST])]


def _thumbnail(picture: StoredPicture, path: str) -> Thumbnail:
    import cv2  # most datasets have no pictures

    is_large = picture.truth.image.width_px >= 2 * WIDTH_PX  # then JPEG is decoded at half its size, four times faster
    with reading(picture.path):
        content = np.frombuffer(picture.path.read_bytes(), np.uint8)
        pixels = cv2.imdecode(content, cv2.IMREAD_REDUCED_COLOR_2 if is_large else cv2.IMREAD_COLOR)
    if pixels is None:
        raise DamagedDatasetError([f"{picture.path}: can't be read as a picture."])
    height_px = round(WIDTH_PX * pixels.shape[0] / pixels.shape[1])
    small = cv2.resize(pixels, (WIDTH_PX, height_px), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    source = f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"
    return Thumbnail(picture.record_id, picture_words(picture.truth), path, source, WIDTH_PX, height_px)
