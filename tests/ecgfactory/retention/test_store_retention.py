"""Retention of outputs in stores: what is found, what goes, and what a kill leaves."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecgfactory.cli.retention import clean_up as clean_up_file
from ecgfactory.errors import BadInputError
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.retention import store_inventory
from ecgfactory.retention.clean_up import carry_out, clean_up, take_inventory
from ecgfactory.retention.decisions import Decision, RetentionOutcome, decide
from ecgfactory.retention.items import DatasetItem
from ecgfactory.retention.retention_request import RetentionRequest, load_retention_request
from ecgfactory.session import lease as lease_module
from ecgfactory.session.lease_state import LEASE_FILE
from ecgfactory.session.sessions import claimed, note_outcome, occupied, sessions_of
from ecgfactory.session.store_sessions import kept_at
from ecgfactory.storage.faults import ENVIRONMENT_VARIABLE, RETENTION_FAULT_POINTS
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from tests.looking import PATIENCE_S

LONG_AGO = 1_000_000_000.0
GRACES = {"finished_session_hours": 0, "failed_session_hours": 0, "cancelled_session_hours": 0, "dead_session_hours": 0}
OLD, NEW = "0" * 15 + "1", "0" * 15 + "2"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()


@pytest.fixture
def output(tmp_path: Path) -> StorePath:
    return StorePath.parse(f"file://{tmp_path}/bucket")


@pytest.fixture
def plan(output: StorePath) -> Plan:
    return plan_in(output)


def plan_in(output: StorePath, seed: int = 1) -> Plan:
    return make_plan(BuildRequest.model_validate({"name": "s", "records": 20, "seed": seed, "output": str(output)}))


def put(place: StorePath, content: bytes = b"x" * 100, at: float | None = LONG_AGO) -> None:
    place.store.write(place.name, content)
    if at is not None:
        os.utime(f"/{place.name}", (at, at))


def add_dataset(output: StorePath, plan_id: str, days_ago: float = 100, name: str = "d", keep: bool = False) -> None:
    published_at = datetime.fromtimestamp(time.time() - days_ago * 86_400, UTC).isoformat()
    head = {"name": name, "plan_id": plan_id, "published_at": published_at, "plan": {"request": {"keep": keep}}}
    for number in range(4):
        put(output / name / plan_id / f"data/train-{number}.parquet", at=None)
    put(output / name / plan_id / "SHA256SUMS.txt", at=None)
    put(output / name / plan_id / "manifest.json", json.dumps(head).encode())


def add_session(plan: Plan, state: str = "", draft: bool = False) -> StorePath:
    """Leave what a session keeps, last seen long ago."""
    kept = kept_at(plan)
    with claimed(plan, lambda: None) as lease:
        assert lease is not None
        with occupied(plan, "a-session", lease) as workspace:
            if state:
                note_outcome(workspace, state, "because")  # type: ignore[arg-type]
            put(kept / "shards/000000.ab/f")
            if draft:
                put(kept.parent.parent / plan.request.name / plan.plan_id / "data/train-0.parquet")
    os.utime(f"/{(kept / LEASE_FILE).name}", (LONG_AGO, LONG_AGO))
    return kept


def retention_of(output: StorePath, **limits: object) -> RetentionRequest:
    return RetentionRequest.model_validate({"output": str(output), **GRACES, "keep_days": 0, **limits})


def clean(output: StorePath, dry_run: bool = False, **limits: object) -> RetentionOutcome:
    return clean_up(retention_of(output, **limits), dry_run, datetime.now(UTC))


def told(outcome: RetentionOutcome) -> dict[str, tuple[str, str]]:
    return {decision.path: (decision.action, decision.reason) for decision in outcome.decisions}


def decisions_on(output: StorePath) -> list[Decision]:
    return decide(take_inventory(output), retention_of(output), time.time())


def snapshot(output: StorePath) -> dict[str, bytes]:
    return {output.below(stored.name): output.store.read(stored.name) for stored in output.store.objects(output.prefix)}


def test_each_state_of_a_session_goes_after_its_own_age_and_a_running_one_stays(output: StorePath) -> None:
    failed, cancelled, dead, running = plans = [plan_in(output, seed) for seed in range(4)]
    for plan, state in zip(plans, ("failed", "cancelled", "", ""), strict=True):
        add_session(plan, state, draft=plan is dead)
    sizes = {session.plan_id: session.disk_bytes for session in sessions_of(output)}
    with claimed(running, lambda: None):
        outcome = clean(output, cancelled_session_hours=None)
    reasons = told(outcome)
    assert reasons[f".sessions/{running.plan_id}"] == ("keep", "running")
    assert reasons[f".sessions/{cancelled.plan_id}"] == ("keep", "cancelled; cancelled_session_hours is null")
    assert reasons[f".sessions/{failed.plan_id}"][1].startswith("failed, ")
    assert reasons[f".sessions/{dead.plan_id}"][1].startswith("dead, ")
    assert outcome.freed_bytes == sizes[failed.plan_id] + sizes[dead.plan_id] + 100, "its unpublished dataset too"
    assert {name.split("/")[1] for name in snapshot(output)} == {running.plan_id, cancelled.plan_id}
    assert told(clean(output))[f".sessions/{running.plan_id}"] == ("keep", "seems dead, and may just be starting")


def test_a_session_is_finished_once_its_dataset_is_there(plan: Plan, output: StorePath) -> None:
    add_session(plan)
    add_dataset(output, plan.plan_id, name="s")
    assert sessions_of(output)[0].state == "finished"
    reasons = told(clean(output, dead_session_hours=None, keep_days=None))
    assert reasons[f".sessions/{plan.plan_id}"][1].startswith("finished, ")
    assert {name.split("/")[0] for name in snapshot(output)} == {"s"}


def test_pinned_kept_and_latest_datasets_stay(output: StorePath) -> None:
    old, pinned, newest, kept = (f"{number:016x}" for number in range(4))
    for number, plan_id in enumerate((old, pinned, newest)):
        add_dataset(output, plan_id, days_ago=100 - number)
    add_dataset(output, kept, keep=True)
    put(output / "d" / pinned / "PIN")
    put(output / "d" / "latest", f"{newest}\n".encode())
    reasons = told(clean(output))
    assert {path: action for path, (action, _) in reasons.items()} == {
        f"d/{old}": "remove",
        f"d/{pinned}": "keep",
        f"d/{newest}": "keep",
        f"d/{kept}": "keep",
    }
    assert reasons[f"d/{pinned}"][1] == "pinned by its object PIN"
    assert reasons[f"d/{newest}"][1] == "the one that latest names"
    assert {name.split("/")[1] for name in snapshot(output)} == {pinned, newest, kept, "latest"}


def test_the_oldest_go_until_all_are_small_enough(output: StorePath) -> None:
    for number in range(3):
        add_dataset(output, f"{number:016x}", days_ago=100 - number)
    sizes = [item.use.size_bytes for item in take_inventory(output) if isinstance(item, DatasetItem)]
    outcome = clean(output, keep_days=None, max_gb=sum(sizes[1:]) / 10**9)
    assert {path: action for path, (action, _) in told(outcome).items()} == {
        f"d/{0:016x}": "remove",
        f"d/{1:016x}": "keep",
        f"d/{2:016x}": "keep",
    }
    assert outcome.freed_bytes == sizes[0]


def test_a_dataset_pinned_named_or_built_on_after_the_decision_stays(output: StorePath, plan: Plan) -> None:
    for plan_id in (OLD, NEW, plan.plan_id):
        add_dataset(output, plan_id, name="s")
    decisions = decisions_on(output)
    assert {d.action for d in decisions} == {"remove"}
    put(output / "s" / OLD / "PIN")
    put(output / "s" / "latest", NEW.encode())
    before = snapshot(output)
    with claimed(plan, lambda: None):
        turned_out = {d.path: (d.action, d.reason) for d in carry_out(output, decisions)}
    assert turned_out == {
        f"s/{OLD}": ("keep", "pinned by its object PIN"),
        f"s/{NEW}": ("keep", "latest names it by now"),
        f"s/{plan.plan_id}": ("keep", "a session has taken it up meanwhile"),
    }
    assert snapshot(output) == before


def test_a_session_taken_up_after_the_decision_stays(output: StorePath, plan: Plan) -> None:
    add_session(plan, draft=True)
    decisions = decisions_on(output)
    with claimed(plan, lambda: None):
        before = snapshot(output)
        (turned_out,) = carry_out(output, decisions)
        after = snapshot(output)
    assert (turned_out.action, turned_out.reason) == ("keep", "a session has taken it up meanwhile")
    for state in (before, after):
        del state[f".sessions/{plan.plan_id}/{LEASE_FILE}"]  # it is renewed
    assert before == after


def test_leftovers_go_and_what_somebody_may_be_making_stays(output: StorePath, plan: Plan) -> None:
    put(output / "d" / OLD / "data/x.parquet")
    put(output / "d" / NEW / "data/x.parquet", at=None)
    put(output / ".sessions" / OLD / "ledger/000000.json")
    put(output / ".sessions" / NEW / "shards/000000.ab/x", at=None)
    put(output / ".sessions/clock/abc")
    put(output / "gone/latest", f"{OLD}\n".encode())
    put(output / "s" / plan.plan_id / "data/x.parquet")
    kept = add_session(plan)
    old_upload = Path("/") / (output / "d" / OLD / "data").name / ".draft-one"
    other_upload = Path("/") / (output / "e" / "papers").name / ".draft-two"
    live_upload = Path("/") / (kept / "shards/000001.ab").name / ".draft-three"
    for path in (old_upload, other_upload, live_upload):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (LONG_AGO, LONG_AGO))
    with claimed(plan, lambda: None):
        reasons = told(clean(output))
    assert {path: action for path, (action, _) in reasons.items()} == {
        f"d/{OLD}": "remove",
        f"d/{NEW}": "keep",
        f".sessions/{OLD}": "remove",
        f".sessions/{NEW}": "keep",
        f".sessions/{plan.plan_id}": "keep",
        ".sessions/clock": "remove",
        "gone/latest": "remove",
        f"d/{OLD} (unfinished uploads)": "remove",
    }
    assert reasons[f"d/{NEW}"][1] == "dataset that is not complete, less than an hour old"
    assert {name.split("/")[1] for name in snapshot(output)} == {NEW, plan.plan_id}
    assert (old_upload.exists(), other_upload.exists(), live_upload.exists()) == (False, True, True)


def test_what_is_not_recognised_is_named_and_never_touched(output: StorePath, plan: Plan) -> None:
    add_dataset(output, OLD)
    add_dataset(output, NEW)
    manifest = (output / "d" / NEW / "manifest.json").read_bytes()
    put(output / "d" / "renamed-by-hand" / "manifest.json", manifest)
    put(output / "d" / ("a" * 16) / "manifest.json", b"{")
    put(output / "d" / ("b" * 16) / "thesis.tex")
    put(output / "d" / "note.txt")
    put(output / "papers" / "deep" / "thesis.tex")
    put(output / "pictures" / "latest", b"\xff" * 1000)
    put(output / ".git" / "HEAD")
    put(output / "file.txt")
    put(output / ".sessions" / "not-one" / "thesis.tex")
    put(output / ".sessions" / ("c" * 16) / "plan.json", b"{}")
    put(output / ".sessions" / ("d" * 16) / LEASE_FILE, b"{}")
    add_session(plan)
    before = snapshot(output)
    outcome = clean(output)
    unknown = {path: reason for path, (action, reason) in told(outcome).items() if action == "keep"}
    lease = output / ".sessions" / ("d" * 16) / LEASE_FILE
    assert unknown == {
        "d/renamed-by-hand": f"its manifest.json is that of d/{NEW}",
        "d/" + "a" * 16: "its manifest.json can't be read",
        "d/" + "b" * 16: "no manifest.json: not a dataset",
        "papers": "holds no dataset",
        "pictures": "holds no dataset",
        ".git": "its name can't be that of a dataset",
        ".sessions/not-one": "not a session",
        ".sessions/" + "c" * 16: "no readable plan.json: not a session",
        ".sessions/" + "d" * 16: f"{lease}: is not a lease; delete it if no build of this plan is running.",
    }
    ours = (f"d/{OLD}/", f"d/{NEW}/", f".sessions/{plan.plan_id}/")
    assert snapshot(output) == {path: content for path, content in before.items() if not path.startswith(ours)}


def test_links_are_not_followed(output: StorePath, plan: Plan, tmp_path: Path) -> None:
    """As in folders: somebody has put datasets elsewhere, or data of others beside them."""
    outside = tmp_path / "outside"
    for link in (f"d/{OLD}", f"{plan.request.name}/{plan.plan_id}"):
        put(output / link.split("/")[0] / "latest", NEW.encode())
        add_dataset(StorePath.parse(f"file://{outside}"), OLD)
        (tmp_path / "bucket" / link).symlink_to(outside / "d" / OLD)
    (tmp_path / "bucket/elsewhere").symlink_to(outside)
    add_dataset(output, NEW)
    add_session(plan)
    precious = snapshot(StorePath.parse(f"file://{outside}"))
    outcome = told(clean(output, keep_last=1))
    for link in (f"d/{OLD}", "elsewhere"):
        assert outcome[link] == ("keep", "a symbolic link, which is not followed")
    assert outcome[f".sessions/{plan.plan_id}"][0] == "remove"
    assert snapshot(StorePath.parse(f"file://{outside}")) == precious
    assert not (tmp_path / "bucket/.sessions").exists()


def test_a_dry_run_changes_nothing(output: StorePath, plan: Plan) -> None:
    add_session(plan, draft=True)
    add_dataset(output, OLD)
    before = list(output.store.objects(output.prefix))
    outcome = clean(output, dry_run=True)
    assert [decision.action for decision in outcome.decisions] == ["remove", "remove"]
    assert outcome.freed_bytes == sum(stored.size_bytes for stored in before)
    assert list(output.store.objects(output.prefix)) == before


def test_what_a_store_refuses_is_named(output: StorePath, monkeypatch: pytest.MonkeyPatch) -> None:
    add_dataset(output, OLD)
    add_dataset(output, NEW)
    delete_version = FolderStore.delete_version

    def refusing(store: FolderStore, name: str, version: str) -> None:
        if OLD in name and "manifest" in name:
            raise StoreError("it may not be deleted.")
        delete_version(store, name, version)

    monkeypatch.setattr(FolderStore, "delete_version", refusing)
    reasons = told(clean(output))
    assert reasons[f"d/{OLD}"] == ("failed", "it may not be deleted.")
    assert reasons[f"d/{NEW}"][0] == "remove"
    assert {name.split("/")[1] for name in snapshot(output)} == {OLD}


def test_a_retention_that_was_paused_deletes_nothing_of_who_came_after(
    output: StorePath, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looked at the dataset, and slept; meanwhile another session took the plan over."""
    add_dataset(output, plan.plan_id, name="s")
    before = snapshot(output)
    look = store_inventory.look_at_dataset
    others = contextlib.ExitStack()

    def pausing(place: StorePath) -> object:
        item = look(place)
        take_over(plan, others, monkeypatch)
        return item

    decisions = decisions_on(output)
    monkeypatch.setattr("ecgfactory.retention.store_removal.look_at_dataset", pausing)
    with others:
        (turned_out,) = carry_out(output, decisions)
    assert (turned_out.action, turned_out.reason) == ("keep", "a session has taken it up meanwhile")
    after = snapshot(output)
    assert {path: after[path] for path in before} == before


