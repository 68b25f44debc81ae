"""What `verify` finds wrong with pictures: each check sees one kind of damage, told in one sentence with its file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import MANIFEST_FILE
from ecgfactory.dataset.picture_checks import picture_problems, problems_of_picture
from ecgfactory.dataset.picture_truth_checks import PictureTruthCheck
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.seal import seal
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.pictures.table import IMAGE_SCHEMA

Rows = list[dict[str, Any]]


@pytest.fixture
def copy(pictured: Path, tmp_path: Path) -> Path:
    """A copy of the dataset that a test may damage."""
    return Path(shutil.copytree(pictured, tmp_path / "pictured" / pictured.name))


def problems_of(dataset: Path) -> list[str]:
    try:
        return list(picture_problems(Dataset(dataset)))
    except DamagedDatasetError as error:
        return error.problems


def problems_of_one(dataset: Path, number: int = 0) -> list[str]:
    """What is wrong with one picture: quicker than with all of them."""
    return problems_of_picture(Dataset(dataset), pq.read_table(dataset / "images.parquet").to_pylist()[number])


def files_of(dataset: Path, number: int = 0) -> dict[str, str]:
    """Paths of one picture, undamaged so far, below the dataset."""
    row = pq.read_table(dataset / "images.parquet").to_pylist()[number]
    return {name: row[f"{name}_path"] for name in ("image", "mask", "truth", "label")}


def change_table(dataset: Path, change: Callable[[Rows], Rows]) -> None:
    path = dataset / "images.parquet"
    pq.write_table(pa.Table.from_pylist(change(pq.read_table(path).to_pylist()), IMAGE_SCHEMA), path)


def change_truth(dataset: Path, change: Callable[[dict[str, Any]], object]) -> str:
    path = files_of(dataset)["truth"]
    truth = json.loads((dataset / path).read_bytes())
    change(truth)
    (dataset / path).write_text(json.dumps(truth))
    return path


def change_mask(dataset: Path, change: Callable[[Any], Any]) -> str:
    path = files_of(dataset)["mask"]
    with Image.open(dataset / path) as image:
        values, palette, dpi = np.array(image), image.getpalette(), image.info["dpi"]
    changed = Image.fromarray(change(values))
    changed.putpalette(palette or [])
    changed.save(dataset / path, dpi=dpi)
    return path


def test_sound_pictures_pass(pictured: Path) -> None:
    assert problems_of(pictured) == []
    assert sum(verify(pictured).manifest.pictures.values()) == 12


def test_a_table_that_lacks_pictures_or_columns_is_found(copy: Path) -> None:
    change_table(copy, lambda rows: rows[:-1])
    assert problems_of(copy) == ["images.parquet: 11 rows, where records.parquet asks for 12 pictures"]
    pq.write_table(pq.read_table(copy / "images.parquet").drop_columns(["font"]), copy / "images.parquet")
    assert problems_of(copy) == ["images.parquet: it has other columns than pictures have"]
    (copy / "images.parquet").write_bytes(b"PAR1")
    assert problems_of(copy)[0].startswith("images.parquet: can't be read (")


def test_pictures_of_another_record_order_or_split_are_found(copy: Path) -> None:
    first = Dataset(copy).record_ids[0]
    change_table(copy, lambda rows: [rows[1], rows[0], *rows[2:]])
    (problem,) = problems_of(copy)
    split = Dataset(copy).splits[first]
    assert problem == (
        f"images.parquet: row 0 is picture 1 of record {first} in {split}, where records.parquet asks for picture 0 of "
        f"record {first} in {split}"
    )
    change_table(copy, lambda rows: [rows[1] | {"split": "test" if split == "train" else "train"}, rows[0], *rows[2:]])
    assert "images.parquet: row 0 is picture 0" in problems_of(copy)[0]


def test_pictures_that_do_not_open_or_are_of_another_size_are_found(copy: Path) -> None:
    image, mask = files_of(copy)["image"], files_of(copy, 1)["mask"]
    (copy / image).write_bytes((copy / image).read_bytes()[:2000])
    with Image.open(copy / mask) as held:
        size = held.size
        held.crop((0, 0, size[0] - 1, size[1])).save(copy / mask)
    (cut,), (smaller,) = problems_of_one(copy), problems_of_one(copy, 1)
    assert cut.startswith(f"{image}: can't be read (")
    assert smaller == f"{mask}: {size[0] - 1} x {size[1]} px, where images.parquet has {size[0]} x {size[1]}"


def test_another_kind_of_pixels_and_another_resolution_are_found(copy: Path) -> None:
    grey, coarse = files_of(copy)["image"], files_of(copy, 1)["image"]
    dpi = pq.read_table(copy / "images.parquet").column("dpi").to_pylist()[:2]
    Image.open(copy / grey).convert("L").save(copy / grey, dpi=(dpi[0], dpi[0]))
    Image.open(copy / coarse).save(copy / coarse, dpi=(300, 300))
    assert [*problems_of_one(copy), *problems_of_one(copy, 1)] == [
        f"{grey}: its pixels are L, where they should be RGB",
        f"{coarse}: 300 dpi, where images.parquet has {dpi[1]}",
    ]


def test_a_truth_that_is_none_or_of_another_picture_is_found(copy: Path) -> None:
    first, second = files_of(copy)["truth"], files_of(copy, 1)["truth"]
    (copy / first).write_text("{")
    shutil.copy(copy / files_of(copy, 2)["truth"], copy / second)
    (broken,), (other,) = problems_of_one(copy), problems_of_one(copy, 1)
    assert broken.startswith(f"{first}: can't be read (it is no JSON")
    assert other.startswith(f"{second}: it is of another picture than picture 1 of record ")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda truth: truth["page"].update(colour="pink"), "colour are others in images.parquet"),
        (
            lambda truth: truth["leads"][1].__setitem__("first_x_mm", truth["leads"][1]["first_x_mm"] + 0.1),
            r"V1 in row 0, column 1: sample \d+ is 0\.\d+ px away from where the stored signal has it",
        ),
        (lambda truth: truth["texts"][0]["box_px"].__setitem__(0, 0.0), "boxes are others in images.parquet"),
        (lambda truth: truth.update(sampling_rate_hz=250), "its sampling rate or leads are not those of the record"),
        (
            lambda truth: truth["mask"]["values"].update(I=11, II=10),
            "the values of the mask are not those of the record's leads",
        ),
        (
            lambda truth: truth["leads"][0]["y_px"].__setitem__(7, truth["leads"][0]["y_px"][7] + 0.3),
            r"I in row 0, column 0: sample \d+ is 0\.30 px away from where the stored signal has it",
        ),
        (
            lambda truth: truth["leads"][0]["x_px"].__setitem__(7, None),
            r"I in row 0, column 0: sample \d+ is not drawn, and was not dropped",
        ),
        (
            lambda truth: truth["leads"][0].update(first_sample=-1, last_sample=truth["leads"][0]["last_sample"] - 1),
            "I in row 0, column 0: samples -1 to ",
        ),
    ],
)
def test_a_truth_that_says_otherwise_is_found(
    copy: Path, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    path = change_truth(copy, change)
    assert re.match(f"{re.escape(path)}: {told}", problems_of_one(copy)[0])


def test_a_signal_that_is_not_what_is_drawn_is_found(copy: Path) -> None:
    """The stored record is another by 200 uV in one sample, which is a millimetre or two."""
    data = min((copy / "data").glob(f"{files_of(copy)['image'].split('/')[1]}-*.parquet"))
    table = pq.read_table(data)
    values = table.column("I").to_pylist()
    first = json.loads((copy / files_of(copy)["truth"]).read_bytes())["leads"][0]["first_sample"]
    values[0][first + 70] += 200
    field = table.schema.field("I")
    pq.write_table(table.set_column(table.schema.get_field_index("I"), field, pa.array(values, field.type)), data)
    of_record = [problem for problem in problems_of_one(copy) if ": I in row " in problem]
    assert of_record
    assert all(
        f"sample {first + 70} is " in problem and "px away from where the stored signal has it" in problem
        for problem in of_record
    )


def test_a_dropped_sample_that_is_drawn_is_found(pictured: Path) -> None:
    dataset = Dataset(pictured)
    picture = dataset.picture_at(0)
    truth, rate_hz = picture.truth, dataset.sampling_rate_hz
    stored = dataset.stretch(picture.record_id, truth.first_sample / rate_hz, (truth.last_sample + 1) / rate_hz)
    dropped = np.arange(stored.signal_uv.shape[1]) == 30
    problems = list(PictureTruthCheck(truth, stored.signal_uv, dropped).problems(picture.pixels, picture.mask))
    assert f"I in row 0, column 0: sample {truth.first_sample + 30} is drawn, and was dropped" in problems


def test_grid_lines_that_are_not_where_the_map_has_them_are_found(copy: Path) -> None:
    images = pq.read_table(copy / "images.parquet").to_pylist()
    number = next(place for place, row in enumerate(images) if row["colour"] != "none")
    path = files_of(copy, number)["truth"]
    truth = json.loads((copy / path).read_bytes())
    truth["grid"]["vertical"]["ends_px"][5][0][0] += 0.5
    (copy / path).write_text(json.dumps(truth))
    assert problems_of_one(copy, number) == [f"{path}: an end of a grid line is 0.50 px from where the map has it"]


def test_a_mask_that_does_not_show_the_traces_is_found(copy: Path) -> None:
    truth = files_of(copy)["truth"]
    lead = json.loads((copy / truth).read_bytes())["leads"][0]
    change_mask(copy, lambda values: np.where(values == 10, np.uint8(0), values))
    assert any(
        f"{truth}: {lead['lead']} in row 0, column 0: the mask shows it at 0%" in of for of in problems_of_one(copy)
    )


def test_a_mask_with_stray_pixels_is_found(copy: Path) -> None:
    truth = files_of(copy)["truth"]

    def stray(values: Any) -> Any:
        values[0, 3], values[0, 4] = 16, 200
        return values

    change_mask(copy, stray)
    assert problems_of_one(copy) == [
        f"{truth}: the mask has pixels of value 200, which stands for nothing",
        f"{truth}: the mask shows V1 at pixel (3, 0), outside of its box",
    ]


def test_a_picture_that_is_not_the_one_of_its_mask_is_found(copy: Path) -> None:
    paths = files_of(copy)
    with Image.open(copy / paths["image"]) as image:
        Image.new("RGB", image.size, (250, 240, 240)).save(copy / paths["image"], dpi=image.info["dpi"])
    assert problems_of_one(copy) == [
        f"{paths['truth']}: the picture is 0 of 255 darker where the mask shows leads than beside them"
    ]


def test_exports_that_say_otherwise_are_found(copy: Path) -> None:
    label, truth = files_of(copy)["label"], files_of(copy)["truth"]
    lines = (copy / label).read_text().splitlines(keepends=True)
    (copy / label).write_text("".join(lines[1:]))
    (copy / "images/coco_train.json").unlink()
    (copy / "images/yolo.yaml").write_text("names: {}\n")
    metadata = copy / "images/test/metadata.parquet"
    pq.write_table(pq.read_table(metadata).slice(1), metadata)
    otherwise = "is missing, or does not tell what images.parquet does"
    assert problems_of(copy) == [
        f"{truth}: its boxes are not those in {label}",
        f"images/coco_train.json: {otherwise}",
        f"images/test/metadata.parquet: {otherwise}",
        f"images/yolo.yaml: {otherwise}",
    ]


def test_missing_and_foreign_files_are_found(copy: Path) -> None:
    paths = files_of(copy)
    (copy / paths["mask"]).unlink()
    (copy / "images/train/images/extra.png").write_bytes(b"")
    (copy / "images/train/images/.DS_Store").write_bytes(b"")
    with pytest.raises(DamagedDatasetError) as caught:
        verify(copy)
    assert caught.value.problems == [
        f"{paths['mask']}: missing",
        "images/train/images/extra.png: does not belong to the dataset, and readers would take it for data; move it "
        "away",
    ]


def test_other_counts_are_found_behind_fitting_sums(copy: Path) -> None:
    manifest = Manifest.model_validate_json((copy / MANIFEST_FILE).read_text())
    seal(copy, manifest.model_copy(update={"pictures": {"fax": 12}}), {})
    with pytest.raises(
        DamagedDatasetError, match=r"manifest\.json: pictures are \{'fax': 12\}, where images\.parquet has"
    ):
        verify(copy)
