"""Builds that are killed by SIGKILL, at every step of the commit protocol and at random moments, and then resumed.

After the kill, what is published must be complete or absent; after the next build, the sums are those of a build that
nobody disturbed, and nothing else is left.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import BuildFailedError
from ecgfactory.flows.end_with_worker import is_there
from ecgfactory.generators import GENERATORS
from ecgfactory.line.build import Built
from ecgfactory.line.build import build as library_build
from ecgfactory.line.jobs import shard_modules
from ecgfactory.pools.crew import ENVIRONMENT
from ecgfactory.pools.nursery import Nursery
from ecgfactory.session.sessions import sessions_of
from ecgfactory.storage.faults import ENVIRONMENT_VARIABLE, FAULT_POINTS
from tests.inline_pool import InlinePool
from tests.looking import PATIENCE_S, found, until

pytestmark = pytest.mark.slow

REQUEST: dict[str, Any] = {
    "name": "killed",
    "records": 40,
    "seed": 5,
    "generator": {"batch": 8},
    "formats": ["parquet", "wfdb"],
    "artefacts": {"kinds": {"mains": 2, "limb_lead_swap": 1}, "per_record": {"max": 2}},
    "report": {"samples": 0},
}
KILLS = int(os.environ.get("ECGFACTORY_KILLS", "2"))
"""Random kills in a test run; set it higher for a longer proof."""

SHARD_POINTS = [point for point in FAULT_POINTS if point.startswith("shard-")]
PACKED_POINTS = ["shards-packed", "records-compared"]
LEADER_POINTS = [point for point in FAULT_POINTS if point not in {*SHARD_POINTS, *PACKED_POINTS}]

Builder = Callable[..., Built]


def build_inline(output: str) -> None:
    """Build in one process, so that a fault point ends all of the build."""
    library_build(REQUEST | {"output": output}, pool=lambda _: InlinePool())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, build: Builder) -> str:
    output = tmp_path_factory.mktemp("undisturbed")
    build(REQUEST | {"output": str(output)})
    return sums_of(output)


def sums_of(output: Path) -> str:
    return (output / "killed" / "latest" / SUMS_FILE).read_text()


def assert_whole_or_absent(output: Path) -> None:
    """Everything under the dataset's name verifies; nothing half is there."""
    for path in (output / "killed").glob("[0-9a-f]*"):
        verify(path)


@pytest.fixture
def assert_resumes(build: Builder, undisturbed: str, tmp_path: Path) -> Callable[[], None]:
    def check() -> None:
        assert_whole_or_absent(tmp_path)
        build(REQUEST | {"output": str(tmp_path)})
        verify(tmp_path / "killed")
        assert sums_of(tmp_path) == undisturbed
        assert {path.name for path in tmp_path.iterdir()} == {"killed"}, "nothing else is left"

    return check


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    log = tmp_path_factory.mktemp("nursery") / "children.log"
    nursery = Nursery(
        ["tests.ecgfactory.line.test_kill", *shard_modules(GENERATORS.load("deepfakeecg"))], ENVIRONMENT, log
    )
    yield nursery
    nursery.close()


class TestAtEachStep:
    """A forked child builds by itself, alone, and is killed at a step of the protocol."""

    @pytest.fixture
    def build_killed_at(self, nursery: Nursery, tmp_path: Path) -> Callable[[str], None]:
        def build_and_die(point: str) -> None:
            with nursery.fork({ENVIRONMENT_VARIABLE: point}) as child:
                child.recv()  # its id
                child.send((build_inline, {"output": str(tmp_path)}))
                with pytest.raises(EOFError):
                    child.recv()
            assert_whole_or_absent(tmp_path)

        return build_and_die

    def test_of_the_workers_in_turn(
        self, build_killed_at: Callable[[str], None], assert_resumes: Callable[[], None]
    ) -> None:
        """Each build takes over from the one that was killed before it, and is killed a step later."""
        for point in (*(f"{point}:4" for point in SHARD_POINTS), *PACKED_POINTS):
            build_killed_at(point)
        assert_resumes()

    def test_of_the_leader_in_turn(
        self, build_killed_at: Callable[[str], None], assert_resumes: Callable[[], None], tmp_path: Path
    ) -> None:
        """As of the workers."""
        *unpublished, published, _latest = LEADER_POINTS
        for point in (*unpublished, published):
            build_killed_at(point)
            (session,) = sessions_of(tmp_path)
            state = "finished" if point == published else "dead"
            assert (session.state, session.committed) == (state, 40), point
        assert_resumes()

    def test_right_after_publishing(
        self, build_killed_at: Callable[[str], None], assert_resumes: Callable[[], None], tmp_path: Path
    ) -> None:
        build_killed_at(LEADER_POINTS[-1])
        assert verify(tmp_path / "killed").manifest.records == 40
        assert_resumes()

    def test_before_there_is_anything_to_resume(
        self, build_killed_at: Callable[[str], None], assert_resumes: Callable[[], None], tmp_path: Path
    ) -> None:
        """No build takes over what was killed before its first commit; the build that publishes removes it."""
        *uncommitted, committed = (f"{point}:0" for point in SHARD_POINTS)
        for point in uncommitted:
            build_killed_at(point)
        assert len(sessions_of(tmp_path)) == len(uncommitted) == 3
        plan_id = sessions_of(tmp_path)[0].plan_id
        (tmp_path / ".sessions" / f".new-{plan_id}-half" / "shards").mkdir(parents=True)
        build_killed_at(committed)
        assert_resumes()


