from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import MANIFEST_FILE, PIN_FILE, RECORDS_CSV_FILE, SUMS_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.seal import dataset_files, seal
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BadInputError, DamagedDatasetError


def problems_of(path: Path) -> list[str]:
    with pytest.raises(DamagedDatasetError) as caught:
        verify(path)
    return caught.value.problems


def flip_a_byte(path: Path, offset: int = 200) -> None:
    content = bytearray(path.read_bytes())
    content[offset % len(content)] ^= 1
    path.write_bytes(content)


def reseal(dataset: Path, **changes: object) -> None:
    """Give a changed dataset fitting sums, so that only deeper checks can find what is wrong."""
    manifest = Manifest.model_validate_json((dataset / MANIFEST_FILE).read_text())
    seal(dataset, manifest.model_copy(update=changes), {})


def test_a_sound_dataset_passes_here_and_with_sha256sum(built: Path) -> None:
    assert verify(built).manifest.records == 40
    assert verify(built.parent).path == built  # by the folder of its name, through `latest`
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", SUMS_FILE], cwd=built, check=True)
    listed = {line.split("  ")[1] for line in (built / SUMS_FILE).read_text().splitlines()}
    assert listed == set(dataset_files(built))


@pytest.mark.parametrize(
    "kind",
    [
        "data/*.parquet",
        "wfdb/*/*.dat",
        "wfdb/*/*.hea",
        "csv/*/*.csv",
        "README.md",
        "records.parquet",
        "rejected.parquet",
        "reports/report.pdf",
        "wfdb/RECORDS",
    ],
)
def test_a_flipped_byte_is_found_in_any_file(copy: Path, kind: str) -> None:
    victim = sorted(copy.glob(kind))[0]
    flip_a_byte(victim)
    assert problems_of(copy) == [f"{victim.relative_to(copy)}: content changed"]


def test_a_changed_manifest_or_sums_file_is_found(copy: Path) -> None:
    text = (copy / MANIFEST_FILE).read_text()
    (copy / MANIFEST_FILE).write_text(text.replace('"published_at": "2', '"published_at": "1'))
    assert f"{MANIFEST_FILE}: was changed after publishing (its own digest does not fit)" in problems_of(copy)
    (copy / MANIFEST_FILE).write_text(text)
    sums = (copy / SUMS_FILE).read_text().splitlines(keepends=True)
    (copy / SUMS_FILE).write_text("".join(line for line in sums if "data/" not in line))
    problems = problems_of(copy)
    assert f"{SUMS_FILE}: content changed" in problems
    assert any("does not belong to the dataset" in problem for problem in problems)


def test_a_manifest_that_is_no_manifest(copy: Path) -> None:
    (copy / MANIFEST_FILE).write_text("{")
    assert "can't be read" in problems_of(copy)[0]
    (copy / MANIFEST_FILE).write_text(json.dumps({"name": "x"}))
    assert "can't be read" in problems_of(copy)[0]


def test_a_dataset_of_a_version_that_measured_other_features_opens(copy: Path) -> None:
    content = json.loads((copy / MANIFEST_FILE).read_text())
    for rule in content["plan"]["policy"]["rules"]:
        if rule["name"] == "heart_rate":
            rule |= {"feature": "pulse_per_min", "unit": "1/min"}
    (copy / MANIFEST_FILE).write_text(json.dumps(content))
    assert Dataset(copy)[0].features["heart_rate_bpm"] > 0
    assert all("changed after publishing" in problem or "plan id" in problem for problem in problems_of(copy))


def test_missing_and_extra_files_are_found(copy: Path) -> None:
    gone = sorted((copy / "csv").rglob("*.csv"))[3]
    gone.unlink()
    (copy / "data" / "stray.txt").write_text("x")
    assert problems_of(copy) == [
        f"{gone.relative_to(copy)}: missing",
        "data/stray.txt: does not belong to the dataset, and readers would take it for data; move it away",
    ]


def test_a_pin_is_no_damage_and_no_part_of_the_dataset(copy: Path) -> None:
    (copy / PIN_FILE).write_text("used in our paper", encoding="utf-8")
    assert verify(copy).manifest.records == 8
    assert PIN_FILE not in dataset_files(copy)
    (copy / "data" / PIN_FILE).touch()
    (problem,) = problems_of(copy)
    assert f"data/{PIN_FILE}: does not belong to the dataset" in problem


def test_a_pipe_in_the_place_of_a_file_is_found_and_not_waited_for(copy: Path) -> None:
    (copy / "README.md").unlink()
    os.mkfifo(copy / "README.md")
    assert problems_of(copy) == ["README.md: content changed"]


def test_a_wrong_count_is_found_behind_fitting_sums(copy: Path) -> None:
    reseal(copy, records=9)
    assert any("8 rows where 9 records were published" in problem for problem in problems_of(copy))
    reseal(copy, records=8)
    sorted((copy / "csv").rglob("*.csv"))[0].unlink()
    reseal(copy)
    assert problems_of(copy) == ["csv: 7 records on disk where records.parquet has 8"]


