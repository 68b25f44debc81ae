"""Writing pictures: which samples they show, whole or in pieces, and the same bytes however shards are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.artefact_table import DROPPED_SAMPLES, ArtefactTable
from ecgfactory.formats.base import SignalSpec, StoredArtefacts
from ecgfactory.formats.batch import Injury, RecordBatch
from ecgfactory.formats.long_record import LongRecord, RecordPiece
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.line.build import Built
from ecgfactory.paper.rendering import PictureDraws
from ecgfactory.paper.truth_file import PictureTruth, read_truth
from ecgfactory.pictures.stretch import stretch_of
from ecgfactory.pictures.table import image_rows
from ecgfactory.pictures.writer import PicturesWriter
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.images import ImagesRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.shard import make_shard

SMALL = ImagesRequest.model_validate({"paper": {"dpi": 72, "gains": 5}, "damage": "none", "layouts": ["3x4+II", "6x2"]})
RATE_HZ = 100
Builder = Callable[..., Built]


def spec_of(seconds: int, **more: object) -> SignalSpec:
    return SignalSpec(TWELVE_LEADS, seconds * RATE_HZ, 3, sampling_rate_hz=RATE_HZ, **more)  # type: ignore[arg-type]


def batch_of(seconds: int, candidates: list[int]) -> RecordBatch:
    t = np.arange(seconds * RATE_HZ) / RATE_HZ
    leads = np.arange(1, 13)[:, np.newaxis]
    signals = np.stack([200 * np.sin(2 * np.pi * t * (1 + number / 10)) + 7 * leads for number in candidates])
    numbers = np.array(candidates, dtype=np.int64)
    return RecordBatch(numbers, np.array(["train"] * len(candidates)), signals.astype(np.int16), {})


def written(
    folder: Path, spec: SignalSpec, asked: ImagesRequest, *given_: RecordBatch | LongRecord
) -> dict[str, bytes]:
    folder.mkdir()
    writer = PicturesWriter(folder, spec, asked)
    for records in given_:
        writer.write_long(records) if isinstance(records, LongRecord) else writer.write(records)
    writer.close()
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def truths(folder: Path) -> list[PictureTruth]:
    return [read_truth(folder / row["truth_path"]) for row in image_rows(folder / "images.parquet")]


@given(st.integers(0, 99), st.sampled_from([25, 50]), st.integers(1, 20_000), st.sampled_from([100, 500]))
def test_a_stretch_lies_in_the_record_and_fits_the_page(candidate: int, speed: int, samples: int, rate_hz: int) -> None:
    stretch = stretch_of(PictureDraws(1, candidate), speed, samples, rate_hz)
    assert 0 <= stretch.start < stretch.stop <= samples
    assert len(stretch) == min(samples, 250 / speed * rate_hz)


def test_the_truth_tells_the_stretch_of_the_record_that_is_shown(tmp_path: Path) -> None:
    asked = SMALL.model_copy(update={"paper": SMALL.paper.model_copy(update={"speeds": {50: 1}})})
    batch = batch_of(30, [4, 9])
    written(tmp_path / "s", spec_of(30), asked, batch)
    firsts = []
    for row, truth in enumerate(truths(tmp_path / "s")):
        firsts.append(truth.first_sample)
        assert truth.last_sample - truth.first_sample + 1 == 5 * RATE_HZ
        for piece in truth.leads:
            lead = TWELVE_LEADS.index(piece.lead)
            stored = batch.signals_uv[row, lead, truth.first_sample : truth.last_sample + 1]
            assert piece.baseline_uv == pytest.approx(np.median(stored), abs=0.5)
    assert len({*firsts, 0}) == 3


def test_long_records_are_drawn_from_pieces_as_whole_ones_are(tmp_path: Path) -> None:
    batch, asked = batch_of(200, [7]), SMALL.model_copy(update={"per_record": 3})

    def pieces() -> Iterator[RecordPiece]:
        for start in range(0, 200 * RATE_HZ, 700):  # shorter than what a page shows
            yield RecordPiece(start, batch.signals_uv[0][:, start : start + 700])

    none = batch.signals_uv[:, :, :0]
    long_record = LongRecord(replace(batch, signals_uv=none), pieces)
    spec = spec_of(200)
    assert written(tmp_path / "long", spec, asked, long_record) == written(tmp_path / "whole", spec, asked, batch)
    assert len({truth.first_sample for truth in truths(tmp_path / "long")}) == 3


def test_dropped_samples_are_not_drawn(tmp_path: Path) -> None:
    dropped = (DROPPED_SAMPLES, [True] * 12, 100, 219, 1.2, "s", np.nan, False, "{}")
    table = ArtefactTable.of_rows(TWELVE_LEADS, 1, [0], [dropped])
    batch = replace(batch_of(10, [2]), injury=Injury(table, np.full((1, 12), np.nan), [[]], {}, None))
    written(tmp_path / "s", spec_of(10, artefacts=StoredArtefacts(clean_twins=False)), SMALL, batch)
    (truth,) = truths(tmp_path / "s")
    for piece in truth.leads:
        missing = [(max(100, piece.first_sample), min(219, piece.last_sample))]
        assert piece.missing == [stretch for stretch in missing if stretch[0] <= stretch[1]]
    assert any(piece.missing for piece in truth.leads)


def test_kinds_of_files_are_named_as_they_are(tmp_path: Path) -> None:
    asked = ImagesRequest.model_validate({**SMALL.model_dump(), "file": "jpeg", "quality": 60})
    files = written(tmp_path / "s", spec_of(10), asked, batch_of(10, [1_234]))
    assert files.keys() == {
        "images.parquet",
        "images/train/images/00001/00001234.jpg",
        "images/train/images/00001/00001234.json",
        "images/train/masks/00001/00001234.png",
        "images/train/labels/00001/00001234.txt",
    }


def test_nothing_is_made_anew_where_the_shard_s_folder_is_gone(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    writer = PicturesWriter(tmp_path / "s", spec_of(10), SMALL)
    (tmp_path / "s" / "images.parquet").unlink()
    (tmp_path / "s").rmdir()
    with pytest.raises(FileNotFoundError):
        writer.write(batch_of(10, [1]))
    assert not (tmp_path / "s").exists()


def test_a_cut_shard_has_the_pictures_of_one_that_was_made_so_short(
    make_request: Callable[..., BuildRequest], tmp_path: Path
) -> None:
    asked = {"records": 100, "seed": 3, "shard_records": 8, "generator": {"batch": 4}, "output": str(tmp_path)}
    images = SMALL.model_dump(mode="json")
    plan = make_plan(make_request(name="s", formats=["parquet", "images"], images=images, **asked))
    whole = Workspace.create(plan, "whole")
    make_shard(plan, 1, 100, whole)
    cut, short = make_shard(plan, 1, 2, whole), make_shard(plan, 1, 2, Workspace.create(plan, "short"))
    assert cut.files == short.files
    assert sum("/masks/" in file.path for file in cut.files) == 2


def test_pictures_are_the_same_for_any_size_of_shards(
    make_request: Callable[..., BuildRequest], build: Builder, tmp_path: Path
) -> None:
    def made(name: str, **keys: object) -> dict[str, bytes]:
        images = SMALL.model_dump(mode="json") | {"damage": ["none", "photo"]}
        asked = {"records": 4, "formats": ["npy", "images"], "images": images, "report": {"samples": 0}} | keys
        dataset = build(make_request(name=name, output=str(tmp_path), generator={"batch": 2}, **asked)).dataset
        files = (path for path in dataset.rglob("*") if path.is_file())
        paths = {path.relative_to(dataset).as_posix(): path for path in files}
        kept = [name for name in paths if name.startswith("images")]
        return {name: paths[name].read_bytes() for name in kept}

    one, other = made("one", shard_records=2), made("other", shard_records=6)
    assert len(one) > 4 * 4
    assert one == other
