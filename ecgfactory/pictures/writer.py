"""Writing the pictures of a shard's records, one at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np

from ecgfactory.arrays import BoolArray
from ecgfactory.formats.base import SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.dropped_samples import dropped_of
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.leads import SignalUv
from ecgfactory.paper.encode import encode_palette_png
from ecgfactory.paper.palette import mask_palette
from ecgfactory.paper.rendering import PictureDraws, render_picture
from ecgfactory.paper.style import PaperStyle
from ecgfactory.paper.truth import PictureNames, truth_of
from ecgfactory.paper.truth_file import truth_json
from ecgfactory.pictures.boxes import boxes_of
from ecgfactory.pictures.paths import IMAGES_FILE, PicturePaths
from ecgfactory.pictures.stretch import stretch_of
from ecgfactory.pictures.table import ImageTableWriter, image_row
from ecgfactory.pictures.yolo import yolo_label
from ecgfactory.record import record_id
from ecgfactory.request.images import ImagesRequest


@dataclass(frozen=True)
class _Order:
    """A picture to draw: its random numbers, how it is printed, and which samples it shows."""

    numbers: PictureDraws
    style: PaperStyle
    stretch: range


class PicturesWriter:
    """Writes pictures of records, with what is known of each; one picture is in memory at a time.

    Parameters
    ----------
    folder : Path
        The folder to write into, which exists; files go below it, under the paths that `PicturePaths` gives.
    spec : SignalSpec
        What the records have in common.
    asked : ImagesRequest
        What is drawn.
    """

    def __init__(self, folder: Path, spec: SignalSpec, asked: ImagesRequest) -> None:
        self._folder, self._spec, self._asked = folder, spec, asked
        self._variety, self._encoding, self._palette = asked.variety, asked.encoding, mask_palette()
        self._table = ImageTableWriter(folder / IMAGES_FILE)

    def write(self, batch: RecordBatch) -> None:
        """Draw records; called with rising candidate numbers."""
        dropped = dropped_of(batch, self._spec)
        for row, candidate in enumerate(batch.candidates.tolist()):
            missing = None if dropped is None else dropped[row]
            for order in self._orders(candidate):
                shown = slice(order.stretch.start, order.stretch.stop)
                signal_uv = _with_gaps(batch.signals_uv[row][:, shown], None if missing is None else missing[shown])
                self._draw(order, signal_uv, batch, row)

    def write_long(self, record: LongRecord) -> None:
        """Draw a long record, of which only what is shown is held."""
        orders = self._orders(record.candidate)
        parts: list[list[SignalUv]] = [[] for _ in orders]
        end = max(order.stretch.stop for order in orders)
        for piece in record.pieces():
            for order, held in zip(orders, parts, strict=True):
                first, stop = (place - piece.start for place in (order.stretch.start, order.stretch.stop))
                held.append(piece.signal_uv[:, max(first, 0) : max(stop, 0)].copy())
            if piece.start + piece.signal_uv.shape[1] >= end:
                break
        for order, held in zip(orders, parts, strict=True):
            self._draw(order, np.concatenate(held, axis=1), record.row, 0)

    def close(self) -> None:
        """Finish the table; nothing is flushed to disk yet."""
        self._table.close()

    def _orders(self, candidate: int) -> list[_Order]:
        """Decide about the pictures of a record."""
        orders = []
        for picture in range(self._asked.per_record):
            numbers = PictureDraws(self._spec.seed, candidate, picture)
            style = self._variety.draw(numbers.style)
            stretch = stretch_of(numbers, style.speed_mm_per_s, self._spec.samples, self._spec.sampling_rate_hz)
            orders.append(_Order(numbers, style, stretch))
        return orders

    def _draw(self, order: _Order, signal_uv: SignalUv, batch: RecordBatch, row: int) -> None:
        """Draw one picture and write its files; `signal_uv` is what it shows."""
        numbers, spec = order.numbers, self._spec
        features = {name: values[row] for name, values in batch.features.items()}
        with _one_thread():
            picture = render_picture(
                signal_uv,
                spec.sampling_rate_hz,
                spec.lead_names,
                order.style,
                numbers,
                first_sample=order.stretch.start,
                features=features,
            )
        number = numbers.picture if self._asked.per_record > 1 else None
        paths = PicturePaths(numbers.candidate, str(batch.splits[row]), number, self._encoding.suffix)
        image, mask = (PurePosixPath(path).name for path in (paths.image, paths.mask))
        truth = truth_of(picture, PictureNames(record_id(numbers.candidate), numbers.picture, image, mask))
        height_px, width_px, _ = picture.pixels.shape
        self._put(paths.image, self._encoding.encode(picture.pixels, order.style.dpi))
        self._put(paths.mask, encode_palette_png(picture.mask, self._palette, order.style.dpi))
        self._put(paths.truth, truth_json(truth))
        self._put(paths.label, yolo_label(boxes_of(truth), spec.lead_names, width_px, height_px).encode())
        self._table.add(image_row(paths, truth))

    def _put(self, path: str, content: bytes) -> None:
        """Write a file below the folder, which is not made again where it is gone, as whoever wanted the shard is."""
        place = self._folder / path
        for parent in reversed(place.relative_to(self._folder).parents[:-1]):
            (self._folder / parent).mkdir(exist_ok=True)
        place.write_bytes(content)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Have OpenCV work in one thread, as there is a worker a core."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _with_gaps(signal_uv: SignalUv, missing: BoolArray | None) -> Any:
    """Return a signal with NaN where samples are missing."""
    return signal_uv if missing is None or not missing.any() else np.where(missing, np.nan, signal_uv)
