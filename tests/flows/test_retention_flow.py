from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import flow, get_client
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, LogFilter, LogFilterFlowRunId
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from ecgfactory.flows.build_dataset import build_dataset
from ecgfactory.flows.retention import ARTIFACT_KEY, retention
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.retention.decisions import RetentionFailedError
from ecgfactory.retention.retention_request import RetentionRequest
from ecgfactory.session.sessions import occupied
from ecgfactory.tasks.flow_runs import OUR_FLOWS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with a dead session, and something that is not ours."""
    plan = make_plan(BuildRequest.model_validate({"name": "a", "records": 9, "seed": 1, "output": str(tmp_path)}))
    with occupied(plan, "dead") as workspace:
        (workspace.shards / "f").write_bytes(b"x" * 5000)
    os.utime(workspace.heartbeat_file, (0, 0))
    (tmp_path / "notes.txt").touch()
    return tmp_path


def last_table(client: SyncPrefectClient) -> tuple[list[dict[str, str]], str]:
    artifact: dict[str, Any] = client.request(
        "GET", "/artifacts/{key}/latest", path_params={"key": ARTIFACT_KEY}
    ).json()
    return json.loads(artifact["data"]), artifact["description"]


def test_a_run_with_several_wrong_fields_tells_all_at_once(tmp_path: Path) -> None:
    wrong: Any = {"output": str(tmp_path / "nothing yet"), "keep_last": 0, "keep_dyas": 3}
    state = retention(wrong, return_state=True)
    assert state.is_failed()
    assert [line.partition("request: ")[2] for line in str(state.message).splitlines()] == [
        "keep_last is 0; it must be at least 1.",
        "unknown key keep_dyas; did you mean keep_days?",
    ]


def test_a_dry_run_tells_and_a_run_deletes_what_was_told(output: Path) -> None:
    request = RetentionRequest(output=str(output), flow_run_days=None)
    told = retention(request, dry_run=True)
    assert (output / ".sessions" / "dead" / "plan.json").is_file()
    with get_client(sync_client=True) as client:
        rows, description = last_table(client)
        assert [(row["action"], row["kind"], row["what"]) for row in rows] == [
            ("would go", "session", ".sessions/dead"),
            ("stays", "unknown", "notes.txt"),
        ]
        assert "dead_session_hours is 168" in rows[0]["reason"]
        assert description.startswith("Dry run, nothing was deleted: 1 of 2 would go and free")
        done = retention(request)
        rows, description = last_table(client)
        assert [row["action"] for row in rows] == ["removed", "kept"]
        assert description == done.summary
    assert done.freed_bytes == told.freed_bytes > 5000
    assert {path.name for path in output.iterdir()} == {"notes.txt"}


@flow(name="build-dataset", persist_result=False)
def ended_run() -> UUID:
    """A run under the name of ours, with a log and an artifact."""
    get_run_logger().info("something happened")
    create_markdown_artifact("text", key="of-the-run")
    return UUID(str(flow_run.id))


def test_our_flows_are_known_by_their_names() -> None:
    assert {build_dataset.name, retention.name} == set(OUR_FLOWS)


@flow(name="somebody-elses", persist_result=False)
def foreign_run() -> UUID:
    return UUID(str(flow_run.id))


def test_old_runs_of_our_flows_go_with_their_artifacts_and_logs(output: Path) -> None:
    ours, foreign = ended_run(), foreign_run()
    of_run = FlowRunFilter(id=FlowRunFilterId(any_=[ours]))
    with get_client(sync_client=True) as client:
        client.create_logs([log_entry(ours)])
        assert len(client.read_artifacts(flow_run_filter=of_run)) == 1
        retention(RetentionRequest(output=str(output), flow_run_days=1))
        assert client.read_flow_run(ours).name, "it is not a day old"
        told = retention(RetentionRequest(output=str(output), flow_run_days=0), dry_run=True)
        assert str(ours) in {decision.path for decision in told.decisions}
        assert client.read_flow_run(ours).name
        done = retention(RetentionRequest(output=str(output), flow_run_days=0))
        assert {d.path for d in told.decisions if d.kind == "flow run"} < {d.path for d in done.decisions}
        with pytest.raises(ObjectNotFound):
            client.read_flow_run(ours)
        assert client.read_flow_run(foreign).name
        assert client.read_artifacts(flow_run_filter=of_run) == []
        assert eventually_without_logs(client, ours), "the server deletes them in the background"


def log_entry(run_id: UUID) -> dict[str, Any]:
    return {
        "name": "test",
        "level": 20,
        "message": "hello",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "flow_run_id": str(run_id),
    }


def eventually_without_logs(client: SyncPrefectClient, run_id: UUID) -> bool:
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id]))
    for _ in range(100):
        if not client.read_logs(of_run):
            return True
        time.sleep(0.1)
    return False


def test_what_can_not_be_removed_fails_the_flow_and_is_told(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refuse)  # root may rename anything, so the kernel won't refuse it
    with pytest.raises(
        RetentionFailedError, match=r"\.sessions/dead: can't be moved to the trash \(Permission denied\)"
    ):
        retention(RetentionRequest(output=str(output), flow_run_days=None))
    assert (output / ".sessions" / "dead" / "plan.json").is_file()
    with get_client(sync_client=True) as client:
        assert last_table(client)[0][0]["action"] == "failed"
