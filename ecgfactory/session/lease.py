"""The lease of a plan: who builds it, where no file system has a lock for that.

It is one small object beside the work that is kept in a store, and excludes two builds of one plan as follows.

- Who takes it creates the object, where there is none. Another one finds it there, and waits.
- Its holder renews it five times in the time for which it lasts, each time by swapping the version that it knows for a
  new one. It is also where the holder tells all others what they have to know, so that nobody else can.
- Another takes it over when it is free; when its version has not changed, while the other was looking, for as long as
  it lasts; or at once, when it was last renewed longer ago than that. Taking over is a swap too, so that of several one
  wins; `epoch` counts how often it was taken, and a former holder's next renewal fails, since the version is another.
- A holder asks `check` before it does what only one may do: publish, point `latest`, remove. That fails once another
  has the lease, and also when the last renewal that succeeded began longer ago than the lease lasts.

**Clocks that differ** don't matter: durations are measured by one clock of one machine, and ages by the clock of the
store alone, beside an object that was just written there. **A process that was paused**, even with its machine, finds
by its own clock that its lease has lapsed, and stops. **A store that does not answer for a while** costs nothing before
the lease lapses, and nothing after it either unless another took it over or `check` was asked.

What no lease can prevent is a request that is on its way when the lease lapses, or when a virtual machine is stopped
together with its clock just after `check`. Such a request does no harm: records and tables have the same bytes whoever
writes them, a ledger entry and the manifest are created only where there is none, a manifest and a lease are deleted
only while they are of the version that was meant, and what a late deletion of anything else takes from a build makes it
fail, to be gone on with. Who removes a dataset tells so first, and the next holder ends that.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from ecgfactory.errors import BadInputError, BuildFailedError, shown
from ecgfactory.session.lease_state import LONGEST_S, LeaseState, Told, find_lease
from ecgfactory.storage.attempts import answers_within, checked, patience
from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_clock import clock_of
from ecgfactory.storage.store_path import StorePath

ENVIRONMENT_VARIABLE = "ECGFACTORY_LEASE_S"
DEFAULT_LASTS_S = 15.0
RENEWALS = 5
"""In the time for which a lease lasts."""

ANSWERS = 3
"""For which there is time while a lease lasts: one that never comes costs no lease."""

_ATTEMPTS = 5

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps

_log = logging.getLogger(__name__)


class LeaseLostError(BuildFailedError):
    """Another session has the plan now, or may have it."""


class Lease:
    """A lease that this process has taken; `leased` gives it. Any thread may use it.

    Parameters
    ----------
    file : StorePath
        The object.
    state : LeaseState
        What was written.
    begun_s : float
        When writing it began, by `now_s`.
    """

    def __init__(self, file: StorePath, state: LeaseState, begun_s: float) -> None:
        self._file = file
        self._state = state
        self._lapses_s = begun_s + state.lasts_s
        self._is_lost = False
        self._one_at_a_time = threading.Lock()

    @property
    def epoch(self) -> int:
        """Which taking of the lease this is: later ones are higher."""
        return self._state.epoch

    @property
    def told(self) -> Told:
        """What it tells, at first what the holder before told last."""
        return self._state.told

    @property
    def renew_every_s(self) -> float:
        """Seconds from one renewal to the next."""
        return self._state.lasts_s / RENEWALS

    def check(self) -> None:
        """Make sure that no other session can have the plan at this moment.

        Raises
        ------
        LeaseLostError
            When another may have it.
        """
        if self._is_lost:
            raise LeaseLostError(
                f"{self._file.parent}: another session took the plan over, or removed it; this build stops, and what "
                "it has committed is kept for the other."
            )
        if now_s() > self._lapses_s:
            raise LeaseLostError(
                f"{self._file}: could not be renewed for {self._state.lasts_s:g} s, so that another session may take "
                "the plan over; this build stops, and what it has committed is kept: build again to go on."
            )

    @contextlib.contextmanager
    def only_while_held(self) -> Iterator[None]:
        """Make the requests of the block only while no other session can have the plan: `check` is asked before each.

        Raises as `check`.
        """
        self.check()
        with checked(self.check):
            yield

    def renew(self) -> None:
        """Renew the lease.

        Raises
        ------
        LeaseLostError
            When another session has it.
        StoreError
            When the store does not do it; it lasts as before.
        """
        self._swap({})

    def tell(self, told: Told) -> None:
        """Renew the lease, and with it tell all who read it something else than before; raises as `renew`."""
        self._swap({"told": told})

    def give_back(self) -> None:
        """Let others take it at once: it goes, or stays with what was told where anything else is beside it.

        Raises as `renew`. It must not be renewed any more.
        """
        store = self._file.store
        with patience(self._state.lasts_s):  # it lapses then
            is_alone = all(stored.name == self._file.name for stored in store.objects(self._file.parent.prefix))
            self._swap({} if is_alone else {"lasts_s": 0.0})
            if is_alone and (held := find_lease(self._file)) and held.state.holder == self._state.holder:
                with self.only_while_held():
                    # were the answer lost, another attempt would else delete that of the next holder
                    store.delete_version(self._file.name, held.version)

    def _swap(self, changes: dict[str, Any]) -> None:
        with self._one_at_a_time, answers_within(self._state.lasts_s / ANSWERS):
            for _ in range(_ATTEMPTS):
                begun_s = now_s()
                found = None if self._is_lost else find_lease(self._file)
                if found is None or found.state.holder != self._state.holder:
                    self._is_lost = True
                    self.check()
                    return
                state = self._state.model_copy(update={"renewed": found.state.renewed + 1, **changes})
                if self._file.store.swap(self._file.name, state.content(), found.version):
                    self._state, self._lapses_s = state, begun_s + state.lasts_s
                    return
                # The version is another: whose, the next look tells.
            raise StoreError(f"{self._file}: could not be renewed, though nobody else changes it.")


@contextlib.contextmanager
def leased(file: StorePath, on_wait: Callable[[], None]) -> Iterator[Lease]:
    """Have a lease for the length of the block, renewed by a thread, and then give it back.

    Parameters
    ----------
    file : StorePath
        The object.
    on_wait : callable
        Called once when it is not free at first.
    """
    lease = _take(file, on_wait)
    over = threading.Event()
    thread = threading.Thread(target=_keep_renewing, args=(lease, over), daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        over.set()
        thread.join()
        try:
            lease.give_back()
        except (StoreError, LeaseLostError) as error:  # it lapses
            _log.debug("%s", error)


def now_s() -> float:
    """Return this machine's clock for durations, in seconds from some moment."""
    return time.clock_gettime(_CLOCK)


