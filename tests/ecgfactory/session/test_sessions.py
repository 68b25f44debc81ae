from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ecgfactory.cli.sessions import list_sessions
from ecgfactory.line.session import session
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.progress import read_progress
from ecgfactory.session.sessions import note_outcome, occupied, sessions_of
from ecgfactory.session.wanted import want, wanted_of
from ecgfactory.shards.shard import make_shard
from ecgfactory.storage.lock import FileLock, is_held, waiting_lock
from tests.looking import PATIENCE_S


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make_plan(
        BuildRequest.model_validate(
            {
                "name": "s",
                "records": 20,
                "seed": 1,
                "generator": {"batch": 8},
                "shard_records": 8,
                "formats": ["csv"],
                "output": str(tmp_path_factory.mktemp("sessions")),
            }
        )
    )


def hold(path: Path, ready: object) -> None:
    with waiting_lock(path, lambda: None):
        ready.set()  # type: ignore[attr-defined]
        time.sleep(120)


def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=hold, args=(tmp_path / "lock", ready))
    holder.start()
    assert ready.wait(PATIENCE_S)
    assert is_held(tmp_path / "lock")
    assert not FileLock(tmp_path / "lock").try_acquire()
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    waited: list[bool] = []
    with waiting_lock(tmp_path / "lock", lambda: waited.append(True)):
        assert is_held(tmp_path / "lock")
    assert not (tmp_path / "lock").exists()
    assert not is_held(tmp_path / "lock")


def test_a_child_that_is_forked_does_not_keep_a_lock(tmp_path: Path) -> None:
    """Neither when the lock is released, nor when the process that took it is killed."""
    lock = FileLock(tmp_path / "lock")
    assert lock.try_acquire()
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(there, b"!")
        time.sleep(120)
        os._exit(0)
    try:
        assert os.read(here, 1) == b"!", "it has begun"
        held = [str(entry.readlink()) for entry in Path(f"/proc/{child}/fd").iterdir() if entry.is_symlink()]
        assert str(tmp_path / "lock") not in held
        assert is_held(tmp_path / "lock"), "the child has not released it"
        lock.release()
        assert not is_held(tmp_path / "lock")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(here)
        os.close(there)


def test_a_session_is_listed_while_it_runs_and_gone_when_removed(plan: Plan) -> None:
    output = Path(plan.request.output)
    with occupied(plan, "one") as workspace:
        (listed,) = sessions_of(output)
        assert (listed.session_id, listed.state, listed.is_resumable) == ("one", "running", False)
        assert (listed.name, listed.plan_id, listed.records) == ("s", plan.plan_id, 20)
        workspace.remove()
    assert sessions_of(output) == []


def test_a_dead_session_is_taken_over_and_what_is_damaged_made_again(plan: Plan) -> None:
    output = Path(plan.request.output)
    with occupied(plan, "first") as workspace:
        entries = [make_shard(plan, shard, 20, workspace) for shard in (0, 1)]
        (workspace.shards / ".000002.half").mkdir()
        want(workspace, records=0)
        with ledger_of(workspace).opened(entries[1]) as folder:
            damaged = folder / entries[1].files[0].path
            damaged.write_bytes(damaged.read_bytes()[:-1])
    (dead,) = sessions_of(output)
    assert (dead.state, dead.is_resumable) == ("dead", True)
    assert dead.committed == sum(entry.accepted for entry in entries)

    with occupied(plan, "second") as again:
        assert not (output / ".sessions" / "first").exists()
        assert ledger_of(again).entry(0) == entries[0]
        assert ledger_of(again).entry(1) is None
        assert list(again.shards.glob(".*")) == []
        assert wanted_of(again, 5) > 0
        assert make_shard(plan, 1, 20, again).files == entries[1].files, "the same bytes"
        note_outcome(again, "failed", "because")
    (failed,) = sessions_of(output)
    assert (failed.state, failed.reason) == ("failed", "because")
    again.remove()


def test_a_run_that_is_begun_again_gets_another_folder(
    plan: Plan, make_request: Callable[..., BuildRequest], tmp_path: Path
) -> None:
    """As Prefect does when somebody retries it; without a seed in its request, each time is another plan."""
    first, second = (make_plan(make_request(seed=seed, output=str(tmp_path))) for seed in (1, 2))
    with occupied(first, "run") as at_work, occupied(second, "run") as beside:
        assert (at_work.root.name, beside.root.name) == ("run", "run-2")
    with occupied(first, "run") as again:  # nothing was committed, so nothing is taken over
        assert again.root.name == "run-3"


def test_what_was_being_written_when_a_session_was_killed_hides_nothing(plan: Plan) -> None:
    output = Path(plan.request.output)
    with occupied(plan, "first") as workspace:
        entry = make_shard(plan, 0, 20, workspace)
        progress = read_progress(workspace)
        (workspace.ledger / ".000001.b6ae2870.json").touch()
        (workspace.progress / ".000000.c0541974.json").write_text('{"examined": 9, "accepted": 9}')
        assert list(ledger_of(workspace).entries()) == [entry]
        assert read_progress(workspace) == progress
    (dead,) = sessions_of(output)
    assert dead.is_resumable
    with occupied(plan, "second") as again:
        assert ledger_of(again).entry(0) == entry
        again.remove()


def test_what_another_version_began_is_told_and_left_alone(
    plan: Plan, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its bytes would differ: the same request has another plan here."""
    output = Path(plan.request.output)
    versions = plan.versions | {"ecgfactory": "0.0.1", "numpy": "1.0"}
    older = Plan.model_validate(plan.model_dump() | {"versions": versions})
    assert older.plan_id != plan.plan_id
    with occupied(older, "old") as workspace:
        make_shard(older, 0, 20, workspace)
    (old,) = sessions_of(output)
    assert old.needs == ("ecgfactory 0.0.1", "numpy 1.0")
    assert not old.is_resumable
    list_sessions(output)
    assert "with ecgfactory 0.0.1, numpy 1.0" in capsys.readouterr().out
    with session(plan, "new") as build:
        assert list(build.ledger.entries()) == []
    (told,) = (record.getMessage() for record in caplog.records if "begun with" in record.getMessage())
    assert "ecgfactory 0.0.1, numpy 1.0: install that to go on, or leave it to retention" in told
    assert ledger_of(workspace).entry(0) is not None
    workspace.remove()


def test_another_plan_shares_nothing(plan: Plan, make_request: Callable[..., BuildRequest]) -> None:
    other = make_plan(plan.request.model_copy(update={"seed": 2}))
    with occupied(plan, "a") as workspace:
        make_shard(plan, 0, 20, workspace)
    with occupied(other, "b") as fresh:
        assert ledger_of(fresh).entry(0) is None
        assert {session.session_id for session in sessions_of(Path(plan.request.output))} == {"a", "b"}
        fresh.remove()
    workspace.remove()
