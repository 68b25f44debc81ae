from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore import exceptions as errors

from ecgfactory.errors import BadInputError
from ecgfactory.session import lease as lease_module
from ecgfactory.session.lease import (
    ANSWERS,
    DEFAULT_LASTS_S,
    ENVIRONMENT_VARIABLE,
    LeaseLostError,
    lasts_s,
    leased,
)
from ecgfactory.session.lease_state import LEASE_FILE, Told, find_lease
from ecgfactory.storage import attempts
from ecgfactory.storage.folder_store import _LOCK, FolderStore
from ecgfactory.storage.lock import is_held
from ecgfactory.storage.s3 import S3Store
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath
from tests.looking import PATIENCE_S, until

SHORT_S = 1.5
"""How long leases last that are waited for: a busy machine may keep a holder from renewing one for a while."""


class Clock:
    """This process's clock for durations, which a test puts forward instead of waiting."""

    def __init__(self) -> None:
        self._now_s = lease_module.now_s
        self._ahead_s = 0.0

    def now_s(self) -> float:
        return self._now_s() + self._ahead_s

    def put_forward(self) -> None:
        """By as long as a lease lasts."""
        self._ahead_s += DEFAULT_LASTS_S


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lease_module, "now_s", clock.now_s)
    return clock


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a lease renewed, and looked at by who waits for it, twenty times a second, however long it lasts."""
    monkeypatch.setattr(lease_module, "RENEWALS", 20 * DEFAULT_LASTS_S)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no thread renew a lease: what a test does, it does alone."""
    monkeypatch.setattr(lease_module, "_keep_renewing", lambda *_: None)


@pytest.fixture
def file(tmp_path: Path) -> StorePath:
    return StorePath.parse(f"file://{tmp_path}") / "plan/lease.json"


def nothing() -> None:
    raise AssertionError("it waits")


HOLDER = """
import sys, time
from ecgfactory.session.lease import LeaseLostError, leased
from ecgfactory.storage.store_path import StorePath

with leased(StorePath.parse(sys.argv[1]), lambda: None) as lease:
    print("has it", flush=True)
    while True:
        try:
            lease.check()
        except LeaseLostError as error:
            print(error, flush=True)
            break
        time.sleep(0.01)
"""


@pytest.fixture
def holder(file: StorePath) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lease, a short one."""
    environment = {**os.environ, ENVIRONMENT_VARIABLE: str(SHORT_S)}
    command = [sys.executable, "-c", HOLDER, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "has it\n"
        yield process
        process.kill()


def stop_between_renewals(process: subprocess.Popen[str], file: StorePath) -> float:
    """Stop a holder, but not in the middle of a renewal; a time, by the clock of this machine, before the last one."""
    lock = (Path("/") / file.name).with_name(_LOCK)

    def is_stopped() -> bool:
        process.send_signal(signal.SIGSTOP)
        until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED, "the stop")
        in_the_middle = is_held(lock)
        if in_the_middle:
            process.send_signal(signal.SIGCONT)
        return not in_the_middle

    before_s, before = time.monotonic(), find_lease(file)
    until(lambda: find_lease(file) != before, "a renewal")
    until(is_stopped, "a moment between two renewals")
    return before_s


def test_of_several_that_want_it_one_has_it_at_a_time(file: StorePath) -> None:
    inside: list[int] = []
    most: list[int] = []
    waits: list[int] = []
    start = threading.Barrier(6)

    def take(number: int) -> None:
        start.wait()
        with leased(file, lambda: waits.append(number)) as lease:
            inside.append(number)
            most.append(len(inside))
            lease.check()
            time.sleep(0.01)
            inside.remove(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6
    assert len(waits) == len(set(waits)), "each is told once that it waits"
    assert find_lease(file) is None


@pytest.mark.parametrize("apart_s", [-1e8, 1e8])
def test_clocks_that_differ_neither_give_it_early_nor_late(
    file: StorePath, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch, apart_s: float
) -> None:
    here = time.time
    monkeypatch.setattr(time, "time", lambda: here() + apart_s)
    taken = threading.Event()
    leave = threading.Event()

    def take() -> None:
        with leased(file, lambda: None):
            taken.set()
            leave.wait()

    thread = threading.Thread(target=take)
    thread.start()
    try:
        assert not taken.wait(1.2 * SHORT_S), "it is renewed"
        renewed_s = stop_between_renewals(holder, file)
        holder.kill()
        assert taken.wait(PATIENCE_S)
        assert time.monotonic() - renewed_s > SHORT_S
        found = find_lease(file)
        assert found is not None
        assert found.state.epoch == 2
    finally:
        leave.set()
        thread.join()


def test_one_that_lapsed_long_ago_is_taken_at_once(
    file: StorePath, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the clock of the store: that of this machine says that the lease is of the future."""
    stop_between_renewals(holder, file)
    holder.kill()
    holder.wait()
    path = Path("/") / file.name
    path.write_text(path.read_text().replace(str(SHORT_S), "100.0"))
    os.utime(path, (time.time() - 103, time.time() - 103))
    here = time.time
    monkeypatch.setattr(time, "time", lambda: here() - 1e6)
    with leased(file, nothing) as lease:
        assert lease.epoch == 2
    assert not path.parent.exists(), "no probe of the clock is left"


