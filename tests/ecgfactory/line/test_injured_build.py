"""Builds with artefacts: complete, the same bytes by any way, clean twins as they are without artefacts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ecgfactory.candidates.remake import remade
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.names import ANNOTATIONS_FILE, ARTEFACTS_FILE, REJECTED_FILE
from ecgfactory.formats.artefacts import ArtefactsReader
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.line.build import Built
from ecgfactory.line.build import build as library_build
from ecgfactory.request.build_request import BuildRequest
from tests.inline_pool import InlinePool

pytestmark = pytest.mark.slow

Builder = Callable[..., Built]
MakeRequest = Callable[..., BuildRequest]


def manifest_of(dataset: Path) -> Manifest:
    return Manifest.model_validate_json((dataset / "manifest.json").read_bytes())


def sums_below(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def asked_again(dataset: Path, **changes: Any) -> BuildRequest:
    return BuildRequest.model_validate(manifest_of(dataset).plan.request.model_dump() | changes)


def build_alone(request: BuildRequest) -> Path:
    return library_build(request, pool=lambda _: InlinePool()).dataset


@pytest.fixture(scope="module")
def sound(injured: Path, build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the request of `injured` gives without artefacts."""
    return build(asked_again(injured, artefacts=None, output=str(tmp_path_factory.mktemp("sound")))).dataset


def test_it_says_how_many_artefacts_there_are(injured: Path, sound: Path) -> None:
    artefacts, records = (pd.read_parquet(injured / name) for name in (ARTEFACTS_FILE, "records.parquet"))
    told = manifest_of(injured).artefacts
    assert told is not None
    assert told.kinds == artefacts.kind.value_counts().to_dict()
    assert 0 < told.clean_records == records.is_clean.sum() < 40
    of_each = artefacts.groupby("record_id").kind.agg(list)
    assert [list(kinds) for kinds in records[~records.is_clean].artefact_kinds] == of_each.tolist()
    assert records[~records.is_clean].record_id.tolist() == of_each.index.tolist()
    assert '"artefacts":' not in (sound / "manifest.json").read_text().replace('"artefacts": null', "")
    assert not (sound / ARTEFACTS_FILE).exists()


def test_its_table_of_records_is_there_as_text_too(injured: Path) -> None:
    records = pd.read_parquet(injured / "records.parquet")
    text = pd.read_csv(injured / "records.csv", dtype={"record_id": str}, keep_default_na=False, na_values=[])
    assert text.columns.tolist() == records.columns.tolist()
    for column in ("artefact_kinds", "failed_rules"):
        assert text[column].tolist() == [" ".join(words) for words in records[column]]
    assert text.is_clean.tolist() == records.is_clean.tolist()
    assert any(records.failed_rules.map(len)), "what artefacts do is seen by a rule"
    for name in manifest_of(injured).plan.formats:
        assert all((injured / path).is_file() for path in records[f"{name}_path"])


def test_clean_twins_are_byte_for_byte_what_there_is_without_artefacts(injured: Path, sound: Path) -> None:
    for name in manifest_of(injured).plan.request.formats:
        twin, own = format_named(f"{name}_clean").top_folder(), format_named(name).top_folder()
        assert sums_below(injured / twin) == sums_below(sound / own)
        assert sums_below(injured / own) != sums_below(sound / own)
    for file in (ANNOTATIONS_FILE, REJECTED_FILE):
        assert (injured / file).read_bytes() == (sound / file).read_bytes()
    with_, without = pd.read_parquet(injured / "records.parquet"), pd.read_parquet(sound / "records.parquet")
    features = [feature.name for feature in manifest_of(injured).plan.policy.features]
    kept = with_[[f"clean_{name}" for name in features]].set_axis(features, axis="columns")
    pd.testing.assert_frame_equal(kept, without[features])
    assert not with_[features].equals(without[features]), "features are measured on what is stored"
    pd.testing.assert_frame_equal(with_[with_.is_clean][features], without[with_.is_clean][features])