def test_workers_that_die_on_the_same_shard_again_and_again(
    assert_resumes: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "shard-staged:2")
    with pytest.raises(BuildFailedError, match=r"^shard 2: its worker died again and again"):
        library_build(REQUEST | {"output": str(tmp_path)})
    assert_whole_or_absent(tmp_path)
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    assert_resumes()


def test_workers_that_die_over_the_assembled_dataset_again_and_again(
    assert_resumes: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "records-compared")
    with pytest.raises(BuildFailedError, match="the workers that wrote the reports and compared the records died"):
        library_build(REQUEST | {"output": str(tmp_path)})
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    assert_resumes()


class TestByCommand:
    """`ecgfactory build` as users run it, killed or stopped from outside."""

    @pytest.fixture
    def start(self, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Callable[[], subprocess.Popen[str]]:
        file = tmp_path_factory.mktemp("request") / "request.yaml"
        file.write_text(yaml.safe_dump(REQUEST | {"workers": {"cpu": 2}}), encoding="utf-8")

        def start_build() -> subprocess.Popen[str]:
            variables = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
            return subprocess.Popen(
                [sys.executable, "-m", "ecgfactory", "build", str(file), "--output", str(tmp_path)],
                env=variables | {"PREFECT_HOME": str(file.parent)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )

        return start_build

    def test_killed_alone_or_with_its_group_at_random_moments(
        self, start: Callable[[], subprocess.Popen[str]], assert_resumes: Callable[[], None], tmp_path: Path
    ) -> None:
        moments = random.Random(1)
        for turn in range(KILLS):
            process = start()
            wait_for_work(tmp_path, process, moments.uniform(0, 1))
            family = family_of(process)
            workers = workers_of(family)
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):  # it may have ended by itself
                if turn % 2 == 0 and workers:
                    workers[0].kill()
                    time.sleep(moments.uniform(0, 1))
                if turn % 2 == 1:
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
            assert_whole_or_absent(tmp_path)
            assert_gone(family)
        set_clock_back(tmp_path)
        assert_resumes()

    @pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
    def test_stopped_it_ends_soon_says_so_and_can_go_on(
        self,
        wanted: signal.Signals,
        start: Callable[[], subprocess.Popen[str]],
        assert_resumes: Callable[[], None],
        tmp_path: Path,
    ) -> None:
        process = start()
        wait_for_work(tmp_path, process, 0)
        family = family_of(process)
        process.send_signal(wanted)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130, errors
        assert "the same command goes on" in errors
        assert "Traceback" not in errors
        assert_gone(family)
        assert_resumes()

    def test_two_of_one_plan_started_together_and_a_worker_is_killed_once(
        self, start: Callable[[], subprocess.Popen[str]], undisturbed: str, tmp_path: Path
    ) -> None:
        """One builds, with another worker in place of the killed one; the other waits and finds the dataset there."""
        both = [start(), start()]
        wait_for_work(tmp_path, both[0], 0)
        workers = [worker for process in both for worker in workers_of(family_of(process))]
        workers[0].kill()
        printed = [process.communicate() for process in both]
        assert [process.returncode for process in both] == [0, 0], printed
        assert not any("Traceback" in errors for _, errors in printed)
        assert sum("is already there and intact" in out for out, _ in printed) == 1
        assert sums_of(tmp_path) == undisturbed
        assert {path.name for path in tmp_path.iterdir()} == {"killed"}


def family_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def workers_of(family: list[psutil.Process]) -> list[psutil.Process]:
    """The processes that the nursery has forked: those whose parent is a member of the family."""
    ids, workers = {member.pid for member in family}, []
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended
            workers += [member] if member.ppid() in ids else []
    return workers


def assert_gone(family: list[psutil.Process]) -> None:
    until(lambda: not any(map(is_there, family)), "the end of each process", patience_s=60.0)


def wait_for_work(output: Path, process: subprocess.Popen[str], after_s: float) -> None:
    """Wait until a worker is at a shard, and then some more."""
    until(lambda: found(output, ".sessions/*/shards/.*") or process.poll() is not None, "work")
    time.sleep(after_s)


def set_clock_back(output: Path) -> None:
    """Let every file come from the future, as after the clock was set back by a day."""
    for path in output.rglob("*"):
        if not path.is_symlink():
            changed_at = path.stat().st_mtime + 86_400
            os.utime(path, (changed_at, changed_at))