def test_a_paused_holder_finds_that_it_lost_it(file: StorePath, holder: subprocess.Popen[str]) -> None:
    stop_between_renewals(holder, file)
    with leased(file, lambda: None) as ours:
        holder.send_signal(signal.SIGCONT)
        assert holder.stdout is not None
        told = holder.stdout.readline()
        assert "another session" in told, told
        holder.wait(PATIENCE_S)
        ours.renew()  # the other has not given back what is ours
        ours.check()
        assert ours.epoch == 2


def test_what_a_store_fails_to_do_for_a_while_costs_nothing(
    file: StorePath, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with leased(file, nothing) as lease:
        with monkeypatch.context() as closing:
            closing.setattr(FolderStore, "swap", failing)
            until(lambda: "goes on while its lease lasts" in caplog.text, "a warning")
            lease.check()
            clock.put_forward()
            assert has_lapsed(lease.check)
        until(lambda: not has_lapsed(lease.check), "a renewal")
        assert lease.epoch == 1


def test_a_failure_of_any_kind_does_not_end_the_renewals(
    file: StorePath, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with leased(file, nothing) as lease:
        with monkeypatch.context() as failing_once:
            failing_once.setattr(FolderStore, "swap", unforeseen)
            until(lambda: "unexpected KeyError; the session goes on while its lease lasts" in caplog.text, "a warning")
        before = find_lease(file)
        until(lambda: find_lease(file) != before, "a renewal")
        lease.check()


def test_an_answer_that_never_comes_costs_no_lease(file: StorePath, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its requests leaves time for another renewal, however patient whoever tells something is."""
    monkeypatch.setattr(attempts, "LEAST_ANSWER_S", 0.0)
    waits_s: list[float] = []
    stat, read, swap = FolderStore.stat, FolderStore.read, FolderStore.swap

    def recording(method: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*arguments: Any) -> Any:
            waits_s.append(attempts.answer_s())
            return method(*arguments)

        return recorded

    with leased(file, nothing) as lease:
        for name, method in (("stat", stat), ("read", read), ("swap", swap)):
            monkeypatch.setattr(FolderStore, name, recording(method))
        lease.tell(Told(records=3))
        told_s, waits_s = waits_s, []
        until(lambda: len(waits_s) > 2, "a renewal")
        renewed_s, waits_s = waits_s, []
    assert max(told_s) == DEFAULT_LASTS_S / ANSWERS
    assert max(renewed_s) <= DEFAULT_LASTS_S / ANSWERS


@pytest.mark.usefixtures("alone")
def test_a_renewal_counts_from_its_beginning(file: StorePath, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    swap = FolderStore.swap

    def slow(store: FolderStore, name: str, content: bytes, version: str) -> bool:
        written = swap(store, name, content, version)
        clock.put_forward()
        return written

    with leased(file, nothing) as lease:
        monkeypatch.setattr(FolderStore, "swap", slow)
        lease.renew()
        with pytest.raises(LeaseLostError, match="could not be renewed for 15 s"):
            lease.check()


@pytest.mark.usefixtures("alone")
def test_a_renewal_that_arrives_late_is_no_loss(file: StorePath, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that seemed to fail may still be done by the store, at any time."""
    swap = FolderStore.swap
    late: list[tuple[FolderStore, str, bytes, str]] = []

    def arriving(store: FolderStore, name: str, content: bytes, version: str) -> bool:
        if not late:
            late.append((store, name, content, version))
            raise StoreError("no answer.")
        if len(late) == 1:
            late.append(late[0])
            assert swap(*late[0])
        return swap(store, name, content, version)

    with leased(file, nothing) as lease:
        monkeypatch.setattr(FolderStore, "swap", arriving)
        with pytest.raises(StoreError):
            lease.renew()
        lease.renew()
        lease.check()


def test_what_is_told_stays_where_work_is_left_and_the_next_is_told(file: StorePath) -> None:
    with leased(file, nothing) as lease:
        lease.tell(Told(state="failed"))
        file.store.write((file.parent / "plan.json").name, b"{}")
    found = find_lease(file)
    assert found is not None
    assert found.is_lapsed(found.modified_at), "nobody has it"
    with leased(file, nothing) as again:
        assert (again.epoch, again.told) == (2, Told(state="failed"))


@pytest.mark.usefixtures("alone")
def test_one_that_was_deleted_is_lost(file: StorePath) -> None:
    with leased(file, nothing) as lease:
        file.store.delete([file.name])
        with pytest.raises(LeaseLostError, match="took the plan over, or removed it"):
            lease.renew()
        with pytest.raises(LeaseLostError):
            lease.check()
    assert find_lease(file) is None


@pytest.mark.parametrize("content", ["{}", *(f'{{"holder":"x","epoch":1,"lasts_s":{s}}}' for s in (-1, 1e9, "NaN"))])
def test_what_is_no_lease_is_told(file: StorePath, content: str) -> None:
    file.store.write(file.name, content.encode())
    with pytest.raises(StoreError, match="is not a lease; delete it"), leased(file, nothing):
        pass


@pytest.mark.parametrize("told", ['{"state":"paused"}', '{"state":[]}', '{"session_id":1}', '"words"'])
def test_what_another_version_told_is_passed_over(file: StorePath, told: str) -> None:
    file.store.write(file.name, f'{{"holder":"x","epoch":1,"lasts_s":0,"told":{told}}}'.encode())
    found = find_lease(file)
    assert found is not None
    assert found.state.told == Told()
    with leased(file, nothing) as lease:
        assert lease.epoch == 2


@pytest.mark.usefixtures("alone")
def test_giving_back_takes_nothing_from_the_next(
    s3_place: StorePath, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the answer to the deletion is lost: what is asked for again comes when another has the lease."""
    file = s3_place / "plan" / LEASE_FILE
    delete_if = S3Store._delete_if
    next_ones = contextlib.ExitStack()

    def delayed(store: S3Store, name: str, version: str) -> None:
        delete_if(store, name, version)
        monkeypatch.setattr(S3Store, "_delete_if", delete_if)
        next_ones.enter_context(leased(file, nothing))
        raise errors.ReadTimeoutError(endpoint_url="")

    monkeypatch.setattr(attempts, "FIRST_WAIT_S", 0.01)
    with leased(file, nothing):
        monkeypatch.setattr(S3Store, "_delete_if", delayed)
    with next_ones:
        assert find_lease(file) is not None
    assert find_lease(file) is None


@pytest.mark.parametrize("given", ["", "soon", "0", "nan", "1e9"])
def test_how_long_it_lasts_is_checked(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, given)
    with pytest.raises(BadInputError, match="ECGFACTORY_LEASE_S is "):
        lasts_s()


def test_a_holder_that_stopped_renewing_is_followed_in_every_store(
    store_place: StorePath, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions are of another kind in each: digests, numbers, tags."""
    file = store_place / "plan" / LEASE_FILE
    with leased(file, nothing) as first:
        first.tell(Told(records=3))
        first.renew()
        found = find_lease(file)
        assert found is not None
        assert found.state.told == Told(records=3)
    assert find_lease(file) is None
    monkeypatch.setattr(lease_module, "_keep_renewing", lambda *_: None)
    waits: list[bool] = []

    def wait() -> None:
        waits.append(True)
        clock.put_forward()

    with leased(file, nothing) as first, leased(file, wait) as second:
        assert (second.epoch, waits) == (2, [True])
        with pytest.raises(LeaseLostError, match="took the plan over"):
            first.renew()
        second.renew()
        assert list(store_place.store.objects(store_place.prefix)) != []
    assert list(store_place.store.objects(store_place.prefix)) == []


def unforeseen(*_: object) -> bool:
    raise KeyError("s3cret")


def failing(*_: object) -> bool:
    raise StoreError("it is closed today.")


def has_lapsed(check: Callable[[], None]) -> bool:
    try:
        check()
    except LeaseLostError:
        return True
    return False
