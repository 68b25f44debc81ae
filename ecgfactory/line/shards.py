"""The loop over shards: a bounded window of them in flight until there are enough records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecgfactory.errors import BuildFailedError
from ecgfactory.line.jobs import ShardMade
from ecgfactory.line.placement import Placement, Step
from ecgfactory.line.state import Build
from ecgfactory.line.trouble import full_disk
from ecgfactory.pools.pool import Ended, Job, Pool, WorkersDiedError
from ecgfactory.session.ledger import ShardEntry
from ecgfactory.session.progress import Progress, note_committed
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.handover import HandoverLostError
from ecgfactory.shards.selection import ShardOrder


def make_shards(build: Build, pool: Pool) -> None:
    """Have shards made until the first `records` accepted candidates are committed.

    Shards that the ledger holds already, from a session that died, are taken as they are.

    Raises
    ------
    BuildCancelledError
        When the pool says that nobody wants the build any more.
    BuildFailedError
        When the yield is hopeless, or a shard fails for good.
    """
    window = _Window(build, pool)
    window.fill()
    while not build.selection.is_complete:
        for ended in pool.ended():
            window.go_on(ended)
        window.fill()
        build.tell_what_is_wanted()
        build.tell_progress()


@dataclass(frozen=True)
class _InFlight:
    """A step of a shard that a worker has."""

    order: ShardOrder
    step: Step


class _Window:
    """The shards in flight."""

    def __init__(self, build: Build, pool: Pool) -> None:
        self._build = build
        self._pool = pool
        self._in_flight: dict[Job, _InFlight] = {}

    @property
    def _placement(self) -> Placement:
        """As the workers are now: some pools get more, or lose some."""
        return Placement(self._pool.slots, self._build.plan.request.generator.device)

    def fill(self) -> None:
        """Begin shards for as long as the workers have room and more are wanted."""
        while (step := self._placement.first_step(flying.step for flying in self._in_flight.values())) is not None:
            order = self._build.selection.next_order()
            if order is None:
                return
            entry = self._build.ledger.entry(order.shard)
            if entry is not None and entry.serves(order.limit):
                self._commit(order, entry)
                continue
            # One that is there has only to be cut.
            self._start(self._placement.whole if entry else step, order)

    def go_on(self, ended: Ended) -> None:
        """Start the step that follows one that has ended, or take note of its committed shard."""
        flying = self._in_flight.pop(ended.job, None)
        if flying is None:
            return  # of an earlier build by the same pool, which did not need it
        try:
            result = self._result(ended, flying.order)
        except HandoverLostError:
            self._start(self._placement.generating, flying.order)
            return
        if result is None:  # no longer wanted
            self._give_up(flying.order)
            return
        following = self._placement.next_step(flying.step)
        if following is not None:
            self._start(following, flying.order, holder=result.holder)
        else:
            self._commit(flying.order, result)

    def _start(self, step: Step, order: ShardOrder, **more: Any) -> None:
        parameters = {"workspace_root": self._build.address, "shard": order.shard, "limit": order.limit, **more}
        job = Job(step.function, parameters, step.resource)
        self._in_flight[job] = _InFlight(order, step)
        self._pool.start(job)

    def _give_up(self, order: ShardOrder) -> None:
        """Count a shard as not begun; where the session was removed, nothing more can be made."""
        address = self._build.workspace.address_elsewhere
        if not Workspace.is_there(address):
            raise BuildFailedError(f"{address}: the session was removed while it went on; build again.")
        self._build.selection.in_flight.discard(order.shard)

    def _commit(self, order: ShardOrder, made: ShardMade | ShardEntry) -> None:
        selection = self._build.selection
        selection.commit(order, made.examined, made.accepted, made.rejects)
        judged = selection.judged
        note_committed(self._build.workspace, order.shard, Progress(judged.examined, judged.accepted))

    def _result(self, ended: Ended, order: ShardOrder) -> Any:
        """Return what a worker returned; its errors become sentences."""
        try:
            return ended.result()
        except WorkersDiedError as error:
            most_tried = self._build.workspace.most_tried_shard()  # a pool may blame shards that only waited
            culprit = order.shard if most_tried is None else most_tried
            raise BuildFailedError(
                f"shard {culprit}: its worker died again and again; it may lack memory, "
                "so ask for fewer workers or a smaller generator.batch."
            ) from error
        except OSError as error:
            raise full_disk(error, f"shard {order.shard}", self._build.plan.request) from error
