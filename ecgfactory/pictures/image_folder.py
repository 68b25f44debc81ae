"""Tables by which Hugging Face's `imagefolder` loads the pictures of a split, with their masks and what is known."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.pictures.paths import IMAGES_FILE, IMAGES_FOLDER, metadata_file
from ecgfactory.pictures.table import BOXES, IMAGE_SCHEMA, ROWS_PER_GROUP

_LEFT_OUT = ("image_path", "mask_path", "truth_path", "label_path", BOXES)


def write_metadata(dataset: Path, split: str) -> None:
    """Write the table of a split: file_name and mask_file_name, from the table's folder, and most of images.parquet."""
    target = dataset / metadata_file(split)
    kept = [name for name in IMAGE_SCHEMA.names if name not in _LEFT_OUT]
    named = [pa.field("file_name", pa.string()), pa.field("mask_file_name", pa.string())]
    schema = pa.schema([*named, *(IMAGE_SCHEMA.field(name) for name in kept)])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        columns = ["image_path", "mask_path", *kept]
        for batch in pq.ParquetFile(dataset / IMAGES_FILE).iter_batches(ROWS_PER_GROUP, columns=columns):
            rows = pa.Table.from_batches([batch]).filter(pc.equal(batch.column("split"), split))
            beside = [
                pa.array([path.removeprefix(f"{IMAGES_FOLDER}/{split}/") for path in rows.column(name).to_pylist()])
                for name in columns[:2]
            ]
            writer.write_table(pa.table([*beside, *rows.select(kept).columns], schema=schema))