def test_what_is_cut_off_missing_or_another_is_told_in_words(copy: Path) -> None:
    listed = copy / RECORDS_CSV_FILE
    first, second, *others = listed.read_text().splitlines(keepends=True)
    listed.write_text("".join([first, second.replace("train", "test").replace("accepted", "rejected"), *others]))
    signals = min((copy / "wfdb").rglob("*.dat"))
    signals.write_bytes(signals.read_bytes()[:-100])
    tar = min((copy / "webdataset").glob("*.tar"))
    with tarfile.open(tar) as held, tarfile.open(tar.with_suffix(".new"), "w", format=tarfile.USTAR_FORMAT) as kept:
        gone = next(name for name in held.getnames() if name.endswith(".json"))
        for member in held.getmembers():
            if member.name != gone:
                kept.addfile(member, held.extractfile(member))
    tar.with_suffix(".new").replace(tar)
    reseal(copy)
    header, archive = (path.relative_to(copy) for path in (signals.with_suffix(".hea"), tar))
    assert problems_of(copy) == [
        f"{RECORDS_CSV_FILE}: record {second[1:9]} differs from records.parquet",
        f"{archive}: can't be read (it holds no {gone})",
        f"{header}: can't be read ({signals.name} beside it has 119,900 bytes, where its record has 120,000)",
    ]
    array = min(path for path in (copy / "npy").glob("*.npy") if path.name.count(".") == 1)
    array.write_bytes(array.read_bytes()[:-2])
    reseal(copy)
    (problem,) = problems_of(copy)
    assert problem.startswith(f"{array.relative_to(copy)}: can't be read (it is no whole array: ")


def test_a_format_that_disagrees_is_found_behind_fitting_sums(copy: Path) -> None:
    victim = sorted((copy / "wfdb").rglob("*.dat"))[0]
    samples = np.fromfile(victim, dtype="<i2")
    samples[6] += 1  # V1 of the first sample, which no identity binds
    samples.tofile(victim)
    reseal(copy)
    assert problems_of(copy) == [
        f"{victim.with_suffix('.hea').relative_to(copy)}: record {victim.stem} differs from the same record in parquet"
    ]


@pytest.mark.slow
def test_labels_that_disagree_are_found_behind_fitting_sums(labelled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(labelled, copy)
    assert verify(copy).manifest.waves["QRS"] > 200
    parquet = sorted((copy / "data").glob("train-*"))[0]
    table = pq.read_table(parquet)
    peaks, mask = table.column("r_peaks").to_pylist(), table.column("mask_V2").to_pylist()
    peaks[0][3] += 1
    mask[1][100] = 3 - mask[1][100]
    for name, values in (("r_peaks", peaks), ("mask_V2", mask)):
        column = pa.array(values, table.schema.field(name).type)
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)
    pq.write_table(table, parquet)
    first, second = table.column("record_id").to_pylist()[:2]
    waves = sorted((copy / "csv").rglob("*_waves.csv"))[0]
    waves.write_text(waves.read_text().replace("V2,QRS", "V3,QRS", 1))
    masks = sorted((copy / "npy").glob("test-*.mask.npy"))[0]
    flip_a_byte(masks, offset=-1)
    reseal(copy)
    signals = masks.with_name(masks.name.replace(".mask", ""))
    in_npy = np.load(signals.with_suffix(".candidates.npy"))[-1]
    of_csv = waves.stem.removesuffix("_waves")
    assert problems_of(copy) == [
        f"{parquet.relative_to(copy)}: the R peaks of record {first} differ from annotations.parquet",
        f"{parquet.relative_to(copy)}: the masks of record {second} differ from annotations.parquet",
        f"csv/00000/{of_csv}.csv: the waves of record {of_csv} differ from annotations.parquet",
        f"{masks.relative_to(copy)}".replace(".mask", "")
        + f": the masks of record {in_npy:08d} differ from annotations.parquet",
    ]


def test_files_that_can_not_be_counted_are_named_behind_fitting_sums(copy: Path) -> None:
    (copy / "wfdb" / "RECORDS").unlink()
    endings = {"npy": "[0-9].npy", "data": ".parquet", "webdataset": ".tar"}
    victims = [next((copy / folder).glob(f"train-*{ending}")) for folder, ending in endings.items()]
    for victim in victims:
        victim.write_bytes(b"")
    reseal(copy, splits={"train": 8, "validation": 0, "test": 0})
    problems = problems_of(copy)
    assert len(problems) == 5
    assert problems[0].startswith(f"{MANIFEST_FILE}: splits are {{'train': 8, ")
    for name in ("wfdb: can't be read ([Errno 2]", *(str(victim.relative_to(copy)) for victim in victims)):
        assert any(problem.startswith(name) for problem in problems)


