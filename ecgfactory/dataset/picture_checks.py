"""What may be wrong with the pictures of a dataset: their table, each of their files, and the exports of their boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import RECORDS_FILE
from ecgfactory.dataset.picture_truth_checks import PictureTruthCheck
from ecgfactory.dataset.pictures import StoredPicture
from ecgfactory.dataset.seal import dataset_files
from ecgfactory.dataset.stretches import read_stretch
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.damage import reading
from ecgfactory.paper.truth_file import PictureTruth
from ecgfactory.pictures.boxes import boxes_of
from ecgfactory.pictures.exports import write_exports
from ecgfactory.pictures.paths import IMAGES_FILE, PicturePaths
from ecgfactory.pictures.table import IMAGE_SCHEMA, ROWS_PER_GROUP, image_row, image_rows
from ecgfactory.pictures.yolo import yolo_label
from ecgfactory.record import record_id

DPI_TOLERANCE = 0.5
"""PNG holds whole pixels per metre."""

Row = Mapping[str, Any]


def picture_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Yield what is wrong with the pictures of a dataset that has some, whose records are sound.

    Raises
    ------
    DamagedDatasetError
        When images.parquet can't be read.
    """
    with reading(IMAGES_FILE):
        problems = list(_table_problems(dataset))
    yield from problems
    if problems:
        return
    for row in image_rows(dataset.path / IMAGES_FILE):
        try:
            yield from _PictureCheck(dataset, row).problems()
        except DamagedDatasetError as error:
            yield from error.problems
    yield from _export_problems(dataset)


def _table_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Compare the table's records with those that there are: each has its pictures, in order, of its split."""
    file, asked = pq.ParquetFile(dataset.path / IMAGES_FILE), dataset.plan.pictures
    assert asked is not None
    if file.schema_arrow.remove_metadata() != IMAGE_SCHEMA:
        yield f"{IMAGES_FILE}: it has other columns than pictures have"
        return
    expected = len(dataset.candidates) * asked.per_record
    if file.metadata.num_rows != expected:
        yield f"{IMAGES_FILE}: {file.metadata.num_rows} rows, where {RECORDS_FILE} asks for {expected} pictures"
        return
    place = 0
    for batch in file.iter_batches(ROWS_PER_GROUP, columns=["record_id", "picture", "split"]):
        for row in batch.to_pylist():
            record, picture = divmod(place, asked.per_record)
            split = dataset.records_table.column("split")[record].as_py()
            told = {"record_id": record_id(dataset.candidates[record]), "picture": picture, "split": split}
            if row != told:
                yield f"{IMAGES_FILE}: row {place} is {_words(row)}, where {RECORDS_FILE} asks for {_words(told)}"
                return
            place += 1


def _words(row: Row) -> str:
    return f"picture {row['picture']} of record {row['record_id']} in {row['split']}"


class _PictureCheck:
    """Checks the files of one picture.

    Parameters
    ----------
    dataset : DatasetFiles
        Whose picture it is.
    row : mapping
        Its row in images.parquet, of a record that there is.
    """

    def __init__(self, dataset: DatasetFiles, row: Row) -> None:
        asked = dataset.plan.pictures
        assert asked is not None
        self._dataset, self._row = dataset, row
        number = row["picture"] if asked.per_record > 1 else None
        self._paths = PicturePaths(int(row["record_id"]), row["split"], number, asked.encoding.suffix)
        self._picture = StoredPicture.of_row(dataset.path, row)

    def problems(self) -> Iterator[str]:
        """Yield what is wrong; truth and mask are held against each other only where both are sound."""
        named = {f"{name}_path": getattr(self._paths, name) for name in ("image", "mask", "truth", "label")}
        for column, path in named.items():
            if self._row[column] != path:
                yield f"{IMAGES_FILE}: {column} of {_words(self._row)} is {self._row[column]}, which is at {path}"
                return
        yield from self._image_problems(self._paths.image, "RGB")
        of_mask = list(self._image_problems(self._paths.mask, "P"))
        yield from of_mask
        if not of_mask:
            yield from (f"{self._paths.truth}: {problem}" for problem in self._truth_problems())

    def _image_problems(self, path: str, mode: str) -> Iterator[str]:
        row = self._row
        with reading(path), Image.open(self._dataset.path / path) as image:
            image.load()
            size, dpi = image.size, image.info.get("dpi", (row["dpi"],))[0]  # WebP holds none
            if size != (row["width_px"], row["height_px"]):
                yield f"{path}: {size[0]} x {size[1]} px, where {IMAGES_FILE} has {row['width_px']} x {row['height_px']}"
            elif image.mode != mode:
                yield f"{path}: its pixels are {image.mode}, where they should be {mode}"
            elif abs(dpi - row["dpi"]) > DPI_TOLERANCE:
                yield f"{path}: {dpi:g} dpi, where {IMAGES_FILE} has {row['dpi']}"

    def _truth_problems(self) -> Iterator[str]:
        truth = self._picture.truth
        with reading(self._paths.truth):
            told = _as_stored(image_row(self._paths, truth.content))
            differing = [name for name in IMAGE_SCHEMA.names if told[name] != self._row[name]]
            if differing:
                yield f"{', '.join(differing)} differ from {IMAGES_FILE}"
                return
            yield from self._label_problems(truth)
            first, last, rate_hz = self._row["first_sample"], self._row["last_sample"], truth.content["sampling_rate_hz"]
            if (rate_hz, truth.content["lead_names"]) != (
                self._dataset.plan.recorder.rate_hz,
                [*self._dataset.plan.lead_names],
            ):
                yield "sampling rate or leads are not those of the record"
                return
            stored = read_stretch(self._dataset, self._row["record_id"], first / rate_hz, (last + 1) / rate_hz)
            check = PictureTruthCheck(truth, stored.signal_uv)
            yield from check.problems(self._picture.mask)

    def _label_problems(self, truth: PictureTruth) -> Iterator[str]:
        path = self._paths.label
        label = yolo_label(
            boxes_of(truth.content), self._dataset.plan.lead_names, self._row["width_px"], self._row["height_px"]
        )
        with reading(path):
            held = (self._dataset.path / path).read_text(encoding="utf-8")
        if held != label:
            yield f"{path}: its boxes are not those of the truth"


def _as_stored(row: Row) -> Row:
    """Return a row as the table has it, whose numbers may be shorter."""
    (stored,) = pa.Table.from_pylist([dict(row)], IMAGE_SCHEMA).to_pylist()
    return dict(stored)


def _export_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Write anew what is made of images.parquet, and compare."""
    with TemporaryDirectory() as folder:
        anew = Path(folder)
        (anew / IMAGES_FILE).symlink_to((dataset.path / IMAGES_FILE).resolve())
        write_exports(anew, dataset.plan)
        for path in dataset_files(anew):
            if path != IMAGES_FILE and _content(dataset.path / path) != (anew / path).read_bytes():
                yield f"{path}: is missing, or does not tell what {IMAGES_FILE} does"


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
