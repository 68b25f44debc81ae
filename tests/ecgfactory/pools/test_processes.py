"""The pool of processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.pools.crew import LEAST_MEMORY_BYTES, Crew, machine_memory_bytes, usable_cores
from ecgfactory.pools.pool import DEATHS_ALLOWED, Job, Slots, WorkersDiedError
from ecgfactory.pools.processes import ProcessPool
from ecgfactory.storage.process_folder import process_folder
from tests.looking import PATIENCE_S
from tests.pool_contract import PoolContract, double, process_id, refuse, results

ROOT = Path(__file__).parents[3]
PLENTY = 10**12


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessPool]:
    log = tmp_path_factory.mktemp("pool") / "workers.log"
    with ProcessPool(Crew(("7", "3"), 2, PLENTY), ["tests.pool_contract"], log) as pool:
        yield pool


class TestContract(PoolContract):
    @pytest.fixture
    def pool(self, shared: ProcessPool) -> ProcessPool:
        return shared


def environment(name: str) -> str | None:
    time.sleep(0.1)
    return os.environ.get(name)


def modules(names: list[str]) -> list[str]:
    return sorted(set(names) & set(sys.modules))


def fill_memory(megabytes: int) -> int:
    held = bytearray(os.urandom(1)) * (megabytes * 1_000_000)
    time.sleep(5)
    return len(held)


def test_gpu_workers_see_one_gpu_each_and_cpu_workers_none(shared: ProcessPool) -> None:
    assert shared.slots == Slots(gpu=2, cpu=2)
    name = "CUDA_VISIBLE_DEVICES"
    on_gpu = results(shared, [Job(environment, {"name": name}, "GPU") for _ in range(4)])
    assert {one.result() for one in on_gpu} == {"7", "3"}
    on_cpu = results(shared, [Job(environment, {"name": name}, "CPU") for _ in range(4)])
    assert {one.result() for one in on_cpu} == {""}


def test_workers_have_one_thread(shared: ProcessPool) -> None:
    (ended,) = results(shared, [Job(environment, {"name": "OMP_NUM_THREADS"}, "CPU")])
    assert ended.result() == "1"


def test_what_is_prepared_is_imported_in_the_workers_that_come_after(tmp_path: Path) -> None:
    with ProcessPool(Crew((), 1, PLENTY), ["tests.pool_contract"], tmp_path / "log") as pool:
        asked = {"names": ["this", "tests.pool_contract"]}
        (before,) = results(pool, [Job(modules, asked, "CPU")])
        pool.prepare(["this"])
        assert pool.ended() == []
        (after,) = results(pool, [Job(modules, asked, "CPU")])
    assert before.result() == ["tests.pool_contract"]
    assert after.result() == ["tests.pool_contract", "this"]


def test_no_more_processes_than_there_is_work_for(tmp_path: Path) -> None:
    with ProcessPool(Crew((), 8, PLENTY), [], tmp_path / "log") as pool:
        ids = {results(pool, [Job(process_id, {}, "CPU")])[0].result() for _ in range(3)}
    assert len(ids) == 1


def test_a_process_that_takes_more_memory_than_it_may_is_ended(tmp_path: Path) -> None:
    with ProcessPool(Crew((), 1, 300_000_000), [], tmp_path / "log") as pool:
        (ended,) = results(pool, [Job(fill_memory, {"megabytes": 600}, "CPU")])
        with pytest.raises(WorkersDiedError):
            ended.result()


def test_a_nursery_that_is_killed_is_replaced(tmp_path: Path) -> None:
    with ProcessPool(Crew((), 1, PLENTY), [], tmp_path / "log") as pool:
        (first,) = results(pool, [Job(process_id, {}, "CPU")])
        pool._nursery._process.kill()
        pool._nursery._process.wait()
        os.kill(first.result(), signal.SIGKILL)
        (second,) = results(pool, [Job(double, {"number": 2}, "CPU")])
        assert second.result() == 4


def test_what_can_not_be_imported_is_told_and_not_taken_for_a_lack_of_memory(tmp_path: Path) -> None:
    with (
        ProcessPool(Crew((), 1, PLENTY), ["no_such_module"], tmp_path / "log") as pool,
        pytest.raises(BuildFailedError, match=r"can't start: ModuleNotFoundError: No module named 'no_such_module'"),
    ):
        results(pool, [Job(double, {"number": 1}, "CPU")])


def test_a_worker_that_dies_while_it_is_idle_is_nobody_s_fault(tmp_path: Path) -> None:
    with ProcessPool(Crew((), 1, PLENTY), [], tmp_path / "log") as pool:
        for _ in range(DEATHS_ALLOWED + 1):
            (first,) = results(pool, [Job(process_id, {}, "CPU")])
            os.kill(first.result(), signal.SIGKILL)
        (after,) = results(pool, [Job(double, {"number": 2}, "CPU")])
        assert after.result() == 4


def temporary_folder() -> str:
    folder = process_folder("test")
    (folder / "left").write_bytes(b"much")
    return str(folder)


def test_the_end_of_a_pool_leaves_no_temporary_files_of_its_workers(tmp_path: Path) -> None:
    """It kills them, so that they can't do it themselves."""
    with ProcessPool(Crew((), 2, PLENTY), [], tmp_path / "log") as pool:
        (ended,) = results(pool, [Job(temporary_folder, {}, "CPU")])
        folder = Path(ended.result())
        assert (folder / "left").exists()
    assert not folder.exists()