def lasts_s() -> float:
    """Return for how many seconds a lease of this process lasts.

    Raises
    ------
    BadInputError
        When the environment does not say it in seconds.
    """
    given = os.environ.get(ENVIRONMENT_VARIABLE, str(DEFAULT_LASTS_S))
    with contextlib.suppress(ValueError):
        if 0 < float(given) <= LONGEST_S:
            return float(given)
    raise BadInputError(
        f"{ENVIRONMENT_VARIABLE} is {shown(given)}; set it to seconds, above 0 and at most {LONGEST_S:g}."
    )


def _take(file: StorePath, on_wait: Callable[[], None]) -> Lease:
    version, seen_s, has_waited = "", 0.0, False
    new = LeaseState(holder=secrets.token_hex(8), epoch=1, lasts_s=lasts_s())
    while True:
        begun_s = now_s()
        found = find_lease(file)
        if found is None:
            if file.store.create(file.name, new.content()):
                return Lease(file, new, begun_s)
            continue
        if found.version != version:
            version, seen_s = found.version, now_s()
        is_free = now_s() - seen_s >= found.state.lasts_s
        if not is_free and not has_waited:
            is_free = found.is_lapsed(clock_of(file.parent))
        if is_free:
            ours = new.model_copy(update={"epoch": found.state.epoch + 1, "told": found.state.told})
            if file.store.swap(file.name, ours.content(), found.version):
                return Lease(file, ours, begun_s)
            continue
        if not has_waited:
            on_wait()
            has_waited = True
        time.sleep(found.state.lasts_s / RENEWALS)


def _keep_renewing(lease: Lease, over: threading.Event) -> None:
    while not over.wait(lease.renew_every_s):
        try:
            with patience(lease.renew_every_s):  # so that a session that ends does not wait for it for long
                lease.renew()
        except LeaseLostError:
            return
        except Exception as error:  # whatever it is, the next renewal may go well
            words = str(error).rstrip(".") if isinstance(error, StoreError) else f"unexpected {type(error).__name__}"
            _log.warning("%s; the session goes on while its lease lasts", words)
