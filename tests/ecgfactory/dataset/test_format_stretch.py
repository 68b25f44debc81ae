"""Stretches of long records in a store, which here is a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgfactory.dataset.format_stretch import read_format_stretch
from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Labels
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.storage.fetched import fetched_files
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.store_path import StorePath
from tests.long_composed import composed_batch, composed_spec, long_record

RATE_HZ, DURATION_S = 250, 3600
SPEC = composed_spec(EIGHT_LEADS, DURATION_S, RATE_HZ, Labels())
START, STOP = 2000 * RATE_HZ, 2010 * RATE_HZ


@pytest.mark.parametrize("name", ["parquet", "wfdb", "csv", "npy"])
def test_a_stretch_is_that_of_a_disk_and_of_parquet_a_small_part_of_the_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    format_, batch = FORMATS.load(name), composed_batch(EIGHT_LEADS, DURATION_S, RATE_HZ)
    writer = format_(tmp_path, SPEC)
    writer.write_long(long_record(batch, RATE_HZ))
    writer.close()
    path, read_bytes = format_.staged_path(1205, "train"), []
    read = FolderStore.read

    def noted(store: FolderStore, name: str, start: int = 0, stop: int | None = None) -> bytes:
        content = read(store, name, start, stop)
        read_bytes.append(len(content))
        return content

    monkeypatch.setattr(FolderStore, "read", noted)
    place = StorePath.parse(f"file://{tmp_path}")
    stretch_uv = read_format_stretch(format_, place, path, 1205, SPEC, START, STOP)
    assert np.array_equal(stretch_uv, batch.signals_uv[0, :, START:STOP])
    if name == "parquet":
        assert fetched_files().opened(place / path) is None
        assert sum(read_bytes) < (tmp_path / path).stat().st_size / 5