class Unreadable:
    """Something that only the process can read that made it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return refuse, ("to be read",)


def test_a_job_that_a_worker_can_not_read_fails_with_the_reason(tmp_path: Path) -> None:
    with ProcessPool(Crew((), 1, PLENTY), [], tmp_path / "log") as pool:
        (ended,) = results(pool, [Job(double, {"number": Unreadable()}, "CPU")])
        with pytest.raises(BadInputError, match="to be read: no"):
            ended.result()


def test_a_child_that_this_process_forks_does_not_keep_the_workers_alive(tmp_path: Path) -> None:
    pool = ProcessPool(Crew((), 1, PLENTY), [], tmp_path / "log")
    (ended,) = results(pool, [Job(process_id, {}, "CPU")])
    worker = psutil.Process(ended.result())
    child = os.fork()
    if child == 0:
        time.sleep(120)
        os._exit(0)
    try:
        for open_end in [pool._nursery._control, *(worker.connection for worker in pool._workers)]:
            open_end.close()  # as when this process is killed
        assert psutil.wait_procs([worker], timeout=PATIENCE_S)[1] == []
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pool._nursery.close()


LEADER = """
import sys, time
from pathlib import Path
from ecgfactory.pools.crew import Crew
from ecgfactory.pools.pool import Job
from ecgfactory.pools.processes import ProcessPool
from tests.pool_contract import process_id, results, sleep_long
pool = ProcessPool(Crew((), 2, 10**12), [], Path(sys.argv[1]))
ids = {one.result() for one in results(pool, [Job(process_id, {}, "CPU") for _ in range(4)])}
pool.start(Job(sleep_long, {}, "CPU"))
print(*ids, flush=True)
time.sleep(60)
"""


def test_workers_idle_or_busy_end_when_their_leader_is_killed(tmp_path: Path) -> None:
    leader = subprocess.Popen(
        [sys.executable, "-c", LEADER, str(tmp_path / "log")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert leader.stdout is not None
    workers = [psutil.Process(int(pid)) for pid in leader.stdout.readline().split()]
    family = [*workers, *psutil.Process(leader.pid).children(recursive=True)]
    assert len(workers) == 2
    leader.kill()
    leader.wait()
    assert psutil.wait_procs(family, timeout=PATIENCE_S)[1] == []


def test_a_crew_shares_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    crew = Crew.of(gpus=2, cpus=2)
    assert (crew.gpus, crew.cpus) == (("0", "1"), 2)
    assert crew.memory_limit_bytes == max(machine_memory_bytes() // 4, LEAST_MEMORY_BYTES)
    assert Crew.of(gpus=0, cpus=1000).memory_limit_bytes == LEAST_MEMORY_BYTES
    assert Crew.of(gpus=0).cpus == min(usable_cores(), machine_memory_bytes() // LEAST_MEMORY_BYTES)
    monkeypatch.setattr("ecgfactory.pools.crew.machine_memory_bytes", lambda: 2 * LEAST_MEMORY_BYTES)
    monkeypatch.setattr("ecgfactory.pools.crew.usable_cores", lambda: 64)
    assert Crew.of(gpus=0).cpus == 2
