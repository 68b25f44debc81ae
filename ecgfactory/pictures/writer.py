"""Writing the pictures of a shard's records, one at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ecgfactory.arrays import BoolArray
from ecgfactory.formats.base import SignalSpec
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.dropped_samples import dropped_of
from ecgfactory.formats.long_record import LongRecord
from ecgfactory.leads import SignalUv
from ecgfactory.pictures.order import PictureOrder
from ecgfactory.pictures.paths import IMAGES_FILE
from ecgfactory.pictures.table import ImageTableWriter
from ecgfactory.request.images import ImagesRequest


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
        self._table = ImageTableWriter(folder / IMAGES_FILE)

    def write(self, batch: RecordBatch) -> None:
        """Draw records; called with rising candidate numbers."""
        dropped = dropped_of(batch, self._spec)
        for row, candidate in enumerate(batch.candidates.tolist()):
            for order in self._orders(candidate):
                shown = slice(order.stretch.start, order.stretch.stop)
                missing = None if dropped is None else dropped[row][shown]
                self._draw(order, batch.signals_uv[row][:, shown], missing, batch, row)

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
            self._draw(order, np.concatenate(held, axis=1), None, record.row, 0)

    def close(self) -> None:
        """Finish the table; nothing is flushed to disk yet."""
        self._table.close()

    def _orders(self, candidate: int) -> list[PictureOrder]:
        """Decide about the pictures of a record."""
        numbers = range(self._asked.per_record)
        return [PictureOrder.of(self._spec, self._asked, candidate, picture) for picture in numbers]

    def _draw(
        self, order: PictureOrder, signal_uv: SignalUv, missing: BoolArray | None, batch: RecordBatch, row: int
    ) -> None:
        """Draw one picture and write its files; `signal_uv` is what it shows."""
        features = {name: values[row] for name, values in batch.features.items()}
        drawn = order.draw(signal_uv, missing, features, str(batch.splits[row]))
        for path, content in drawn.files.items():
            self._put(path, content)
        self._table.add(drawn.row)

    def _put(self, path: str, content: bytes) -> None:
        """Write a file below the folder, which is not made again where it is gone, as whoever wanted the shard is."""
        place = self._folder / path
        for parent in reversed(place.relative_to(self._folder).parents[:-1]):
            (self._folder / parent).mkdir(exist_ok=True)
        place.write_bytes(content)
