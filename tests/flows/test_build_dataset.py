"""The flow: the steps of the library as Prefect tasks, by Dask workers, with the library's bytes."""

from __future__ import annotations

import ast
import inspect
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, FlowRunFilterName
from prefect.settings import PREFECT_LOCAL_STORAGE_PATH, temporary_settings
from prefect.states import Cancelling

from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.errors import BadInputError, BuildCancelledError
from ecgfactory.flows.build_dataset import build_dataset
from ecgfactory.flows.folder import VARIABLE, start_in
from ecgfactory.flows.watching import watched_by
from ecgfactory.line.build import Built
from ecgfactory.line.build import build as library_build
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.progress import Progress
from ecgfactory.session.session_info import SessionInfo
from ecgfactory.session.sessions import sessions_of
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.shard import make_shard
from tests.looking import PATIENCE_S, found, until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]

MakeRequest = Callable[..., BuildRequest]
Builder = Callable[..., Built]

SMALL: dict[str, Any] = {
    "name": "small",
    "records": 40,
    "seed": 5,
    "generator": {"batch": 8},
    "shard_records": 8,
    "formats": ["parquet", "wfdb"],
    "report": {"samples": 0},
    "workers": {"cpu": 1},
}
LARGE = SMALL | {"name": "large", "records": 20_000}


def sums(dataset: Path) -> str:
    return (dataset / SUMS_FILE).read_text()