def test_a_deletion_that_arrives_late_takes_nothing_from_who_came_after(
    output: StorePath, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who came after finds no dataset that is about to go, and the late request finds another one."""
    add_dataset(output, plan.plan_id, name="s")
    dataset = plan.dataset_path
    assert isinstance(dataset, StorePath)
    delete_version = FolderStore.delete_version
    others = contextlib.ExitStack()

    def late(store: FolderStore, name: str, version: str) -> None:
        monkeypatch.setattr(FolderStore, "delete_version", delete_version)
        take_over(plan, others, monkeypatch)
        assert not (dataset / "manifest.json").is_file()
        add_dataset(output, plan.plan_id, name="s", days_ago=1)
        delete_version(store, name, version)

    decisions = decisions_on(output)
    monkeypatch.setattr(FolderStore, "delete_version", late)
    with others:
        (turned_out,) = carry_out(output, decisions)
    assert (turned_out.action, turned_out.reason) == ("keep", "a session has taken it up meanwhile")
    assert (dataset / "manifest.json").is_file()


def take_over(plan: Plan, others: contextlib.ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have another session take a plan over, long after its lease was last renewed."""
    now_s = lease_module.now_s
    monkeypatch.setattr(lease_module, "now_s", lambda: now_s() + 1000)
    kept = kept_at(plan)
    os.utime(f"/{(kept / LEASE_FILE).name}", (LONG_AGO, LONG_AGO))
    others.enter_context(claimed(plan, lambda: None))


def retention_process(output: StorePath, kill_at: str = "") -> multiprocessing.process.BaseProcess:
    def run() -> None:
        os.environ[ENVIRONMENT_VARIABLE] = kill_at
        clean(output).or_raise()

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


def exit_code(process: multiprocessing.process.BaseProcess) -> int | None:
    process.join(PATIENCE_S)
    return process.exitcode


@pytest.mark.parametrize("point", RETENTION_FAULT_POINTS)
def test_what_kills_leave_is_found_by_the_next_retention(output: StorePath, point: str) -> None:
    """Each is killed at another thing, while the leases of the killed last."""
    published, begun = plan_in(output, 1), plan_in(output, 2)
    add_session(begun, draft=True)
    add_dataset(output, published.plan_id, name="s")
    put(output / "s" / NEW / "data/x.parquet")
    put(output / "s" / NEW / "data/y.parquet")
    add_dataset(output, OLD)
    put(output / "d" / OLD / "PIN")
    pinned = {path: content for path, content in snapshot(output).items() if path.startswith("d/")}
    for _ in range(1 if point == "items-renamed" else 3):
        assert exit_code(retention_process(output, point)) == -signal.SIGKILL
        datasets = [item for item in take_inventory(output) if isinstance(item, DatasetItem)]
        assert all((output / item.path / "SHA256SUMS.txt").is_file() for item in datasets), "whole, or none"
    for stored in output.store.objects((output / ".sessions").prefix):
        if stored.name.endswith(LEASE_FILE):  # of the killed: it lapses
            os.utime(f"/{stored.name}", (LONG_AGO, LONG_AGO))
    outcome = clean(output)
    assert [(d.path, d.action) for d in outcome.decisions if d.action != "remove"] == [(f"d/{OLD}", "keep")]
    assert snapshot(output) == pinned
    assert output.store.unfinished(output.prefix) == []


def test_two_at_once_do_not_disturb_each_other(output: StorePath) -> None:
    for number in range(30):
        add_dataset(output, f"{number:016x}")
    processes = [retention_process(output) for _ in range(2)]
    assert [exit_code(process) for process in processes] == [0, 0]
    clean(output)
    assert snapshot(output) == {}
    assert take_inventory(output) == []


def test_a_request_may_name_a_place_in_a_store(
    output: StorePath, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "retention.yaml"
    file.write_text(f"output: {output}\nkeep_days: 0\n", encoding="utf-8")
    add_dataset(output, OLD)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    clean_up_file(file, dry_run=True)
    assert "would go" in capsys.readouterr().out
    clean_up_file(file, dry_run=False)
    assert snapshot(output) == {}
    add_dataset(output, NEW)
    file.write_text(f"output: {output / 'd' / NEW}\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="is inside the published dataset"):
        load_retention_request(file)
    file.write_text("output: s4://bucket/x\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="is of no storage that is known"):
        load_retention_request(file)
