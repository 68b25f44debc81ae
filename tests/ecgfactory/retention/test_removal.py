"""Retention on real folders: what is found, what goes, and what a kill leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecgfactory.dataset.replace import remake_lock
from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.retention.decisions import Decision, decide, freed_by
from ecgfactory.retention.inventory import take_inventory
from ecgfactory.retention.items import DatasetItem, UnknownItem
from ecgfactory.retention.removal import carry_out, sole_remover
from ecgfactory.retention.retention_request import RetentionRequest
from ecgfactory.session.folder_sessions import plan_lock
from ecgfactory.session.sessions import claimed, note_outcome, occupied, sessions_of
from ecgfactory.session.workspace import Workspace, new_prefix
from ecgfactory.storage.faults import ENVIRONMENT_VARIABLE, RETENTION_FAULT_POINTS
from ecgfactory.storage.lock import FileLock, waiting_lock
from tests.looking import PATIENCE_S

LONG_AGO = 1_000_000_000.0
ALL_GOES = RetentionRequest(
    finished_session_hours=0, failed_session_hours=0, cancelled_session_hours=0, dead_session_hours=0, keep_days=0
)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "output").mkdir()
    return tmp_path / "output"


@pytest.fixture
def plan(output: Path) -> Plan:
    return make_plan(BuildRequest.model_validate({"name": "s", "records": 20, "seed": 1, "output": str(output)}))


def add_dataset(output: Path, plan_id: str, days_ago: float = 100, name: str = "d", keep: bool = False) -> Path:
    folder = output / name / plan_id
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "train.parquet").write_bytes(b"x" * 1000)
    published_at = datetime.fromtimestamp(time.time() - days_ago * 86_400, UTC).isoformat()
    head = {"name": name, "plan_id": plan_id, "published_at": published_at, "plan": {"request": {"keep": keep}}}
    (folder / "manifest.json").write_text(json.dumps(head), encoding="utf-8")
    return folder


def add_session(plan: Plan, session_id: str) -> Workspace:
    """Leave a session's workspace, last seen long ago."""
    with occupied(plan, session_id) as workspace:
        (workspace.shards / "000000").mkdir()
        (workspace.shards / "000000" / "f").write_bytes(b"x" * 500)
    os.utime(workspace.heartbeat_file, (LONG_AGO, LONG_AGO))
    return workspace