def test_files_of_their_own_by_one_process_hold_the_same_as_those_that_shards_share(
    injured: Path, tmp_path: Path
) -> None:
    changes = {"shard_records": 9, "formats": ("parquet", "npy"), "output": str(tmp_path)}
    other = build_alone(asked_again(injured, **changes))
    assert (other / ARTEFACTS_FILE).read_bytes() == (injured / ARTEFACTS_FILE).read_bytes()
    for folder in ("data", "clean"):
        own, shared = (
            pd.read_parquet(path / folder).sort_values("candidate", ignore_index=True) for path in (other, injured)
        )
        assert own.equals(shared)
    for folder in ("npy", "npy_clean"):
        own_files, shared_files = (sorted((path / folder).glob("train-*.npy")) for path in (other, injured))
        for ending in sorted({file.name.partition(".")[2] for file in shared_files} - {"wave_starts.npy"}):
            of_own, of_shared = (
                np.concatenate([np.load(file) for file in files if file.name.partition(".")[2] == ending])
                for files in (own_files, shared_files)
            )
            assert np.array_equal(of_own, of_shared), ending


def test_any_record_is_made_again_alone(injured: Path) -> None:
    plan = manifest_of(injured).plan
    records = pd.read_parquet(injured / "records.parquet")
    reader = ArtefactsReader(injured / ARTEFACTS_FILE, plan.lead_names)
    for row in records[records.artefact_kinds.map(len) == 2].head(2).itertuples():
        made = remade(plan, row.candidate)
        assert made.injury is not None
        for folder, signals_uv in (("data", made.signals_uv), ("clean", made.injury.clean_uv)):
            path = row.parquet_path if folder == "data" else row.parquet_clean_path
            stored = pq.read_table(injured / path, filters=[("candidate", "=", row.candidate)])
            uv = np.array([stored[lead][0].as_py() for lead in plan.lead_names])
            assert np.abs(uv - signals_uv[0]).max() <= 1  # a batch of one may round otherwise
        held, again = reader.read(np.array([row.candidate])), made.injury.artefacts
        assert held.kind.tolist() == again.kind.tolist() == list(row.artefact_kinds)
        assert held.parameters.tolist() == again.parameters.tolist()
        assert np.array_equal(held.touched, again.touched)


@pytest.mark.parametrize(
    ("artefacts", "columns"),
    [
        ({"clean_share": 1}, {"clean": 40, "twins": True, "features": False}),
        ({"clean_share": 0, "keep_clean": False}, {"clean": 0, "twins": False, "features": False}),
        (
            {"clean_share": 0, "keep_clean": False, "clean_features": True},
            {"clean": 0, "twins": False, "features": True},
        ),
    ],
    ids=["none has any, twins alone", "all have some, nothing clean", "clean features alone"],
)
def test_only_what_was_asked_for_is_there(
    artefacts: dict[str, Any],
    columns: dict[str, Any],
    make_request: MakeRequest,
    tmp_path: Path,
) -> None:
    """Of eight leads at 100 Hz, of which some candidates are rejected, in files that shards share."""
    request = make_request(
        leads=8,
        records=40 if artefacts["clean_share"] else 12,
        signal={"rate_hz": 100},
        quality={"policy": "basic", "bounds": {"heart_rate": {"max": 72}}},
        formats=["parquet"],
        shard_records=None,
        generator={"batch": 8},
        report={"samples": 0},
        artefacts={"kinds": {"mains": 1}, "per_record": {"max": 1}} | artefacts,
        output=str(tmp_path),
    )
    dataset = build_alone(request)
    records = pd.read_parquet(dataset / "records.parquet")
    assert records.is_clean.sum() == columns["clean"]
    assert (dataset / "clean").exists() == ("parquet_clean_path" in records) == columns["twins"]
    assert ("clean_heart_rate_bpm" in records) == columns["features"]
    assert pd.read_parquet(dataset / ARTEFACTS_FILE).kind.tolist() == ["mains"] * (len(records) - columns["clean"])
    assert len(pd.read_parquet(dataset / REJECTED_FILE)) > 0
    if columns["features"]:
        assert records.clean_heart_rate_bpm.max() <= 72, "what is accepted is what was clean"
