from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
import yaml
from pypdf import PdfReader

from ecgfactory.candidates.generate import generate
from ecgfactory.dataset.names import ANNOTATIONS_FILE, SUMS_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BadInputError, BuildFailedError, DamagedDatasetError
from ecgfactory.formats import FORMATS
from ecgfactory.line.build import Built
from ecgfactory.line.build import build as library_build
from ecgfactory.line.state import Build
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan, split_of
from ecgfactory.retention.inventory import take_inventory
from ecgfactory.retention.items import DatasetItem, SessionItem
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.progress import Progress
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.shard import make_shard
from tests.inline_pool import InlinePool

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
MakeRequest = Callable[..., BuildRequest]
Builder = Callable[..., Built]


def published(output: Path) -> set[str]:
    return {path.name for path in output.iterdir()}


def test_layout_and_contents(built: Path) -> None:
    assert {path.name for path in built.iterdir()} == {
        "README.md",
        "manifest.json",
        "croissant.json",
        SUMS_FILE,
        "records.csv",
        "records.parquet",
        "rejected.parquet",
        "data",
        "wfdb",
        "csv",
        "wfdb_flac",
        "edf",
        "npy",
        "webdataset",
        "reports",
    }
    assert (built.parent / "latest").resolve() == built
    assert published(built.parents[1]) == {"small"}, "the session's workspace is gone"
    records, rejected = pd.read_parquet(built / "records.parquet"), pd.read_parquet(built / "rejected.parquet")
    assert len(records) == 40
    assert list(records.record_id) == [f"{candidate:08d}" for candidate in records.candidate]
    assert sorted([*records.candidate, *rejected.candidate]) == list(range(records.candidate.max() + 1))
    assert list(records.split) == list(split_of(11, records.candidate.to_numpy(), make_splits()))
    assert all(len(reasons) > 0 for reasons in rejected.reasons)
    assert published(built / "reports") == {"index.html", "report.pdf", "samples"}
    samples = list((built / "reports" / "samples").iterdir())
    assert {path.stem for path in samples} <= {f"{candidate:08d}" for candidate in range(records.candidate.max() + 1)}
    assert [len(PdfReader(path).pages) for path in samples] == [2] * len(samples) and samples
    text = pd.read_csv(built / "records.csv", dtype={"record_id": str})
    pd.testing.assert_frame_equal(text, records, check_dtype=False)
    for name in FORMATS:
        assert all((built / path).is_file() for path in records[f"{name}_path"])


def make_splits() -> dict[str, float]:
    return {"train": 0.6, "validation": 0.2, "test": 0.2}


def no_workers(_: Build) -> InlinePool:
    raise AssertionError("workers were asked for")