def snapshot(folder: Path) -> dict[str, bytes | str]:
    """Every file and link below a folder, with its content."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def decisions_on(output: Path, request: RetentionRequest = ALL_GOES) -> list[Decision]:
    return decide(take_inventory(output), request, time.time())


def clean(output: Path, request: RetentionRequest = ALL_GOES) -> dict[str, tuple[str, str]]:
    decisions = decisions_on(output, request)
    with sole_remover(output, lambda: None):
        return {d.path: (d.action, d.reason) for d in carry_out(output, decisions)}


def test_each_state_of_a_session_goes_after_its_own_age_and_a_running_one_stays(plan: Plan, output: Path) -> None:
    for state in ("failed", "cancelled"):
        note_outcome(add_session(plan, state), state, "because")  # type: ignore[arg-type]
    add_session(plan, "dead")
    with occupied(plan, "running") as running:
        os.utime(running.heartbeat_file, (LONG_AGO, LONG_AGO))
        told = clean(output, RetentionRequest(cancelled_session_hours=None))
        assert {path.name for path in (output / ".sessions").iterdir()} == {"running", "cancelled"}
        assert running.plan_file.is_file()
    assert told[".sessions/running"] == ("keep", "running")
    assert told[".sessions/dead"][0] == told[".sessions/failed"][0] == "remove"
    running.heartbeat_file.touch()
    assert clean(output)[".sessions/running"] == ("keep", "seems dead, and may just be starting")
    os.utime(running.heartbeat_file, (LONG_AGO, LONG_AGO))
    assert clean(output)[".sessions/running"][0] == "remove"
    assert list(output.iterdir()) == []


def test_a_session_is_finished_once_its_dataset_is_there(plan: Plan, output: Path) -> None:
    add_session(plan, "late")
    assert sessions_of(output)[0].state == "dead"
    add_dataset(output, plan.plan_id, name="s")
    (listed,) = sessions_of(output)
    assert (listed.state, listed.is_resumable) == ("finished", False)
    told = clean(output, RetentionRequest(dead_session_hours=None, finished_session_hours=1))
    assert told[".sessions/late"][1].startswith("finished, ")
    assert {path.name for path in output.iterdir()} == {"s"}


def test_a_session_taken_up_after_the_decision_stays(plan: Plan, output: Path) -> None:
    workspace = add_session(plan, "dead")
    decisions = decisions_on(output)
    lock = FileLock(workspace.lock_file)
    assert lock.try_acquire()
    with sole_remover(output, lambda: None):
        (told,) = carry_out(output, decisions)
    lock.release()
    assert (told.action, told.reason) == ("keep", "a session has taken it up meanwhile")
    assert workspace.plan_file.is_file()


def test_a_session_renamed_by_a_resume_after_the_decision_is_not_missed(plan: Plan, output: Path) -> None:
    workspace = add_session(plan, "dead")
    decisions = decisions_on(output)
    workspace.root.rename(workspace.root.with_name("resumed"))
    with sole_remover(output, lambda: None):
        (told,) = carry_out(output, decisions)
    assert told.action == "keep"
    assert Workspace.of(output, "resumed").plan_file.is_file()


def test_pinned_kept_and_latest_datasets_stay(output: Path) -> None:
    for number, name in enumerate(("old", "pinned", "newest")):
        add_dataset(output, name, days_ago=100 - number)
    add_dataset(output, "kept", keep=True)
    (output / "d" / "pinned" / "PIN").touch()
    (output / "d" / "latest").symlink_to("newest")
    told = clean(output)
    assert {path: action for path, (action, _) in told.items()} == {
        "d/old": "remove",
        "d/pinned": "keep",
        "d/newest": "keep",
        "d/kept": "keep",
    }
    assert told["d/pinned"][1] == "pinned by its file PIN"
    assert told["d/kept"][1] == "its request says keep: true"
    assert {path.name for path in (output / "d").iterdir()} == {"pinned", "newest", "kept", "latest"}


def test_a_dataset_pinned_named_or_built_on_after_the_decision_stays(output: Path, plan: Plan) -> None:
    for name in ("pinned", "latest-now", "goes", plan.plan_id):
        add_dataset(output, name, name="s")
    decisions = decisions_on(output)
    assert {d.action for d in decisions} == {"remove"}
    (output / "s" / "pinned" / "PIN").touch()
    (output / "s" / "latest").symlink_to("latest-now")
    with claimed(plan, lambda: None), sole_remover(output, lambda: None):
        told = {d.path: (d.action, d.reason) for d in carry_out(output, decisions)}
    assert told == {
        "s/pinned": ("keep", "pinned by its file PIN"),
        "s/latest-now": ("keep", "latest names it by now"),
        "s/goes": ("remove", told["s/goes"][1]),
        f"s/{plan.plan_id}": ("keep", "it is being built, or its reports are being made"),
    }
    assert not (output / "s" / "goes").exists()
    assert {path.name for path in output.iterdir()} == {"s"}, "no lock or trash is left"


def test_a_dataset_of_the_build_flow_is_recognised(copy: Path) -> None:
    (item,) = take_inventory(copy.parents[1])
    assert isinstance(item, DatasetItem)
    assert (item.path, item.pinned_by, item.is_latest) == (f"small/{copy.name}", "", False)
    assert item.use.size_bytes == sum(path.stat().st_size for path in copy.rglob("*") if path.is_file())


def test_what_is_not_recognised_is_named_and_never_touched(output: Path, plan: Plan) -> None:
    add_dataset(output, "dataset")
    moved = add_dataset(output, "moved")
    moved.rename(output / "d" / "renamed-by-hand")
    (output / "d" / "no-manifest").mkdir()
    (output / "d" / "broken").mkdir()
    (output / "d" / "broken" / "manifest.json").write_text("{", encoding="utf-8")
    (output / "d" / "note.txt").touch()
    (output / "papers" / "deep").mkdir(parents=True)
    (output / ".git").mkdir()
    (output / "file.txt").touch()
    add_session(plan, "s1")
    (output / ".sessions" / "not-one").mkdir()
    (output / ".sessions" / "not-one" / "thesis.tex").touch()
    (output / ".sessions" / "a-file").touch()
    (output / ".sessions" / ".hidden").mkdir()
    before = snapshot(output)
    told = clean(output)
    unknown = {path: reason for path, (action, reason) in told.items() if action == "keep"}
    assert unknown == {
        "d/renamed-by-hand": "its manifest.json is that of d/moved",
        "d/no-manifest": "no manifest.json: not a dataset",
        "d/broken": "its manifest.json can't be read",
        "d/note.txt": "no manifest.json: not a dataset",
        "papers": "holds no dataset",
        ".git": "its name can't be that of a dataset",
        "file.txt": "a file, not a dataset",
        ".sessions/not-one": "no readable plan.json: not a session",
        ".sessions/a-file": "not a session",
        ".sessions/.hidden": "not a session",
    }
    ours = ("d/dataset/", ".sessions/s1/")
    assert snapshot(output) == {path: content for path, content in before.items() if not path.startswith(ours)}
    assert all((output / path).exists() for path in unknown)


def test_symbolic_links_are_never_followed(output: Path, tmp_path: Path, plan: Plan) -> None:
    outside = tmp_path / "outside"
    add_dataset(outside, "victim")
    session = add_session(plan, "one")
    session.root.rename(outside / "session")
    inside = add_dataset(output, "dataset")
    (inside / "data" / "link").symlink_to(outside)
    (inside / "data" / "file-link").symlink_to(outside / "d" / "victim" / "manifest.json")
    (output / "linked-name").symlink_to(outside / "d")
    (output / "d" / "victim").symlink_to(outside / "d" / "victim")
    (output / ".sessions" / "linked-session").symlink_to(outside / "session")
    (output / ".sessions" / ".trash-link").symlink_to(outside)
    before = snapshot(outside)
    told = clean(output)
    assert {path for path, (action, _) in told.items() if action == "remove"} == {"d/dataset", ".sessions/.trash-link"}
    assert told["linked-name"] == told["d/victim"] == ("keep", "a symbolic link, which is not followed")
    assert snapshot(outside) == before
    assert not inside.exists()
    assert not os.path.lexists(output / ".sessions" / ".trash-link")


def test_a_folder_swapped_for_a_link_after_the_decision_is_not_followed(output: Path, tmp_path: Path) -> None:
    add_dataset(output, "dataset")
    decisions = decisions_on(output)
    (output / "d").rename(tmp_path / "elsewhere")
    (output / "d").symlink_to(tmp_path / "elsewhere")
    before = snapshot(tmp_path / "elsewhere")
    with sole_remover(output, lambda: None):
        (told,) = carry_out(output, decisions)
    assert (told.action, told.reason) == (
        "failed",
        "can't be moved to the trash (Not a directory); check its permissions.",
    )
    assert snapshot(tmp_path / "elsewhere") == before


def test_a_folder_of_sessions_elsewhere_is_refused(output: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (output / ".sessions").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInputError, match="is a symbolic link, and retention stays inside"):
        take_inventory(output)
    with pytest.raises(BadInputError, match="there is no folder"):
        take_inventory(tmp_path / "nothing")


def test_leftovers_of_killed_processes_go(output: Path, plan: Plan) -> None:
    add_dataset(output, "dataset")
    (output / "d" / "latest").symlink_to("dataset")
    for draft in (".latest.0123abcd", ".latest.ffffffff"):
        (output / "d" / draft).symlink_to("dataset")
    os.utime(output / "d" / ".latest.0123abcd", (LONG_AGO, LONG_AGO), follow_symlinks=False)
    sessions = output / ".sessions"
    (sessions / ".trash-half" / "shards").mkdir(parents=True)
    (sessions / ".trash-half" / "shards" / "f").touch()
    unborn, being_born = (f"{new_prefix(plan.plan_id)}{name}" for name in ("one", "two"))
    (sessions / unborn / "ledger").mkdir(parents=True)
    (sessions / unborn / ".plan.0a1b2c3d.json").touch()
    os.utime(sessions / unborn, (LONG_AGO, LONG_AGO))
    (sessions / being_born).mkdir()
    plan_lock(output, "0" * 16).touch()
    (sessions / ".retention.lock").touch()
    with claimed(plan, lambda: None):
        told = clean(output)
        assert plan_lock(output, plan.plan_id).exists(), "it is held"
    assert {path: action for path, (action, _) in told.items()} == {
        "d/dataset": "keep",
        "d/.latest.0123abcd": "remove",
        "d/.latest.ffffffff": "keep",
        ".sessions/.trash-half": "remove",
        f".sessions/{unborn}": "remove",
        f".sessions/{being_born}": "keep",
        f".sessions/.plan-{'0' * 16}.lock": "remove",
    }
    assert {path.name for path in sessions.iterdir()} == {being_born}
    assert {path.name for path in (output / "d").iterdir()} == {"dataset", "latest", ".latest.ffffffff"}


def test_a_dry_run_changes_nothing_and_tells_what_is_freed(output: Path, plan: Plan) -> None:
    workspace = add_session(plan, "one")
    dataset = add_dataset(output, "dataset")
    os.link(dataset / "data" / "train.parquet", workspace.shards / "shared")
    before, times = snapshot(output), {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    items = take_inventory(output)
    told = freed_by(items, decide(items, ALL_GOES, time.time()))
    assert snapshot(output) == before
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == times
    assert told == sum(len(content) for path, content in before.items() if path != "d/dataset/data/train.parquet")


def test_what_a_killed_report_left_goes_only_beside_its_dataset(output: Path) -> None:
    there, gone, busy = "a" * 16, "b" * 16, "c" * 16
    for plan_id in (there, gone, busy):
        add_dataset(output, plan_id)
    for plan_id in (there, busy):
        add_dataset(output, "x").rename(output / "d" / f".{plan_id}.report")
    (output / "d" / gone).rename(output / "d" / f".{gone}.report.old")
    (output / "d" / f".{there}.lock").touch()
    with waiting_lock(remake_lock(output / "d" / busy), lambda: None):
        told = clean(output, RetentionRequest())
        assert {path for path, (action, _) in told.items() if action == "remove"} == {
            f"d/.{there}.report",
            f"d/.{there}.lock",
        }
        assert (
            told[f"d/.{gone}.report.old"][1]
            == f"reports of {gone} were being made, and the dataset is not in its place"
        )
        assert clean(output)[f"d/{busy}"] == ("keep", "it is being built, or its reports are being made")
    assert {path.name for path in (output / "d").iterdir()} == {busy, f".{gone}.report.old", f".{busy}.report"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")
def test_what_permissions_forbid_is_named_and_whole(output: Path) -> None:
    dataset = add_dataset(output, "dataset")
    before = snapshot(output)
    (output / "d").chmod(0o555)
    told = clean(output)
    (output / "d").chmod(0o755)
    assert told["d/dataset"] == ("failed", "can't be moved to the trash (Permission denied); check its permissions.")
    assert snapshot(output) == before
    assert dataset.is_dir()


RETENTION = """
import sys
from pathlib import Path
from tests.ecgfactory.retention.test_removal import clean
clean(Path(sys.argv[1]))
"""


def retention_process(output: Path, kill_at: str | None = None) -> subprocess.Popen[bytes]:
    environment = os.environ | ({ENVIRONMENT_VARIABLE: kill_at} if kill_at else {})
    root = Path(__file__).parents[3]
    return subprocess.Popen([sys.executable, "-c", RETENTION, str(output)], env=environment, cwd=root)


def in_trash(output: Path) -> list[Path]:
    return list((output / ".sessions").glob(".trash-*"))


@pytest.mark.parametrize("point", RETENTION_FAULT_POINTS)
def test_a_kill_leaves_each_thing_whole_or_in_the_trash(output: Path, plan: Plan, point: str) -> None:
    add_session(plan, "one")
    for name in ("d0", "d1"):
        add_dataset(output, name)
    (add_dataset(output, "pinned") / "PIN").touch()
    before = {path: snapshot(output / path) for path in (".sessions/one", "d/d0", "d/d1", "d/pinned")}
    assert retention_process(output, point).wait(PATIENCE_S) == -signal.SIGKILL
    for path, content in before.items():
        assert not (output / path).exists() or snapshot(output / path) == content
    assert (output / "d" / "pinned").is_dir()
    assert in_trash(output)
    clean(output)
    assert snapshot(output) == {f"d/pinned/{path}": content for path, content in before["d/pinned"].items()}
    assert {path.name for path in output.iterdir()} == {"d"}


def test_two_at_once_wait_for_each_other(output: Path) -> None:
    for number in range(50):
        add_dataset(output, f"d{number}")
    processes = [retention_process(output) for _ in range(2)]
    assert [process.wait(PATIENCE_S) for process in processes] == [0, 0]
    assert list(output.rglob("*")) == [output / "d"]
    (item,) = take_inventory(output)
    assert item == UnknownItem("d", "holds no dataset")
