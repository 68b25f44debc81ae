"""What may be wrong with the pictures of a dataset: their table, their files, and the exports of their boxes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import RECORDS_FILE
from ecgfactory.dataset.picture_truth_checks import PictureTruthCheck
from ecgfactory.dataset.pictures import dropped_of
from ecgfactory.dataset.seal import dataset_files
from ecgfactory.dataset.stretches import read_stretch
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.damage import reading
from ecgfactory.paper.damage.base import Pixels
from ecgfactory.paper.truth_file import PictureTruth, parsed_truth
from ecgfactory.pictures.boxes import boxes_of
from ecgfactory.pictures.exports import write_exports
from ecgfactory.pictures.paths import IMAGES_FILE, IMAGES_FOLDER, PicturePaths
from ecgfactory.pictures.table import IMAGE_SCHEMA, ROWS_PER_GROUP, image_row, image_rows
from ecgfactory.pictures.yolo import yolo_label
from ecgfactory.record import record_id
from ecgfactory.storage.durable import sha256_of
from ecgfactory.storage.object_file import parquet_file

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
    with dataset.at_hand(IMAGES_FILE) as folder:
        for row in image_rows(folder / IMAGES_FILE):
            yield from problems_of_picture(dataset, row)
    yield from _export_problems(dataset)


def _table_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Compare the table's records with those that there are: each has its pictures, in order, of its split."""
    file, asked = parquet_file(dataset.path / IMAGES_FILE), dataset.plan.pictures
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


def problems_of_picture(dataset: DatasetFiles, row: Row) -> list[str]:
    """Return what is wrong with the files of one picture, of which images.parquet has this row."""
    try:
        return list(_PictureCheck(dataset, row).problems())
    except DamagedDatasetError as error:
        return error.problems


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

    def problems(self) -> Iterator[str]:
        """Yield what is wrong; the truth is held against a sound picture with a sound mask alone."""
        for name in ("image", "mask", "truth", "label"):
            held, path = self._row[f"{name}_path"], getattr(self._paths, name)
            if held != path:
                yield f"{IMAGES_FILE}: {name}_path of {_words(self._row)} is {held}, where it is {path}"
                return
        pixels, problems = self._opened(self._paths.image, "RGB")
        mask, of_mask = self._opened(self._paths.mask, "P")
        yield from (*problems, *of_mask)
        if not (problems or of_mask):
            with reading(self._paths.truth):
                text = self._content(self._paths.truth)
                truth, content = parsed_truth(text, "it"), orjson.loads(text)  # which has all digits as written
                yield from (
                    f"{self._paths.truth}: {problem}" for problem in self._truth_problems(truth, content, pixels, mask)
                )

    def _content(self, path: str) -> bytes:
        with self._dataset.at_hand(path) as folder:
            return (folder / path).read_bytes()

    def _opened(self, path: str, mode: str) -> tuple[npt.NDArray[np.uint8], list[str]]:
        """Read a picture or a mask, and tell what is wrong with it by itself."""
        row, problems = self._row, list[str]()
        with reading(path), Image.open(io.BytesIO(self._content(path))) as image:
            values = np.asarray(image)
            size, dpi = image.size, image.info.get("dpi", (row["dpi"],))[0]  # WebP holds none
            if size != (row["width_px"], row["height_px"]):
                asked = f"{row['width_px']} x {row['height_px']}"
                problems.append(f"{path}: {size[0]} x {size[1]} px, where {IMAGES_FILE} has {asked}")
            elif image.mode != mode:
                problems.append(f"{path}: its pixels are {image.mode}, where they should be {mode}")
            elif abs(dpi - row["dpi"]) > DPI_TOLERANCE:
                problems.append(f"{path}: {dpi:.0f} dpi, where {IMAGES_FILE} has {row['dpi']}")
        return values, problems

    def _truth_problems(
        self, truth: PictureTruth, content: Mapping[str, Any], pixels: Pixels, mask: npt.NDArray[np.uint8]
    ) -> Iterator[str]:
        """Hold the truth against the table, the record, the picture and the mask."""
        row, plan = self._row, self._dataset.plan
        named = (truth.record_id, truth.picture, truth.image.file, truth.mask.file)
        files = (PurePosixPath(path).name for path in (self._paths.image, self._paths.mask))
        if named != (row["record_id"], row["picture"], *files):
            yield f"it is of another picture than {_words(row)}"
        elif (truth.sampling_rate_hz, truth.lead_names) != (plan.recorder.rate_hz, plan.lead_names):
            yield "its sampling rate or leads are not those of the record"
        elif differing := self._differing_columns(content):
            yield f"{', '.join(differing)} are others in {IMAGES_FILE}"
        else:
            yield from self._label_problems(content)
            shown_s = (row["first_sample"] / plan.recorder.rate_hz, (row["last_sample"] + 1) / plan.recorder.rate_hz)
            stored = read_stretch(self._dataset, row["record_id"], *shown_s)
            yield from PictureTruthCheck(truth, stored.signal_uv, dropped_of(stored)).problems(pixels, mask)

    def _differing_columns(self, content: Mapping[str, Any]) -> list[str]:
        """Return in which columns the table says otherwise than the truth."""
        told = image_row(self._paths, content)
        (stored,) = pa.Table.from_pylist([told], IMAGE_SCHEMA).to_pylist()  # in which numbers may be shorter
        return [name for name in IMAGE_SCHEMA.names if stored[name] != self._row[name]]

    def _label_problems(self, content: Mapping[str, Any]) -> Iterator[str]:
        path, row, lead_names = self._paths.label, self._row, self._dataset.plan.lead_names
        label = yolo_label(boxes_of(content), lead_names, row["width_px"], row["height_px"])
        with reading(path):
            if self._content(path).decode() != label:
                yield f"its boxes are not those in {path}"


def _export_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Write anew what is made of images.parquet, and compare."""
    with TemporaryDirectory() as temporary, dataset.at_hand(IMAGES_FILE) as folder:
        anew = Path(temporary)
        (anew / IMAGES_FILE).symlink_to((folder / IMAGES_FILE).resolve())
        pictured = set(pc.unique(dataset.table(IMAGES_FILE, ["split"]).column("split")).to_pylist())
        splits = [split for split in dataset.plan.request.splits if split in pictured]
        for split in splits:
            (anew / IMAGES_FOLDER / split).mkdir(parents=True)
        write_exports(anew, dataset.plan.lead_names, splits)
        for path in dataset_files(anew):
            if not dataset.holds(path, sha256_of(anew / path)):
                yield f"{path}: is missing, or does not tell what {IMAGES_FILE} does"