class TestBuilding:
    def test_one_process_and_two_workers_give_the_same_sums(
        self, built: Path, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        alone = library_build(make_request(output=str(tmp_path)), pool=lambda _: InlinePool()).dataset
        assert alone.name == built.name
        assert (alone / SUMS_FILE).read_text() == (built / SUMS_FILE).read_text()

    def test_another_shard_size_gives_the_same_records(
        self, build: Builder, built: Path, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        request = make_request(shard_records=37, formats=["wfdb"], report={"samples": 0}, output=str(tmp_path))
        other = build(request).dataset
        assert other.name != built.name
        paths = [f"{name}_path" for name in FORMATS]
        for table in ("records.parquet", "rejected.parquet"):
            ours = pd.read_parquet(other / table).drop(columns=paths, errors="ignore")
            theirs = pd.read_parquet(built / table).drop(columns=paths, errors="ignore")
            pd.testing.assert_frame_equal(ours, theirs)
        for path in sorted((built / "wfdb").rglob("*.dat")):
            assert (other / path.relative_to(built)).read_bytes() == path.read_bytes()

    def test_labels_are_the_same_in_files_of_their_own_and_in_files_that_shards_share(
        self, build: Builder, labelled: Path, tmp_path: Path
    ) -> None:
        asked = Dataset(labelled).plan.request
        changes = {"shard_records": 9, "formats": ("npy",), "output": str(tmp_path)}
        other = verify(build(BuildRequest.model_validate(asked.model_dump() | changes)).dataset)
        assert (other.path / ANNOTATIONS_FILE).read_bytes() == (labelled / ANNOTATIONS_FILE).read_bytes()
        assert other.manifest.waves == Dataset(labelled).manifest.waves
        assert other.manifest.waves["QRS"] == other.features["beats"].sum()
        own, shared = (sorted(path.glob("npy/train-*.mask.npy")) for path in (other.path, labelled))
        assert len(own) > len(shared) == 1
        assert np.array_equal(np.concatenate([np.load(file) for file in own]), np.load(shared[0]))

    def test_what_is_there_is_verified_and_not_made_again(self, built: Path, make_request: MakeRequest) -> None:
        before = (built / "manifest.json").read_bytes()
        outcome = library_build(make_request(output=str(built.parents[1])), pool=no_workers)
        assert outcome.already_there
        assert (built / "manifest.json").read_bytes() == before

    def test_what_is_there_is_pinned_when_a_later_request_wants_it_kept(
        self, build: Builder, copy: Path, make_request: MakeRequest
    ) -> None:
        output = copy.parents[1]
        build(make_request(output=str(output)))
        assert not (copy / "PIN").exists()
        build(make_request(output=str(output), keep=True))
        (item,) = [item for item in take_inventory(output) if isinstance(item, DatasetItem)]
        assert (item.path, item.pinned_by) == (f"small/{copy.name}", "pinned by its file PIN")
        verify(copy)

    def test_what_is_there_and_damaged_is_told(self, build: Builder, copy: Path, make_request: MakeRequest) -> None:
        next((copy / "data").glob("*.parquet")).unlink()
        with pytest.raises(DamagedDatasetError, match=r"missing[\s\S]*move .* away and build again"):
            build(make_request(output=str(copy.parents[1])))

    def test_a_mistake_in_how_to_go_on_loses_nothing_that_is_committed(
        self, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        plan = make_plan(make_request(formats=["csv"], output=str(tmp_path)))
        committed = make_shard(plan, 0, 40, Workspace.create(plan, "dead"))
        elsewhere = {"scheduler": "tcp://127.0.0.1:9"}
        with pytest.raises(BadInputError, match="a Dask scheduler is named; leave the key out"):
            library_build(make_request(formats=["csv"], workers=elsewhere, output=str(tmp_path)))
        (session,) = (item for item in take_inventory(tmp_path) if isinstance(item, SessionItem))
        assert session.state == "failed"
        assert list(ledger_of(Workspace(tmp_path / session.path)).entries()) == [committed]

    def test_a_hopeless_policy_stops_with_a_sentence_and_leaves_nothing(
        self, build: Builder, make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ecgfactory.candidates.yields.YIELD_JUDGED_AFTER", 64)
        request = make_request(quality={"bounds": {"heart_rate": {"min": 200}}}, formats=["csv"], output=str(tmp_path))
        with pytest.raises(BuildFailedError, match=r"only 0 of .* candidates were accepted.* by heart_rate \d+"):
            build(request)
        assert published(tmp_path) == set()

    def test_eight_leads_with_edges_as_published_in_one_format(
        self, build: Builder, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        request = make_request(
            records=5,
            leads=8,
            generator={"batch": 16, "edges": "as_published"},
            formats=["wfdb"],
            report={"samples": 0},
            output=str(tmp_path),
            quality={"policy": "off"},
            splits={"train": 1.0},
        )
        dataset = verify(build(request).dataset)
        assert {path.name for path in dataset.path.iterdir()} == {
            "README.md",
            "manifest.json",
            "croissant.json",
            SUMS_FILE,
            "records.csv",
            "records.parquet",
            "rejected.parquet",
            "wfdb",
        }
        assert dataset.plan.edges == "as_published"
        assert "edges as_published" in (dataset.path / "README.md").read_text(encoding="utf-8")
        assert dataset.manifest.candidates_examined == 5
        ecgs = generate(5, seed=11, leads=8, policy="off", edges="as_published", batch=16)
        assert np.array_equal(dataset.record("4").signal_uv, ecgs["4"].signal_uv)

    def test_two_shards_of_one_name_stand_side_by_side_and_latest_is_the_newest(
        self, build: Builder, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        datasets = [
            build(
                make_request(records=3, seed=seed, formats=["csv"], report={"samples": 0}, output=str(tmp_path))
            ).dataset
            for seed in (1, 2)
        ]
        assert datasets[0] != datasets[1]
        assert all(verify(path) for path in datasets)
        assert (tmp_path / "small" / "latest").resolve() == datasets[1]


def test_the_plan_of_the_built_dataset_is_the_request_s(built: Path, make_request: MakeRequest) -> None:
    assert make_plan(make_request()).plan_id == built.name


class TestOddBuilds:
    @pytest.mark.parametrize(("shard_records", "batch"), [(4, 64), (40, 4)])
    def test_shards_and_micro_batches_without_a_single_accepted_record(
        self, build: Builder, make_request: MakeRequest, tmp_path: Path, shard_records: int, batch: int
    ) -> None:
        few = {"bounds": {"heart_rate": {"min": 60, "max": 66}}}
        request = make_request(
            records=6,
            seed=7,
            quality=few,
            shard_records=shard_records,
            generator={"batch": batch},
            formats=["wfdb", "npy"],
            report={"samples": 0},
            output=str(tmp_path),
        )
        dataset = verify(build(request).dataset)
        assert dataset.manifest.records == 6
        assert dataset.manifest.candidates_examined > 12

    def test_an_output_folder_that_is_removed_fails_the_build(self, make_request: MakeRequest, tmp_path: Path) -> None:
        request = make_request(records=400, formats=["npy"], report={"samples": 0}, output=str(tmp_path / "out"))

        def remove(progress: Progress) -> None:
            shutil.rmtree(tmp_path / "out", ignore_errors=True)

        with pytest.raises((BuildFailedError, FileNotFoundError)):
            library_build(request, on_progress=remove, pool=lambda _: InlinePool())
        assert not (tmp_path / "out").exists(), "nothing is made there again"


class TestCalling:
    """`build` as a user of the library calls it."""

    ASKED: ClassVar[dict[str, Any]] = {
        "name": "small",
        "records": 20,
        "seed": 4,
        "generator": {"batch": 8},
        "shard_records": 8,
        "formats": ["csv"],
        "report": {"samples": 0},
    }

    def test_a_mapping_and_a_file_are_the_same_and_progress_is_told(self, build: Builder, tmp_path: Path) -> None:
        file = tmp_path / "request.yaml"
        file.write_text(yaml.safe_dump(self.ASKED | {"output": str(tmp_path / "b")}))
        told: list[Progress] = []
        by_keys = build(self.ASKED | {"output": str(tmp_path / "a")}, on_progress=told.append)
        by_file = build(str(file))
        assert (by_keys.dataset / SUMS_FILE).read_text() == (by_file.dataset / SUMS_FILE).read_text()
        assert len(by_keys.open()) == 20
        assert [progress.accepted for progress in told] == sorted(progress.accepted for progress in told)
        assert told[-1].accepted >= 20
        steps = list(dict.fromkeys(progress.step for progress in told))
        assert steps[0] == ""
        assert "putting 26 files together" in steps
        assert steps[-1] == "finishing with sums and manifest"

    def test_everything_wrong_is_told_at_once_before_any_work(self, tmp_path: Path) -> None:
        with pytest.raises(BadInputError) as told:
            library_build({"name": "a", "recrods": 5, "leads": 9, "output": str(tmp_path / "out")})
        assert [problem.partition(":")[0] for problem in told.value.problems] == ["request"] * 3
        assert "did you mean records?" in str(told.value)
        assert not (tmp_path / "out").exists()

    def test_a_script_without_a_main_guard_builds_and_finds_its_process_as_it_was(self, tmp_path: Path) -> None:
        """Processes of Python's own pools would run such a script again, each."""
        script = tmp_path / "script.py"
        script.write_text(
            f"""
import os, threading
import ecgfactory
before = dict(os.environ)
built = ecgfactory.build({self.ASKED | {"output": "out"}!r})
assert dict(os.environ) == before
assert threading.active_count() == 1, threading.enumerate()
print(built.dataset)
""",
            encoding="utf-8",
        )
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        done = subprocess.run(
            [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert verify(tmp_path / done.stdout.strip()).manifest.records == 20
        assert done.stdout.count("\n") == 1
