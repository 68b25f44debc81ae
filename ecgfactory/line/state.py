"""A build in progress: what all of its steps are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.yields import Yield
from ecgfactory.dataset.counts import Counts
from ecgfactory.errors import BuildFailedError
from ecgfactory.line.draft import draft_of
from ecgfactory.line.layout import Layout, Pack, pack_of
from ecgfactory.quality.diversity import Diversity
from ecgfactory.request.plan import Plan
from ecgfactory.session.lease import Lease
from ecgfactory.session.ledger import ShardEntry, ledger_of
from ecgfactory.session.progress import Progress, read_progress
from ecgfactory.session.wanted import want
from ecgfactory.session.workspace import Workspace
from ecgfactory.shards.selection import Selection

ProgressCallback = Callable[[Progress], None]


class Build:
    """Everything that the steps of a build hand on to each other.

    Parameters
    ----------
    plan : Plan
        What is built.
    workspace : Workspace
        The session's.
    lease : Lease or None
        On the plan, where the dataset is in a store.
    on_progress : callable, optional
        Called now and then, in the thread of the build.

    Attributes
    ----------
    ledger : Ledger
        What is committed.
    selection : Selection
        Which shards are wanted, and which of them are in progress.
    clock : StageClock
        Seconds spent in the steps after the shards.
    draft : Draft
        The dataset while it is put together.
    packs : list of Pack
        Files that several shards share; empty where each has its own.
    layout : Layout
        Where the signal files are published, once shards are packed.
    counts : Counts
        What the dataset holds, once it is assembled.
    diversity : Diversity
        The similarity of its records, once they are compared.
    card_section : str
        What its card says of the comparison with a reference; empty without one.
    """

    counts: Counts
    diversity: Diversity

    def __init__(
        self,
        plan: Plan,
        workspace: Workspace,
        lease: Lease | None = None,
        on_progress: ProgressCallback | None = None,
    ) -> None:
        self.plan = plan
        self.workspace = workspace
        self.ledger = ledger_of(workspace)
        self.draft = draft_of(plan, workspace, lease)
        self.selection = Selection(plan.request.records, plan.candidates_per_shard, judged=Yield(plan.expected_yield))
        self.clock = StageClock()
        self.packs: list[Pack] = []
        self.card_section = ""
        self._on_progress, self._step = on_progress, ""
        self._told: tuple[int, int | None] | None = None

    @property
    def address(self) -> str:
        """What workers are given to find the workspace, or one of their own: see `Workspace.at`."""
        is_elsewhere = self.plan.request.workers.scheduler is not None
        return self.workspace.address_elsewhere if is_elsewhere else str(self.workspace.root)

    @cached_property
    def entries(self) -> list[ShardEntry]:
        """The ledger's entries of the shards that make up the dataset, in order; all of them must be committed.

        Raises
        ------
        BuildFailedError
            When they are not what was committed.
        """
        wanted = set(self.selection.complete_shards)
        entries = [entry for entry in self.ledger.entries() if entry.shard in wanted]
        if len(entries) < len(wanted) or sum(entry.accepted for entry in entries) != self.plan.request.records:
            raise BuildFailedError(
                f"{self.workspace.address_elsewhere}: shards that were committed are gone, or others by now; somebody "
                "else writes there. Build again: they are made anew."
            )
        return entries

    @cached_property
    def layout(self) -> Layout:
        """Where the signal files are published."""
        return Layout([*(pack_of(self.plan, entry, self.ledger) for entry in self.entries), *self.packs])

    def tell_progress(self) -> None:
        """Report the progress of the build, if anybody asked for it; it ends where another has its lease by now."""
        if self.workspace.lease is not None:
            self.workspace.lease.check()
        if self._on_progress is not None:
            self._on_progress(replace(read_progress(self.workspace), step=self._step))

    def tell_step(self, words: str) -> None:
        """Report what the build does from now on, now that it has all records; see `tell_progress`."""
        self._step = words
        self.tell_progress()

    def tell_what_is_wanted(self) -> None:
        """Tell the workers, once it is less than a whole shard: those in progress stop at it, or at once."""
        selection = self.selection
        wanted = selection.missing, selection.last_wanted
        is_less = selection.last_wanted is not None or selection.missing < selection.candidates_per_shard
        if is_less and wanted != self._told:  # each telling is flushed to disk
            want(self.workspace, *wanted)
            self._told = wanted
