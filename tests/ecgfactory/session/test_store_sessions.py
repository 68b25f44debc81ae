from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.cli.sessions import list_sessions
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session.lease import ENVIRONMENT_VARIABLE
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.sessions import claimed, note_outcome, occupied, sessions_of
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.shard import make_shard
from ecgfactory.storage.store_path import StorePath


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "1")


@pytest.fixture
def output(tmp_path: Path) -> StorePath:
    return StorePath.parse(f"file://{tmp_path}/bucket")


@pytest.fixture
def plan(output: StorePath) -> Plan:
    return plan_in(output)


def plan_in(output: StorePath, **changes: object) -> Plan:
    request = {
        "name": "s",
        "records": 20,
        "seed": 1,
        "generator": {"batch": 8},
        "shard_records": 8,
        "formats": ["csv"],
        "output": str(output),
    }
    return make_plan(BuildRequest.model_validate(request | changes))


def nothing() -> None:
    raise AssertionError("it waits")


def names(place: StorePath) -> list[str]:
    return [place.below(stored.name) for stored in place.store.objects(place.prefix)]


def test_a_session_runs_while_it_has_the_lease_and_its_work_is_gone_on_with(
    plan: Plan, output: StorePath, capsys: pytest.CaptureFixture[str]
) -> None:
    with claimed(plan, nothing) as lease, occupied(plan, "one", lease) as workspace:
        assert Workspace.at(str(workspace.root)) == workspace, "for workers of this machine"
        (info,) = sessions_of(output)
        assert (info.session_id, info.state, info.is_resumable) == ("one", "running", False)
        entries = [make_shard(plan, shard, 20, workspace) for shard in (0, 1)]
        damaged = ledger_of(workspace).place(entries[1])
        assert isinstance(damaged, StorePath)
        damaged.store.delete([(damaged / entries[1].files[0].path).name])
        note_outcome(workspace, "failed", "because")
    (info,) = sessions_of(output)
    assert (info.session_id, info.state, info.reason, info.is_resumable) == ("one", "failed", "because", True)
    assert (info.name, info.plan_id, info.records) == ("s", plan.plan_id, 20)
    assert info.committed == sum(entry.accepted for entry in entries)
    assert info.disk_bytes == sum(stored.size_bytes for stored in output.store.objects(output.prefix))
    with claimed(plan, nothing):
        pass
    assert sessions_of(output)[0].state == "failed", "who only looks whether it is built changes nothing"

    with claimed(plan, nothing) as lease, occupied(plan, "two", lease) as workspace:
        assert list(ledger_of(workspace).entries()) == [entries[0]]
        (info,) = sessions_of(output)
        assert (info.session_id, info.state, info.reason) == ("two", "running", "")
    (info,) = sessions_of(output)
    assert info.state == "dead"
    list_sessions(output)
    assert "dead" in capsys.readouterr().out
