from __future__ import annotations

import logging
from pathlib import Path

import pytest

from ecgfactory.cli.sessions import list_sessions
from ecgfactory.line.session import session
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session import lease as lease_module
from ecgfactory.session.lease import LeaseLostError, leased
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.sessions import abandon, claimed, discard_dead, note_outcome, occupied, sessions_of
from ecgfactory.session.store_sessions import discard, kept_at
from ecgfactory.session.wanted import want, wanted_of
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.shard import make_shard
from ecgfactory.storage.attempts import patience_s
from ecgfactory.storage.folder_store import FolderStore
from ecgfactory.storage.s3 import S3Store
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath


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


def plan_in(output: StorePath, **changes: object) -> Plan:
    request = {
        "name": "s",
        "records": 20,
        "seed": 1,
        "generator": {"batch": 8},
        "shard_records": 8,
        "formats": ["csv"],
        "output": str(output),
    }
    return make_plan(BuildRequest.model_validate(request | changes))


def nothing() -> None:
    raise AssertionError("it waits")


def names(place: StorePath) -> list[str]:
    return [place.below(stored.name) for stored in place.store.objects(place.prefix)]


def test_a_session_runs_while_it_has_the_lease_and_its_work_is_gone_on_with(
    plan: Plan, output: StorePath, capsys: pytest.CaptureFixture[str]
) -> None:
    with claimed(plan, nothing) as lease, occupied(plan, "one", lease) as workspace:
        assert Workspace.at(str(workspace.root)) == workspace, "for workers of this machine"
        (info,) = sessions_of(output)
        assert (info.session_id, info.state, info.is_resumable) == ("one", "running", False)
        entries = [make_shard(plan, shard, 20, workspace) for shard in (0, 1)]
        damaged = ledger_of(workspace).place(entries[1])
        assert isinstance(damaged, StorePath)
        damaged.store.delete([(damaged / entries[1].files[0].path).name])
        note_outcome(workspace, "failed", "because")
    (info,) = sessions_of(output)
    assert (info.session_id, info.state, info.reason, info.is_resumable) == ("one", "failed", "because", True)
    assert (info.name, info.plan_id, info.records) == ("s", plan.plan_id, 20)
    assert info.committed == sum(entry.accepted for entry in entries)
    assert info.disk_bytes == sum(stored.size_bytes for stored in output.store.objects(output.prefix))
    with claimed(plan, nothing):
        pass
    assert sessions_of(output)[0].state == "failed", "who only looks whether it is built changes nothing"

    with claimed(plan, nothing) as lease, occupied(plan, "two", lease) as workspace:
        assert list(ledger_of(workspace).entries()) == [entries[0]]
        (info,) = sessions_of(output)
        assert (info.session_id, info.state, info.reason) == ("two", "running", "")
    (info,) = sessions_of(output)
    assert info.state == "dead"
    list_sessions(output)
    assert "dead" in capsys.readouterr().out


def test_what_an_earlier_session_wanted_last_is_not_believed(plan: Plan, tmp_path: Path) -> None:
    """A worker that goes on from a cancelled build to the next one of its plan must not find its shard unwanted."""
    elsewhere = Workspace(tmp_path / "elsewhere", kept_at(plan))
    with claimed(plan, nothing) as lease, occupied(plan, "cancelled", lease) as workspace:
        make_shard(plan, 0, 20, workspace)
        want(workspace, records=0)
        assert wanted_of(elsewhere, 1) == 0
    with claimed(plan, nothing) as lease, occupied(plan, "next", lease):
        assert wanted_of(elsewhere, 1) == 20


