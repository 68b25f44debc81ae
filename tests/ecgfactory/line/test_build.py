from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from ecgfactory.flows.session import listening
from pypdf import PdfReader

from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BadInputError, BuildFailedError, DamagedDatasetError
from ecgfactory.flows.build_dataset import build_dataset
from ecgfactory.formats import FORMATS
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan, split_of
from ecgfactory.retention.inventory import DatasetItem, SessionItem, take_inventory
from ecgfactory.session.ledger import Ledger
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.shard import make_shard

MakeRequest = Callable[..., BuildRequest]


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


class TestBuilding:
    def test_one_worker_and_two_give_the_same_sums(
        self, built: Path, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        alone = build_dataset(make_request(workers={"cpu": 1}, output=str(tmp_path))).dataset
        assert alone.name == built.name
        assert (alone / SUMS_FILE).read_text() == (built / SUMS_FILE).read_text()

    def test_another_shard_size_gives_the_same_records(
        self, built: Path, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        other = build_dataset(make_request(shard_records=37, output=str(tmp_path))).dataset
        assert other.name != built.name
        paths = [f"{name}_path" for name in FORMATS]
        for table in ("records.parquet", "rejected.parquet"):
            ours = pd.read_parquet(other / table).drop(columns=paths, errors="ignore")
            theirs = pd.read_parquet(built / table).drop(columns=paths, errors="ignore")
            pd.testing.assert_frame_equal(ours, theirs)
        for path in sorted((built / "wfdb").rglob("*.dat")):
            assert (other / path.relative_to(built)).read_bytes() == path.read_bytes()

    def test_what_is_there_is_verified_and_not_made_again(self, built: Path, make_request: MakeRequest) -> None:
        before = (built / "manifest.json").read_bytes()
        sessions: list[object] = []
        with listening(sessions.append):
            outcome = build_dataset(make_request(output=str(built.parents[1])))
        assert outcome.already_there
        assert sessions == []
        assert (built / "manifest.json").read_bytes() == before

    def test_what_is_there_is_pinned_when_a_later_request_wants_it_kept(
        self, copy: Path, make_request: MakeRequest
    ) -> None:
        output = copy.parents[1]
        build_dataset(make_request(output=str(output)))
        assert not (copy / "PIN").exists()
        build_dataset(make_request(output=str(output), keep=True))
        (item,) = [item for item in take_inventory(output) if isinstance(item, DatasetItem)]
        assert (item.path, item.pinned_by) == (f"small/{copy.name}", "pinned by its file PIN")
        verify(copy)

    def test_what_is_there_and_damaged_is_told(self, copy: Path, make_request: MakeRequest) -> None:
        next((copy / "data").glob("*.parquet")).unlink()
        with pytest.raises(DamagedDatasetError, match=r"missing[\s\S]*move .* away and build again"):
            build_dataset(make_request(output=str(copy.parents[1])))

    def test_a_mistake_in_how_to_go_on_loses_nothing_that_is_committed(
        self, make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = make_plan(make_request(formats=["csv"], output=str(tmp_path)))
        committed = make_shard(plan, 0, 40, Workspace.create(plan, "dead"))
        monkeypatch.setattr("ecgfactory.flows.workers.CONNECT_TIMEOUT_S", 0.5)
        nobody_there = {"scheduler": "tcp://127.0.0.1:9"}
        with pytest.raises(BadInputError, match="no Dask scheduler answers"):
            build_dataset(make_request(formats=["csv"], workers=nobody_there, output=str(tmp_path)))
        (session,) = (item for item in take_inventory(tmp_path) if isinstance(item, SessionItem))
        assert session.state == "failed"
        assert list(Ledger(Workspace(tmp_path / session.path)).entries()) == [committed]

    def test_a_hopeless_policy_stops_with_a_sentence_and_leaves_nothing(
        self, make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ecgfactory.shards.selection.YIELD_JUDGED_AFTER", 64)
        request = make_request(quality={"bounds": {"heart_rate": {"min": 200}}}, formats=["csv"], output=str(tmp_path))
        with pytest.raises(BuildFailedError, match=r"only 0 of .* candidates were accepted"):
            build_dataset(request)
        assert published(tmp_path) == set()

    def test_eight_leads_of_five_seconds_in_one_format(self, make_request: MakeRequest, tmp_path: Path) -> None:
        request = make_request(
            records=5,
            leads=8,
            duration_s=5,
            formats=["wfdb"],
            report={"samples": 0},
            output=str(tmp_path),
            quality={"policy": "off"},
            splits={"train": 1.0},
        )
        dataset = verify(build_dataset(request).dataset)
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
        assert not dataset.manifest.within_training_length
        assert dataset.manifest.candidates_examined == 5
        assert dataset.record("4").signal_uv.shape == (8, 2500)

    def test_two_shards_of_one_name_stand_side_by_side_and_latest_is_the_newest(
        self, make_request: MakeRequest, tmp_path: Path
    ) -> None:
        datasets = [
            build_dataset(
                make_request(records=3, seed=seed, formats=["csv"], report={"samples": 0}, output=str(tmp_path))
            ).dataset
            for seed in (1, 2)
        ]
        assert datasets[0] != datasets[1]
        assert all(verify(path) for path in datasets)
        assert (tmp_path / "small" / "latest").resolve() == datasets[1]


def test_the_plan_of_the_built_dataset_is_the_request_s(built: Path, make_request: MakeRequest) -> None:
    assert make_plan(make_request()).plan_id == built.name
