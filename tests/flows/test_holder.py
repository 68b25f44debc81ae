"""Generated signals that go from one Dask worker to another: complete, a piece at a time, or lost."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster, Worker

from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.handover import ORIGIN_FILE, PIECE_BYTES, SIGNALS_FILE, Handover, HandoverLostError, Origin
from ecgfactory.tasks import holder as task_module
from ecgfactory.tasks.holder import DaskHolder, answer_others

SIZE_BYTES = 200_000_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Of two worker processes that answer each other."""
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(**options) as cluster, Client(cluster, set_as_default=False) as client:
        client.run(_answer)
        yield client


@pytest.fixture
def plan(make_request: Callable[..., BuildRequest], tmp_path: Path) -> Plan:
    return make_plan(make_request(output=str(tmp_path)))


def _answer(dask_worker: Worker) -> None:
    answer_others(dask_worker)


def _generate(root: str) -> str:
    """Write as many bytes as a shard of 2,500 records has, without having them in memory."""
    folder = Workspace(Path(root)).generated / "000001"
    folder.mkdir()
    digest = hashlib.sha256()
    with (folder / SIGNALS_FILE).open("wb") as file:
        for number in range(SIZE_BYTES // 1_000_000):
            content = number.to_bytes(4, "little") * 250_000
            file.write(content)
            digest.update(content)
    (folder / ORIGIN_FILE).write_text(Origin(device="cuda", seconds={"generate": 2.0}).model_dump_json())
    return digest.hexdigest()


def _copy(plan: Plan, root: str, holder: DaskHolder) -> tuple[Origin, str]:
    workspace = Workspace(Path(root))
    origin = Handover(plan, 1, workspace, holder).origin()
    digest = hashlib.sha256()
    with (workspace.generated / "000001" / SIGNALS_FILE).open("rb") as file:
        while content := file.read(1_000_000):
            digest.update(content)
    return origin, digest.hexdigest()


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def on(client: Client, worker: str, function: Callable[..., Any], *arguments: Any) -> Any:
    return client.submit(function, *arguments, workers=[worker], pure=False).result(timeout=120)


def test_a_large_shard_arrives_whole_with_a_few_pieces_in_memory(client: Client, plan: Plan) -> None:
    giver, taker = client.scheduler_info()["workers"]
    here, there = (str(Workspace.create(plan, name).root) for name in ("here", "there"))
    small = Workspace.create(plan, "small")  # what is imported and connected first does not count
    (small.generated / "000001").mkdir()
    for name in (SIGNALS_FILE, ORIGIN_FILE):
        (small.generated / "000001" / name).write_text(Origin(device="cpu", seconds={}).model_dump_json())
    warm = str(Workspace.create(plan, "warm").root)
    on(client, taker, _copy, plan, warm, DaskHolder(giver, str(small.root), 1))
    sent = on(client, giver, _generate, there)
    before = client.run(_peak_bytes)
    origin, arrived = on(client, taker, _copy, plan, here, DaskHolder(giver, there, 1))
    assert (origin.device, arrived) == ("cuda", sent)
    after = client.run(_peak_bytes)
    for worker in (giver, taker):
        assert after[worker] - before[worker] < 6 * PIECE_BYTES < SIZE_BYTES / 3, "of either process"


def _discard(holder: DaskHolder) -> None:
    holder.discard()


def _be_impatient(seconds: float) -> None:
    task_module.ANSWER_TIMEOUT_S = seconds


def test_signals_of_a_worker_that_lost_them_or_is_gone_are_told_to_be_lost(client: Client, plan: Plan) -> None:
    giver, taker = client.scheduler_info()["workers"]
    here, there = (Workspace.create(plan, name) for name in ("here", "there"))
    (there.generated / "000001").mkdir()
    holder = DaskHolder(giver, str(there.root), 1)
    on(client, taker, _discard, holder)
    assert list(there.generated.iterdir()) == []
    client.run(_be_impatient, 0.5)
    for lost in (holder, DaskHolder("tcp://127.0.0.1:9", str(there.root), 1)):
        with pytest.raises(HandoverLostError, match="shard 1 are gone"):
            on(client, taker, _copy, plan, str(here.root), lost)
        on(client, taker, _discard, lost)
