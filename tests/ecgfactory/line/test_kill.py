"""Builds that are killed by SIGKILL, at every step of the commit protocol and at random moments, and then resumed.

Each build is a real process with a Prefect server and Dask workers of its own. After the kill, what is published must
be whole or absent; after the next build, the sums are those of a build that nobody disturbed.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.dataset.verify import verify
from ecgfactory.session.sessions import sessions_of
from ecgfactory.storage.faults import ENVIRONMENT_VARIABLE, FAULT_POINTS

REQUEST = """\
name: killed
records: 40
seed: 5
generator: {batch: 8}
shard_records: 8
formats: [parquet, wfdb]
report: {samples: 0}
workers: {cpu: $WORKERS}
"""
KILLS = int(os.environ.get("ECGFACTORY_KILLS", "3"))
"""Random kills in a test run; set it higher for a longer proof."""

WORKER_POINTS = [point for point in FAULT_POINTS if point.startswith("shard-")]
FLOW_POINTS = [point for point in FAULT_POINTS if point not in {*WORKER_POINTS, "records-compared"}]


@pytest.fixture(scope="module")
def request_files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The request by its number of workers: they start slowly, and make the same dataset whatever their number."""
    folder = tmp_path_factory.mktemp("kill")
    files = {workers: folder / f"{workers}.yaml" for workers in (1, 2)}
    for workers, path in files.items():
        path.write_text(REQUEST.replace("$WORKERS", str(workers)), encoding="utf-8")
    return files


