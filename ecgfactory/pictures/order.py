"""A picture to draw: all that is decided before its record is at hand, so that each can be drawn by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import cv2
import numpy as np

from ecgfactory.arrays import BoolArray
from ecgfactory.formats.base import SignalSpec
from ecgfactory.leads import SignalUv
from ecgfactory.paper.encode import encode_palette_png
from ecgfactory.paper.palette import mask_palette
from ecgfactory.paper.rendering import PictureDraws, render_picture
from ecgfactory.paper.style import PaperStyle
from ecgfactory.paper.truth import PictureNames, truth_of
from ecgfactory.paper.truth_file import truth_json
from ecgfactory.pictures.boxes import boxes_of
from ecgfactory.pictures.paths import PicturePaths
from ecgfactory.pictures.stretch import stretch_of
from ecgfactory.pictures.table import image_row
from ecgfactory.pictures.yolo import yolo_label
from ecgfactory.record import record_id
from ecgfactory.request.images import ImagesRequest


@dataclass(frozen=True)
class DrawnPicture:
    """A picture as it is stored.

    Parameters
    ----------
    files : dict of str to bytes
        Content of the picture, its mask, its truth and its boxes, by path below the dataset.
    row : dict
        Its row in images.parquet.
    """

    files: dict[str, bytes]
    row: dict[str, Any]


@dataclass(frozen=True)
class PictureOrder:
    """A picture to draw.

    Parameters
    ----------
    spec : SignalSpec
        What the records have in common.
    asked : ImagesRequest
        What is drawn.
    numbers : PictureDraws
        Its random numbers, which say of which record it is, and which of the record's pictures.
    style : PaperStyle
        How it is printed.
    stretch : range
        Samples of the record that it shows.
    """

    spec: SignalSpec
    asked: ImagesRequest
    numbers: PictureDraws
    style: PaperStyle
    stretch: range

    @classmethod
    def of(cls, spec: SignalSpec, asked: ImagesRequest, candidate: int, picture: int) -> PictureOrder:
        """Decide about a picture of a record."""
        numbers = PictureDraws(spec.seed, candidate, picture)
        style = asked.variety.draw(numbers.style)
        stretch = stretch_of(numbers, style.speed_mm_per_s, spec.samples, spec.sampling_rate_hz)
        return cls(spec, asked, numbers, style, stretch)

    def draw(
        self, signal_uv: SignalUv, missing: BoolArray | None, features: Mapping[str, object], split: str
    ) -> DrawnPicture:
        """Draw it.

        Parameters
        ----------
        signal_uv : int16 array, shape (leads, samples)
            What it shows of the record.
        missing : bool array, shape (samples,), or None
            Which of these samples were dropped; None where none was.
        features : mapping of str to value
            What was measured on the record.
        split : str
            The record's split.
        """
        shown_uv: Any = signal_uv if missing is None or not missing.any() else np.where(missing, np.nan, signal_uv)
        spec, numbers, encoding = self.spec, self.numbers, self.asked.encoding
        with _one_thread():
            picture = render_picture(
                shown_uv,
                spec.sampling_rate_hz,
                spec.lead_names,
                self.style,
                numbers,
                first_sample=self.stretch.start,
                features=features,
            )
        number = numbers.picture if self.asked.per_record > 1 else None
        paths = PicturePaths(numbers.candidate, split, number, encoding.suffix)
        image, mask = (PurePosixPath(path).name for path in (paths.image, paths.mask))
        truth = truth_of(picture, PictureNames(record_id(numbers.candidate), numbers.picture, image, mask))
        height_px, width_px, _ = picture.pixels.shape
        files = {
            paths.image: encoding.encode(picture.pixels, self.style.dpi),
            paths.mask: encode_palette_png(picture.mask, mask_palette(), self.style.dpi),
            paths.truth: truth_json(truth),
            paths.label: yolo_label(boxes_of(truth), spec.lead_names, width_px, height_px).encode(),
        }
        return DrawnPicture(files, image_row(paths, truth))


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Have OpenCV work in one thread, as there is a worker a core."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