def steps_in(function: Callable[..., object]) -> list[str]:
    """The steps that a function's text calls, in order."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(function))) if isinstance(node, ast.Call)]
    names = [
        (call.lineno, call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", ""))
        for call in calls
    ]
    not_steps = {"as_request", "Built", "str", "uuid4", "pool", "flow", "with_seed_of_the_day", "show_dataset"}
    not_steps |= {"on_progress", "check_callback", "live_progress", "dask_pool", "end_with_worker", "check_main_guard"}
    return [name for _, name in sorted(names) if name not in not_steps]


def test_the_flow_has_the_steps_of_the_library_in_the_same_order() -> None:
    assert steps_in(build_dataset.fn) == steps_in(library_build)
    assert len(steps_in(library_build)) > 8


def test_it_gives_the_bytes_of_the_library_and_finds_them_again(
    scheduler: str, built: Path, make_request: MakeRequest, tmp_path: Path
) -> None:
    request = make_request(workers={"scheduler": scheduler}, output=str(tmp_path))
    told: list[Progress] = []
    with watched_by(told.append):
        outcome = build_dataset(request)
    assert not outcome.already_there
    assert sums(outcome.dataset) == sums(built)
    assert told[-1].accepted >= 40
    assert {path.name for path in tmp_path.iterdir()} == {"small"}
    assert build_dataset(request).already_there


def test_a_run_with_several_wrong_fields_tells_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    wrong: Any = {"name": "no good", "records": 0, "policy": "basic", "generator": {"checkpoint": "/nope.pt"}}
    state = build_dataset(wrong | {"output": str(tmp_path / "file")}, return_state=True)
    assert state.is_failed()
    assert state.message is not None
    assert [line.partition("request: ")[2].partition(";")[0] for line in state.message.splitlines()] == [
        "name: 'no good' can't be a folder name inside the output",
        "records is 0",
        "unknown key policy",
        f"output: {tmp_path / 'file'} is a file",
        "generator.checkpoint: there is no file '/nope.pt'",
    ]


def test_a_run_that_fails_leaves_its_words_and_no_pickle(make_request: MakeRequest, tmp_path: Path) -> None:
    request = make_request(output="/proc/here")
    with temporary_settings({PREFECT_LOCAL_STORAGE_PATH: tmp_path / "storage"}):
        state = build_dataset(request, return_state=True)
        assert "BadInputError: output: " in str(state.message)
        with pytest.raises(BadInputError, match="output: "):
            build_dataset(request)
    assert not (tmp_path / "storage").exists()


def test_a_deployed_run_starts_its_paths_in_the_folder_of_its_deployment(
    make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path.cwd())  # goes back to it
    (tmp_path / "taken").touch()
    monkeypatch.setenv(VARIABLE, "")
    start_in(str(tmp_path))
    with pytest.raises(BadInputError, match=f"output: {tmp_path}/taken is a file"):
        build_dataset(make_request(output="taken"))
    start_in(str(tmp_path / "missing"))
    with pytest.raises(BadInputError, match=f"{tmp_path}/missing: the paths of this deployment's runs start there"):
        build_dataset(make_request())


@pytest.fixture(scope="module")
def undisturbed(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> str:
    return sums(build(SMALL | {"output": str(tmp_path_factory.mktemp("undisturbed"))}).dataset)


@pytest.fixture
def start(prefect_server: str, scheduler: str, tmp_path: Path) -> Callable[[dict[str, Any]], subprocess.Popen[str]]:
    """Start `ecgfactory build` with the server configured: the flow builds, in a process of its own."""

    def start_build(request: dict[str, Any]) -> subprocess.Popen[str]:
        file = tmp_path / "request.yaml"
        file.write_text(yaml.safe_dump(request | {"workers": {"scheduler": scheduler}}), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, "-m", "ecgfactory", "build", str(file), "--output", str(tmp_path / "out")],
            env=os.environ | {"PREFECT_API_URL": prefect_server},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start_build


def wait_for_commit(output: Path, process: subprocess.Popen[str]) -> None:
    until(lambda: found(output, ".sessions/*/ledger/[!.]*.json") or process.poll() is not None, "a committed shard")
    assert process.poll() is None, process.communicate()[1]


def session_in(output: Path) -> SessionInfo:
    (session,) = sessions_of(output)
    return session


def test_killed_under_one_pool_it_goes_on_under_the_other(
    start: Callable[[dict[str, Any]], subprocess.Popen[str]], build: Builder, undisturbed: str, tmp_path: Path
) -> None:
    process = start(SMALL)
    wait_for_commit(tmp_path / "out", process)
    process.kill()
    process.communicate()
    assert session_in(tmp_path / "out").is_resumable
    resumed = build(SMALL | {"output": str(tmp_path / "out")})
    assert sums(resumed.dataset) == undisturbed
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"small"}


def test_killed_under_the_library_it_goes_on_under_the_flow(scheduler: str, undisturbed: str, tmp_path: Path) -> None:
    request = BuildRequest.model_validate(SMALL | {"output": str(tmp_path), "workers": {"scheduler": scheduler}})
    plan = make_plan(request)
    make_shard(plan, 0, 40, Workspace.create(plan, "dead"))  # what is left of the library's build
    assert session_in(tmp_path).is_resumable
    assert sums(build_dataset(request).dataset) == undisturbed
    assert {path.name for path in tmp_path.iterdir()} == {"small"}


def test_a_run_cancelled_through_prefect_stops_soon_and_can_be_resumed(scheduler: str, tmp_path: Path) -> None:
    request = BuildRequest.model_validate(LARGE | {"output": str(tmp_path), "workers": {"scheduler": scheduler}})

    def cancel(progress: Progress) -> None:
        session = session_in(tmp_path)
        if session.committed and session.state == "running":
            client.set_flow_run_state(UUID(session.session_id), Cancelling(), force=True)

    with (
        get_client(sync_client=True) as client,
        watched_by(cancel),
        pytest.raises(BuildCancelledError, match="the build was cancelled; the same request goes on") as told,
    ):
        build_dataset(request)
    assert told.value.exit_code == 130
    session = session_in(tmp_path)
    assert (session.state, session.is_resumable) == ("cancelled", True)


def test_a_flow_that_is_stopped_says_so_and_the_server_knows(
    start: Callable[[dict[str, Any]], subprocess.Popen[str]], tmp_path: Path
) -> None:
    process = start(LARGE)
    wait_for_commit(tmp_path / "out", process)
    session = session_in(tmp_path / "out")
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                id=FlowRunFilterId(any_=[UUID(session.session_id)]), name=FlowRunFilterName(any_=["build-large"])
            )
        )
    assert run.state is not None
    assert run.state.is_final()