@pytest.fixture(scope="module")
def undisturbed(prefect_server: str, request_files: dict[int, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    output = tmp_path_factory.mktemp("undisturbed")
    run(prefect_server, request_files[1], output, 0)
    return sums_of(output)


@pytest.fixture
def build_here(
    prefect_server: str, request_files: dict[int, Path], tmp_path: Path
) -> Callable[..., subprocess.Popen[str]]:
    """Start a build into the test's own output folder; keyword arguments go into its environment."""
    return partial(start, prefect_server, request_files[1], tmp_path)


@pytest.fixture
def build_by_two(
    prefect_server: str, request_files: dict[int, Path], tmp_path: Path
) -> Callable[..., subprocess.Popen[str]]:
    """As `build_here`, by two workers."""
    return partial(start, prefect_server, request_files[2], tmp_path)


def start(api: str, request_file: Path, output: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ecgfactory", "build", str(request_file), "--output", str(output)],
        env=os.environ | {"PREFECT_API_URL": api} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(api: str, request_file: Path, output: Path, exit_code: int, **environment: str) -> str:
    process = start(api, request_file, output, **environment)
    _, errors = process.communicate()
    assert process.returncode == exit_code, errors
    assert "Traceback" not in errors
    return errors


def sums_of(output: Path) -> str:
    return (output / "killed" / "latest" / SUMS_FILE).read_text()


def assert_whole_or_absent(output: Path) -> None:
    """Everything under the dataset's name verifies; nothing half is there."""
    for path in (output / "killed").glob("[0-9a-f]*"):
        verify(path)


@pytest.fixture
def assert_resumes(
    prefect_server: str, request_files: dict[int, Path], undisturbed: str, tmp_path: Path
) -> Callable[[], None]:
    def check() -> None:
        assert_whole_or_absent(tmp_path)
        run(prefect_server, request_files[1], tmp_path, 0)
        verify(tmp_path / "killed")
        assert sums_of(tmp_path) == undisturbed
        assert {path.name for path in tmp_path.iterdir()} == {"killed"}, "nothing is left behind"

    return check


Build = Callable[..., subprocess.Popen[str]]


def test_the_flow_killed_at_each_step_in_turn(
    build_here: Build, assert_resumes: Callable[[], None], tmp_path: Path
) -> None:
    """Each build takes over from the one that was killed before it, and is killed a step later."""
    *unpublished, published, _latest = FLOW_POINTS
    for point in (*unpublished, published):
        assert build_here(**{ENVIRONMENT_VARIABLE: point}).wait() == -signal.SIGKILL, point
        assert_whole_or_absent(tmp_path)
        (session,) = sessions_of(tmp_path)
        state = "finished" if point == published else "dead"
        assert (session.state, session.committed) == (state, 40), point
    assert_resumes()


def test_the_flow_killed_right_after_publishing(
    build_here: Build, assert_resumes: Callable[[], None], tmp_path: Path
) -> None:
    assert build_here(**{ENVIRONMENT_VARIABLE: FLOW_POINTS[-1]}).wait() == -signal.SIGKILL
    assert verify(tmp_path / "killed").manifest.records == 40
    assert_resumes()


def test_workers_that_die_on_the_same_shard_again_and_again(
    build_by_two: Build, assert_resumes: Callable[[], None], tmp_path: Path
) -> None:
    for point in WORKER_POINTS if KILLS > 3 else ["shard-staged"]:
        process = build_by_two(**{ENVIRONMENT_VARIABLE: f"{point}:2"})
        _, errors = process.communicate()
        assert "Traceback" not in errors
        if point == "shard-entered":  # such a death leaves its shard committed, and the next attempt finds it so
            assert process.returncode == 0, errors
        else:
            assert process.returncode == 1
            named = "2" if point in {"shard-begun", "shard-staged"} else r"\d"
            assert re.search(rf"ecgfactory: shard {named}: its worker died again and again", errors), errors
        assert_whole_or_absent(tmp_path)
    assert_resumes()


def test_workers_that_die_over_the_assembled_dataset_again_and_again(
    build_here: Build, assert_resumes: Callable[[], None], tmp_path: Path
) -> None:
    process = build_here(**{ENVIRONMENT_VARIABLE: "records-compared"})
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "ecgfactory: the workers that wrote the reports and compared the records died again and again" in errors
    assert "Traceback" not in errors
    assert_whole_or_absent(tmp_path)
    assert_resumes()


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Pids of the Dask worker processes below a build."""
    below = psutil.Process(process.pid).children(recursive=True)
    return [child.pid for child in below if "spawn_main" in " ".join(child.cmdline())]


def wait_for_progress(output: Path, process: subprocess.Popen[str], after_s: float) -> None:
    """Wait until a session works, and then some more."""
    while process.poll() is None and not any(output.glob(".sessions/*/progress/*.json")):
        time.sleep(0.05)
    time.sleep(after_s)


def set_clock_back(output: Path) -> None:
    """Let every file come from the future, as after the clock was set back by a day."""
    for path in output.rglob("*"):
        if not path.is_symlink():
            changed_at = path.stat().st_mtime + 86_400
            os.utime(path, (changed_at, changed_at))


def test_the_flow_and_its_process_group_killed_at_random_moments(
    build_by_two: Build, assert_resumes: Callable[[], None], tmp_path: Path
) -> None:
    moments = random.Random(1)
    for turn in range(KILLS):
        process = build_by_two()
        wait_for_progress(tmp_path, process, moments.uniform(0, 1))
        children = [psutil.Process(pid) for pid in workers_of(process)] if process.poll() is None else []
        if turn % 3 == 2 and children:
            children[0].kill()
            time.sleep(moments.uniform(0, 1))
        if turn % 3 == 1:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        assert_whole_or_absent(tmp_path)
        left = psutil.wait_procs(children, timeout=15)[1]
        assert all(child.status() == psutil.STATUS_ZOMBIE for child in left), "workers outlived the flow"
    set_clock_back(tmp_path)
    assert_resumes()


def test_a_worker_killed_once_is_replaced_and_the_run_goes_on(
    build_by_two: Build, undisturbed: str, tmp_path: Path
) -> None:
    process = build_by_two()
    wait_for_progress(tmp_path, process, 0)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert sums_of(tmp_path) == undisturbed


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_ends_soon_says_so_and_can_go_on(
    wanted: signal.Signals, build_here: Build, assert_resumes: Callable[[], None], tmp_path: Path
) -> None:
    process = build_here()
    wait_for_progress(tmp_path, process, 0)
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(wanted)
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 130, errors
    assert "the same command goes on" in errors
    left = psutil.wait_procs(family, timeout=1)[1]
    assert all(child.status() == psutil.STATUS_ZOMBIE for child in left), "a process was left behind"
    assert_resumes()


def test_two_builds_of_one_plan_started_together(build_here: Build, undisturbed: str, tmp_path: Path) -> None:
    """One builds, the other waits for it and finds the dataset there."""
    both = [build_here(), build_here()]
    printed = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], printed
    assert sum("is there already and sound" in out for out, _ in printed) == 1
    assert sums_of(tmp_path) == undisturbed
    assert {path.name for path in tmp_path.iterdir()} == {"killed"}