def test_workers_elsewhere_are_told_what_is_wanted_by_the_lease(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = Workspace(tmp_path / "elsewhere", kept_at(plan))
    with claimed(plan, nothing) as lease, occupied(plan, "one", lease) as workspace:
        assert wanted_of(workspace, 7) == wanted_of(elsewhere, 7) == 20
        want(workspace, records=3, last_shard=5)
        assert wanted_of(workspace, 5) == 3, "at once, where they share a folder"
        assert wanted_of(elsewhere, 5) == 20, "it was asked just now"
        monkeypatch.setattr("ecgfactory.session.wanted.READ_INTERVAL_S", 0.0)
        assert [wanted_of(elsewhere, shard) for shard in (5, 6)] == [3, 0]
        want(workspace, records=2)
        assert wanted_of(elsewhere, 6) == 2
        with monkeypatch.context() as closing:
            closing.setattr(FolderStore, "stat", unreachable)
            assert wanted_of(elsewhere, 6) == 2, "work goes on while the store can't be reached"
    with claimed(plan, nothing) as lease, occupied(plan, "two", lease):
        assert wanted_of(elsewhere, 6) == 20
        discard_dead(plan, lease)
    assert wanted_of(elsewhere, 6) == 0


def unreachable(*_: object) -> None:
    assert patience_s() <= 2, "and does not wait for it"
    raise StoreError("the store can't be reached.")


def test_publishing_leaves_nothing_of_a_session(plan: Plan, output: StorePath) -> None:
    kept = kept_at(plan)
    with claimed(plan, nothing) as lease, occupied(plan, "one", lease) as workspace:
        make_shard(plan, 0, 20, workspace)
        kept.store.write((kept / "shards/000001.dead/x").name, b"never entered")
        kept.store.write((kept / "made/x/report.html").name, b"of a dead session")
        (Path("/") / kept.name / "shards" / ".draft-of-a-killed-process").touch()
        assert kept.store.unfinished(kept.prefix)
        discard_dead(plan, lease)
        assert names(kept) == ["lease.json"]
        assert lease is not None
        lease.check()
    assert names(output) == [] == output.store.unfinished(output.prefix)


def test_a_session_that_another_took_over_spoils_nothing(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been paused for any time; what it does then is refused by the store, not by its own clock."""
    monkeypatch.setattr(lease_module, "_keep_renewing", lambda *_: None)  # as if paused
    monkeypatch.setattr(lease_module, "RENEWALS", 1000)  # so that who waits looks again soon

    def pause() -> None:
        monkeypatch.setattr(lease_module, "now_s", lambda: 1e9)

    with pytest.raises(LeaseLostError, match="another session took the plan over"), claimed(plan, nothing) as lease:
        assert lease is not None
        with session(plan, "paused", lease=lease) as build:
            make_shard(plan, 0, 20, build.workspace)
            with claimed(plan, pause) as other, occupied(plan, "other", other) as workspace:
                with pytest.raises(LeaseLostError):
                    want(build.workspace, records=0)
                with pytest.raises(LeaseLostError):
                    note_outcome(build.workspace, "failed", "because")
                with pytest.raises(LeaseLostError):
                    abandon(build.workspace)
                assert other is not None
                assert other.told.session_id == "other"
                assert len(list(ledger_of(workspace).entries())) == 1
                lease.check()


def test_a_build_that_fails_with_nothing_to_keep_leaves_nothing(plan: Plan, output: StorePath) -> None:
    with claimed(plan, nothing) as lease:
        with pytest.raises(ZeroDivisionError), session(plan, "one", lease=lease):
            raise ZeroDivisionError
        assert names(output) == [output.below(f"{kept_at(plan).name}/lease.json")]
    assert names(output) == []


def test_a_build_that_fails_keeps_its_shards_and_its_log(plan: Plan, output: StorePath) -> None:
    failing = pytest.raises(ZeroDivisionError)
    with claimed(plan, nothing) as lease, failing, session(plan, "one", lease=lease) as build:
        make_shard(plan, 0, 20, build.workspace)
        logging.getLogger("ecgfactory").warning("something happened")
        raise ZeroDivisionError("by zero")
    (info,) = sessions_of(output)
    assert (info.state, info.reason) == ("failed", "by zero")
    assert "something happened" in (kept_at(plan) / "logs/build.log").read_text()


def test_what_another_version_began_is_told_in_a_store_too(plan: Plan, caplog: pytest.LogCaptureFixture) -> None:
    older = Plan.model_validate(plan.model_dump() | {"versions": plan.versions | {"ecgfactory": "0.0.1"}})
    with claimed(older, nothing) as lease, occupied(older, "old", lease) as workspace:
        make_shard(older, 0, 20, workspace)
    with claimed(plan, nothing) as lease, session(plan, "new", lease=lease) as build:
        assert list(build.ledger.entries()) == []
    (told,) = (record.getMessage() for record in caplog.records if "begun with" in record.getMessage())
    assert "session old holds" in told
    assert "ecgfactory 0.0.1: install that to go on" in told


@pytest.mark.parametrize("garbled", ["lease.json", "ledger/000000.json"])
def test_one_that_can_not_be_read_hides_no_other(
    garbled: str, plan: Plan, output: StorePath, caplog: pytest.LogCaptureFixture
) -> None:
    other = plan_in(output, seed=2)
    for each in (plan, other):
        with claimed(each, nothing) as lease, occupied(each, each.plan_id, lease):
            pass
    output.store.write((kept_at(other) / garbled).name, b"{}")
    assert [found.plan_id for found in sessions_of(output)] == [plan.plan_id]
    assert str(kept_at(other) / garbled) in caplog.text
    with claimed(plan, nothing) as lease, occupied(plan, "again", lease):
        pass


def test_a_session_without_a_plan_and_an_unreadable_one_are_none(plan: Plan, output: StorePath) -> None:
    with claimed(plan, nothing):
        assert sessions_of(output) == []
        kept = kept_at(plan)
        kept.store.write((kept / "plan.json").name, b"{}")
        assert sessions_of(output) == []


def test_a_paused_session_deletes_no_more_than_it_is_doing(
    s3_place: StorePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it still has to delete may belong to the session that took the plan over meanwhile."""
    monkeypatch.setattr("ecgfactory.storage.s3.DELETED_AT_ONCE", 2)
    monkeypatch.setattr(lease_module, "_keep_renewing", lambda *_: None)
    kept = s3_place / ".sessions" / "0123456789abcdef"
    for number in range(4):
        kept.store.write((kept / f"made/{number}").name, b"x")
    deleted: list[int] = []
    delete = S3Store._delete

    def delete_and_pause(store: S3Store, some: list[str]) -> None:
        delete(store, some)
        deleted.append(len(some))
        if len(deleted) == 2:  # the plan, and the first of the rest
            monkeypatch.setattr(lease_module, "now_s", lambda: 1e9)

    monkeypatch.setattr(S3Store, "_delete", delete_and_pause)
    with pytest.raises(LeaseLostError), leased(kept / "lease.json", nothing) as lease:
        discard(kept, lease)
    assert names(kept) == ["lease.json", "made/2", "made/3"]
