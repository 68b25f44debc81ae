"""A shard: cut to fewer records from its own files, with the bytes of one that was made so short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.formats import FORMATS
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.ledger import ShardEntry, ledger_of
from ecgfactory.session.wanted import want
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards import shard as shards
from ecgfactory.shards.committed import committed_records
from ecgfactory.shards.shard import make_shard
from ecgfactory.validation.format_contract import are_same

LIMIT = 7


RHYTHM = {"sinus": 0.5, "premature_ventricular": 0.5}
NOISE = {"kinds": {"mains": 2, "dropped_samples": 2, "limb_lead_swap": 1}, "per_record": {"max": 2}}


@pytest.mark.parametrize(
    ("artefacts", "rhythm", "shares_files"),
    [
        (None, None, False),
        (NOISE, None, False),
        (NOISE, None, True),
        (NOISE | {"keep_clean": False, "clean_features": True}, None, True),
        (None, RHYTHM, True),
    ],
    ids=[
        "no artefacts",
        "clean twins",
        "clean twins in shared files",
        "clean features in shared files",
        "composed in shared files",
    ],
)
def test_a_committed_shard_is_cut_by_reading_it_back(
    make_request: Callable[..., BuildRequest],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    artefacts: dict[str, Any] | None,
    rhythm: dict[str, float] | None,
    shares_files: bool,
) -> None:
    if shares_files:
        monkeypatch.setattr("ecgfactory.request.plan.packs_wanted", lambda request: 1)
    plan = make_plan(
        make_request(
            name="s",
            records=100,
            seed=3,
            formats=["csv", "parquet", "npy"] if artefacts else [name for name in FORMATS if name != "wfdb_flac"],
            artefacts=artefacts,
            rhythm=rhythm,
            labels={"waves": True, "mask": True},
            splits={"train": 0.6, "test": 0.4},
            quality={"policy": "basic", "bounds": {"heart_rate": {"max": 72}}},
            shard_records=24,
            generator={"batch": 8},
            output=str(tmp_path),
        )
    )
    whole, short = Workspace.create(plan, "whole"), Workspace.create(plan, "short")
    made_short = make_shard(plan, 1, LIMIT, short)
    uncut = make_shard(plan, 1, 100, whole)
    assert uncut.examined == 24
    assert LIMIT + 1 < uncut.accepted < 24, "both kinds of candidates, before and after the limit"
    assert made_short.rejects

    monkeypatch.setattr(shards, "assessed_batches", _must_not_be_called)
    cut = make_shard(plan, 1, LIMIT, whole)
    assert cut.files == made_short.files
    assert "annotations.parquet" in {file.path for file in cut.files}
    assert ("artefacts.parquet" in {file.path for file in cut.files}) == (artefacts is not None)
    assert (cut.examined, cut.accepted, cut.rejects) == (made_short.examined, LIMIT, made_short.rejects)
    assert cut.device == uncut.device
    assert cut.seconds["generate"] == uncut.seconds["generate"]
    assert ledger_of(whole).entry(1) == cut
    assert ledger_of(whole).faults(cut) == []


def test_a_committed_shard_that_was_damaged_is_made_anew_to_be_cut(
    make_request: Callable[..., BuildRequest], tmp_path: Path
) -> None:
    asked = {"records": 16, "seed": 3, "shard_records": 16, "generator": {"batch": 8}}
    plan = make_plan(make_request(name="s", output=str(tmp_path), **asked))
    workspace = Workspace.create(plan, "one")
    uncut = make_shard(plan, 0, 16, workspace)
    data = next(file.path for file in uncut.files if file.path.startswith("data/"))
    with ledger_of(workspace).opened(uncut) as folder:
        _flip_a_byte(folder / data)
    cut = make_shard(plan, 0, LIMIT, workspace)
    assert cut.files == make_shard(plan, 0, LIMIT, Workspace.create(plan, "two")).files
    assert ledger_of(workspace).faults(cut) == []


def test_a_shard_in_work_stops_once_fewer_records_are_wanted(
    make_request: Callable[..., BuildRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"records": 40, "seed": 3, "shard_records": 40, "generator": {"batch": 8}}
    plan = make_plan(make_request(name="s", output=str(tmp_path), **asked))

    def told(after_batches: int) -> tuple[Workspace, ShardEntry]:
        """Make shard 1, which learns that 12 records are wanted when so many micro-batches are written."""
        workspace = Workspace.create(plan, f"told-{after_batches}")

        def batches(*args: Any) -> Iterator[CandidateBatch]:
            for number, batch in enumerate(assessed_batches(*args)):
                if number == after_batches:
                    want(workspace, records=12)
                yield batch

        monkeypatch.setattr(shards, "assessed_batches", batches)
        entry = make_shard(plan, 1, 40, workspace)
        monkeypatch.undo()
        return workspace, entry

    made_short = make_shard(plan, 1, 12, Workspace.create(plan, "short"))
    _, in_time = told(after_batches=1)
    assert in_time.serves(12)
    assert (in_time.files, in_time.examined) == (made_short.files, made_short.examined)

    workspace, too_late = told(after_batches=2)
    assert 12 < too_late.accepted <= too_late.examined < 40, "it stopped before its end"
    cut = make_shard(plan, 1, 12, workspace)
    assert (cut.files, cut.examined) == (made_short.files, made_short.examined)


def test_records_of_a_small_shard_are_read_back_with_their_waves_and_artefacts(
    make_request: Callable[..., BuildRequest], tmp_path: Path
) -> None:
    asked = {"records": 16, "seed": 3, "shard_records": None, "generator": {"batch": 8}, "formats": ["parquet", "csv"]}
    plan = make_plan(make_request(name="s", labels={"waves": True}, artefacts=NOISE, output=str(tmp_path), **asked))
    workspace = Workspace.create(plan, "one")
    entry = make_shard(plan, 0, 16, workspace)
    made = next(assessed_batches(plan, plan.shard_candidates(0), StageClock()))
    accepted = made.take(np.flatnonzero(made.accepted))
    with ledger_of(workspace).opened(entry) as folder:
        read = next(committed_records(plan, folder, with_clean=True))
    assert entry.accepted == len(read) == len(accepted) == 8
    assert accepted.waves is not None
    assert read.waves is not None
    assert are_same(read.waves, accepted.waves)
    assert not [file.path for file in entry.files if "waves" in file.path and file.path.startswith("npy/")]
    for was, now in ((accepted, read), (accepted.clean, read.clean)):
        assert np.array_equal(now.signals_uv, was.signals_uv)
        assert all(
            np.array_equal(now.features[name], was.features[name], equal_nan=values.dtype.kind == "f")
            for name, values in was.features.items()
        )
    assert accepted.injury is not None
    assert read.injury is not None
    assert read.injury.failed_rules == accepted.injury.failed_rules
    assert np.array_equal(read.injury.snr_db, accepted.injury.snr_db, equal_nan=True)
    pd.testing.assert_frame_equal(read.injury.artefacts.to_frame(), accepted.injury.artefacts.to_frame())


def _flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _must_not_be_called(*_: object) -> None:
    raise AssertionError("the generator was asked")