@pytest.mark.slow
def test_damaged_labels_are_named_by_file_behind_fitting_sums(labelled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(labelled, copy)
    (mask,), (starts,) = (copy / "npy").glob("test-*.mask.npy"), (copy / "npy").glob("train-*.wave_starts.npy")
    mask.write_bytes(b"")
    np.save(starts, np.load(starts).astype(np.float64))
    (copy / "wfdb" / "ANNOTATORS").unlink()
    with (copy / "wfdb_flac" / "ANNOTATORS").open("a") as stream:
        stream.write("xyz\tmarked by hand\n")
    reseal(copy)
    assert sorted(problems_of(copy)) == [
        f"{mask.relative_to(copy)}: can't be read (No data left in file)",
        "npy/train-00000-of-00001.npy: can't be read (npy/train-00000-of-00001.npy: there are waves of another type or "
        "number than in the dataset)",
        "wfdb/ANNOTATORS: is missing, or does not tell what the dataset holds",
        "wfdb_flac/ANNOTATORS: is missing, or does not tell what the dataset holds",
    ]


@pytest.mark.slow
def test_other_counts_of_waves_are_found_behind_fitting_sums(labelled: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(labelled, copy)
    reseal(copy, waves=Dataset(labelled).manifest.waves | {"P": 1})
    (problem,) = problems_of(copy)
    assert problem.startswith(f"{MANIFEST_FILE}: waves are {{'P': 1, ")


def test_broken_lead_identities_are_found_behind_fitting_sums(copy: Path) -> None:
    path = sorted((copy / "data").glob("train-*"))[0]
    table = pq.read_table(path)
    third = table.column("III").combine_chunks()
    values = third.flatten().to_numpy().copy()
    values[0] += 1
    column = pa.FixedSizeListArray.from_arrays(pa.array(values), third.type.list_size)
    pq.write_table(table.set_column(table.schema.get_field_index("III"), "III", column), path)
    reseal(copy)
    assert (
        f"{path.relative_to(copy)}: the limb leads do not obey Einthoven's and Goldberger's identities"
        in problems_of(copy)
    )


def test_no_dataset_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="holds no dataset"):
        verify(tmp_path)


def test_records_are_read_and_unknown_ones_name_the_nearest(built: Path) -> None:
    dataset = Dataset(built)
    first = dataset.records_table.column("record_id")[0].as_py()
    record = dataset.record(str(int(first)))
    assert record.record_id == first
    assert record.signal_uv.shape == (12, 5000)
    assert record.features["heart_rate_bpm"] == dataset.records_table.column("heart_rate_bpm")[0].as_py()
    with pytest.raises(BadInputError, match="the nearest one is"):
        dataset.record("99999")
    with pytest.raises(BadInputError, match=r"did you mean|ids are candidate numbers"):
        dataset.record("hello")


@pytest.mark.slow
def test_artefacts_and_clean_twins_that_disagree_are_found_behind_fitting_sums(injured: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(injured, copy)
    by_size = sorted((copy / "wfdb").rglob("*.art"), key=lambda path: path.stat().st_size)
    of_clean, of_noisy = by_size[0], by_size[-1]
    shutil.copy(of_noisy, of_clean)
    masks = sorted((copy / "npy").glob("test-*.artefact_mask.npy"))[0]
    flip_a_byte(masks, offset=-1)
    in_npy = np.load(str(masks).replace(".artefact_mask", ".candidates"))[-1]
    twin = sorted((copy / "csv_clean").rglob("*[0-9].csv"))[0]
    lines = twin.read_text().split("\n")
    first = lines[1].split(",")
    lines[1] = ",".join([first[0], str(int(first[1]) + 9), *first[2:]])
    twin.write_text("\n".join(lines))
    tables = sorted((copy / "data").glob("validation-*"))[0]
    table = pq.read_table(tables)
    ratios = [(ratio or 0) + 5 for ratio in table.column("snr_db_II").to_pylist()]
    number = table.schema.get_field_index("snr_db_II")
    pq.write_table(table.set_column(number, "snr_db_II", pa.array(ratios, pa.float64())), tables)
    gone = sorted((copy / "wfdb_clean").rglob("*.dat"))[3]
    gone.unlink()
    counts = Dataset(copy).manifest.artefacts
    assert counts is not None
    reseal(copy, artefacts=counts.model_copy(update={"clean_records": 0}))
    wfdb, csv, header = (path.relative_to(copy) for path in (of_clean, twin, gone.with_suffix(".hea")))
    npy = str(masks.relative_to(copy)).replace(".artefact_mask", "")
    problems = problems_of(copy)
    expected = [
        f"{wfdb.with_suffix('.hea')}: the artefacts of record {of_clean.stem} differ from artefacts.parquet",
        f"{npy}: the artefact masks of record {in_npy:08d} differ from artefacts.parquet",
        f"{MANIFEST_FILE}: artefacts are clean_records=0 ",
        f"{tables.relative_to(copy)}: snr_db_II of record {table.column('record_id')[0]} and ",
        f"{header}: can't be read (",
        f"{csv}: the limb leads do not obey Einthoven's and Goldberger's identities",
        f"{csv}: record {twin.stem} differs from the same record in parquet_clean",
    ]
    assert len(problems) == len(expected)
    assert all(found.startswith(start) for found, start in zip(problems, expected, strict=True)), problems
