"""Builds on a real `dask scheduler` with real `dask worker` processes: one a pretend GPU worker, one a CPU worker."""

from __future__ import annotations

import os
import re
import signal
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch
from distributed import Client, LocalCluster, Security
from prefect import flow
from prefect.settings import PREFECT_API_URL, temporary_settings

from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.flows import dask_pool, existing_scheduler
from ecgfactory.flows.build_dataset import build_dataset
from ecgfactory.flows.dask_workers import describe
from ecgfactory.flows.existing_scheduler import connected
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.flows.worker_checks import WorkerChecks, check_workers
from ecgfactory.flows.worker_side import workspace_problem
from ecgfactory.line.placement import Placement
from ecgfactory.line.state import Build
from ecgfactory.pools.pool import Slots
from ecgfactory.request.build_request import BuildRequest, WorkersRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.sessions import sessions_of
from ecgfactory.session.workspace import Workspace
from tests.dask_processes import dask_scheduler, dask_worker, with_other_versions, without_folders
from tests.looking import PATIENCE_S, found, until

MakeRequest = Callable[..., BuildRequest]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Address of the scheduler, and the two processes `dask worker`."""
    folder = tmp_path_factory.mktemp("dask")
    with ExitStack() as stack:
        address = stack.enter_context(dask_scheduler(folder))
        kinds = ("GPU=1", "CPU=1")
        processes = [stack.enter_context(dask_worker(address, folder, "--resources", kind)) for kind in kinds]
        yield address, processes


@pytest.fixture
def lone_scheduler(tmp_path: Path) -> Iterator[str]:
    """Address of a scheduler that has no workers yet."""
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster:
        yield cluster.scheduler_address


def the_workspace(output: Path) -> Workspace:
    """Wait for the session of a build."""
    return Workspace(until(lambda: found(output, ".sessions/[!.]*/plan.json"), "a session")[0].parent)


def sums(dataset: Path) -> str:
    return (dataset / SUMS_FILE).read_text()


def resources_of(client: Client) -> dict[str, dict[str, float]]:
    return {worker: info["resources"] for worker, info in client.scheduler_info()["workers"].items()}


def test_gpu_workers_generate_and_cpu_workers_finish_though_one_of_each_kind_is_killed(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    built: Path,
    make_request: MakeRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dask_pool, "GONE_TIMEOUT_S", PATIENCE_S)  # for which a busy machine may need to start others
    address, processes = cluster
    killed: list[int] = []

    def kill_workers() -> None:
        """Kill the GPU worker when it has begun to generate, then the CPU worker when it has begun to write."""
        workspace = the_workspace(tmp_path)
        for process, folder in zip(processes, (workspace.generated, workspace.shards), strict=True):
            until(partial(found, folder, "*"), "work")
            for child in psutil.Process(process.pid).children(recursive=True):
                if "spawn_main" in " ".join(child.cmdline()):
                    child.send_signal(signal.SIGKILL)
                    killed.append(child.pid)

    threading.Thread(target=kill_workers, daemon=True).start()
    with Client(address, set_as_default=False) as client:
        resources = resources_of(client)
        client.get_task_stream()  # from now on it is recorded
        outcome = build_dataset(make_request(workers={"scheduler": address}, output=str(tmp_path)))
        resources |= resources_of(client)
        run_id = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        ran = [(run_id.sub("", task["key"]), resources[task["worker"]]) for task in client.get_task_stream()]
    assert len(killed) == 2
    assert sums(outcome.dataset) == sums(built), "the bytes of an undisturbed build by CPU workers alone"
    assert dict(ran) == {
        "generate-shard": {"GPU": 1.0},
        "finish-shard": {"CPU": 1.0},
        "make-shard": {"CPU": 1.0},
        "write-report": {"CPU": 1.0},
        "compare-records": {"CPU": 1.0},
    }, "and the CPU worker, idle at first, helped"
    assert {path.name for path in tmp_path.iterdir()} == {"small"}


def expect_bad_input(request: BuildRequest, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        build_dataset(request)
    assert not any(Path(request.output).iterdir()), "no work was begun"


def test_no_scheduler_at_the_address(
    make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(existing_scheduler, "CONNECT_TIMEOUT_S", 1.0)
    request = make_request(workers={"scheduler": "tcp://127.0.0.1:9"}, output=str(tmp_path))
    expect_bad_input(request, r"workers.scheduler: no Dask scheduler answers at tcp://127.0.0.1:9 .*`dask scheduler`")


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (b"", "what listens there has said nothing for 0.5 s"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "what answers there is none"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "what answers there is none"),
        (b"\0" * 100, "what answers there is none"),
    ],
    ids=["nothing", "HTTP", "SSH", "zeros"],
)
def test_what_listens_there_is_no_scheduler(says: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(existing_scheduler, "CONNECT_TIMEOUT_S", 0.5)

    class Other(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(says)
            over.wait(PATIENCE_S)

    over = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Other) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
        request = SimpleNamespace(workers=WorkersRequest(scheduler=address))
        build: Any = SimpleNamespace(plan=SimpleNamespace(request=request))
        try:
            with pytest.raises(BadInputError, match=rf"answers at {address} \({words}\);"), connected(build):
                pass
        finally:
            over.set()
            server.shutdown()


def test_a_scheduler_without_workers(
    lone_scheduler: str, make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(existing_scheduler, "WORKERS_TIMEOUT_S", 0.5)
    request = make_request(workers={"scheduler": lone_scheduler}, output=str(tmp_path))
    expect_bad_input(request, rf"{lone_scheduler} has no workers; start some with `dask worker {lone_scheduler}`")


def test_a_worker_with_another_version_or_none_of_a_package(
    lone_scheduler: str, make_request: MakeRequest, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    others = with_other_versions(tmp_path, neurokit2="0.0.1", wfdb="")
    with dask_worker(lone_scheduler, tmp_path, "--no-nanny", **others):
        request = make_request(workers={"scheduler": lone_scheduler}, output=str(output))
        expect_bad_input(
            request,
            r"worker tcp://.* has neurokit2 0\.0\.1, no wfdb, where neurokit2 0\.2\.13, wfdb .* is needed; install",
        )


def test_a_worker_that_does_not_see_the_output_folder(
    lone_scheduler: str, make_request: MakeRequest, tmp_path: Path
) -> None:
    """It runs where another file system covers that folder, as on a machine that does not share it."""
    output = tmp_path / "out"
    output.mkdir()
    with dask_worker(lone_scheduler, tmp_path, "--no-nanny", before=without_folders(output)):
        request = make_request(workers={"scheduler": lone_scheduler}, output=str(output))
        expect_bad_input(request, r"worker tcp://.* can't work in .*No such file.*that every worker may write to")


@flow(name="checking")
def check_with_unreachable_server(build: Build) -> None:
    """Check workers as a build does, but with settings for them that name a server which is not there."""
    nowhere = {PREFECT_API_URL: "http://127.0.0.1:9/api"}
    with PlacedTaskRunner(address=build.plan.request.workers.scheduler) as runner, temporary_settings(nowhere):
        checks = WorkerChecks(runner, build)
        check_workers(checks, describe(runner.client), Placement(Slots(0, 2, False), "auto"))


def test_a_worker_that_can_not_reach_the_prefect_server(
    scheduler: str, make_request: MakeRequest, tmp_path: Path
) -> None:
    plan = make_plan(make_request(workers={"scheduler": scheduler}, output=str(tmp_path)))
    workspace = Workspace.create(plan, "session")
    with pytest.raises(
        BadInputError, match=r"can't reach this build's Prefect server at http://127.0.0.1:9/api"
    ) as told:
        check_with_unreachable_server(Build(plan, workspace))
    assert len(told.value.problems) == 2, "each worker is named"


def test_a_checkpoint_that_a_worker_does_not_have(make_request: MakeRequest, tmp_path: Path) -> None:
    """The function that runs on workers: here it runs where that file has been removed."""
    checkpoint = tmp_path / "own.pt"
    checkpoint.touch()
    plan = make_plan(make_request(generator={"checkpoint": str(checkpoint)}, output=str(tmp_path)))
    root = str(Workspace.create(plan, "session").root)
    assert workspace_problem(root, plan.plan_id) is None
    checkpoint.unlink()
    assert f"has no file {checkpoint}" in str(workspace_problem(root, plan.plan_id))


def test_cuda_on_workers_that_have_none(scheduler: str, make_request: MakeRequest, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    request = make_request(generator={"device": "cuda"}, workers={"scheduler": scheduler}, output=str(tmp_path))
    expect_bad_input(request, r"is to generate on 'cuda', but PyTorch finds no CUDA device there")


def test_workers_that_are_gone_for_good_fail_the_build(
    lone_scheduler: str, make_request: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_pool, "GONE_TIMEOUT_S", 0.5)
    with dask_worker(lone_scheduler, tmp_path, "--no-nanny") as worker:

        def stop_worker() -> None:
            workspace = the_workspace(tmp_path / "out")
            until(partial(found, workspace.shards, ".*"), "a shard")
            worker.terminate()

        request = make_request(
            records=20_000, formats=["npy"], workers={"scheduler": lone_scheduler}, output=str(tmp_path / "out")
        )
        threading.Thread(target=stop_worker, daemon=True).start()
        with pytest.raises(BuildFailedError, match=r"has had no workers; start workers again"):
            build_dataset(request)


def test_a_scheduler_that_goes_away_fails_the_build(make_request: MakeRequest, tmp_path: Path) -> None:
    with ExitStack() as stack:
        address = stack.enter_context(dask_scheduler(tmp_path))
        stack.enter_context(dask_worker(address, tmp_path))
        with Client(address, set_as_default=False) as client:
            scheduler = psutil.Process(client.run_on_scheduler(os.getpid))

        def kill_scheduler() -> None:
            workspace = the_workspace(tmp_path / "out")
            until(partial(found, workspace.ledger, "[!.]*.json"), "a committed shard")
            scheduler.kill()

        request = make_request(
            records=20_000, formats=["npy"], workers={"scheduler": address}, output=str(tmp_path / "out")
        )
        threading.Thread(target=kill_scheduler, daemon=True).start()
        with pytest.raises(BuildFailedError, match=r"scheduler at tcp://.* is gone; start it"):
            build_dataset(request)
    (session,) = sessions_of(tmp_path / "out")
    assert (session.state, session.is_resumable) == ("failed", True)


def test_a_scheduler_behind_tls(make_request: MakeRequest, tmp_path: Path) -> None:
    temporary, other = Security.temporary(), Security.temporary()
    contents = {
        "tls_ca": temporary.tls_ca_file,
        "tls_cert": temporary.tls_client_cert,
        "tls_key": temporary.tls_client_key,
        "other_ca": other.tls_ca_file,
    }
    files = {name: str(tmp_path / name) for name in contents}
    for name, content in contents.items():
        Path(files[name]).write_text(str(content))
    small: dict[str, Any] = {"records": 2, "formats": ["csv"], "report": {"samples": 0}, "shard_records": 2}
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tls://",
        security=temporary,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        ours = {"scheduler": cluster.scheduler_address, "tls_cert": files["tls_cert"], "tls_key": files["tls_key"]}
        request = make_request(**small, workers=ours | {"tls_ca": files["tls_ca"]}, output=str(tmp_path / "out"))
        assert (build_dataset(request).dataset / SUMS_FILE).is_file()
        request = make_request(**small, workers=ours | {"tls_ca": files["other_ca"]}, output=str(tmp_path / "no"))
        with pytest.raises(BadInputError, match=r"no Dask scheduler answers at tls://.*certificate verify failed"):
            build_dataset(request)
