"""Small copies of a dataset's pictures, for its web page."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from ecgfactory.errors import DamagedDatasetError
from ecgfactory.paper.words import picture_words

WIDTH_PX = 480
"""Of a copy: on it layout and damage are seen, and it has some 30 kB."""

MOST = 36
"""Copies in a page, about 1 MB."""

_QUALITY = 80

_REDUCED = {4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2, 1: cv2.IMREAD_COLOR}
"""How to read a picture at a part of its width; of JPEG, the rest is not even decoded."""


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


def thumbnail(file: Path, truth: Mapping[str, Any], record_id: str, path: str) -> Thumbnail:
    """Make a small copy of a picture.

    Parameters
    ----------
    file : Path
        The picture.
    truth : mapping
        What is known of it.
    record_id, path : str
        As of a `Thumbnail`.

    Raises
    ------
    DamagedDatasetError
        When it can't be read.
    """
    part = next(part for part in _REDUCED if truth["image"]["width_px"] // part >= WIDTH_PX or part == 1)
    pixels = cv2.imread(str(file), _REDUCED[part])
    if pixels is None:
        raise DamagedDatasetError([f"{file}: can't be read as a picture."])
    height_px = round(WIDTH_PX * pixels.shape[0] / pixels.shape[1])
    small = cv2.resize(pixels, (WIDTH_PX, height_px), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    source = f"data:image/jpeg;base64,{base64.b64encode(encoded.tobytes()).decode()}"
    return Thumbnail(record_id, picture_words(truth), path, source, WIDTH_PX, height_px)
